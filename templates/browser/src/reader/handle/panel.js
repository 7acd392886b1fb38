// What is done with a tip, under the tip: each thing one or two taps, each an
// event of the book.
import { clock } from "../date.js";
import { h, typing, unfolding } from "../dom.js";
import { line } from "../visible.js";
import { history } from "../book/history.js";
import { parseDay, parseTime, time } from "../book/times.js";
import { choices, field, said } from "./controls.js";
import { leftWords } from "./left.js";

const anId = /^(TB-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}|X-[0-9A-F]{8})(\+[0-9A-F]{8})?$/;
const maxCount = 100_000;

/** What is typed and unfolded in the panel, kept while other things are done; a tip's goes when it is written. */
class Drafts {
  constructor() {
    this.of = new Map();
    this.open = new Set();
    this.drawn = { key: "", nodes: [] };
    this.stale = false; // what is shown is no longer so, whatever is being typed
  }

  get(id) {
    if (!this.of.has(id)) this.of.set(id, {});
    return this.of.get(id);
  }
}

/** The panel's draw, for screens.js. */
export const handle = {
  id: "handle",
  draw(app, entry) {
    const { t, book } = app;
    const w = t.handle;
    if (entry.opened && !entry.opened.tip) return []; // no tip: nothing to handle
    const title = h("h3", {}, w.title);
    if (!book) {
      return [title, h("p", { class: "note" }, w.noBook), h("p", { class: "buttons" }, h("button", { type: "button", id: "tobook", class: "button small", onclick: () => app.go("book") }, w.toBook))];
    }
    const state = book.state(entry.id);
    if (!state) return [title];
    const drafts = app.part("handling", () => new Drafts());
    const key = `${app.lang} ${book.id} ${entry.id}`;
    if (!drafts.stale && drafts.drawn.key === key && typing(drafts.drawn.nodes[0].parentNode)) return drafts.drawn.nodes;
    drafts.stale = false;
    const panel = { app, t, w, id: entry.id, state, draft: drafts.get(entry.id), open: drafts.open };
    const again = () => {
      drafts.stale = true;
      app.update();
    };
    panel.write = (event, ...fields) => {
      for (const name of fields) delete panel.draft[name];
      delete panel.draft.error;
      book.append({ tip: entry.id, ...event });
      again();
    };
    panel.refuse = (name, error) => {
      panel.draft.error = { name, error };
      again();
    };
    panel.correct = () => {
      panel.draft.again = true;
      again();
    };
    drafts.drawn = { key, nodes: [
      title,
      odd(panel),
      state.received && deadlines(panel),
      (!state.received || panel.draft.again) && received(panel, entry),
      classify(panel),
      assign(panel),
      status(panel),
      more(panel),
      history(t, book.events(entry.id), { summary: w.history, id: "tiphistory", open: drafts.open }),
    ].flat().filter(Boolean) };
    return drafts.drawn.nodes;
  },
};

// An id as people type it: without dashes or the letters before it, in small letters,
// with the letters that Crockford's digits take for 0 and 1.
function idOf(value) {
  const typed = value.trim().toUpperCase();
  const digits = typed.replace(/[^0-9A-Z]/g, "").replace(/^TB(?=.{8}$)/, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  return anId.test(typed) || digits.length !== 8 ? typed : `TB-${digits.slice(0, 4)}-${digits.slice(4)}`;
}

// What no honest copy of the book has.
function odd({ t, state }) {
  const whys = [...new Set(state.conflicts.map(({ why }) => why))];
  return whys.length > 0 && h("p", { class: "notice warn", "data-warning": whys.join(" ") }, whys.map((why) => t.book.why[why]).join(" "));
}

function deadlines({ t, w, app, state, write, correct }) {
  const now = app.now();
  const open = Object.keys(w.due).filter((name) => state.due[name]).map((name) => ({ name, at: parseTime(state.due[name]) }));
  return h("ul", { class: "dues", "aria-label": w.dueTitle },
    h("li", {}, `${w.received}: ${clock(parseTime(state.received))}`, state.receivedConfirmed && [` (${w.receivedConfirmed}) `, h("button", { type: "button", id: "again", class: "chip", onclick: correct }, w.again)]),
    open.sort((a, b) => a.at - b.at).map(({ name, at }) => h("li", { class: at < now ? "due late" : "due", "data-due": name, title: w.dueOn(w.due[name], leftWords(at, now, t), clock(at)) },
      `${w.due[name]}: `, h("strong", {}, leftWords(at, now, t)), ` (${w.by(clock(at))})`,
      name === "procuracy" && [" ", h("button", { type: "button", id: "procuracy", class: "chip", onclick: () => write({ do: "procuracy" }) }, w.told)])));
}

// No mail came with the file: only the officer knows when the tip arrived.
function received(panel, entry) {
  const { w, draft, app, state } = panel;
  const known = local(new Date(entry.modified && entry.modified < app.now() ? entry.modified : app.now()));
  const save = (value) => {
    const at = Date.parse(value);
    if (!value || Number.isNaN(at) || at > app.now() + 86_400_000 || at < Date.UTC(2020)) return panel.refuse("received", w.bad.day);
    return panel.write({ ...state, do: "enter", received: time(at), confirmed: true }, "received", "again");
  };
  return h("div", { class: "asked" }, h("p", {}, w.whenReceived),
    field(panel, { name: "received", label: w.receivedAsk, type: "datetime-local", value: draft.received || known, button: w.receivedConfirm, save }));
}

// The time as an input wants it, on this computer's clock.
function local(date) {
  const two = (n) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

function classify({ w, state, write }) {
  const competent = state.competent || !state.kind;
  return [
    choices({ name: "kind", label: w.kind, names: w.kinds, chosen: state.kind, choose: (kind) => write({ do: "classify", kind, competent }) }),
    state.kind && state.kind !== "none" && choices({ name: "competent", label: w.competent, names: w.competents, chosen: state.competent ? "yes" : "no", choose: (yes) => write({ do: "classify", kind: state.kind, competent: yes === "yes" }) }),
  ];
}

function assign(panel) {
  const { w, app, state, write, draft } = panel;
  const before = [...new Set(app.book.states().map(({ to }) => to).filter(Boolean))].filter((to) => to !== state.to).slice(0, 50);
  const save = (value) => {
    const to = value.normalize("NFC").replace(/\s+/g, " ").trim();
    return to ? write({ do: "assign", to }, "to") : panel.refuse("to", w.bad.empty);
  };
  return h("div", { class: "row" }, h("span", { class: "label", id: "l-to" }, w.assign),
    h("div", { class: "chips", role: "group", "aria-labelledby": "l-to" },
      state.to && h("strong", { class: "set", id: "assigned", dir: "auto" }, line(state.to, 80)),
      before.slice(0, 4).map((to) => h("button", { type: "button", class: "chip", dir: "auto", onclick: () => save(to) }, line(to, 40))),
      field(panel, { name: "to", label: w.assignTo, hidden: true, list: before.slice(4).map((to) => line(to, 80)), value: draft.to || "", button: w.doAssign, save, maxlength: 80 })));
}

function status(panel) {
  const { w, state, write, draft } = panel;
  const rows = [choices({ name: "status", label: w.status, names: w.statuses, chosen: state.status, choose: (to) => write({ do: "status", status: to }) })];
  if (state.status !== "done") return rows;
  const { counts, outcome } = state;
  const done = (more) => ({ do: "status", status: "done", outcome, counts, ...more });
  rows.push(choices({ name: "outcome", label: w.outcome, names: w.outcomes, chosen: outcome, choose: (to) => write(done({ outcome: to })) }));
  const typed = (name) => (draft.counts && draft.counts[name] !== undefined ? draft.counts[name] : counts[name]);
  const save = () => {
    const numbers = Object.keys(w.counts).map((name) => [name, Number(typed(name))]);
    if (numbers.some(([, n]) => !Number.isInteger(n) || n < 0 || n > maxCount)) return panel.refuse("counts", w.bad.count);
    return write(done({ counts: Object.fromEntries(numbers) }), "counts");
  };
  rows.push(h("fieldset", { class: "row counts" }, h("legend", {}, w.countsTitle),
    Object.entries(w.counts).map(([name, label]) => h("label", {}, label, " ", h("input", {
      type: "number", id: `count-${name}`, min: "0", max: String(maxCount), value: String(typed(name)),
      oninput: (e) => { draft.counts = { ...draft.counts, [name]: e.target.value }; },
    }))),
    h("button", { type: "button", id: "savecounts", class: "button small", onclick: save }, w.saveCounts), said(draft, "counts")));
  return rows;
}

function more(panel) {
  const { w, state, write, draft, app, open } = panel;
  const note = (value) => (value.trim() ? write({ do: "note", text: value.normalize("NFC").trim() }, "note") : panel.refuse("note", w.bad.empty));
  const duplicate = (value) => {
    const of = idOf(value);
    if (!anId.test(of)) return panel.refuse("of", w.bad.id);
    return of === panel.id ? panel.refuse("of", w.bad.self) : write({ do: "duplicate", of }, "of");
  };
  const extend = () => {
    const { until = "" } = draft;
    if (Number.isNaN(parseDay(until))) return panel.refuse("until", w.bad.day);
    if (!(draft.decided || "").trim()) return panel.refuse("until", w.bad.empty);
    return write({ do: "extend", until, decision: draft.decided.normalize("NFC").trim() }, "until", "decided");
  };
  // As in the list, the newest first: what is a duplicate came lately.
  const others = app.book.states().filter(({ id }) => id !== panel.id).reverse();
  const copies = others.filter(({ duplicateOf }) => duplicateOf === panel.id);
  const unfolded = state.notes.length > 0 || Boolean(state.duplicateOf) || Boolean(state.until) || copies.length > 0;
  return unfolding(open, "more", { class: "more", open: unfolded },
    h("summary", {}, w.more),
    state.notes.length > 0 && h("ul", { class: "notes", "aria-label": w.notes(state.notes.length) }, state.notes.map(({ text, by, at }) => h("li", {}, h("span", { class: "meta" }, `${clock(parseTime(at))} · `, h("bdi", {}, line(by, 60))), h("p", { dir: "auto" }, line(text, 4000))))),
    field(panel, { name: "note", label: w.noteText, area: true, value: draft.note || "", button: w.doNote, save: note, maxlength: 2000 }),
    state.duplicateOf && h("p", {}, w.isDuplicate(line(state.duplicateOf, 40)), " ", h("button", { type: "button", id: "noduplicate", class: "button small", onclick: () => write({ do: "duplicate", of: "" }) }, w.noDuplicate)),
    copies.length > 0 && h("p", { id: "copies" }, w.copies(copies.slice(0, 5).map(({ id }) => line(id, 20)).join(", "), copies.length)),
    field(panel, { name: "of", label: `${w.duplicate}: ${w.duplicateOf}`, list: others.slice(0, 200).map(({ id, text }) => [id, line(text, 60)]), value: draft.of || "", button: w.doDuplicate, save: duplicate, maxlength: 20 }),
    state.until && h("p", {}, w.extended(state.until.split("-").reverse().join("/"), line(state.decision, 80))),
    h("fieldset", { class: "row" }, h("legend", {}, w.extend),
      h("label", {}, w.until, " ", h("input", { type: "date", id: "in-until", value: draft.until || "", oninput: (e) => { draft.until = e.target.value; } })),
      h("label", {}, w.decided, " ", h("input", { type: "text", id: "in-decided", maxlength: "80", value: draft.decided || "", oninput: (e) => { draft.decided = e.target.value; } })),
      h("button", { type: "button", id: "do-extend", class: "button small", onclick: extend }, w.doExtend), said(draft, "until")));
}
