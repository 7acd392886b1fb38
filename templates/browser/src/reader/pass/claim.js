// What a tip says of where it comes from.
import { h, stranger } from "../dom.js";
import { unitName, unitOf } from "../addressbook.js";
import { line } from "../visible.js";

/** Returns nodes that say which unit the tip claims to have been passed on by; none for one that does not. */
export function claim(app, tip) {
  if (!tip || !tip.passed) return [];
  const { t: { pass: w }, addressBook, lang } = app;
  const { by, on, note } = tip.passed;
  const name = unitOf(addressBook, by) ? `${unitName(addressBook, by, lang)} (${by})` : by;
  return [h("div", { class: "notice claim", id: "claim" },
    h("p", {}, h("strong", {}, w.claims(line(name, 120), on)), " ", w.claimHow, note && ` ${w.claimNote}`),
    note && h("div", { class: "said", dir: "auto" }, stranger(note, app.t)))];
}
