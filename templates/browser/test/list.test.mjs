// The list without a page: search, what is alike, order and folding.
import assert from "node:assert/strict";
import { Book } from "../src/reader/book/book.js";
import { Desk } from "../src/reader/desk.js";
import { Alike } from "../src/reader/list/alike.js";
import { found, indexed, words } from "../src/reader/list/find.js";
import { Items } from "../src/reader/list/items.js";
import { chosen, everything, rows, sorted } from "../src/reader/list/rows.js";
import { files as features } from "../src/reader/screens.js";
import { sections } from "../src/reader/today/sections.js";
import { makeKey, sealTip, test } from "./support.mjs";

test("search finds with accents and without", () => {
  const finds = (query, text) => found([indexed(text)], words(query));
  const text = "Có người ĐỔ rác xuống suối Nậm Pồ, ê̆ đê";
  for (const query of ["suoi", "SUỐI", "suối".normalize("NFD"), "đổ rác", "rac do", "nguoi  suoi", "nam po", "e de", "đo rac", ""]) assert.ok(finds(query, text), query);
  for (const query of ["suổi", "suoi khong", "rắc", "dỗ"]) assert.ok(!finds(query, text), query);
  assert.ok(finds("suối", "do rac xuong suoi"), "many write without");
  assert.ok(finds("hoà", "ông Hòa"), "two places for an accent");
  assert.ok(finds("ma túy", "m\u200ba tu\u00ady"), "hidden characters hide nothing");
  assert.ok(finds("tuý tuy", "Tây tuy ma túy"), "every place is tried");
  const { plain, folded } = indexed("İ ﬁ 👨‍👩‍👧 한 Đắk Lắk ê̆");
  assert.equal(plain.length, folded.length);
});

test("what is nearly the same is one group, what only sounds like it is not", () => {
  const alike = new Alike();
  const groups = [
    "Xe tải chở gỗ chạy qua cầu bản Nà Pó lúc hai giờ sáng, không có đèn.",
    "xe tai cho go chay qua cau ban na po luc hai gio sang khong co den!!!",
    "Tối qua xe tải chở gỗ chạy qua cầu bản Nà Pó lúc hai giờ sáng, không có đèn.",
    "Cầu bản Nà Pó bị hỏng, xe tải không qua được, xin sửa giúp bà con.",
    "tin rác 1", "tin rác 2", "", "👍", "👍",
  ].map((text) => alike.add(indexed(text).folded));
  assert.deepEqual(groups, [0, 0, 0, 1, 2, 2, 3, 4, 5]);
  const many = new Alike();
  const words = Array.from({ length: 3000 }, (_, i) => `w${(i * 7919) % 3001}`);
  assert.equal(new Set(Array.from({ length: 500 }, (_, i) => many.add(words.slice(i * 5, i * 5 + 60).join(" ")))).size > 20, true, "a chain of likes is not one group");
});

const now = 1e12;
const day = 24 * 3600_000;
const item = (name, more = {}) => ({
  name, box: "report", site: "ncs01", place: "Nà Cô Sa", state: "new", photos: 0, due: null, unread: true, urgent: false, when: now, alike: "", digest: "", index: [indexed(name)], ...more,
});
const names = (all) => all.map((one) => one.name).join(" ");

test("urgent first, due soon next, finished last", () => {
  const items = [
    item("done", { state: "done", urgent: true, when: now + 9 }), item("new"), item("newer", { when: now + 1 }), item("late", { due: now - day }), item("soon", { due: now + 1000 }),
    item("far", { due: now + 9 * day }), item("urgent", { urgent: true, when: now - 9 * day }), item("b", { place: "Ă" }),
  ];
  assert.equal(names(sorted(items, "first", now)), "urgent late soon newer b far new done");
  assert.equal(names(sorted(items, "newest", now)), "done newer b far late new soon urgent");
  assert.equal(names(sorted(items, "oldest", now)).split(" ")[0], "urgent");
  assert.equal(names(sorted(items, "due", now)), "late soon far urgent newer b new done");
  assert.equal(names(sorted(items, "site", now)).split(" ")[0], "b");
  const of = (choice) => names(items.filter((one) => chosen(one, { ...everything, ...choice }, now)));
  assert.equal(of({ due: true }), "late soon");
  assert.equal(of({ state: "done" }), "done");
  assert.equal(of({ query: words("ne"), urgent: true }), "done");
  assert.equal(of({ unread: true, photos: true }), "");
});

test("what is alike, and what a flood's mail is left with, lies together with a count", () => {
  const items = [
    item("a1", { alike: "a" }), item("x"), item("d1", { digest: "d", alike: "e" }), item("a2", { alike: "a", digest: "d", unread: false }),
    item("d2", { digest: "d" }), item("p1", { digest: "p" }), item("d3", { digest: "d" }), item("p2", { digest: "p" }),
  ];
  const drawn = (open) => rows(items, new Set(open)).map(({ item: one, level, fold, all, unread }) => `${">".repeat(level)}${one.name}${fold && ` ${fold}${unread}/${all}`}`);
  assert.deepEqual(drawn([]), ["a1 a1/2", "x", "d1 d3/3", "p1", "p2"]);
  assert.deepEqual(drawn(["d", "a"]), ["a1 a1/2", ">a2", "x", "d1 d3/3", ">d2", ">d3", "p1", "p2"]);
  assert.equal(drawn(["a", "d"]).length, items.length, "nothing is swallowed");
});

test("a tip that only the book knows stands in the list, and today, as an old one", async () => {
  const at = Date.parse("2026-11-29T12:00:00+07:00");
  const key = await makeKey();
  const book = await Book.make("na-co-sa", [key.recipient], [key.identity], () => "Páo", () => at);
  const enter = (tip, more) => book.append({ tip, do: "enter", unit: "na-co-sa", site: "ncs01", mailbox: "crime", urgent: false, received: "2026-11-28T09:10:00+07:00", photos: 2, text: "Gỗ lậu sau nhà máy", sum: "a".repeat(64), ...more });
  enter("TB-0000-0001", {});
  enter("TB-0000-0002", { sum: "b".repeat(64), received: "2026-11-29T09:10:00+07:00", text: "Cầu treo hỏng" });
  for (const event of [{ do: "seen" }, { do: "note", text: "Hỏi kiểm lâm" }, { do: "status", status: "checking" }]) book.append({ tip: "TB-0000-0001", ...event });
  const opened = { id: "TB-0000-0003", name: "x.age", state: "open", opened: { text: "Mới đến", warnings: [], tip: { mailbox: "report", site: "np03", siteName: "Bản Nà Pó", unit: "na-co-sa", urgent: true, photos: [], replyTo: { tag: "K7Q2PX" } } } };
  const app = { desk: { opened: [opened] }, book };
  const items = new Items();
  const all = items.of(app);
  const by = (id) => items.of(app).find((one) => one.id === id);
  assert.equal(items.of(app), all, "made once");
  const old = by("TB-0000-0001");
  assert.deepEqual([old.text, old.photos, old.unread, old.state, old.entry.opened, old.dueFor], ["Gỗ lậu sau nhà máy", 2, false, "checking", null, "classify"]);
  assert.deepEqual([by("TB-0000-0002").unread, by("TB-0000-0003").unread], [true, true]);
  assert.ok(chosen(old, { ...everything, query: words("kiem lam go") }, at), "notes are searched with the text");
  const today = () => sections(items.of(app), at).map(({ id, items: some }) => `${id}: ${some.map((one) => one.id.slice(-1)).join("")}`);
  assert.deepEqual(today(), ["urgent: 3", "overdue: 1", "due: ", "new: 2", "unsorted: ", "waiting: 3"]);
  book.append({ tip: "TB-0000-0002", do: "seen" });
  assert.deepEqual([today()[4], chosen(by("TB-0000-0002"), { ...everything, unsorted: true }, at), chosen(by("TB-0000-0003"), { ...everything, unsorted: true }, at)], ["unsorted: 2", true, false], "to read is not to handle");
  book.append({ tip: "TB-0000-0002", do: "classify", kind: "order", competent: true });
  assert.equal(today()[4], "unsorted: ");
  book.append({ tip: "TB-0000-0001", do: "status", status: "done", outcome: "confirmed" });
  assert.notEqual(items.of(app), all, "and again when something is written");
  assert.deepEqual(today(), ["urgent: 3", "overdue: ", "due: ", "new: ", "unsorted: ", "waiting: 3"]);
  assert.equal(by("TB-0000-0001").entry, old.entry, "the tip that is shown stays the same");
});

// Counts what is done while work runs: how often, and how much of it, a method of an object is used.
async function counted(methods, work) {
  const counts = {};
  const whole = methods.map(([name, object, method, size]) => {
    counts[name] = 0;
    const usual = object[method];
    object[method] = function (...args) { // eslint-disable-line func-names
      counts[name] += size(this, ...args);
      return usual.apply(this, args);
    };
    return () => { object[method] = usual; };
  });
  try {
    await work();
  } finally {
    whole.forEach((undo) => undo());
  }
  return counts;
}

test("until the first list a tip is read, parsed, searched and compared once, however many there are", async () => {
  const key = await makeKey(true);
  const n = 150;
  const files = [];
  for (let i = 0; i < n; i++) {
    const id = `TB-${String(i).padStart(4, "0")}-AAAA`;
    const bytes = await sealTip([key.recipient], { id, message: `${i} ${"Có xe tải chở gỗ qua cầu bản. ".repeat(10)}`.slice(0, 100 + i) });
    files.push({ name: `${id}.age`, size: bytes.length, lastModified: i, ofFolder: true, bytes, arrayBuffer: async () => bytes.buffer });
  }
  let asked = 0;
  const readMany = async (some) => {
    asked++;
    return some.map(({ bytes }, i) => (i === 0 ? null : { bytes, sum: `sum of ${bytes.subarray(-32).join()}` })); // one that the worker cannot read is read here
  };
  const take = async (name, bytes, how) => features.some(({ sniff }) => sniff && sniff(name, bytes, how));
  const desk = new Desk({ readMany, take });
  desk.adopt({ name: "khóa", identity: key.identity, locked: null });
  const items = new Items();
  const counts = await counted([
    ["hashed", crypto.subtle, "digest", () => 1],
    ["decoded", TextDecoder.prototype, "decode", (_, bytes) => bytes.length],
    ["normalized", String.prototype, "normalize", () => 1],
    ["visited", Array.prototype, "filter", (all) => all.length],
    ["sought", Array.prototype, "find", (all) => all.length],
  ], async () => {
    await desk.add(files);
    assert.equal(items.of({ desk, book: null }).length, n);
    items.of({ desk, book: null });
  });
  assert.deepEqual([desk.problems, asked], [[], 3]);
  assert.equal(counts.hashed, 3, "what came with its sum is not summed again");
  assert.ok(counts.decoded / n < 45_000, `${counts.decoded / n} bytes a tip are decoded to text, of 17,000`); // header, fields, parts
  assert.ok(counts.normalized / n < 6, `${counts.normalized / n} times a tip`);
  assert.ok((counts.visited + counts.sought) / n < 60, `for each tip ${(counts.visited + counts.sought) / n} others are looked at`);
});
