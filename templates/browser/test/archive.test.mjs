// Archives larger than any file that is read whole, and folders of thousands of files.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import { Desk } from "../src/reader/desk.js";
import { maxFile } from "../src/reader/wrapping.js";
import { makeKey, root, sealTip, test } from "./support.mjs";

const wrapped = (name) => readFileSync(join(root, "..", "..", "crypto", "unwrap", "testdata", "wrapped", name));
const key = await makeKey();

// An archive as webmails write it: packed or stored, its directory at the end.
function zip(name, files) {
  const parts = [], directory = [];
  let at = 0;
  for (const [path, content, { packed = false, flags = 0x800 } = {}] of files) {
    const data = packed ? deflateRawSync(content) : Buffer.from(content);
    const title = Buffer.from(path);
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt16LE(flags, 2);
    head.writeUInt16LE(packed ? 8 : 0, 4);
    head.writeUInt32LE(crc32 ? crc32(content) : 0, 10);
    head.writeUInt32LE(data.length, 14);
    head.writeUInt32LE(content.length, 18);
    head.writeUInt16LE(title.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\0", "latin1"), head, place, title);
    parts.push(Buffer.from("PK\x03\x04", "latin1"), head, title, data);
    at += 30 + title.length + data.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(list.length, 8);
  end.writeUInt32LE(at, 12);
  return Object.assign(new Blob([...parts, list, Buffer.from("PK\x05\x06", "latin1"), end]), { name, lastModified: 0 });
}

const inside = (flags) => [
  ["Hộp thư/Tin mới.eml", wrapped("zip-in-mail.eml"), { packed: true }], ["phim.mp4", Buffer.alloc(maxFile + 1)],
  ["ghi chú.txt", Buffer.from("không phải tin"), { flags }], ["TB-0000-0001.age", Buffer.from("hỏng")],
];

// crypto/open's TestLargeArchive holds tipbox open to the same.
test("a large archive of mails is read file by file", async () => {
  const desk = new Desk();
  await desk.add([zip("thu.zip", inside(0x800))]);
  assert.deepEqual(desk.waiting.map((tip) => `${tip.name} ${tip.mail}`), ["TB-7F3K-9QMX.age Tin mới.eml"]);
  assert.deepEqual(desk.aside.map(({ name, code }) => `${name} ${code}`).sort(), ["ghi chú.txt notsealed", "phim.mp4 toolarge"]);
  assert.deepEqual(desk.allProblems.map(({ name, code }) => `${name} ${code}`), ["TB-0000-0001.age notsealed"]);
  const locked = new Desk();
  await locked.add([zip("thu.zip", inside(0x801))]);
  assert.deepEqual(locked.allProblems.map(({ name, code }) => `${name} ${code}`), ["thu.zip ziplocked"]);
  const cut = new Desk();
  await cut.add([Object.assign(zip("thu.zip", inside(0x800)).slice(0, maxFile + 9), { name: "thu.zip" })]);
  assert.deepEqual(cut.allProblems.map(({ code }) => code), ["toolarge"]);
});

test("forty tips in a folder of five thousand files are found, and a stop is a stop", async () => {
  const sealed = await sealTip([key.recipient]);
  let read = 0;
  const file = (name, content) => Object.assign(new Blob([content]), {
    name, lastModified: 0, ofFolder: true,
    async arrayBuffer() {
      read++;
      return Uint8Array.from(content).buffer;
    },
  });
  const tips = Array.from({ length: 40 }, (_, i) => file(`TB-00${String(i).padStart(2, "0")}-AAAA.age`, Buffer.concat([sealed, Buffer.from([i])])));
  const photo = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0]);
  const folder = Array.from({ length: 4960 }, (_, i) => file(i % 2 ? `anh-${i}.jpg` : `don-${i}.txt`, i % 2 ? photo : Buffer.from("Đơn xin nghỉ")));
  const desk = new Desk();
  const said = [];
  await desk.add([...tips, ...folder], { progress: (what, n, of) => said.push(`${what} ${n}/${of}`) > 0 });
  assert.deepEqual([desk.waiting.length, desk.aside.length, desk.allProblems, said.at(-1)], [40, 4960, [], "reading 5000/5000"]);
  assert.equal(read, 40 + 2480, "of a picture no more than its beginning is read");
  const stopped = new Desk();
  await stopped.add([...tips, ...folder], { progress: (what, n) => n <= 10 });
  assert.deepEqual([stopped.waiting.length, stopped.allProblems.map(({ name, code }) => `${name} ${code}`)], [10, ["+4990 halted"]]);
  stopped.keys = [key.identity];
  await stopped.openWaiting(() => false);
  assert.deepEqual([stopped.waiting.length, stopped.allProblems.length], [10, 1], "what was not opened goes on waiting");
});
