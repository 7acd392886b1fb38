// What a phone shows is sent, and what is sent tells nothing of the browser: the
// photos of intake/photo/testdata/phone in browsers, as the server takes them.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { build } from "esbuild";
import { decodeJPEG, readJPEG } from "../src/shared/jpegread.js";
import { launch, newPage, root } from "./support.mjs";

const phone = join(root, "..", "..", "intake", "photo", "testdata", "phone");
const shown = JSON.parse(readFileSync(join(phone, "shown.json"), "utf8"));
const read = (name) => readFileSync(join(phone, name));

function decode(bytes) {
  const work = decodeJPEG(readJPEG(new Uint8Array(bytes)), 65_535);
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

// The middles of the four quarters.
const quarters = ({ width, height, data }) => [0, 1, 2, 3].map((i) => {
  const x = (width >> 2) + (width >> 1) * (i % 2), y = (height >> 2) + (height >> 1) * (i >> 1);
  return [...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)];
});
const alike = (a, b) => a.every((colour, i) => colour.every((v, c) => Math.abs(v - b[i][c]) <= 40));

// All that stands before the picture's data: tables, sampling, order.
const head = (bytes) => Buffer.from(bytes.subarray(0, Buffer.from(bytes).indexOf(Buffer.from([0xff, 0xda])) + 14)).toString("hex");

for (const name of ["chrome", "chrome109", "firefox", "tor"]) {
  describe(name, { timeout: 600_000 }, () => {
    const cleanups = [];
    let page;
    before(async () => {
      const { outputFiles: [script] } = await build({
        stdin: { contents: `export { cleanPhoto } from "./src/seal/photo.js"`, resolveDir: root },
        bundle: true, write: false, format: "iife", globalName: "photo", target: ["chrome67", "firefox68"],
      });
      page = await newPage(await launch({ after: (f) => cleanups.push(f) }, name));
      await page.goto("about:blank");
      await page.evaluate(script.text);
      await page.evaluate(`${script.text}; window.clean = async (base64, type, limit) => {
        const file = new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], { type });
        try {
          return btoa(Array.from((await photo.cleanPhoto(file, limit)).bytes, (b) => String.fromCharCode(b)).join(""));
        } catch (err) {
          return { problem: err.problem || String(err) };
        }
      }`);
    });
    after(async () => {
      for (const cleanup of cleanups.reverse()) await cleanup();
    });
    const clean = async (bytes, type = "image/jpeg", limit = 1 << 20) => {
      const result = await page.evaluate((...args) => window.clean(...args), Buffer.from(bytes).toString("base64"), type, limit);
      return typeof result === "string" ? Buffer.from(result, "base64") : result;
    };

    test("what the server takes the page takes, and it looks alike", async () => {
      const wrong = [];
      for (const [file, look] of Object.entries(shown)) {
        const kind = file.split(".")[1];
        const photo = await clean(read(file), `image/${kind === "jpg" ? "jpeg" : kind}`);
        if (!look) {
          if (photo.problem !== "photo_unreadable") wrong.push(`${file}: taken`);
          continue;
        }
        if (photo.problem) {
          wrong.push(`${file}: ${photo.problem}`);
          continue;
        }
        const picture = decode(photo);
        const got = quarters(picture);
        if (picture.width !== look.W || picture.height !== look.H || !alike(got, look.Colours)) {
          wrong.push(`${file}: ${picture.width}×${picture.height} ${JSON.stringify(got)}, want ${JSON.stringify(look)}`);
        }
      }
      assert.deepEqual(wrong, []);
    });
  });
}
