// Keeps the book: opens it, saves it after every change, and takes in what other
// desks have written. No page here, so that Node can test it.
import { Problem } from "../problem.js";
import { Book, openBook, sealBook } from "./book.js";
import { same } from "./places.js";

// How often a save that another PC's came before is tried at once.
const tries = 8;

// What lies at a place and is not this book's: left alone, whatever happens.
const notOurs = ["bookforeign", "bookunit", "bookdamaged", "bookkey", "notbook", "booknewer", "booklarge"];

// What may be over when it is tried again without anyone's doing.
const passing = ["bookunwritten", "bookbusy"];

export class Keeper {
  /**
   * keys() gives the opened identities, by() the officer's label, now() the time in
   * milliseconds, downloads() the place of a book that the page may write nowhere else;
   * tapped() says whether a person has just tapped, so that the browser may ask something;
   * changed() is called when there is something else to show.
   */
  constructor({ keys, by, downloads, now = () => Date.now(), tapped = () => false, changed = () => {} }) {
    Object.assign(this, { keys, by, downloads, now, tapped, changed });
    this.offered = false; // the browser has asked once without anyone's wish to save: that is enough
    this.book = null; // the one that is written in: one that the officer's own key vouches for
    this.place = null;
    this.strange = null; // {name, book, bytes, place}: opened, but nobody has vouched for it yet
    this.waiting = []; // {name, bytes, place} until a key is there
    this.problems = []; // {name, code} of books that were not taken
    this.problem = ""; // why the last save was none
    this.merged = null; // {name, count} of the copy that was taken in last
    this.savedAt = 0; // ms, 0 for never
    this.written = null; // the sealed bytes at the place that hold nothing which the book has not
    this.saving = null;
  }

  get dirty() {
    return Boolean(this.book && this.book.dirty);
  }

  /** Takes a book's sealed bytes in: to work with, to be compared, or to be merged. place is where it lies, if the page may write there. */
  async take(name, bytes, place = null) {
    if (this.keys().length === 0) {
      this.waiting = this.waiting.filter((w) => w.name !== name).concat({ name, bytes, place });
      return this.changed();
    }
    this.problems = this.problems.filter((p) => p.name !== name);
    try {
      await this.#opened(name, bytes, place, await openBook(bytes, this.keys()));
    } catch (err) {
      this.problems.push({ name, code: codeOf(err) });
    }
    return this.changed();
  }

  /** Opens the books that waited for a key, and those that another key did not open. */
  async unlocked() {
    const waiting = this.waiting;
    this.waiting = [];
    for (const { name, bytes, place } of waiting) await this.take(name, bytes, place);
  }

  async #opened(name, bytes, place, book) {
    if (book.said === "forged") throw new Problem("bookforged");
    if (this.book) {
      this.merged = { name, count: this.book.merge(book) };
      if (place && !this.place.keeps) this.#lies(place, bytes);
      if (this.dirty) await this.save({ asked: false });
    } else if (this.strange && book.said !== "vouched") {
      if (book.check !== this.strange.book.check) throw new Problem("bookstrange");
      this.strange.book.merge(book);
    } else if (book.said === "vouched") {
      this.#adopt(bytes, place, book);
    } else {
      this.strange = { name, bytes, place, book };
    }
  }

  #lies(place, bytes) {
    Object.assign(this, { place, written: bytes });
  }

  #adopt(bytes, place, book) {
    Object.assign(this, { book, strange: null, problem: "" });
    this.#lies(place || this.downloads(), bytes);
    Object.assign(book, { by: this.by, now: this.now, save: () => this.save(), appended: () => this.save({ asked: false }) });
  }

  /** "đúng": the key of the strange book was compared by telephone, so this desk's key vouches for it. */
  async vouch() {
    const { bytes, place, book } = this.strange;
    await book.vouchFor(this.keys());
    this.#adopt(bytes, place, book);
    await this.save({ asked: false });
    this.changed();
  }

  /** The strange book is not the unit's: it is put aside, its file left as it is. */
  refuse() {
    this.strange = null;
    this.changed();
  }

  /** Makes a new book of the unit, sealed to the recipients, those of the fingerprints met compared, and writes it where nothing lies yet. */
  async make(unit, recipients, met = [], place = null) {
    const book = await Book.make(unit, recipients, this.keys(), this.by, this.now);
    for (const recipient of met) book.append({ tip: "", do: "met", unit, recipient });
    this.#adopt(null, place, book);
    const saved = await this.save({ asked: false });
    if (notOurs.includes(this.problem)) { // there is a book already, or something else
      this.problems.push({ name: place.label, code: "bookthere" });
      Object.assign(this, { book: null, place: null, problem: "" });
    }
    this.changed();
    return saved;
  }

  /** Takes in the book that lies at a place, if there is one. */
  async find(place) {
    this.problems = this.problems.filter((p) => p.name !== place.label);
    try {
      const bytes = await place.read();
      if (bytes && bytes.length > 0) await this.take(place.label, bytes, place);
    } catch (err) {
      this.problems.push({ name: place.label, code: codeOf(err) });
    }
    this.changed();
  }

  /** Saves a copy among the downloads; the book stays where it is. */
  async copy() {
    await this.downloads().write(await sealBook(this.book));
  }

  /** From now on the book is saved there; a copy that lies there is merged, anything else is told and left alone. */
  async move(place) {
    const before = { place: this.place, written: this.written };
    this.#lies(place, null);
    this.book.touch();
    const saved = await this.save();
    if (notOurs.includes(this.problem)) {
      this.problems.push({ name: place.label, code: this.problem });
      Object.assign(this, before, { problem: "" });
    }
    this.changed();
    return saved;
  }

  /**
   * Reads the file again, merges what others wrote, and writes. Resolves to whether
   * everything is saved; what is wrong stands in problem. Calls that come meanwhile are
   * one save more. What was not asked for by a person writes nothing to the downloads.
   */
  save({ asked = true } = {}) {
    if (!this.book || (!asked && !this.place.keeps)) return Promise.resolve(false);
    this.again = true;
    this.asked = this.asked || asked;
    if (this.saving) return this.saving;
    this.saving = this.#saves();
    if (asked) this.changed(); // whoever enters something draws it anyway
    return this.saving;
  }

  async #saves() {
    if (!this.asked) await null; // what is entered together is saved together
    try {
      while (this.again) {
        const { asked } = this;
        this.again = this.asked = false;
        if (!(await this.#permitted(asked))) throw new Problem(asked ? "bookdenied" : "bookask");
        await this.#write();
      }
      this.problem = "";
      this.savedAt = this.now();
      return true;
    } catch (err) {
      this.problem = codeOf(err);
      return false;
    } finally {
      this.saving = null;
      this.changed();
    }
  }

  async #permitted(asked) {
    if (asked || (await this.place.permitted(false))) return this.place.permitted(asked);
    if (this.offered || !this.tapped()) return false;
    this.offered = true;
    return this.place.permitted(true);
  }

  async #write() {
    for (let i = 0; i < tries; i++) {
      const seen = await this.#read();
      if (seen && !this.dirty) return;
      const { version } = this.book;
      const bytes = await sealBook(this.book);
      if (!(await this.place.write(bytes, seen))) continue; // another PC was faster
      if (this.place.keeps) {
        const now = await this.place.read();
        if (!now || !same(now, bytes)) continue; // another PC was hardly slower
      }
      this.written = bytes;
      this.book.saved(version);
      return;
    }
    throw new Problem("bookbusy");
  }

  // Reads what lies there and merges it; null for nothing. The book is dirty afterwards where it has more.
  async #read() {
    const seen = await this.place.read();
    if (!seen || seen.length === 0) {
      if (this.written && this.place.keeps) this.book.touch(); // it was taken away
      return null;
    }
    if (this.written && same(seen, this.written)) return seen;
    const other = await openBook(seen, this.keys());
    this.book.merge(other);
    this.written = seen;
    if (this.book.within(other)) this.book.saved();
    else this.book.touch(); // it was put in the place of what this desk wrote
    return seen;
  }

  /** Looks whether another desk has written, takes it in, and writes again what it did not have; and whether a stick is in again. */
  async look() {
    if (!this.book || !this.place.keeps || this.saving || (this.problem && !passing.includes(this.problem))) return;
    const seen = await this.place.read().catch(() => null);
    if (this.dirty || (seen && !same(seen, this.written || []))) await this.save({ asked: false });
  }
}

const codeOf = (err) => (err instanceof Problem ? err.code : "unexpected");
