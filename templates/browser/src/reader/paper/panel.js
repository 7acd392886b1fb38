// Printing, and copying a tip's text.
import { fill, h } from "../dom.js";
import { copy } from "../handout.js";
import { cleanPhoto } from "../photo.js";
import { press } from "./press.js";
import { bookPage, slip, tipSheet } from "./sheets.js";

const day = 86_400_000;
const printedSide = 1400; // pixels: 200 to the inch, as large as a sheet shows a photo

class Printing {
  constructor() {
    this.busy = false;
    this.said = "";
    this.ended = false;
  }

  leave() {
    this.ended = true;
  }

  /** Prints what make resolves to, sheets and the addresses of their pictures; one at a time. */
  async print(app, make) {
    if (this.busy) return;
    Object.assign(this, { busy: true, said: "", ended: false });
    let urls = [];
    try {
      const made = await make((words) => this.say(words));
      urls = made.urls || [];
      this.say("");
      if (!this.ended) await press(made.sheets);
    } finally {
      urls.forEach((url) => URL.revokeObjectURL(url));
      this.busy = false;
    }
  }

  say(words) {
    this.said = words;
    for (const node of document.querySelectorAll(".printsaid")) fill(node, words);
  }
}

const part = (app) => app.part("printing", () => new Printing());

// The photos of an entry, drawn anew; what is no photo stays away.
async function pictures(entry) {
  const urls = [];
  const tip = entry.opened && entry.opened.tip;
  for (const bytes of tip ? tip.photos : []) {
    const blob = await cleanPhoto(bytes, printedSide).catch(() => null);
    if (blob) urls.push(URL.createObjectURL(blob));
  }
  return urls;
}

/** Prints a sheet for each of the entries. */
export function printAll(app, entries) {
  const printing = part(app);
  return printing.print(app, async (say) => {
    const made = { sheets: [], urls: [] };
    for (const [i, entry] of entries.entries()) {
      say(app.t.paper.preparing(i + 1, entries.length));
      const urls = await pictures(entry);
      made.urls.push(...urls);
      if (printing.ended) break; // locked meanwhile
      made.sheets.push(tipSheet(app, entry, urls));
    }
    return made;
  });
}

/** What is said of the printing that is going on. */
export const said = (app) => h("span", { class: "printsaid", role: "status" }, part(app).said);

/** The panel's draw, for screens.js. */
export const paper = {
  id: "paper",
  draw(app, entry) {
    const { t: { paper: w } } = app;
    const state = app.book && app.book.state(entry.id);
    const last = state && state.passes[state.passes.length - 1];
    const copied = h("span", { role: "status", id: "copied" });
    const button = (id, words, onclick) => h("button", { type: "button", id, class: "button small", onclick }, words);
    return [
      h("h3", {}, w.title),
      h("p", { class: "buttons" },
        button("printsheet", w.printSheet, () => printAll(app, [entry])),
        last && button("printslip", w.printSlip, () => part(app).print(app, async () => ({ sheets: [slip(app, entry, last)] }))),
        entry.opened && button("copytext", w.copyText, async () => fill(copied, (await copy(entry.opened.text)) ? w.copied : w.notCopied)),
        copied, said(app)),
    ];
  },
};

const local = (ms) => {
  const date = new Date(ms);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
};

/** Returns what a screen shows to print the book's page for a period. */
export function bookPrinting(app) {
  const { t: { paper: w } } = app;
  const printing = part(app);
  if (!printing.from) Object.assign(printing, { from: `${local(app.now()).slice(0, 8)}01`, to: local(app.now()) });
  const input = (name) => h("input", { type: "date", id: `book${name}`, value: printing[name], onchange: (e) => { printing[name] = e.target.value; } });
  const print = () => {
    const [from, to] = [Date.parse(`${printing.from}T00:00:00`), Date.parse(`${printing.to}T00:00:00`) + day - 1000];
    if (!(from <= to)) printing.say(w.badPeriod);
    else printing.print(app, async () => ({ sheets: [bookPage(app, from, to)] }));
  };
  return h("section", { class: "onscreen", id: "bookprinting" }, h("h3", {}, w.bookPages),
    h("p", { class: "buttons" }, h("label", {}, w.from, " ", input("from")), h("label", {}, w.until, " ", input("to")), h("button", { type: "button", id: "printbook", class: "button small", onclick: print }, w.printBook), said(app)));
}
