// Every tip as the list knows it: the opened ones, and those of the book that are not open now.
import { Alike } from "./alike.js";
import { indexed } from "./find.js";
import { strings } from "../strings.js";

const none = [];
const unsaid = indexed("");

const boxes = (mailbox) => ["vi", "en"].map((lang) => strings[lang].mailbox[mailbox] || mailbox).join("\n");

/** Keeps what is costly to make of each tip: what to search in, and what it is like. */
export class Items {
  constructor() {
    this.alike = new Alike();
    this.known = new Map(); // entry → {written, about, group}
    this.closed = new Map(); // id → the entry of a tip that the book alone knows
    this.from = null; // what the items were made of, and they
    this.noted = new Map(); // entry → {said, index} of the book
  }

  leave() {
    this.known.clear();
    this.closed.clear();
    this.noted.clear();
    this.from = null;
  }

  /** Returns an item for each tip of the app, in no order; the same array until there are other tips or other events. */
  of(app) {
    const { desk: { opened }, book } = app;
    const states = book ? book.states() : none;
    if (this.from && this.from.opened === opened && this.from.states === states) return this.from.items;
    const ids = new Set(opened.map(({ id }) => id));
    const entries = opened.concat(states.filter(({ id }) => id && !ids.has(id)).map((state) => this.#closed(state)));
    const items = entries.map((entry) => this.#item(entry, book && entry.opened ? book.state(entry.id) : entry.book));
    this.from = { opened, states, book, items };
    return items;
  }

  #closed(state) {
    if (!this.closed.has(state.id)) this.closed.set(state.id, { id: state.id, sum: state.sum, opened: null, name: state.id });
    return Object.assign(this.closed.get(state.id), { book: state });
  }

  #item(entry, state) {
    const tip = entry.opened ? entry.opened.tip : state;
    const known = this.#known(entry, tip, state);
    const received = entry.date === undefined && state && state.received ? Date.parse(state.received) : entry.date;
    const dues = state && state.due ? Object.entries(state.due).filter(([, at]) => at).map(([what, at]) => ({ what, at: Date.parse(at) })) : [];
    const due = dues.sort((a, b) => a.at - b.at)[0];
    return {
      entry, state: (state && state.status) || "new", inBook: Boolean(state), id: entry.id, name: entry.name,
      text: entry.opened ? entry.opened.text : state.text || "",
      box: tip ? tip.mailbox : "", site: tip ? tip.site : "", place: tip ? tip.siteName || tip.site || "" : "",
      urgent: Boolean(tip && tip.urgent), photos: tip ? (entry.opened ? tip.photos.length : tip.photos || 0) : 0,
      received, when: received === undefined ? entry.modified || 0 : received,
      due: due ? due.at : null, dueFor: due ? due.what : "", kind: (state && state.kind) || "",
      duplicate: Boolean(state && state.duplicateOf),
      waiting: Boolean(entry.opened && tip && tip.replyTo) && !(state && state.replies > 0),
      get unread() {
        return !entry.looked && !(state && state.seen);
      },
      alike: `alike ${known.group}${tip && tip.urgent ? " urgent" : ""}`, digest: entry.digest || "",
      index: [known.written, known.about, this.#noted(entry, state)],
    };
  }

  // What nobody changes any more, once: before the first list all of it is made.
  #known(entry, tip, state) {
    if (!this.known.has(entry)) {
      const written = indexed((entry.opened ? entry.opened.text : state.text) || "");
      const about = indexed([entry.id, entry.name, entry.mail, ...(tip ? [boxes(tip.mailbox), tip.site, tip.siteName, tip.unit] : [])].filter(Boolean).join("\n"));
      this.known.set(entry, { written, about, group: this.alike.add(written.folded) });
    }
    return this.known.get(entry);
  }

  // What officers have written is searched too.
  #noted(entry, state) {
    const said = state ? [state.to, ...(state.notes || []).map((note) => (typeof note === "string" ? note : note.text))].filter(Boolean).join("\n") : "";
    if (said === "") return unsaid;
    const last = this.noted.get(entry);
    if (!last || last.said !== said) this.noted.set(entry, { said, index: indexed(said) });
    return this.noted.get(entry).index;
  }
}
