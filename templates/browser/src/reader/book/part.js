// The book's part of the app: what is kept of it, and what happens along.
import { download } from "../handout.js";
import { recipientsOf } from "./book.js";
import { law } from "./due.js";
import { fingerprint } from "./fingerprint.js";
import { Keeper } from "./keeper.js";
import { Downloads } from "./places.js";
import { time } from "./times.js";

// How often the book's file is looked at for what other desks have written, in milliseconds.
const lookEvery = 10_000;

// A mail's Date from further ahead than a wrong clock is not believed: the officer is asked.
const ahead = 24 * 3_600_000;

const maxDetail = 120; // characters

/** Returns the book's part of the app. */
export const bookPart = (app) => app.part("book", () => new BookPart(app));

class BookPart {
  constructor(app) {
    this.app = app;
    this.officer = ""; // the name beside what is done, as it was typed now or before
    this.key = ""; // stands for it until then
    this.folder = null; // the place where a new book is offered
    this.unit = null;
    this.owns = []; // the recipients of the officer's keys
    this.chosen = []; // recipients of files
    this.compared = new Set(); // those of them that were compared by telephone
    this.open = new Set();
    this.filter = "";
    this.told = "";
    this.keeper = new Keeper({
      keys: () => app.desk.keys, by: () => this.officer || this.key, now: () => app.now(), downloads: () => new Downloads((name, bytes) => download(name, bytes, "application/age")),
      tapped: () => Boolean(navigator.userActivation && navigator.userActivation.isActive), changed: () => this.#changed(),
    });
    this.timer = setInterval(() => this.keeper.look(), lookEvery);
  }

  #changed() {
    const { app, keeper } = this;
    if (keeper.book && app.book !== keeper.book) {
      app.book = keeper.book;
      keeper.book.dueBy(deadlines(app, keeper.book.unit));
      this.named(this.officer);
      enterAll(app, app.desk.opened);
    }
    app.book = keeper.book;
    const { problem } = keeper;
    const news = problem && problem !== this.told;
    this.told = problem;
    const { title, hint } = app.t.problem[problem] || {};
    if (news && app.screen !== "book") app.notice(`${title} ${hint}`, { warn: true });
    else app.update();
  }

  /** Names the officer, in the book too: it is typed once. */
  named(name = "") {
    const { book } = this.keeper;
    const recipient = fingerprint(this.owns[0]);
    if (name && book && book.officer(recipient) !== name) book.append({ tip: "", do: "officer", recipient, name });
    this.officer = name || this.officer || (book ? book.officer(recipient) : "");
  }

  leave() {
    clearInterval(this.timer);
  }

  /** Takes in a book's file; a key in clear may have come with it, just before. */
  async take(name, bytes, place) {
    await this.#know();
    await this.keeper.take(name, bytes, place);
  }

  // Who the officer is, by the opened keys.
  async #know() {
    this.owns = await recipientsOf(this.app.desk.keys);
    if (this.owns.length > 0) this.key = `khóa ${fingerprint(this.owns[0]).slice(0, 9)}`;
  }

  async unlocked() {
    await this.#know();
    await this.keeper.unlocked();
  }
}

function deadlines({ addressBook }, id) {
  const unit = (addressBook.units || []).find((one) => one.id === id);
  return (unit && unit.deadlines) || law;
}

/** What the book has of an opened tip: the fields of its enter. */
export function fields(app, { opened: { tip }, sum, date }) {
  const { where, when } = places(tip.text);
  const known = date !== undefined && date <= app.now() + ahead && date >= Date.UTC(2021);
  return {
    unit: tip.unit, site: tip.site, mailbox: tip.mailbox, urgent: tip.urgent, received: known ? time(date) : "", photos: tip.photos.length,
    text: tip.text, where, when, sum: sum.replace(/ /g, ""),
  };
}

// The lines that stand behind a tip's message where the form asked for them.
function places(text) {
  const lines = text.split("\n");
  const last = (begin) => (lines.length > 0 && lines[lines.length - 1].startsWith(begin) ? short(lines.pop().slice(begin.length)) : "");
  const when = last("Khi nào: ");
  return { when, where: last("Ở đâu: ") };
}

// As much as the form lets anyone say; who seals a tip himself may have written more.
function short(detail) {
  const chars = [...detail];
  return chars.length > maxDetail ? `${chars.slice(0, maxDetail - 1).join("")}…` : detail;
}

/** Enters the opened tips that the book does not have, and gives each the id that it has there. */
export function enterAll(app, entries) {
  if (!app.book) return;
  for (const entry of entries.filter(({ opened }) => opened && opened.tip)) {
    const { ref } = app.book.enter(entry.id.startsWith("X-") ? "" : entry.id, fields(app, entry));
    if (ref !== entry.id) {
      const warning = ref.includes("+") ? "otherenter" : "replay";
      if (warning === "replay") entry.others = [entry.id];
      if (!entry.opened.warnings.includes(warning)) entry.opened.warnings.push(warning);
      entry.id = ref;
    }
    if (entry.looked) looked(app, entry);
  }
}

/** Enters that someone has looked at the tip. */
export function looked(app, entry) {
  const state = app.book && app.book.state(entry.id);
  if (state && !state.seen) app.book.append({ tip: entry.id, do: "seen" });
}
