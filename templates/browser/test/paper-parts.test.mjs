// Passing on, counting and printing, as far as they need no page.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Decrypter } from "age-encryption";
import { bytesOf, byWeek, count, isCounts, merge, parseCounts, total } from "../src/reader/counts/count.js";
import { fingerprints, readAddressBook, unitName, units } from "../src/reader/addressbook.js";
import { axis } from "../src/reader/counts/chart.js";
import { csv, rows } from "../src/reader/counts/rows.js";
import { parseTime } from "../src/reader/book/times.js";
import { contents } from "../src/reader/open.js";
import { compose, maxNote, reread, roomFor, sealed } from "../src/reader/pass/compose.js";
import { letter } from "../src/reader/pass/letter.js";
import { mask, maskAll, masked } from "../src/reader/pass/mask.js";
import { example, makeKey, root, test } from "./support.mjs";

const vectors = JSON.parse(readFileSync(join(root, "..", "..", "crypto", "counts", "testdata", "vectors.json"), "utf8"));
const now = parseTime("2026-11-29T18:00:00+07:00");

test("what a book comes to is what Go counts", () => {
  assert.ok(vectors.counting.length >= 9 && vectors.reading.length >= 15 && vectors.merging.length >= 5);
  for (const { name, unit, now: at, weeks, states, counts, undated } of vectors.counting) {
    assert.deepEqual(count(unit, states || [], parseTime(at), weeks), { counts, undated }, name);
  }
  for (const { name, plain, wrong } of vectors.reading) {
    let said = "";
    try {
      const bytes = new TextEncoder().encode(plain);
      const file = parseCounts(bytes, now);
      assert.ok(isCounts(bytes), name);
      assert.deepEqual(parseCounts(bytesOf(file), now), file, name);
      assert.equal(bytesOf(file).length, 16384, name);
    } catch (err) {
      said = err.code || err.stack;
    }
    assert.equal(said, wrong, name);
  }
  for (const { name, files, units, disputed, weeks, total: sum, rows: table } of vectors.merging) {
    const merged = merge(files || []);
    assert.deepEqual(merged, { units: (units || []).map((unit) => ({ ...unit, weeks: unit.weeks || [] })), disputed: disputed || [] }, name);
    assert.deepEqual(byWeek(merged.units), weeks || [], name);
    assert.deepEqual(total("", byWeek(merged.units)), sum, name);
    assert.deepEqual(rows(merged.units), table, name);
  }
  assert.equal(csv([["a", 'b "c", d']]), '\ufeffa,"b ""c"", d"\r\n');
});

test("an axis has whole steps, six at most, and is long enough", () => {
  for (let n = 1; n < 5000; n += n < 60 ? 1 : 37) {
    const steps = axis(n);
    assert.ok(steps.length >= 2 && steps.length <= 6 && steps.every(Number.isInteger) && steps.at(-1) >= n && steps.at(-2) < n, `${n}: ${steps}`);
  }
});

test("words are masked wherever they stand, as cmd/internal/desk masks them", () => {
  for (const [text, words, want, n] of [
    ["Anh Sính, anh SÍNH.", "sính", `Anh ${masked}, anh ${masked}.`, 2],
    ["Vàng A\n Sính", " Vàng  A Sính ", masked, 1],
    ["Vàng\u00a0A \u2003Sính", "Vàng A Sính", masked, 1],
    ["a.b aXb", "a.b", `${masked} aXb`, 1],
    ["Si\u0301nh", "Sính", masked, 1],
    ["x", "  ", "x", 0],
    ["(x) [y] a-b /c\\ ^$*+?{1}|", "(x) [y] a-b /c\\ ^$*+?{1}|", masked, 1],
  ]) assert.deepEqual(mask(text, words), { text: want, n }, words);
  assert.deepEqual(maskAll("Sính ở bản 2", ["Sính", "bản 2"]), { text: `${masked} ở ${masked}`, misses: [] });
});

const opened = { ...example, text: "Có người đổ rác.\nỞ đâu: suối", photos: [], passed: null, warnings: [] };
const going = (more) => compose(opened, { id: "TB-7F3K-9QMX", by: "na-co-sa", now, note: "", text: opened.text, photos: [], ...more });

test("what is passed on opens at the other unit as it was looked at, and nowhere else", async () => {
  const [theirs, ours] = [await makeKey(), await makeKey()];
  const composed = going({ note: " Xin xác minh.\r\nĐường mo\u0300n. ", text: `${masked} đổ rác.` });
  const file = await sealed(composed, [theirs.recipient]);
  const decrypter = new Decrypter();
  decrypter.addIdentity(theirs.identity);
  const { tip } = contents(await decrypter.decrypt(file));
  assert.deepEqual(tip, reread(composed));
  assert.deepEqual([tip.id, tip.unit, tip.site, tip.text, tip.warnings], ["TB-7F3K-9QMX", "na-co-sa", "ncs01", `${masked} đổ rác.`, []]);
  assert.deepEqual(tip.passed, { by: "na-co-sa", on: "2026-11-29", note: "Xin xác minh.\nĐường mòn." });
  const other = new Decrypter();
  other.addIdentity(ours.identity);
  await assert.rejects(() => other.decrypt(file), /no identity matched/);
  await assert.rejects(() => sealed(composed, []));
  assert.equal(reread(going({ id: "X-1234ABCD" })).id, "");
});

test("where the sender is answered goes along only where the officer says so", () => {
  const replyTo = { recipient: `age1${"q".repeat(58)}`, lookup: "0f".repeat(16), tag: "K7Q2PX", at: "https://tip.example.vn" };
  const about = { id: "", by: "na-co-sa", now, note: "", text: "x", photos: [] };
  assert.equal(reread(compose({ ...opened, replyTo }, about)).replyTo, null);
  assert.deepEqual(reread(compose({ ...opened, replyTo }, { ...about, reply: true })).replyTo, replyTo);
});

test("a note has 500 characters, the next class is there, and too much is told", () => {
  assert.equal(reread(going({ note: "ệ".repeat(maxNote) })).passed.note.length, maxNote);
  assert.throws(() => going({ note: "ệ".repeat(maxNote + 1) }), { code: "passnote" });
  const long = "ệ".repeat(4600);
  assert.equal(reread(going({ note: "ệ".repeat(maxNote), text: long })).text, long);
  const photos = (n) => Array.from({ length: 3 }, () => new Uint8Array(n));
  assert.equal(reread(going({ note: "ệ".repeat(maxNote), text: "ệ".repeat(4600), photos: photos(roomFor(3)) })).photos.length, 3);
  assert.throws(() => reread(going({ photos: photos(2 << 20) })), { code: "passlarge" });
  assert.throws(() => reread(compose({ ...opened, site: "a\r\nb" }, { id: "", by: "na-co-sa", now, note: "", text: "x", photos: [] })), { code: "passodd" });
});

globalThis.PASS_LETTER = readFileSync(join(root, "src", "reader", "pass", "letter.txt"), "utf8"); // as build.mjs does

test("the letter says nothing of the tip but its id", () => {
  const mail = letter({ to: ["a@example.vn", "b@example.vn"], toName: "Công an xã", byName: "Đồn $& {id}", id: "TB-7F3K-9QMX" });
  assert.deepEqual([mail.to, mail.subject], ["a@example.vn, b@example.vn", "[Hòm thư] Chuyển tin TB-7F3K-9QMX"]);
  assert.match(mail.text, /^Kính gửi Công an xã,\n\nĐồn \$& \{id\} chuyển đến một tin .*\nTB-7F3K-9QMX-chuyen\.age,[^]*\n\nĐồn \$& \{id\} passes on a tip\. /);
});

test("an address book that is damaged keeps nobody from tips", () => {
  for (const json of ["", "{}", "null", "[1]", '{"units":1}', '{"units":[null,{"id":1}]}', "{"]) assert.deepEqual(units(readAddressBook(json), "vi"), [], json);
  const book = readAddressBook('{"units":[{"id":"b","name":{"vi":"Xã B","en":"B"},"recipients":[1,"age1x"]},{"id":"a","recipients":null,"name":7}]}');
  assert.deepEqual(units(book, "en").map(({ id, mail, phone, recipients }) => [id, mail, phone, recipients]), [["a", [], "", []], ["b", [], "", ["age1x"]]]);
  assert.deepEqual([unitName(book, "a"), unitName(book, "b"), unitName(book, "b", "en"), unitName(book, "none"), fingerprints(book.units[1])], ["a", "Xã B", "B", "none", []]);
});
