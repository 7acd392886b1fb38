// Keeping the book: what several desks, sticks and forgers do to it.
import assert from "node:assert/strict";
import { Book, openBook, sealBook } from "../src/reader/book/book.js";
import { askBeforeLock } from "../src/reader/book/leaving.js";
import { parseEvent } from "../src/reader/book/event.js";
import { bookName, Folder, oldName, OneFile } from "../src/reader/book/places.js";
import { candidates } from "../src/reader/book/recipients.js";
import { Disk, officer } from "./book.mjs";
import { makeKey, sealTo, test } from "./support.mjs";

const note = (book, tip, text) => book.append({ tip, do: "note", text });
const sum = (digit) => digit.repeat(64);
const enter = (book, tip, digit = "a", more = {}) => book.append({ tip, do: "enter", unit: "na-co-sa", site: "ncs01", mailbox: "crime", urgent: false, received: "2026-11-29T09:10:00+07:00", photos: 0, text: "chữ", sum: sum(digit), ...more });
const notes = (book) => book.all.filter(({ do: name }) => name === "note").map(({ what }) => what.text).sort();

// Two officers of one unit, the second of whom has vouched; the book in the folder.
async function unit(disk = new Disk()) {
  const [a, b] = [await officer("Páo"), await officer("Lò")];
  await a.keeper.make("na-co-sa", [a.recipient, b.recipient], [], new Folder(disk));
  await b.keeper.take(bookName, disk.files.get(bookName), new Folder(disk));
  await b.keeper.vouch();
  await a.keeper.look();
  return { a, b, disk, opened: (name = bookName) => openBook(disk.files.get(name), [a.identity]) };
}

test("a book is saved after every change, the one before it stays, and a stranger's key opens nothing", async () => {
  const { a, disk, opened } = await unit();
  assert.equal(a.keeper.dirty, false);
  for (const text of ["một", "hai"]) {
    note(a.keeper.book, "TB-7F3K-9QMX", text);
    assert.equal(a.keeper.dirty, true);
    await a.keeper.saving;
    assert.equal(a.keeper.dirty, false);
  }
  assert.deepEqual([notes(await opened()), notes(await opened(oldName))], [["hai", "một"], ["một"]]);
  const c = await officer("Sùng");
  await c.keeper.take(bookName, disk.files.get(bookName));
  assert.deepEqual([c.keeper.book, c.keeper.problems], [null, [{ name: bookName, code: "bookkey" }]]);
});

test("a book nobody has vouched for is not written in until it was compared", async () => {
  const { a, b, disk } = await unit();
  const fresh = await officer("Páo", b);
  const forged = await Book.make("na-co-sa", [b.recipient], [(await makeKey()).identity], () => "?", () => 0);
  for (const text of ["giả"]) note(forged, "TB-7F3K-9QMX", text);
  await fresh.keeper.take("so-tin.age", await sealBook(forged), new Folder(disk));
  assert.equal(fresh.keeper.book, null);
  assert.match(fresh.keeper.strange.book.check, /^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
  assert.notEqual(fresh.keeper.strange.book.check, a.keeper.book.check);
  const before = disk.files.get(bookName);
  fresh.keeper.refuse();
  assert.equal(disk.files.get(bookName), before, "its file is as it was");
  await assert.rejects(sealBook(forged.constructor.parse(forged.bytes)), (err) => err.code === "bookstrange");

  // In the name of the officer's own key, with a voucher that is not his.
  const [[name]] = [[...b.keeper.book.vouch.keys()].filter((one) => !a.keeper.book.vouch.has(one) || one)];
  for (const one of b.keeper.book.vouch.keys()) forged.vouch.set(one, new Uint8Array(32));
  assert.ok(name);
  await fresh.keeper.take("so-tin.age", await sealBook(forged));
  assert.deepEqual([fresh.keeper.strange, fresh.keeper.problems.map(({ code }) => code)], [null, ["bookforged"]]);
});

test("what is no copy of the book is told, and what lies there is never overwritten", async () => {
  const { a, b, disk } = await unit();
  note(a.keeper.book, "TB-7F3K-9QMX", "một");
  await a.keeper.saving;
  const good = disk.files.get(bookName);
  const flipped = good.slice();
  flipped[flipped.length - 30] ^= 1;
  const foreign = await officer("Khác", b);
  await foreign.keeper.make("na-co-sa", [a.recipient, b.recipient]);
  const other = await officer("Khác", b);
  await other.keeper.make("quang-lam", [a.recipient, b.recipient]);
  const retired = await makeKey();
  const cases = {
    bookdamaged: flipped, bookkey: await sealTo([retired.recipient], a.keeper.book.bytes), notbook: await sealTo([a.recipient], "chữ"),
    bookforeign: await sealBook(foreign.keeper.book), bookunit: await sealBook(other.keeper.book),
  };
  for (const [code, content] of Object.entries({ ...cases, "bookdamaged ": good.subarray(0, good.length / 2), "bookdamaged  ": good.subarray(0, 40) })) {
    a.keeper.problems = [];
    await a.keeper.take("khac.age", content);
    assert.deepEqual(a.keeper.problems, [{ name: "khac.age", code: code.trim() }]);

    // The same in the place of the book's own file.
    disk.files.set(bookName, content);
    note(a.keeper.book, "TB-7F3K-9QMX", `trên ${code}`);
    await a.keeper.saving;
    assert.deepEqual([a.keeper.problem, a.keeper.dirty], [code.trim(), true]);
    assert.equal(disk.files.get(bookName), content);
    assert.equal(await a.keeper.move(new Folder(disk)), false);
    assert.equal(disk.files.get(bookName), content);
    disk.files.set(bookName, good);
    assert.equal(await a.keeper.save(), true);
  }
  // A new book does not take the place of one that lies there either.
  const lying = disk.files.get(bookName);
  const fresh = await officer("Páo", b);
  await fresh.keeper.make("na-co-sa", [b.recipient], [], new Folder(disk));
  assert.deepEqual([fresh.keeper.book, fresh.keeper.problems, disk.files.get(bookName)], [null, [{ name: "USB/so-tin.age", code: "bookthere" }], lying]);
});

test("a stick pulled out while saving: told, nothing lost, saved when it is back or elsewhere", async () => {
  const { a, disk, opened } = await unit();
  const before = disk.files.get(bookName);
  for (const [failing, code] of [["InvalidStateError", "bookunwritten"], ["NotFoundError", "bookunwritten"], ["NotAllowedError", "bookdenied"], ["QuotaExceededError", "bookfull"]]) {
    for (const at of [0, 1, 2, 3, 4, 5]) { // at every step of a save
      let step = 0;
      disk.failing = "";
      disk.pause = async () => {
        if (step++ === at) disk.failing = failing;
      };
      note(a.keeper.book, "TB-7F3K-9QMX", `${failing} ${at}`);
      assert.equal(await a.keeper.saving, false);
      assert.deepEqual([a.keeper.problem, a.keeper.dirty, disk.files.get(bookName)], [code, true, before], `${failing} at step ${at}`);
    }
  }
  const elsewhere = new Disk();
  assert.equal(await a.keeper.move(new Folder(elsewhere)), true);
  assert.equal(notes(await openBook(elsewhere.files.get(bookName), [a.identity])).length, 24);

  disk.failing = "";
  disk.pause = async () => {};
  assert.equal(await a.keeper.move(new Folder(disk)), true);
  assert.equal(notes(await opened()).length, 24);
});

test("the browser is asked where a person has tapped, and not before", async () => {
  const { a, disk } = await unit();
  const before = disk.files.get(bookName);
  disk.denied = true;
  note(a.keeper.book, "TB-7F3K-9QMX", "một");
  await a.keeper.saving;
  assert.deepEqual([a.keeper.problem, disk.files.get(bookName)], ["bookask", before]);
  assert.equal(await a.keeper.save(), false);
  assert.deepEqual([a.keeper.problem, disk.files.get(bookName)], ["bookdenied", before]);
  disk.denied = false;
  assert.equal(await a.keeper.save(), true);

  // Whoever has just tapped is asked at once, but not with every tap.
  let asked = 0;
  disk.denied = true;
  disk.requestPermission = async () => {
    asked++;
    return "prompt";
  };
  disk.queryPermission = async () => "prompt";
  a.keeper.tapped = () => true;
  for (const text of ["hai", "ba"]) {
    note(a.keeper.book, "TB-7F3K-9QMX", text);
    await a.keeper.saving;
    assert.deepEqual([asked, a.keeper.problem], [1, "bookask"]);
  }
});

test("another PC that writes in the middle of a save is seen just before its end, or just behind it", async () => {
  // A save by a in which b's version lies there from that step on; resolves to what lies there then, and how many steps it took.
  const save = async (at) => {
    const { a, b, disk, opened } = await unit();
    note(b.keeper.book, "TB-7F3K-9QMX", "của b");
    await b.keeper.saving;
    const theirs = disk.files.get(bookName);
    disk.files.set(bookName, disk.files.get(oldName)); // as it was before
    let steps = 0;
    disk.pause = async () => {
      if (steps++ === at) disk.files.set(bookName, theirs);
    };
    note(a.keeper.book, "TB-7F3K-9QMX", "của a");
    await a.keeper.saving;
    return { steps, lying: notes(await opened()) };
  };
  const { steps } = await save(Infinity);
  const lost = [];
  for (let at = 0; at < steps; at++) if ((await save(at)).lying.length < 2) lost.push(at);
  assert.ok(steps > 10, `${steps}`);
  assert.equal(lost.length, 1, `nothing but the browser's own rename is too short to look into: ${lost}`);
});

test("three desks that write at once lose nothing", async () => {
  let seed = 7;
  const random = () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
  const ticks = (n) => (n > 0 ? new Promise((resolve) => setImmediate(resolve)).then(() => ticks(n - 1)) : undefined);
  const { a, b, disk, opened } = await unit();
  const c = await officer("Páo ở máy khác", a);
  await c.keeper.take(bookName, disk.files.get(bookName), new OneFile(await disk.getFileHandle(bookName)));
  disk.pause = () => ticks(Math.floor(random() * 6));
  const desks = [a, b, c].map(({ keeper }) => keeper);
  let count = 0;
  for (let round = 0; round < 25; round++) {
    for (const keeper of desks) if (random() < 0.7) note(keeper.book, `TB-000${Math.floor(random() * 3)}-0000`, String(count++));
    await ticks(Math.floor(random() * 12));
  }
  await Promise.all(desks.map(({ saving }) => saving));
  for (let i = 0; i < 4; i++) for (const keeper of desks) await keeper.look(); // as each does every few seconds
  const lying = await opened();
  assert.equal(new Set(notes(lying)).size, count);
  for (const keeper of desks) assert.deepEqual([keeper.dirty, keeper.problem, lying.within(keeper.book)], [false, "", true]);
  const written = disk.log.length;
  for (const keeper of desks) await keeper.look();
  assert.equal(disk.log.length, written, "and then it is quiet");
});

test("two books that disagree in one second come to the same on both desks", async () => {
  const { a, b, disk } = await unit();
  disk.failing = "NotFoundError"; // each by himself
  enter(a.keeper.book, "TB-7F3K-9QMX");
  enter(b.keeper.book, "TB-7F3K-9QMX");
  a.keeper.book.append({ tip: "TB-7F3K-9QMX", do: "assign", to: "Páo" });
  b.keeper.book.append({ tip: "TB-7F3K-9QMX", do: "assign", to: "Lò" });
  await Promise.all([a.keeper.saving, b.keeper.saving]);
  disk.failing = "";
  await a.keeper.look();
  await b.keeper.look();
  await a.keeper.look();
  assert.deepEqual(a.keeper.book.states(), b.keeper.book.states());
  assert.deepEqual(a.keeper.book.state("TB-7F3K-9QMX").conflicts, []);
});

test("another file under an earlier tip's id is a tip of its own", async () => {
  const { a } = await unit();
  const { book } = a.keeper;
  const entered = (digit, text) => book.enter("TB-7F3K-9QMX", { unit: "na-co-sa", text, sum: sum(digit) }).ref;
  assert.equal(entered("a", "của người báo"), "TB-7F3K-9QMX");
  assert.equal(entered("b", "mạo mã"), "TB-7F3K-9QMX+BBBBBBBB");
  book.append({ tip: "TB-7F3K-9QMX+BBBBBBBB", do: "status", status: "dropped" });
  assert.deepEqual(book.states().map(({ id, text, status }) => [id, text, status]), [["TB-7F3K-9QMX", "của người báo", "new"], ["TB-7F3K-9QMX+BBBBBBBB", "mạo mã", "dropped"]]);
});

test("without a place to write to, a person's wish saves", async () => {
  const a = await officer("Páo");
  await a.keeper.make("na-co-sa", [a.recipient]);
  note(a.keeper.book, "TB-7F3K-9QMX", "một");
  assert.deepEqual([a.keeper.saving, a.keeper.dirty, a.saved], [null, true, []]);
  assert.equal(await a.keeper.save(), true);
  assert.deepEqual([a.keeper.dirty, a.saved.map(({ name }) => name)], [false, [bookName]]);
  const again = await officer("Páo", a);
  again.keeper.keys = () => [];
  await again.keeper.take(bookName, a.saved[0].content);
  assert.equal(again.keeper.waiting.length, 1, "it waits for its key");
  again.keeper.keys = () => [a.identity];
  await again.keeper.unlocked();
  assert.deepEqual(notes(again.keeper.book), ["một"]);
});

test("a page that locks by itself leaves nothing unsaved behind, even where the disk hangs", async () => {
  const { a, disk } = await unit();
  disk.pause = () => new Promise(() => {});
  note(a.keeper.book, "TB-7F3K-9QMX", "một");
  const part = { keeper: a.keeper };
  assert.equal(await askBeforeLock({ part: () => part, typed: [] }, "tukhoa", 1), true);
  assert.deepEqual(notes(await openBook(a.saved[0].content, [a.identity])), ["một"]);
});

test("an address book whose unit has no key any more offers none, and a new key of the officer's own is offered", async () => {
  const [a, b, mine] = await Promise.all([makeKey(), makeKey(), makeKey()]);
  const part = { owns: [mine.recipient], chosen: [b.recipient] };
  for (const units of [undefined, [], [{ id: "na-co-sa" }], [{ id: "na-co-sa", recipients: [] }]]) assert.deepEqual(candidates({ addressBook: { units } }, part, "na-co-sa", []), [mine.recipient, b.recipient]);
  assert.deepEqual(candidates({ addressBook: { units: [{ id: "na-co-sa", recipients: [a.recipient, b.recipient] }] } }, part, "na-co-sa", [b.recipient]), [mine.recipient, a.recipient]);
});

test("a hundred thousand events are read and folded", async () => {
  const a = await officer("Páo");
  await a.keeper.make("na-co-sa", [a.recipient]);
  const { book } = a.keeper;
  enter(book, "TB-7F3K-9QMX");
  note(book, "TB-7F3K-9QMX", "ghi chú");
  const [entered, noted] = book.events("TB-7F3K-9QMX");
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const e = (i) => [15, 10, 5, 0].map((bits) => letters[(i >> bits) & 31]).join("").padStart(16, "A");
  for (let i = 0; i < 20_000; i++) {
    const made = (event, j) => parseEvent(event.line.replaceAll("TB-7F3K-9QMX", `TB-${String(i).padStart(8, "0")}`).replace(event.e, e(5 * i + j)).replace('"n":2', `"n":${j + 1}`));
    book.take(made(entered, 0));
    for (let j = 1; j < 5; j++) book.take(made(noted, j));
  }
  const again = Book.parse(book.bytes);
  assert.equal(again.all.length, 100_003);
  assert.equal(again.states().length, 20_001);
  assert.deepEqual(again.states().filter(({ conflicts }) => conflicts.length > 0), []);
});
