// What was written in the book, in the order in which it counts.
import { clock } from "../date.js";
import { h, unfolding } from "../dom.js";
import { line } from "../visible.js";
import { showTag } from "../../shared/receipt.js";
import { parseTime } from "./times.js";

// So many are shown at once.
const limit = 100;

/** Returns the event in words: "phân loại: Tố giác tội phạm". */
export function eventWords(t, event) {
  const { did, unknownDid } = t.book;
  const w = t.handle;
  const name = Object.hasOwn(did, event.do) ? did[event.do] : unknownDid(line(event.do, 30));
  const of = (names, value) => (value && Object.hasOwn(names, value) ? names[value] : value && line(String(value), 40));
  if (!event.what) return name;
  const known = event.what;
  const what = {
    classify: () => [of(w.kinds, known.kind), w.competents[known.competent ? "yes" : "no"]],
    assign: () => [known.to ? line(known.to, 80) : w.nobody],
    status: () => [of(w.statuses, known.status), of(w.outcomes, known.outcome), ...Object.entries(known.counts).filter(([, n]) => n > 0).map(([key, n]) => `${w.counts[key]}: ${n}`)],
    note: () => [line(known.text, 120)],
    extend: () => [known.until, line(known.decision, 80)],
    duplicate: () => [known.of ? line(known.of, 20) : w.noDuplicate],
    enter: () => [known.received && clock(parseTime(known.received))],
    pass: () => [line(known.to, 40)],
    board: () => [known.tag && showTag(known.tag), line(known.text, 120)],
    publish: () => [line(known.why, 120)],
    officer: () => [line(known.name, 60)],
    met: () => [line(known.unit, 40)],
  }[event.do];
  const more = what ? what().filter(Boolean).join(", ") : "";
  return more ? `${name}: ${more}` : name;
}

/** Returns the events, the last first, folded under summary(n); tips says whether each names its tip. */
export function history(t, events, { summary, id, open, tips = false }) {
  if (events.length === 0) return null;
  const shown = events.slice(-limit).reverse();
  return unfolding(open, id, { class: "history" },
    h("summary", {}, summary(events.length)),
    h("ol", { reversed: true }, shown.map((event) => h("li", {},
      h("span", { class: "meta" }, `${clock(parseTime(event.at))} · `, tips && event.tip && `${line(event.tip, 20)} · `, h("bdi", {}, line(event.by, 60))),
      " ", h("span", { dir: "auto" }, eventWords(t, event))))),
    events.length > limit && h("p", { class: "note" }, t.book.moreEvents(events.length - limit)));
}
