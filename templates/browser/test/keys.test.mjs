// Keys in the desk, without a page: the same files and sheets as tipbox keygen's.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scryptAsync } from "@noble/hashes/scrypt.js";
import { fingerprint } from "../src/reader/book/fingerprint.js";
import { make, recipientFile } from "../src/reader/keys/identity.js";
import { draw, strength, typed } from "../src/reader/keys/passphrase.js";
import { isPicture, jpegsOf } from "../src/reader/keys/picture.js";
import { saveTo } from "../src/reader/keys/save.js";
import { codesIn } from "../src/reader/keys/scan.js";
import { Reading, sheet } from "../src/reader/keys/sheet.js";
import { plain, words } from "../src/reader/keys/words.js";
import { latin, sniff } from "../src/reader/kind.js";
import { unlock } from "../src/reader/unlock.js";
import { decodePNG } from "../src/shared/pngread.js";
import { root, tempDir, test } from "./support.mjs";

const paper = (name) => readFileSync(join(root, "..", "..", "qr", "paper", "testdata", name));
const vectors = JSON.parse(paper("sheets.json")).map((v) => ({ ...v, locked: new Uint8Array(Buffer.from(v.Locked, "base64")) }));
const derive = (passphrase, salt, logN) => scryptAsync(passphrase, salt, { N: 2 ** logN, r: 8, p: 1, dkLen: 32 });

test("a sheet says what qr/paper prints, and gives the identity back", () => {
  for (const { locked, Lines, Codes } of vectors) {
    const { lines, codes } = sheet(locked);
    assert.deepEqual(lines.map(({ label, groups }) => [label, ...groups].join(" ")), Lines);
    assert.deepEqual(codes.map(({ text }) => text), Codes);

    const byCode = new Reading();
    assert.ok([...Codes].reverse().every((code) => byCode.addCode(code)));
    assert.deepEqual(byCode.locked(), locked);
    const byHand = new Reading();
    byHand.addText(`Bản sao tệp khóa\r\n${Lines.map((line) => line.toLowerCase().replace(/o/g, "0")).join("\r\n")}`);
    assert.deepEqual(byHand.locked(), locked);
  }
  assert.throws(() => sheet(new Uint8Array(793)), { code: "paperlarge" });
});

test("what is typed wrong is named by its row, the rest is kept", () => {
  const [{ Lines, Codes, locked }, other] = vectors;
  const reading = new Reading();
  const wrong = (i) => Lines[i].replace(/ (.)(.)/, (_, a, b) => ` ${b}${a === b ? "A" : a}`);
  const texts = Lines.map((line, i) => ([2, 3, 8].includes(i) ? wrong(i) : line));
  assert.throws(() => reading.addText(texts.join("\n")), { code: "typo", lines: "3-4, 9" });
  assert.equal(reading.missing, "3-4, 9");
  assert.throws(() => reading.addText(Lines[2].replace(/ ./, " Đ")), { code: "typovietnamese", lines: "3" });
  assert.throws(() => reading.addText("kính gửi anh"), { code: "noline" });
  assert.throws(() => reading.addText(other.Lines[0]), { code: "twosheets" });
  for (const code of ["http://tip.test/t/ncs01", other.Codes[0].replace("TIPBOX1", "TIPBOX2"), "TIPBOX1:01-09/17:AA", "TIPBOX1:09-01/17:AAAA", Codes[0].slice(0, -2)]) assert.ok(!reading.addCode(code), code);
  assert.ok(!reading.whole);
  reading.addCode(Codes[0]); // a photo stands in for what is typed wrong
  assert.ok(reading.whole);
  assert.deepEqual(reading.locked(), locked);

  const mixed = new Reading(); // two sheets of the same number of lines
  const [first, second] = [vectors[0].locked, vectors[0].locked.map((byte, i) => (i < 9 ? byte ^ 1 : byte))].map((file) => sheet(file).codes);
  mixed.addCode(first[0].text);
  mixed.addCode(second[1].text);
  assert.throws(() => mixed.locked(), { code: "wrongsum" });
});

test("both codes are read from a picture of a sheet, as it lies and turned", async () => {
  const picture = await decodePNG(paper("sheet.png"), 25e6);
  const quarter = { width: picture.height, height: picture.width, data: new Uint8ClampedArray(picture.data.length) };
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < picture.width; x++) {
      const from = 4 * (y * picture.width + x), shade = 0.5 + 0.4 * (x / picture.width); // dim on one side
      for (let c = 0; c < 4; c++) quarter.data[4 * (x * picture.height + (picture.height - 1 - y)) + c] = c < 3 ? picture.data[from + c] * shade : 255;
    }
  }
  for (const view of [picture, quarter]) {
    const reading = new Reading();
    await codesIn(view, (texts) => texts.forEach((text) => reading.addCode(text)) || reading.whole);
    assert.deepEqual(reading.locked(), vectors[0].locked);
  }
  assert.deepEqual(await codesIn({ width: 300, height: 200, data: new Uint8ClampedArray(4 * 300 * 200).fill(128) }, () => false), []);
});

test("an identity is locked as Go locks it", async () => {
  const { identity, recipient, file } = await make("rừng núi", derive, 10);
  assert.match(file, /^-----BEGIN AGE ENCRYPTED FILE-----\n([A-Za-z0-9+/]{64}\n)+[A-Za-z0-9+/=]{1,64}\n-----END AGE ENCRYPTED FILE-----\n$/);
  const { kind, bytes } = sniff(Buffer.from(file));
  assert.equal(kind, "locked");
  assert.ok(sheet(bytes).codes.length === 2, "it goes on one sheet");
  assert.deepEqual(await unlock(bytes, "rừng núi".normalize("NFD"), derive), [identity]);
  const words = "con trau hoa sen mua xuan nha san suoi nguon";
  const drawn = sniff(Buffer.from((await make(words, derive, 4)).file)).bytes;
  for (const typed of ["con trâu hoa sen mùa xuân nhà sàn suối nguồn", ` ${words.toUpperCase()}  `]) assert.equal((await unlock(drawn, typed, derive)).length, 1, "drawn words have no accents, whatever the keyboard makes of them");
  await assert.rejects(unlock(bytes, "RUNG NUI", derive), { code: "wrongpassphrase" }, "one of an officer's own is as it is");
  assert.equal(recipientFile(recipient, " Đại úy\n Páo "), `# Đại úy Páo\n${recipient}\n`);
  assert.equal(recipientFile(recipient, " "), `${recipient}\n`);
  // As in crypto/keys: officers have it on paper.
  assert.equal(fingerprint("age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"), "2461 6968 3637 3242 5585 9764");
});

test("five words are drawn evenly from a list that any keyboard types", () => {
  assert.equal(words.length, 2048);
  assert.equal(new Set(words.map(plain)).size, 2048, "told apart without accents");
  for (const word of words) {
    assert.match(plain(word), /^[a-z]{2,7} [a-z]{1,7}$/);
    assert.doesNotMatch(plain(word), /aa|ee|oo|dd|[aeiouy][a-z]*[sfrxjzw]/, `Telex would change ${word}`);
    assert.doesNotMatch(plain(word), /\b(lon|cac|buoi|dit|cut)\b/, `${word} is read as something else`);
  }
  const times = new Map();
  for (let i = 0; i < 12_000; i++) {
    const drawn = draw();
    assert.equal(new Set(drawn).size, 5);
    drawn.forEach((word) => times.set(word, (times.get(word) || 0) + 1));
  }
  assert.equal(times.size, 2048, "every word is drawn"); // thirty times each: one is missed in a run of a thousand million
  assert.deepEqual(strength(typed(draw())).level, "strong");
  assert.equal(typed(["con trâu", "đèn đỏ"]), "con trau den do");
});

test("a passphrase is worth what one who knows people needs to guess it", () => {
  const worth = JSON.parse(readFileSync(join(root, "..", "..", "cmd", "internal", "passphrase", "testdata", "worth.json"), "utf8"));
  assert.ok(worth.length > 45);
  for (const { passphrase, level, why } of worth) {
    const said = strength(passphrase);
    assert.deepEqual([said.level, said.why], [level, why], JSON.stringify(passphrase));
  }
});

// A chosen folder (File System Access): what is written is there only once it is closed.
function folderAt(dir, broken) {
  return {
    async getFileHandle(name, { create = false } = {}) {
      const path = join(dir, name);
      if (!existsSync(path) && !create) throw Object.assign(new Error("none"), { name: "NotFoundError" });
      if (!existsSync(path)) writeFileSync(path, "");
      let written = "";
      return {
        createWritable: async () => ({
          write: async (text) => { written += text; },
          async close() {
            if (broken) throw new Error("the stick was pulled out");
            writeFileSync(`${path}.crswap`, written);
            renameSync(`${path}.crswap`, path);
          },
        }),
        getFile: async () => ({ text: async () => readFileSync(path, "utf8") }),
      };
    },
    removeEntry: async (name) => rmSync(join(dir, name)),
  };
}

test("a key file is saved beside what is there, never over it, and what fails is told", async (t) => {
  const dir = tempDir(t);
  globalThis.window = { showDirectoryPicker: async () => folderAt(dir) };
  t.after(() => delete globalThis.window);
  assert.equal(await saveTo("khoa-cua-toi", "cũ"), "khoa-cua-toi");
  assert.equal(await saveTo("khoa-cua-toi", "mới"), "khoa-cua-toi-2");
  assert.deepEqual(readdirSync(dir).map((name) => readFileSync(join(dir, name), "utf8")), ["cũ", "mới"]);
  window.showDirectoryPicker = async () => { throw Object.assign(new Error("closed"), { name: "AbortError" }); };
  assert.equal(await saveTo("khoa-cua-toi", "x"), "", "nothing was chosen");
  window.showDirectoryPicker = async () => folderAt(dir, true);
  await assert.rejects(saveTo("khoa-cua-toi", "x"), /pulled out/);
  assert.deepEqual(readdirSync(dir), ["khoa-cua-toi", "khoa-cua-toi-2"], "no empty file is left");
  assert.equal(readFileSync(join(dir, "khoa-cua-toi"), "utf8"), "cũ");
});

test("a PDF that a scanner makes gives its pictures, one that holds none says so", () => {
  assert.ok(isPicture(Buffer.from("%PDF-1.4")) && isPicture(paper("sheet.png")) && !isPicture(Buffer.from("age-encryption.org/v1")));
  const jpeg = readFileSync(join(root, "test", "data", "camera.jpg"));
  const pdf = Buffer.concat([Buffer.from("%PDF-1.4\n<</Filter /DCTDecode>>\nstream\r\n"), jpeg, Buffer.from("\nendstream\nstream\nx\nendstream <</Filter /DCTDecode>> stream\n"), jpeg, Buffer.from("endstream")]);
  assert.deepEqual(jpegsOf(latin(pdf)).map(([from, to]) => pdf.subarray(from, from + jpeg.length).equals(jpeg) && to - from - jpeg.length <= 1), [true, true]);
  assert.deepEqual(jpegsOf(latin(Buffer.from("%PDF-1.4 stream\nq 1 0 0 1 endstream"))), []);
});
