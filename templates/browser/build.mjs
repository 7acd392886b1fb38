// Builds the committed bundles from the sources: node build.mjs [DIR].
// The same lock file gives the same bytes; a Go test holds that.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import { build } from "esbuild";
import { lean } from "./lean.mjs";
import { licences } from "./licences.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] || here;
mkdirSync(out, { recursive: true });

const source = (...path) => join(here, "src", ...path);
const sha256 = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const inputs = new Set();

// Bundles one entry and returns its text.
async function bundle(entry, options) {
  const result = await build({
    entryPoints: [entry], bundle: true, minify: true, write: false, metafile: true, format: "iife",
    charset: "utf8", legalComments: "none", absWorkingDir: here, logLevel: "warning", ...options,
  });
  Object.keys(result.metafile.inputs).forEach((input) => inputs.add(input));
  return result.outputFiles[0].text.trimEnd();
}

// Chrome 109 is the last for Windows 7; Firefox 115 ESR likewise.
const officer = ["chrome109", "edge109", "firefox115"];
const scryptWorker = await bundle(source("reader", "scrypt-worker.js"), { target: officer });
const readWorker = await bundle(source("reader", "read-worker.js"), { target: officer });
const letter = readFileSync(source("reader", "pass", "letter.txt"), "utf8");
const readerOptions = (texts) => ({ target: officer, define: { SCRYPT_WORKER: JSON.stringify(scryptWorker), READ_WORKER: JSON.stringify(readWorker), PASS_LETTER: JSON.stringify(letter), LICENSES: JSON.stringify(texts) } });
await bundle(source("reader", "main.js"), readerOptions("")); // to learn which packages are in it
const readerInputs = [...inputs];

const script = await bundle(source("reader", "main.js"), readerOptions(licences(here, readerInputs)));
const style = await bundle(source("reader", "reader.css"), { target: officer, format: undefined });

const csp = [
  "default-src 'none'", `script-src ${sha256(script)}`, `style-src ${sha256(style)}`, "img-src blob:", "worker-src blob:",
  "base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'", "trusted-types tipbox-worker",
].join("; ");

// The page hashes itself by serialising what was parsed (src/reader/self.js):
// only what survives that unchanged may stand in it.
const page = readFileSync(source("reader", "reader.html"), "utf8").trimEnd()
  .replace("%CSP%", () => csp).replace("%STYLE%", () => style).replace("%SCRIPT%", () => script);
if (/<\/(script|style)/i.test(script + style) || /<!--/.test(script) || /[\r\0]/.test(page)) {
  throw new Error("the bundle would not survive being put into a page");
}
writeFileSync(join(out, "reader.html"), page);

// Chrome 67 has BigInt literals; older WebViews stop at the first of them and
// leave the form to itself. (safari14 cannot be reached: 14.1 can.)
const villager = ["chrome67", "firefox68", "safari14.1"];
for (const name of ["seal", "replies", "outbox", "worker"]) {
  const script = Buffer.from(`${await bundle(source(name, "main.js"), { target: villager, plugins: [lean] })}\n`);
  writeFileSync(join(out, `${name}.js`), script);
  writeFileSync(join(out, `${name}.js.br`), brotliCompressSync(script, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: script.length } }));
}
writeFileSync(join(out, "LICENSES.txt"), licences(here, [...inputs]));
