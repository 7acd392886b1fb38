// Số liệu: what the book comes to, and what units have sent in about theirs.
import { fingerprints, unitName, unitOf, units as known } from "../addressbook.js";
import { checkRecipients } from "../book/book.js";
import { clock } from "../date.js";
import { fill, h } from "../dom.js";
import { download } from "../handout.js";
import { bookPrinting } from "../paper/panel.js";
import { chart } from "./chart.js";
import { bytesOf, byWeek, count, isCounts, merge, other, parseCounts, total } from "./count.js";
import { csv, rows } from "./rows.js";

const spans = [4, 13, 26, 52];

class Counting {
  constructor() {
    this.weeks = 13;
    this.to = "";
    this.files = []; // {counts, name}, the same file once
    this.said = "";
  }

  /** Takes in an opened file of counts. */
  take(app, name, plain) {
    const counts = parseCounts(plain, app.now());
    const text = JSON.stringify(counts);
    if (!this.files.some((file) => file.text === text)) this.files.push({ name, counts, text });
  }

  leave() {
    this.files = [];
  }
}

const part = (app) => app.part("counting", () => new Counting());

/** Files of counts, for screens.js. */
export const countsFile = {
  kind: "counts",
  opened: (name, plain) => isCounts(plain),
  takeOpened(app, name, plain) {
    part(app).take(app, name, plain);
    app.screen = "counts";
  },
};

export const counts = {
  id: "counts",
  title: (t) => t.counts.screen,
  draw(app) {
    const { t: { counts: w } } = app;
    const counting = part(app);
    return [h("section", { id: "counts" },
      app.book ? own(app, w, counting) : h("p", { class: "notice onscreen" }, w.noBook),
      merged(app, w, counting))];
  },
};

function own(app, w, counting) {
  const { counts: counted, undated } = count(app.book.unit, app.book.states(), app.now(), counting.weeks);
  const sum = total("", counted.weeks);
  const from = day(counted.weeks[0].week);
  return h("section", { id: "own" },
    h("header", {}, h("h2", {}, w.title(unitName(app.addressBook, app.book.unit, app.lang))), h("p", {}, w.since(from, clock(app.now())))),
    h("p", { class: "buttons" },
      h("span", { class: "chips", role: "group", "aria-label": w.span }, spans.map((n) => h("button", { type: "button", id: `weeks-${n}`, class: "chip", "aria-pressed": String(n === counting.weeks), onclick: () => { counting.weeks = n; app.update(); } }, w.weeks(n)))),
      h("button", { type: "button", id: "countscsv", class: "button small", onclick: () => download(`so-lieu-${app.book.unit}-${counted.made.slice(0, 10)}.csv`, csv(rows([counted])), "text/csv") }, w.csv),
      h("button", { type: "button", id: "countsprint", class: "button small", onclick: () => window.print() }, w.print)),
    undated > 0 && h("p", { class: "notice warn" }, w.undated(undated)),
    h("dl", { class: "sums" }, sums(w, sum)),
    h("figure", {}, chart(counted.weeks, w.chart(sum.tips, counting.weeks), w.boxes), h("figcaption", { class: "legend" }, Object.keys(w.boxes).filter((box) => box !== other || sum.boxes[other]).map((box) => h("span", {}, h("i", { class: `box-${box === other ? "other" : box}` }), w.boxes[box])))),
    byWeeks(w, counted.weeks),
    parts(w, sum),
    bookPrinting(app),
    sealing(app, w, counting, counted));
}

const day = (week) => week.split("-").reverse().join("/");
const some = (map) => Object.entries(map).filter(([, n]) => n > 0);

function sums(w, sum) {
  return [["tips", sum.tips], ["urgent", sum.urgent], ["duplicates", sum.duplicates], ["passed", sum.passed], ["answered", sum.answered]]
    .map(([name, n]) => h("div", {}, h("dt", {}, w.numbers[name]), h("dd", { id: `sum-${name}` }, n)));
}

const cells = (week) => [week.tips, week.urgent, ...["new", "checking", "done", "dropped"].map((state) => week.states[state] || 0), week.duplicates];

function head(w, first) {
  return h("thead", {}, h("tr", {}, [first, w.numbers.tips, w.numbers.urgent, ...Object.values(w.states), w.numbers.duplicates].map((words) => h("th", { scope: "col" }, words))));
}

function byWeeks(w, weeks) {
  return wide(w.byWeek, h("table", { id: "byweek" }, h("caption", {}, w.byWeek), head(w, w.week),
    h("tbody", {}, [...weeks].reverse().map((week) => h("tr", {}, h("th", { scope: "row" }, day(week.week)), cells(week).map((n) => h("td", {}, n)))))));
}

// A table that is wider than a phone is moved under its own edge, by hand or by key.
const wide = (label, table) => h("div", { class: "scroll", role: "region", "aria-label": label, tabindex: "0" }, table);

// The sum by everything that is told apart, a small table each.
function parts(w, sum) {
  return h("div", { class: "parts" }, ["boxes", "sites", "kinds", "states", "outcomes", "results", "handling"].map((name) => {
    const names = w[name] || {};
    const order = Object.keys(names);
    const list = some(sum[name]).sort(([a], [b]) => order.indexOf(a) - order.indexOf(b) || (a < b ? -1 : 1));
    return list.length > 0 && h("table", { id: `by-${name}` }, h("caption", {}, w.by[name]),
      h("tbody", {}, list.map(([key, n]) => h("tr", {}, h("th", { scope: "row" }, names[key] || (key === other ? w.otherSite : key)), h("td", {}, n)))));
  }));
}

function sealing(app, w, counting, counted) {
  const { addressBook, lang } = app;
  const list = known(addressBook, lang).filter(({ id, recipients }) => id !== app.book.unit && recipients.length > 0);
  const unit = unitOf(addressBook, counting.to);
  const said = h("p", { role: "status", id: "countssaid" }, counting.said);
  const seal = async () => {
    const name = `so-lieu-${app.book.unit}-${counted.made.slice(0, 10)}.age`;
    try {
      download(name, await checkRecipients(unit.recipients).encrypt(bytesOf(counted)));
      counting.said = w.sealed(name);
    } catch {
      counting.said = w.badKey;
    }
    app.update();
  };
  return h("section", { class: "onscreen", id: "sealcounts" }, h("h3", {}, w.sealTitle), h("p", { class: "note" }, w.sealHow),
    list.length === 0 ? h("p", { class: "notice" }, w.noAddress) : [
      h("p", { class: "buttons" }, h("label", { for: "countsto" }, w.sealTo),
        h("select", { id: "countsto", onchange: (e) => { counting.to = e.target.value; counting.said = ""; app.update(); document.getElementById("countsto").focus(); } },
          h("option", { value: "" }, w.choose), list.map(({ id }) => h("option", { value: id, selected: id === counting.to }, unitName(addressBook, id, lang)))),
        h("button", { type: "button", id: "countsseal", class: "button small", disabled: !unit, onclick: seal }, w.seal)),
      unit && h("div", {}, h("p", { class: "note" }, w.prints), h("ul", { class: "prints" }, fingerprints(unit).map((print) => h("li", {}, h("code", {}, print)))))],
    said);
}

function merged(app, w, counting) {
  if (counting.files.length === 0) return h("p", { class: "note onscreen" }, w.dropHere);
  const { units, disputed } = merge(counting.files.map((file) => file.counts));
  const sum = total("", units.flatMap(({ weeks }) => weeks));
  const period = byWeek(units);
  return h("section", { id: "merged" }, h("h2", {}, w.said), h("p", {}, w.saidHow(units.length, counting.files.length)),
    h("p", { class: "buttons" },
      h("button", { type: "button", id: "mergedcsv", class: "button small", onclick: () => download("so-lieu-cac-don-vi.csv", csv(rows(units)), "text/csv") }, w.csv),
      h("button", { type: "button", id: "mergedprint", class: "button small", onclick: () => window.print() }, w.print)),
    disputed.length > 0 && h("p", { class: "notice warn", id: "disputed" }, w.disputed(disputed.map((id) => unitName(app.addressBook, id, app.lang)).join(", "))),
    wide(w.byUnit, h("table", { id: "byunit" }, h("caption", {}, w.byUnit), head(w, w.unit),
      h("tbody", {}, units.map(({ unit, made, weeks }) => {
        const of = total("", weeks);
        return h("tr", {}, h("th", { scope: "row" }, unitName(app.addressBook, unit, app.lang), h("span", { class: "made" }, weeks.length > 0 ? w.made(day(weeks[0].week), weeks.length, clock(Date.parse(made))) : "")), cells(of).map((n) => h("td", {}, n)));
      })),
      h("tfoot", {}, h("tr", {}, h("th", { scope: "row" }, w.all), cells(sum).map((n) => h("td", {}, n)))))),
    period.length > 1 && h("figure", {}, chart(period.slice(-52), w.chart(sum.tips, period.length), w.boxes)),
    parts(w, sum));
}
