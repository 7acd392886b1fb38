// The board's part of the desk without a page: whose tag it is, and which tip keeps the answer.
import assert from "node:assert/strict";
import { App } from "../src/reader/app.js";
import { Book } from "../src/reader/book/book.js";
import { boardPart } from "../src/reader/board/part.js";
import { notice } from "../src/reader/board/notice.js";
import { makeKey, test } from "./support.mjs";

const at = Date.parse("2026-11-29T12:00:00+07:00");
const entry = (id, recipient, tag) => ({ id, opened: { text: id, tip: { replyTo: recipient && { recipient, lookup: "00".repeat(16), tag, at: "https://tip.example.vn" } } } });

test("a tag on the board is its sender's; who has borrowed one is told of", async () => {
  const key = await makeKey();
  let now = at;
  const book = await Book.make("na-co-sa", [key.recipient], [key.identity], () => "Páo", () => now);
  const [first, again, thief, stranger] = [entry("TB-1111-AAAA", "age1a", "K7Q2PX"), entry("TB-2222-BBBB", "age1a", "K7Q2PX"), entry("TB-3333-CCCC", "age1b", "K7Q2PX"), entry("TB-4444-DDDD", null)];
  const app = new App({ desk: { opened: [first, again, stranger] }, screens: [], panels: [], now: () => now });
  app.book = book;
  const part = boardPart(app);
  assert.deepEqual([first, again, thief, stranger].map((one) => part.tagOf(one)), ["K7Q2PX", "K7Q2PX", "K7Q2PX", ""]);
  const says = () => notice(book, now).rows;

  part.put(first, "K7Q2PX", " Đã  nhận.\n");
  assert.deepEqual(says(), [{ tag: "K7Q-2PX", text: "Đã nhận." }]);
  now -= 3_600_000; // the clock was wrong: the last word counts all the same
  part.put(again, "K7Q2PX", "Đã xong.");
  assert.deepEqual(says(), [{ tag: "K7Q-2PX", text: "Đã xong." }]);
  assert.equal(book.state("TB-2222-BBBB"), null, "the tip that has the answer keeps it");
  assert.deepEqual([first, again, stranger].map((one) => part.doubt(one, "K7Q2PX")), ["", "", ""]);
  assert.equal(part.tagOf({ id: "TB-1111-AAAA", opened: null }), "K7Q2PX", "known from the book alone");

  app.desk.opened.push(thief);
  assert.deepEqual([first, thief].map((one) => part.doubt(one, "K7Q2PX")), ["claimed", "claimed"]);
  app.desk.opened = [thief];
  assert.equal(part.doubt(thief, "K7Q2PX"), "other");

  part.put(first, "K7Q2PX", "");
  assert.deepEqual(says(), []);
});

test("the board is written out once a week, or for a reason", async () => {
  const key = await makeKey();
  let now = at;
  const book = await Book.make("na-co-sa", [key.recipient], [key.identity], () => "Páo", () => now);
  const app = new App({ desk: { opened: [] }, screens: [], panels: [], now: () => now });
  app.book = book;
  const part = boardPart(app);
  const put = (tag, text) => book.append({ tip: `TB-${tag.slice(0, 4)}-AAAA`, do: "board", tag, text });
  put("K7Q2PX", "Đã nhận.");
  assert.equal(part.now.at, 0);
  part.publish(part.now);
  part.publish(part.now); // nothing has changed: printed again
  put("0AAAAA", "Đã nhận.");
  assert.equal(part.now.at, at + 7 * 86_400_000);
  part.publish(part.now, "sai chữ");
  now += 8 * 86_400_000;
  put("1AAAAA", "Đã nhận.");
  assert.equal(part.now.at, 0);
  assert.deepEqual(book.all.filter((event) => event.do === "publish").map(({ what: { why } }) => why), ["", "sai chữ"]);
});
