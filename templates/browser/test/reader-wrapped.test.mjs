// What mail systems and people have made of sealed files: the reader finds in each
// what tipbox open finds. The corpus and what comes of it are crypto/unwrap's.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { open } from "../src/reader/open.js";
import { Problem } from "../src/reader/problem.js";
import { strings } from "../src/reader/strings.js";
import { parseIdentities } from "../src/reader/unlock.js";
import { unwrap } from "../src/reader/unwrap.js";
import { root, test } from "./support.mjs";

const dir = join(root, "..", "..", "crypto", "unwrap", "testdata");
const read = (...path) => new Uint8Array(readFileSync(join(dir, ...path)));
const wanted = JSON.parse(readFileSync(join(dir, "wrapped.json"), "utf8"));
const keys = parseIdentities(read("keys.txt"));

const idIn = (name) => {
  const found = new Set((name.match(/\bTB-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b/gi) || []).map((id) => id.toUpperCase()));
  return found.size === 1 ? [...found][0] : "";
};

async function lines(name) {
  const out = [];
  for (const { found, wrong, what, may, id } of await unwrap(name, read("wrapped", name))) {
    for (const { name: part, bytes, within } of found) {
      try {
        out.push(`${idIn(part || name)}: ${(await open(bytes, keys)).text}`);
      } catch (err) {
        if (!(err instanceof Problem)) throw err;
        out.push(`? ${within && /^(truncated|damaged)$/.test(err.code) ? within : err.code}`);
      }
    }
    out.push(...wrong.map(({ code }) => `? ${code}`));
    if (what) out.push(`${may ? "?" : "-"} ${id ? `${what} ${id}` : what}`);
  }
  return out;
}

test("every wrapping gives what it gives tipbox open", async () => {
  const names = readdirSync(join(dir, "wrapped"));
  assert.deepEqual(names.sort(), Object.keys(wanted).sort());
  const differ = [];
  for (const name of names) {
    const got = await lines(name);
    const want = wanted[name];
    if (JSON.stringify(got) !== JSON.stringify(want)) differ.push({ name, got, want });
  }
  assert.deepEqual(differ, []);
  for (const [, what] of names.flatMap((name) => wanted[name]).join("\n").matchAll(/^\? ([a-z]+)/gm)) {
    for (const lang of ["vi", "en"]) assert.ok(strings[lang].problem[what]?.title && strings[lang].problem[what].hint, `${lang} ${what}`);
  }
});
