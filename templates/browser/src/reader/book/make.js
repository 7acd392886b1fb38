// A new book: whose it is, and who can open it.
import { h } from "../dom.js";
import { Problem } from "../problem.js";
import { line } from "../visible.js";
import { fingerprint } from "./fingerprint.js";
import { canPick, pickFolder } from "./pick.js";
import { candidates, drawAdd, drawKeys } from "./recipients.js";

const aUnit = /^[a-z0-9]+(-[a-z0-9]+)*$/;

// The unit that is most likely the officer's: by the tips, else by the address book.
function likely(app) {
  const tip = app.desk.opened.map(({ opened }) => opened.tip).find((one) => one && aUnit.test(one.unit));
  const units = app.addressBook.units || [];
  return (tip && tip.unit) || (units.length === 1 ? units[0].id : "");
}

// The name that was given with the key, where it was made here.
function nameOf(app, recipient) {
  const keys = app.parts.get("keys");
  const key = keys && keys.list.find((one) => one.recipient === recipient);
  return key ? [...line(key.label, 120).normalize("NFC").trim()].slice(0, 60).join("") : "";
}

/** Draws what makes a new book. */
export function drawMake(app, part) {
  const w = app.t.book;
  if (app.desk.keys.length === 0) return h("div", { class: "card" }, h("h3", {}, w.make), h("p", {}, w.makeWhy), h("p", { class: "note" }, w.needKey));
  const unit = part.unit === null ? likely(app) : part.unit;
  const own = part.owns.slice(0, 1);
  const others = candidates(app, part, unit, own);
  const to = [...own, ...others.filter((recipient) => part.compared.has(recipient))];
  const make = async () => {
    part.wrong = aUnit.test(unit) ? "" : "bookunitid";
    try {
      if (!part.wrong && !part.officer) part.officer = nameOf(app, own[0]);
      if (!part.wrong) await part.keeper.make(unit, to, to.slice(1).map(fingerprint), part.folder);
    } catch (err) {
      part.wrong = err instanceof Problem ? err.code : "unexpected";
    }
    app.update();
  };
  const wrong = part.wrong && app.t.problem[part.wrong];
  const tick = (recipient) => h("label", { class: "tick" }, h("input", { type: "checkbox", id: `compared-${others.indexOf(recipient)}`, checked: part.compared.has(recipient), onchange: (e) => {
    if (e.target.checked) part.compared.add(recipient);
    else part.compared.delete(recipient);
    app.update();
  } }), w.compared);
  return h("div", { class: "card" }, h("h3", {}, w.make), h("p", {}, w.makeWhy),
    h("label", { for: "unit" }, w.unit),
    h("input", { type: "text", id: "unit", maxlength: "40", autocomplete: "off", spellcheck: "false", value: unit, "aria-describedby": "unithint", oninput: (e) => { part.unit = e.target.value.trim().toLowerCase(); }, onchange: () => app.update() }),
    h("p", { class: "note", id: "unithint" }, w.unitHint),
    h("p", {}, w.to(to.length)), drawKeys(app, part, own, () => null),
    others.length > 0 && [h("p", {}, w.compareKeys), drawKeys(app, part, others, tick)],
    drawAdd(app, part),
    part.folder && h("p", { class: "notice", id: "nobookthere" }, w.noBookThere(line(part.folder.handle.name, 60))),
    wrong && h("p", { class: "error", role: "alert", "data-problem": part.wrong }, h("strong", {}, wrong.title), " ", wrong.hint),
    h("p", { class: "buttons" }, canPick() && !part.folder
      ? h("button", { type: "button", id: "makein", class: "button primary", onclick: () => pickFolder(app, part) }, w.makeFolder)
      : h("button", { type: "button", id: "make", class: "button primary", onclick: make }, w.makeHere)));
}
