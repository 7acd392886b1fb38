// The list without a page: search, what is alike, order and folding.
import assert from "node:assert/strict";
import { Alike } from "../src/reader/list/alike.js";
import { found, indexed, words } from "../src/reader/list/find.js";
import { chosen, everything, rows, sorted } from "../src/reader/list/rows.js";
import { test } from "./support.mjs";

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
  ].map((text) => alike.add(text));
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
