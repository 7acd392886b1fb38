// What a phone shows is sent, and what is sent tells nothing of the browser: the
// photos of intake/photo/testdata/phone in browsers, as the server takes them.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe } from "node:test";
import { build } from "esbuild";
import { segments } from "../src/shared/jpeg.js";
import { decodeJPEG, readJPEG } from "../src/shared/jpegread.js";
import { encodeJPEG } from "../src/shared/jpegwrite.js";
import { after, before, launch, newPage, root, test, within } from "./support.mjs";

const phone = join(root, "..", "..", "intake", "photo", "testdata", "phone");
const shown = JSON.parse(readFileSync(join(phone, "shown.json"), "utf8"));
const read = (name) => readFileSync(join(phone, name));

function drained(work) {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}
const decode = (bytes) => drained(decodeJPEG(readJPEG(new Uint8Array(bytes)), 65_535));

// The middles of the four quarters.
const quarters = ({ width, height, data }) => [0, 1, 2, 3].map((i) => {
  const x = (width >> 2) + (width >> 1) * (i % 2), y = (height >> 2) + (height >> 1) * (i >> 1);
  return [...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)];
});
const alike = (a, b) => a.every((colour, i) => colour.every((v, c) => Math.abs(v - b[i][c]) <= 50));
// What is not there is grey or black on the server, and whatever the browser likes here.
const there = (look) => look.Colours.map((colour) => !/^(128,128,128|0,0,0)$/.test(colour.join()));

// All that stands before the picture's data: tables, sampling, order.
const head = (bytes) => Buffer.from(bytes.subarray(0, Buffer.from(bytes).indexOf(Buffer.from([0xff, 0xda])) + 14)).toString("hex");

// A grey JPEG of so many pixels: each block is no difference and its end.
function huge(width, height) {
  const tables = [...segments(drained(encodeJPEG({ width: 8, height: 8, data: new Uint8Array(256) }, 85)))].filter(({ marker }) => marker === 0xdb || marker === 0xc4);
  const segment = (marker, content) => Buffer.from([0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 255, ...content]);
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]), ...tables.map(({ marker, content }) => segment(marker, content)),
    segment(0xc0, [8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0]), segment(0xda, [1, 1, 0, 0, 63, 0]),
    Buffer.alloc(Math.ceil(blocks / 4) * 3, Buffer.from([0x28, 0xa2, 0x8a])), Buffer.from([0xff, 0xd9]),
  ]);
}

// Exif that asks for a quarter turn to the right, as a segment.
const lying = Buffer.from("ffe10022457869660000" + "4d4d002a00000008" + "000101120003000000010006" + "0000" + "00000000", "hex");
const lie = (jpeg) => Buffer.concat([jpeg.subarray(0, 2), lying, jpeg.subarray(2)]);

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
      const result = await within(page.evaluate((...args) => window.clean(...args), Buffer.from(bytes).toString("base64"), type, limit), "a photo to be clean");
      return typeof result === "string" ? Buffer.from(result, "base64") : result;
    };

    test("what the server takes the page takes, and it looks alike", async () => {
      const wrong = [];
      for (const [file, look] of Object.entries(shown)) {
        if (/^server-.*webp$/.test(file)) continue; // of which browsers show nothing
        const kind = file.split(".")[1];
        const photo = await clean(read(file), `image/${kind === "jpg" ? "jpeg" : kind}`);
        // Where the canvas lies the page reads JPEG and PNG itself; the others get the
        // advice to send a screenshot, and of PNGs whose data does not end well the
        // decompressor gives what it gives.
        if (name === "tor" && !/\.(jpg|png)$/.test(file)) {
          if (look && photo.problem && photo.problem !== "photo_unreadable") wrong.push(`${file}: ${photo.problem}`);
          continue;
        }
        if (name === "tor" && ["bad-adler.png", "extra-idat.png", "extra-in-idat.png"].includes(file)) continue;
        if (!look) {
          if (photo.problem !== "photo_unreadable" && !file.startsWith("maybe-")) wrong.push(`${file}: taken`);
          continue;
        }
        if (photo.problem) {
          wrong.push(`${file}: ${photo.problem}`);
          continue;
        }
        const picture = decode(photo);
        const got = quarters(picture);
        if (picture.width !== look.W || picture.height !== look.H || !alike(got.filter((_, i) => there(look)[i]), look.Colours.filter((_, i) => there(look)[i]))) {
          wrong.push(`${file}: ${picture.width}×${picture.height} ${JSON.stringify(got)}, want ${JSON.stringify(look)}`);
        }
      }
      assert.deepEqual(wrong, []);
    });

    test("108 and 200 megapixels are taken", async () => {
      for (const [width, height] of [[12_000, 9000], [16_320, 12_240]]) {
        const photo = await clean(lie(huge(width, height)));
        assert.equal(photo.problem, undefined);
        const picture = decode(photo);
        assert.deepEqual([picture.width, picture.height], [1200, 1600]);
        assert.ok(alike(quarters(picture), Array(4).fill([128, 128, 128])));
      }
    });

    test("what is sent is written as the server writes it, with nothing beside the picture", async () => {
      const server = new Uint8Array(readFileSync(join(phone, "..", "server.jpg")));
      for (const file of ["whole.png", "whole.jpg", "no-eoi.jpg", "progressive-no-eoi.jpg", "mpf.jpg", "sampling-4x1.jpg"]) {
        const photo = await clean(read(file), file.endsWith("png") ? "image/png" : "image/jpeg");
        assert.equal(head(photo), head(server), file);
        execFileSync("djpeg", ["-outfile", "/dev/null"], { input: photo }); // warns of nothing
      }
      const small = await clean(read("whole.png"), "image/png", 2500);
      assert.ok(small.length <= 2500, "as small as it must be");
    });

    test("an orientation is followed once", async () => {
      const picture = decode(await clean(lie(read("whole.jpg"))));
      assert.deepEqual([picture.width, picture.height], [120, 160]);
      const [red, green, blue, white] = shown["whole.jpg"].Colours;
      assert.ok(alike(quarters(picture), [blue, red, white, green]), JSON.stringify(quarters(picture)));
    });
  });
}
