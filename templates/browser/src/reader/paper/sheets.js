// What an officer puts on paper: a tip for the commander, a slip that goes along with a
// tip that is passed on, the book's page. On paper all is in Vietnamese.
import { clock } from "../date.js";
import { h, stranger } from "../dom.js";
import { unitName } from "../addressbook.js";
import { line } from "../visible.js";
import { strings } from "../strings.js";
import { words as w } from "./words.js";

const { vi } = strings;

const at = (time) => (Number.isNaN(Date.parse(time)) ? "" : clock(Date.parse(time)));
const rule = (n) => Array.from({ length: n }, () => h("p", { class: "rule" }));
const name = (names, key) => (Object.hasOwn(names, key) ? names[key] : "");
const unitHead = (app) => (app.book ? unitName(app.addressBook, app.book.unit) : "");
const day = (ms) => {
  const date = new Date(ms);
  return w.day(date.getDate(), date.getMonth() + 1, date.getFullYear());
};

function head(app, unit, title, under) {
  return [
    h("header", { class: "head" },
      h("div", {}, h("p", { class: "unit" }, line(unit, 90) || "…………………………"), h("p", {}, w.number)),
      h("div", {}, h("p", { class: "unit" }, w.nation), h("p", { class: "motto" }, w.motto), h("p", { class: "dated" }, day(app.now())))),
    h("h2", {}, title), under && h("p", { class: "under" }, under),
  ];
}

function rows(list) {
  return h("table", { class: "facts" }, h("tbody", {}, list.filter((row) => row && row[1]).map(([label, value]) => h("tr", {}, h("th", { scope: "row" }, label), h("td", { dir: "auto" }, value)))));
}

const boxed = (names, chosen) => h("p", { class: "boxes" }, Object.entries(names).map(([key, words]) => h("span", {}, key === chosen ? "☒ " : "☐ ", words)));
const sign = (...titles) => h("div", { class: "sign" }, titles.map((title) => h("div", {}, h("p", { class: "unit" }, title), h("p", {}, w.signed))));
const mailbox = (key) => (Object.hasOwn(vi.mailbox, key) ? vi.mailbox[key] : vi.otherMailbox(line(key, 40)));

/** What is known of a tip, from the open tip or else from the book. */
function facts(app, entry) {
  const state = app.book && app.book.state(entry.id);
  const tip = entry.opened && entry.opened.tip;
  const received = state && state.received ? at(state.received) : entry.date === undefined ? "" : clock(entry.date);
  return {
    state, tip, received: received || w.unknownTime, confirmed: Boolean(state && state.received && state.receivedConfirmed),
    text: entry.opened ? entry.opened.text : state.text, photos: tip ? tip.photos.length : state ? state.photos : 0,
    site: tip ? (tip.siteName ? `${line(tip.siteName, 120)} (${line(tip.site, 40)})` : line(tip.site, 40)) : state ? line(state.site, 40) : "",
    mailbox: tip ? mailbox(tip.mailbox) : state ? mailbox(state.mailbox) : vi.notTipTitle, urgent: tip ? tip.urgent : Boolean(state && state.urgent),
  };
}

/** Returns the sheet on which a tip is put before the commander; urls are of its photos. */
export function tipSheet(app, entry, urls = []) {
  const of = facts(app, entry);
  const { state, tip } = of;
  const unit = unitHead(app) || (tip ? unitName(app.addressBook, tip.unit) : "");
  const claim = tip && tip.passed;
  return h("section", { class: "sheet" },
    head(app, unit, w.tipTitle, of.urgent && w.urgent),
    rows([
      [vi.id, line(entry.id, 40)], [w.received, `${of.received}${of.confirmed ? ` (${w.confirmed})` : ""}`],
      [w.how, w.byMail], [w.identity, w.noName], [w.box, of.mailbox], [vi.site, of.site], [w.photos, of.photos > 0 && vi.photos(of.photos)],
      claim && [w.from, vi.pass.claims(line(claim.by, 64), claim.on)],
      state && state.to && [w.to, line(state.to, 120)], state && [w.state, name(w.states, state.status)], state && state.due.at && [w.due, `${w.dueFor[state.due.next]}, ${at(state.due.at)}`],
      state && state.duplicateOf && [w.duplicate, line(state.duplicateOf, 40)],
    ]),
    h("h3", {}, w.text), h("div", { class: "words", dir: "auto" }, stranger(of.text, vi)),
    claim && claim.note && [h("h3", {}, w.note), h("div", { class: "words", dir: "auto" }, stranger(claim.note, vi))],
    h("p", { class: "small" }, entry.opened ? w.unverified : w.fromBook),
    entry.opened && urls.length < of.photos && h("p", { class: "small" }, w.unseen(of.photos - urls.length)),
    urls.map((url, i) => h("figure", {}, h("img", { src: url, alt: vi.photo(i + 1) }), h("figcaption", {}, `${line(entry.id, 40)}, ${vi.photo(i + 1).toLowerCase()}`))),
    h("div", { class: "decide" },
      h("h3", {}, w.kind), boxed(w.kinds, state ? state.kind : ""), boxed(w.competents, state && state.kind ? (state.competent ? "yes" : "no") : ""),
      state && state.notes.length > 0 && [h("h3", {}, w.notes), h("ul", {}, state.notes.slice(-5).map(({ at: when, by, text }) => h("li", {}, `${at(when)}, `, h("bdi", {}, line(by, 60)), ": ", h("bdi", {}, line(text, 300)))))],
      h("h3", {}, w.decision), rule(4), sign(w.reporter, w.commander)));
}

/** Returns the slip that goes with a tip to another unit; passed is of its state's passes. */
export function slip(app, entry, passed) {
  const of = facts(app, entry);
  const to = unitName(app.addressBook, passed.to);
  return h("section", { class: "sheet" },
    head(app, unitHead(app), w.slipTitle, w.slipTo(line(to, 120))),
    h("p", { class: "plain" }, w.slipText(line(unitHead(app), 90), line(to, 120))),
    rows([
      [vi.id, line(entry.id, 40)], [w.received, of.received], [w.box, of.mailbox], [vi.site, of.site],
      [w.kindOf, of.state && name(w.kinds, of.state.kind)], [w.passedAt, at(passed.at)], [w.passedBy, line(passed.by, 80)],
      [w.file, `${line(entry.id, 40)}-chuyen.age`], [w.whole, passed.redacted ? w.redacted : w.unredacted],
    ]),
    h("p", { class: "plain" }, w.slipSealed), h("h3", {}, w.grounds), rule(3), h("h3", {}, w.asked), rule(3),
    sign(w.gave, w.got));
}

/** Returns the book's page of the tips that were received from one day to another, milliseconds both. */
export function bookPage(app, from, to) {
  const all = app.book.states().map((state, i) => ({ state, n: i + 1 }));
  const shown = all.filter(({ state }) => {
    const ms = Date.parse(state.received || state.enteredAt);
    return ms >= from && ms <= to;
  });
  const cut = (text, most) => line(text, most);
  return h("section", { class: "sheet wide" },
    head(app, unitHead(app), w.bookTitle, w.period(clock(from).slice(6), clock(to).slice(6), shown.length)),
    h("table", { class: "book" },
      h("thead", {}, h("tr", {}, w.columns.map((words) => h("th", { scope: "col" }, words)))),
      h("tbody", {}, shown.map(({ state, n }) => h("tr", {}, [
        n, line(state.id, 20), at(state.received) || w.unknownTime, cut(state.enteredBy, 40), w.noName, cut(mailbox(state.mailbox), 60) + (state.urgent ? ` (${vi.urgent})` : ""),
        cut([state.site, state.where].filter(Boolean).join("; "), 80), cut(state.when || "", 40), cut(state.text, 140), name(w.kinds, state.kind), cut(state.to, 60), at(state.due.at),
        state.duplicateOf ? w.isDuplicate(line(state.duplicateOf, 20)) : name(w.states, state.status), outcome(state),
        state.passes.map((one) => cut(unitName(app.addressBook, one.to), 60)).join("; "), state.replies > 0 ? w.yes : "",
      ].map((cell) => h("td", { dir: "auto" }, String(cell))))))),
    h("p", { class: "small" }, w.bookNote), sign(w.keeper, w.commander));
}

function outcome({ outcome: key, counts = {} }) {
  const results = Object.entries(w.results).filter(([one]) => counts[one] > 0).map(([one, words]) => `${words} ${counts[one]}`);
  return [name(w.outcomes, key), ...results].filter(Boolean).join("; ");
}
