// A photo that is to be passed on, and the hand that blacks out parts of it.
import { h } from "../dom.js";

/** Returns the figure of the n-th photo, from 0, {redaction, problem}; changed is called where it is chosen or left out. */
export function drawn(app, { redaction, problem }, n, changed) {
  const { t, t: { pass: w } } = app;
  if (problem) return h("figure", {}, h("figcaption", { class: "notice warn" }, `${t.photo(n + 1)}: `, (t.problem[problem] || t.problem.unexpected).title, " ", w.leftOut));
  if (!redaction) return h("figure", {}, h("figcaption", {}, t.decoding));
  const unmark = h("button", { type: "button", id: `unmark-${n}`, class: "button small", disabled: redaction.marks.length === 0, onclick: () => { redaction.undo(); told(); } }, w.unmark);
  const told = () => { unmark.disabled = redaction.marks.length === 0; };
  listen(redaction, t.photo(n + 1), told);
  return h("figure", { class: redaction.goes ? null : "stays" }, redaction.canvas, h("figcaption", {},
    h("label", { class: "check" }, h("input", { type: "checkbox", id: `goes-${n}`, checked: redaction.goes, onchange: (e) => { redaction.goes = e.target.checked; changed(); } }), w.goes(n + 1)), " ", unmark));
}

function listen(redaction, label, marked) {
  const { canvas } = redaction;
  let from = null;
  const at = (e) => {
    const box = canvas.getBoundingClientRect();
    return { x: (e.clientX - box.left) / box.width, y: (e.clientY - box.top) / box.height };
  };
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  canvas.onpointerdown = (e) => {
    from = at(e);
    canvas.setPointerCapture(e.pointerId);
    e.preventDefault();
  };
  canvas.onpointermove = (e) => from && redaction.draw(redaction.between(from, at(e)));
  canvas.onpointerup = (e) => {
    if (from) redaction.mark(redaction.between(from, at(e)));
    from = null;
    marked();
  };
  canvas.onpointercancel = () => {
    from = null;
    redaction.draw();
  };
}
