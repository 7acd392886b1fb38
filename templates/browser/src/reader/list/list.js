// The list with its search, filters and order.
import { fill, h } from "../dom.js";
import { printAll, said } from "../paper/panel.js";
import { picker } from "../start.js";
import { line } from "../visible.js";
import { words } from "./find.js";
import { Items } from "./items.js";
import { drawRow, moreWords } from "./row.js";
import { chosen, everything, rows, sorted, sorts } from "./rows.js";
import { Windowed } from "./windowed.js";

const states = ["new", "checking", "done", "dropped"];
const ticks = ["unread", "unsorted", "urgent", "pressing", "withPhotos", "waiting"];
const fieldOf = { pressing: "due", withPhotos: "photos" };

/** The list of the app's tips; update takes in what has changed, draw shows it. */
export class List {
  constructor(app) {
    Object.assign(this, { app, items: app.part("items", () => new Items()), all: [], choice: { ...everything }, open: new Set(), muted: new Set(), filtering: false, drawnIn: "" });
    this.search = h("input", {
      type: "search", id: "search", autocomplete: "off", spellcheck: "false",
      oninput: () => this.choose({ query: words(this.search.value) }), onkeydown: (e) => this.#searchKey(e),
    });
    this.head = h("div", { id: "listhead" });
    this.filters = h("div", { id: "filters" });
    this.counted = h("p", { id: "counted", role: "status" });
    this.note = h("p", { id: "muted" });
    this.rows = new Windowed({
      id: "entries",
      key: ({ item, fold }) => `${item.id} ${item.entry.sum || ""} ${fold}`,
      draw: (row) => this.#row(row),
    });
    this.rows.node.addEventListener("keydown", (e) => this.#listKey(e));
    this.none = h("p", { class: "none" });
    this.rows.node.prepend(this.none);
    this.foot = h("p", { class: "buttons", id: "listfoot" });
    this.node = h("div", { id: "list" }, this.head, this.filters, this.counted, this.note, this.rows.node, this.foot);
  }

  /** How many tips nobody has read. */
  get unread() {
    return this.all.filter(({ unread }) => unread).length;
  }

  /** The entry that is first in the list, null for none. */
  get first() {
    return this.rows.rows.length > 0 ? this.rows.rows[0].item.entry : null;
  }

  /** Takes in what has changed. */
  update() {
    this.all = this.items.of(this.app);
    this.#order();
  }

  /** Returns the entry as it is now, a tip of the book perhaps opened meanwhile, null where it is gone. */
  same(entry) {
    const item = entry && (this.all.find((one) => one.entry === entry) || this.all.find(({ id }) => id === entry.id));
    return item ? item.entry : null;
  }

  /** Changes what is shown: some of rows.js' everything. */
  choose(some) {
    Object.assign(this.choice, some);
    this.#order();
    this.draw();
    this.rows.node.scrollTop = 0;
  }

  /** Shows nothing but what some of rows.js' everything asks for. */
  only(some) {
    this.choice = { ...everything, ...some };
    this.search.value = "";
    this.filtering = Object.keys(some).some((name) => name !== "sort");
  }

  /** Hides the entry and what is like it until the page is locked. */
  mute(entry) {
    const item = this.all.find((one) => one.entry === entry);
    this.muted.add(item.alike);
    this.app.entry = null;
    this.app.update();
  }

  // The order is that of the last change or minute; what is typed only chooses among it.
  #order() {
    const now = this.app.now();
    const of = [this.all, this.choice.sort, Math.floor(now / 60_000)];
    if (!this.sortedOf || of.some((part, i) => part !== this.sortedOf[i])) this.sorted = sorted(this.all, this.choice.sort, now);
    this.sortedOf = of;
    const heard = this.sorted.filter(({ alike }) => !this.muted.has(alike));
    this.silent = this.all.length - heard.length;
    // The tip that is being read stays, though it is no longer unread.
    this.shown = heard.filter((item) => item.entry === this.app.entry ? chosen({ ...item, unread: true }, this.choice, now) : chosen(item, this.choice, now));
    this.ordered = rows(this.shown, this.open);
    this.rows.rows = this.ordered;
  }

  draw() {
    const { app } = this;
    if (this.drawnIn !== app.lang) this.#words();
    this.drawnIn = app.lang;
    this.#filters();
    const { t } = app;
    const chose = Object.keys(everything).some((name) => name !== "sort" && String(this.choice[name]) !== String(everything[name]));
    fill(this.counted, h("span", { class: "howmany" }, t.list.counted(this.shown.length, this.all.length, this.unread)),
      chose && h("button", { type: "button", id: "showall", class: "quiet", onclick: () => { this.only({ sort: this.choice.sort }); this.choose({}); } }, t.list.clear),
      this.#printing());
    this.note.hidden = this.silent === 0;
    fill(this.note, t.list.muted(this.silent), " ", h("button", { type: "button", class: "quiet", id: "unmute", onclick: () => { this.muted.clear(); app.update(); } }, t.list.unmute));
    fill(this.none, this.ordered.length === 0 && t.list.none);
    this.rows.set(this.ordered);
    const current = this.ordered.findIndex(({ item }) => item.entry === app.entry);
    if (current >= 0 && app.entry !== this.revealed) this.rows.reveal(current);
    this.revealed = app.entry;
  }

  // What stays as it is while a person types in it.
  #words() {
    const { app } = this;
    const { t } = app;
    this.search.setAttribute("placeholder", t.list.searchHint);
    this.search.setAttribute("aria-label", t.list.search);
    fill(this.head, this.search, h("button", { type: "button", id: "filter", class: "button small", "aria-controls": "filters", onclick: () => { this.filtering = !this.filtering; this.draw(); } }, t.list.filter));
    const add = (...what) => picker(app, "button small", ...what);
    fill(this.foot, add("picktips", t.more), add("pickfolder", t.moreFolder, false, { webkitdirectory: true }), add("pickkey", t.moreKey, true));
  }

  // What the list shows, folded or not, goes on paper in its order; of what only the book knows there is no text.
  #printing() {
    const { app, shown } = this;
    const { t: { paper: w } } = app;
    const open = shown.filter(({ entry }) => entry.opened && entry.opened.tip).map(({ entry }) => entry);
    return open.length > 1 && [said(app), h("button", { type: "button", id: "printall", class: "quiet", title: w.printListHint(open.length, shown.length), onclick: () => printAll(app, open) }, w.printList(open.length))];
  }

  #filters() {
    const { t } = this.app;
    this.head.querySelector("#filter").setAttribute("aria-expanded", this.filtering);
    this.filters.hidden = !this.filtering;
    if (!this.filtering) return fill(this.filters);
    const focused = document.activeElement && document.activeElement.id;
    const select = (name, label, any, options) => h("select", { id: `filter-${name}`, "aria-label": label, onchange: (e) => this.choose({ [name]: e.target.value }) },
      h("option", { value: "" }, any), options.map(([value, words]) => h("option", { value, selected: value === this.choice[name] }, words)));
    const distinct = (name) => [...new Set(this.all.map((item) => item[name]))].filter(Boolean);
    const sort = h("select", { id: "sort", "aria-label": t.list.sort, onchange: (e) => this.choose({ sort: e.target.value }) }, sorts.map((name) => h("option", { value: name, selected: name === this.choice.sort }, t.list.sorts[name])));
    const places = new Map(this.all.map(({ site, place }) => [site, place]));
    fill(this.filters,
      select("box", t.list.box, t.list.anyBox, distinct("box").sort().map((box) => [box, Object.hasOwn(t.mailbox, box) ? t.mailbox[box] : line(box, 40)])),
      select("site", t.list.site, t.list.anySite, distinct("site").map((site) => [site, line(places.get(site) || site, 60)]).sort(([, a], [, b]) => a.localeCompare(b, "vi"))),
      this.app.book && select("state", t.list.state, t.list.anyState, states.map((state) => [state, t.list.states[state]])),
      sort,
      ticks.filter((name) => !["pressing", "unsorted"].includes(name) || this.app.book).map((name) => h("label", { class: "check" },
        h("input", { type: "checkbox", id: `filter-${name}`, checked: this.choice[fieldOf[name] || name], onchange: (e) => this.choose({ [fieldOf[name] || name]: e.target.checked }) }), t.list[name])));
    if (focused && document.activeElement.id !== focused && this.filters.querySelector(`#${CSS.escape(focused)}`)) document.getElementById(focused).focus();
    return undefined;
  }

  #row({ item, level, fold, all, unread }) {
    const { app } = this;
    const { t } = app;
    const toggle = () => {
      if (!this.open.delete(fold)) this.open.add(fold);
      this.#order();
      this.draw();
    };
    const below = fold ? unread - (item.unread ? 1 : 0) : 0;
    const entry = drawRow(app, item, { current: item.entry === app.entry, pick: () => app.act.select(item.entry) });
    if (fold) entry.classList.add("foldhead");
    if (level > 0) entry.classList.add("inner");
    return [entry, fold && h("button", { type: "button", class: "fold", "aria-expanded": String(this.open.has(fold)), onclick: toggle }, moreWords(t, fold, all), below > 0 && below < all - 1 && ` (${t.list.unreadIn(below)})`)];
  }

  // Arrows go from row to row and show what they come to.
  #listKey(e) {
    const at = this.rows.rowOf(e.target);
    if (at < 0 || e.altKey || e.ctrlKey || e.metaKey) return;
    const page = Math.max(1, Math.floor(this.rows.node.clientHeight / 72) - 1);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[e.key];
    const { fold } = this.ordered[at];
    if (fold && (e.key === "ArrowRight" || e.key === "ArrowLeft") && this.open.has(fold) === (e.key === "ArrowLeft")) {
      e.preventDefault();
      this.rows.items.get(this.rows.key(this.ordered[at])).querySelector(".fold").click();
    }
    if (step === undefined) return;
    e.preventDefault();
    const next = Math.min(this.ordered.length - 1, Math.max(0, at + step));
    if (at === 0 && e.key === "ArrowUp") this.search.focus();
    else this.#go(next);
  }

  #go(i) {
    const { entry } = this.ordered[i].item;
    this.rows.reveal(i, true);
    this.app.act.select(entry, { focus: false });
  }

  #searchKey(e) {
    if (e.key === "ArrowDown" && this.ordered.length > 0) {
      e.preventDefault();
      this.#go(0);
    } else if (e.key === "Enter" && this.ordered.length > 0) this.app.act.select(this.ordered[0].item.entry);
    else if (e.key === "Escape" && this.search.value !== "") {
      this.search.value = "";
      this.choose({ query: [] });
    }
  }
}
