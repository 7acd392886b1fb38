// The desk's replies without a page: the pass, who is one sender, and the file.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { postAll } from "../src/outbox/post.js";
import { excess, fileName, outbox, wrong } from "../src/reader/reply/make.js";
import { bestPass, half, passInMail, readPass } from "../src/reader/reply/pass.js";
import { strings } from "../src/reader/reply/strings.js";
import { enterAnswers, enterReply, replied, stateOf, talks, untouched } from "../src/reader/reply/talk.js";
import { readOutbox, writeOutbox } from "../src/shared/outbox.js";
import { derive } from "../src/shared/receipt.js";
import { maxText, openSlots, replyPlaintext, stock } from "../src/shared/reply.js";
import { root, test } from "./support.mjs";

const vectors = JSON.parse(readFileSync(join(root, "..", "..", "crypto", "receipt", "testdata", "vectors.json"), "utf8"));
const receipt = (i) => derive(new Uint8Array(Buffer.from(vectors.derived[i].master, "hex")));
const november = Date.parse("2026-11-29T02:00:00Z");

test("the pass is found in a mail, and as it is pasted", () => {
  const want = { half: "2026-1", pass: "7F3K-9QMX-2ABC-4DEF" };
  for (const text of [
    "Thư\r\nMã trả lời / Reply pass 2026-1: 7F3K-9QMX-2ABC-4DEF\r\nHết", "reply PASS 2026-1:\n 7f3k 9qmx\n2abc-4def", "Reply pass 2026-1: 7F3K-9QMX-2ABC-\r\n4DEF",
  ]) assert.deepEqual(readPass(text, november), want, text);
  assert.deepEqual(readPass(" 7F3K 9QMX\n2ABC\u20134DEO ", november), { half: "2026-2", pass: "7F3K-9QMX-2ABC-4DE0" });
  for (const text of ["", "7F3K-9QMX-2ABC-4DE", "7F3K-9QMX-2ABC-4DEF-5", "7F3K-9QMX-2ABC-4DEU", "Reply pass 2026-3: 7F3K-9QMX-2ABC-4DEF", "Reply pass 2026-1: 7F3K-9QMX-2ABC-4DEFG"]) {
    assert.equal(readPass(text, november), null, text);
  }
});

test("the pass is found in a mail as mail programs save it", () => {
  const text = "Hòm thư có tin mới.\r\n\r\nMã trả lời / Reply pass 2026-2: 7F3K-9QMX-2ABC-4DEF\r\n\r\nThư này gửi tự động, không có đường dẫn nào để bấm; xin đừng trả lời.\r\n";
  const utf8 = Buffer.from(text).toString("latin1");
  const quoted = utf8.replace(/[^\0-~]|=/g, (char) => `=${char.charCodeAt(0).toString(16).toUpperCase()}`).replace("2ABC", "2A=\r\nBC");
  const base64 = Buffer.from(text).toString("base64").match(/.{1,76}/g).join("\r\n");
  for (const body of [utf8, quoted, base64]) {
    assert.deepEqual(passInMail(`From: hom-thu@example.vn\r\n\r\n--x\r\n\r\n${body}\r\n--x--`), { half: "2026-2", pass: "7F3K-9QMX-2ABC-4DEF" }, body);
  }
  assert.equal(passInMail("From: hom-thu@example.vn\r\n\r\n7F3K-9QMX-2ABC-4DEF\r\n"), null);
});

test("this half-year's pass is good, and the last one's", () => {
  assert.deepEqual(["2026-06-30T16:59:59Z", "2026-06-30T17:00:00Z", "2026-12-31T17:00:00Z"].map((at) => half(Date.parse(at))), ["2026-1", "2026-2", "2027-1"]);
  assert.deepEqual(bestPass({ "2025-1": "a", "2026-2": "b", "2026-1": "c" }, november), { half: "2026-2", pass: "b", good: true });
  assert.equal(bestPass({ "2026-1": "c" }, november).good, true);
  assert.equal(bestPass({ "2025-2": "c" }, november).good, false);
  assert.equal(bestPass({ "2026-2": "c" }, Date.parse("2027-03-01T00:00:00Z")).good, true);
  assert.equal(bestPass({}, november), null);
});

// A book of which only what a reply needs is there.
function book(states) {
  const events = [];
  return {
    events, state: (id) => states[id] || null,
    append(event) {
      events.push(event);
      const state = states[event.tip];
      if (event.do === "reply") state.replies++;
      if (event.do === "answer") state.answers++;
      if (event.do === "status") state.status = event.status;
    },
  };
}

test("the desk shows what the sender's page says", () => {
  for (const lang of ["vi", "en"]) {
    const locale = JSON.parse(readFileSync(join(root, "..", "locales", `${lang}.json`), "utf8"));
    assert.deepEqual(strings[lang].says, Object.fromEntries(stock.map((name) => [name, locale[`answer_${name}`]])));
    assert.deepEqual(Object.keys(strings[lang].names), stock);
  }
  assert.deepEqual(Object.keys(strings.en), Object.keys(strings.vi));
});

test("tips of one key are one sender's, whatever they claim", async () => {
  const [a, b] = [await receipt(0), await receipt(1)];
  const entry = (id, to, date, modified) => ({ id, date, modified, to });
  const entries = [entry("TB-3", a, 300), entry("TB-1", a, 100), entry("TB-1", b, 200), entry("TB-9", null, 1), entry("TB-2", { ...a, lookup: b.lookup }, undefined, 150)];
  const [first, second, ...more] = talks(entries, ({ to }) => to);
  assert.deepEqual([first.entries.map(({ id }) => id), second.entries.map(({ id }) => id), more], [["TB-1", "TB-2", "TB-3"], ["TB-1"], []]);
  const known = book({ "TB-1": { status: "new", replies: 0, answers: 0 }, "TB-2": { status: "new", replies: 0, answers: 0 }, "TB-3": { status: "new", replies: 0, answers: 0 } });
  assert.ok(untouched(first, known) && untouched(first, null));
  enterAnswers(known, first);
  enterAnswers(known, first);
  assert.deepEqual(known.events, [{ tip: "TB-1", do: "answer" }, { tip: "TB-1", do: "answer" }]);
  for (const answer of ["received", "more", "more", ""]) enterReply(known, { tip: "TB-3", answer });
  assert.deepEqual(known.events.slice(2).map((event) => event.status || event.do), ["reply", "reply", "checking", "reply", "reply"]);
  assert.equal(replied(first, known), 4);
  assert.ok(!untouched(first, known));
  assert.deepEqual(Object.keys(stateOf), stock);
});

test("a reply says something, and not too much", () => {
  assert.equal(wrong({ answer: "", text: " \n" }), "empty");
  assert.equal(wrong({ answer: "cannot", text: "" }), "because");
  assert.equal(wrong({ answer: "received", text: "" }), "");
  assert.equal(wrong({ answer: "", text: "ữ".repeat(1001) }), "toolong");
  for (const text of ["ữ".repeat(1000), "\n".repeat(2000) + "x", "x".repeat(3010), "x\n".repeat(1100), "😀".repeat(760)]) {
    const chars = [...text.normalize("NFC").trimEnd()];
    const fits = chars.slice(0, chars.length - excess(text)).join("");
    if (excess(text) === 0) assert.ok(fits.trim().replace(/\n/g, "\r\n").length <= maxText);
    else replyPlaintext({ unit: "u", site: "s", on: "2026-11-29", text: fits });
  }
  assert.ok(excess("x".repeat(20_000)) === 17_000);
});

test("the file holds each reply sealed to its sender, in an order that says nothing", async () => {
  const [a, b] = [await receipt(0), await receipt(1)];
  const draft = (to, text, number) => ({ to, unit: "na-co-sa", site: "ncs01", answer: "", text, number });
  const drafts = [draft(a, "một", 1), draft(b, "của người khác", 1), ...Array.from({ length: 8 }, (_, i) => draft(a, `thêm ${i}`, i + 2))];
  const how = { on: "2026-11-29", pass: "7F3K-9QMX-2ABC-4DEF", at: "https://tip.example.vn" };
  const texts = await Promise.all(Array.from({ length: 8 }, () => outbox(drafts, how)));
  const read = texts.map(readOutbox);
  for (const { base_url, pass, replies } of read) {
    assert.deepEqual([base_url, pass, replies.length], [how.at, how.pass, drafts.length]);
    const own = replies.filter(({ lookup }) => lookup === a.lookup);
    assert.equal(own.length, 9);
    const opened = await openSlots(Uint8Array.from(own.flatMap(({ sealed }) => [...sealed])), a.identity);
    assert.deepEqual(opened.map(({ text }) => text), ["một", ...Array.from({ length: 8 }, (_, i) => `thêm ${i}`)]);
  }
  assert.ok(new Set(read.map(({ replies }) => replies.findIndex(({ lookup }) => lookup === b.lookup))).size > 1);
  assert.equal(fileName("2026-11-29"), "tra-loi-2026-11-29.tipbox-replies");
});

test("what is no file of replies is told", () => {
  const good = { base_url: "https://tip.example.vn", pass: "x", replies: [{ lookup: "00".repeat(16), sealed: new Uint8Array(4096) }] };
  assert.deepEqual(readOutbox(`\ufeff${writeOutbox(good)}`), good);
  const changed = (change) => {
    const file = JSON.parse(writeOutbox(good));
    change(file);
    return JSON.stringify(file);
  };
  for (const text of ["", "{}", "age-encryption.org/v1", changed((f) => { f.v = 2; }), changed((f) => { f.tipbox = "counts"; }), changed((f) => { f.replies = null; }),
    changed((f) => { f.replies[0].lookup = "AAAA"; }), changed((f) => { f.replies[0].sealed = "%"; }), changed((f) => { f.replies[0].sealed = "AAAA"; })]) {
    assert.equal(readOutbox(text), null, text.slice(0, 80));
  }
});

// Posts replies 1 to n to a server that answers so: a status, a status and seconds, or null for no answer.
async function posted(n, answers) {
  const log = [];
  const result = await postAll(Array.from({ length: n }, (_, i) => i + 1), {
    progress() {}, wait: async (ms) => log.push(`${ms / 1000}s`),
    send: async (reply) => {
      log.push(reply);
      const [status, after = 0] = [answers.shift()].flat();
      if (!status) throw new Error("no answer");
      return { status, after };
    },
  });
  return { ...result, log };
}

test("replies are posted one by one; what is refused is told, what is not answered tried again", async () => {
  assert.deepEqual(await posted(3, [204, 204, 204]), { sent: 3, left: [], why: {}, log: [1, 2, 3] });
  assert.deepEqual(await posted(5, [409, 204, 422, 507, 204]), { sent: 2, left: [1, 3, 4], why: { full: 1, broken: 1, room: 1 }, log: [1, 2, 3, 4, 5] });
  assert.deepEqual(await posted(3, [204, 403]), { sent: 1, left: [2, 3], why: { pass: 2 }, log: [1, 2] });
  assert.deepEqual(await posted(2, [null, [503, 20], 204, 204]), { sent: 2, left: [], why: {}, log: [1, "2s", 1, "20s", 1, 2] });
  assert.deepEqual(await posted(3, [204, null, null, 502, null]), { sent: 1, left: [2, 3], why: { away: 2 }, log: [1, 2, "2s", 2, "5s", 2, "15s", 2] });
});
