// The book in Node: the vectors that Go is held to as well, and what is its own here.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { markdown, notice, readyAt } from "../src/reader/board/notice.js";
import { Book } from "../src/reader/book/book.js";
import { newEvent, parseEvent } from "../src/reader/book/event.js";
import { after, parseSpan, parseTime, time } from "../src/reader/book/times.js";
import { check, vouchers } from "../src/reader/book/trust.js";
import { leftWords } from "../src/reader/handle/left.js";
import { strings } from "../src/reader/strings.js";
import { bytes, unbase64 } from "./book.mjs";
import { root, test } from "./support.mjs";

const vectors = JSON.parse(readFileSync(join(root, "..", "..", "crypto", "book", "testdata", "vectors.json"), "utf8"));
const problems = { notBook: "notbook", newer: "booknewer", damaged: "bookdamaged", otherUnit: "bookunit", otherBook: "bookforeign" };
const failing = (work, error, name) => assert.throws(work, (err) => assert.equal(err.code, problems[error], name) ?? true, name);

test("times and spans are Go's", () => {
  for (const [text, seconds] of Object.entries(vectors.times)) assert.equal(parseTime(text), seconds < 0 ? NaN : seconds * 1000, text);
  for (const { from, span, to } of vectors.spans) {
    const parsed = parseSpan(span);
    assert.equal(parsed ? time(after(parsed, parseTime(from))) : "", to, `${span} from ${from}`);
  }
});

test("an event is written as Go writes it", () => {
  for (const { e, n, tip, at, by, do: name, brings, line } of vectors.events) {
    const mine = newEvent(n, tip, by, parseTime(at), { do: name, ...brings });
    assert.equal(mine.line.replace(mine.e, e), line);
    assert.deepEqual(parseEvent(line).what, mine.what);
  }
  assert.equal(newEvent(1, "", "á".repeat(300), 0, { do: "seen" }).by, `${"á".repeat(199)}…`);
});

test("vouchers and the characters to compare are Go's", async () => {
  for (const v of vectors.vouch) {
    const book = { id: v.book, unit: v.unit, key: unbase64(v.key) };
    const [[fingerprint, voucher]] = await vouchers([v.identity], book);
    assert.deepEqual([fingerprint, Buffer.from(voucher).toString("base64"), check(book)], [v.fingerprint, v.voucher, v.check]);
  }
});

test("a book is read, and doubted, as Go does", async () => {
  for (const { name, plain, identity, error, trust, events, odd } of vectors.books) {
    if (error) {
      failing(() => Book.parse(bytes(plain)), error, name);
      continue;
    }
    const book = Book.parse(bytes(plain));
    assert.deepEqual([name, await book.trust([identity]), book.all.length, book.all.filter(({ n }) => n === 0).length], [name, { vouched: "vouched", notVouched: "strange", forged: "forged" }[trust], events, odd]);
    if (!error) assert.equal(new TextDecoder().decode(book.bytes), plain, name);
    assert.equal(book.dirty, false);
  }
});

test("events come to what they come to in Go", () => {
  for (const { name, lines, deadlines, states: wanted, whole: all, nextN } of vectors.folds) {
    const book = new Book({ id: "A".repeat(16), unit: "u", key: new Uint8Array(32) });
    // One by one, looked at in between: what is kept of the fold must not show.
    for (const line of (lines || [])) {
      book.take(parseEvent(line));
      book.states();
    }
    if (deadlines) book.dueBy(deadlines);
    assert.deepEqual(book.states(), wanted, name);
    for (const state of wanted) assert.deepEqual(book.state(state.id), state);
    assert.deepEqual(book.whole, all, name);
    for (const [tip, n] of Object.entries(nextN)) assert.equal(book.append({ tip, do: "seen" }).n, n, `${name}: ${tip}`);
  }
});

test("what is left is said in whole hours, and never more than there is", () => {
  const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
  const said = Object.entries({ "còn 0 phút": 1, "còn 59 phút": hour - 1, "còn 1 giờ": hour, "còn 9 giờ": 10 * hour - 1, "còn 47 giờ": 2 * day - 1, "còn 2 ngày": 2 * day, "còn 19 ngày": 20 * day - 1, "vừa quá hạn": -1, "quá hạn 1 phút": -minute, "quá hạn 3 giờ": -3 * hour, "quá hạn 2 ngày": -2 * day });
  for (const [words, ms] of said) assert.equal(leftWords(1e12 + ms, 1e12, strings.vi), words);
  assert.equal(leftWords(1e12 - 2 * day, 1e12, strings.en), "2 days overdue");
});

test("tips are entered as in Go", () => {
  const book = new Book({ id: "A".repeat(16), unit: "na-co-sa", key: new Uint8Array(32) });
  for (const [i, { id, sum, received, confirmed, ref, new: fresh, events }] of vectors.enters.entries()) {
    const what = { unit: "na-co-sa", received, confirmed, sum };
    if (sum) assert.deepEqual(book.enter(id, what), { ref, fresh }, `${i}`);
    else book.append({ tip: id, do: "enter", ...what });
    assert.equal(book.all.length, events, `${i}`);
  }
});

test("two copies merge as in Go", () => {
  for (const { name, a, b, error, added, plain, order } of vectors.merges) {
    const [mine, theirs] = [Book.parse(bytes(a)), Book.parse(bytes(b))];
    if (error) failing(() => mine.merge(theirs), error, name);
    else assert.equal(mine.merge(theirs), added, name);
    assert.equal(new TextDecoder().decode(mine.bytes), plain, name);
    assert.deepEqual(mine.states().flatMap(({ id }) => mine.events(id).map(({ e }) => e)), order, name);
    assert.equal(mine.within(theirs), false, name);
    if (!error && added === 0) assert.equal(theirs.within(mine), true, name);
  }
});

test("the board says what it says in Go", () => {
  for (const { name, lines, now, week, rows, sum, ready, markdown: file } of vectors.boards) {
    const book = new Book({ id: "A".repeat(16), unit: "u", key: new Uint8Array(32) });
    for (const line of (lines || [])) book.take(parseEvent(line));
    const made = notice(book, parseTime(now));
    assert.deepEqual(made, { week, rows: rows || [], sum }, name);
    assert.equal(readyAt(made, book.whole.published, parseTime(now)) === 0, ready, name);
    assert.equal(markdown(made), file, name);
  }
});
