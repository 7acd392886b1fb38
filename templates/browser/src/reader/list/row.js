// One row of the list: two lines of the text, then where, what, how old and by when.
import { h } from "../dom.js";
import { line } from "../visible.js";
import { ago, span } from "./age.js";

// Two lines hold no more.
const shownText = 200;

// Looking for what cannot be seen takes longer than all the rest of a row.
const short = new WeakMap();

function shortText(entry, text) {
  const known = short.get(entry);
  if (known && known.text === text) return known.short;
  short.set(entry, { text, short: line(text, shownText) });
  return short.get(entry).short;
}

/** Returns the short name of an item's mailbox. */
export function shortBox(t, item) {
  return Object.hasOwn(t.list.shortBox, item.box) ? t.list.shortBox[item.box] : line(item.box, 20);
}

/** Returns by when something is due, in words, and whether it is late. */
export function dueWords(t, item, now) {
  const late = item.due < now;
  const { n, unit } = late ? span(item.due, now) : span(now, item.due);
  return { late, words: `${t.list.due[item.dueFor] || item.dueFor}: ${(late ? t.list.late : t.list.left)(n, unit)}` };
}

/** Returns how many more there are in a fold of so many, in words. */
export const moreWords = (t, fold, all) => (fold.startsWith("alike") ? t.list.alike(all - 1) : t.list.digest(all - 1));

/** Returns what is in a row for the item; current marks the one that is read, more says what lies folded under it, pick is called on a click. */
export function drawRow(app, item, { current, more, pick }) {
  const { t } = app;
  const now = app.now();
  const due = item.due !== null ? dueWords(t, item, now) : null;
  const meta = [
    item.place && h("bdi", { class: "site" }, line(item.place, 60)),
    item.box && h("span", {}, shortBox(t, item)),
    item.photos > 0 && h("span", { class: item.entry.opened ? null : "grey" }, t.photos(item.photos)),
    item.received !== undefined && h("span", { class: "age" }, ago(t, item.received, now)),
    due && h("span", { class: due.late ? "late" : "due" }, due.words),
    item.inBook && h("span", { class: item.duplicate ? "state" : `state ${item.state}` }, item.duplicate ? t.list.duplicate : t.list.states[item.state] || line(item.state, 20)),
    more ? h("span", { class: "under" }, more) : h("span", { class: "id" }, item.id),
  ];
  return h("button", { type: "button", class: ["entry", item.unread && "unread", !item.entry.opened && "closed", due && "dated"].filter(Boolean).join(" "), "aria-current": current ? "true" : null, onclick: pick },
    h("span", { class: "first" },
      item.unread && h("span", { class: "dot" }, h("span", { class: "unseen" }, `${t.list.unread}. `)),
      item.urgent && h("span", { class: "urgent" }, t.urgent),
      item.urgent && " ",
      h("bdi", {}, shortText(item.entry, item.text) || t.list.noText)),
    h("span", { class: "meta" }, meta.filter(Boolean).flatMap((part, i) => (i === 0 ? [part] : [" ", part]))));
}
