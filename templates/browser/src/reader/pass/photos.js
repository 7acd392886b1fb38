// A photo that is to be passed on, and the hand that blacks out parts of it: with a
// pointer, or with the keys alone.
import { fill, h } from "../dom.js";

/** Returns the figure of the n-th photo, from 0, {redaction, problem}; changed is called where it is chosen or left out. */
export function drawn(app, { redaction, problem }, n, changed) {
  const { t, t: { pass: w } } = app;
  if (problem) return h("figure", {}, h("figcaption", { class: "notice warn" }, `${t.photo(n + 1)}: `, (t.problem[problem] || t.problem.unexpected).title, " ", w.leftOut));
  if (!redaction) return h("figure", {}, h("figcaption", {}, t.decoding));
  const unmark = h("button", { type: "button", id: `unmark-${n}`, class: "button small", disabled: redaction.marks.length === 0, onclick: () => { redaction.undo(); told(); } }, w.unmark);
  const said = h("span", { class: "note", role: "status", id: `marked-${n}` });
  const told = () => {
    unmark.disabled = redaction.marks.length === 0;
    fill(said, w.marked(redaction.marks.length));
  };
  told();
  point(redaction, told);
  steer(redaction, told, ({ x, y, width, height }) => fill(said, w.frame(...[x, y, width, height].map((part) => Math.round(100 * part)))));
  for (const [name, value] of Object.entries({ id: `photo-${n}`, tabindex: "0", role: "application", "aria-label": t.photo(n + 1), "aria-describedby": "markhow" })) redaction.canvas.setAttribute(name, value);
  return h("figure", { class: redaction.goes ? null : "stays" }, redaction.canvas, h("figcaption", {},
    h("label", { class: "check" }, h("input", { type: "checkbox", id: `goes-${n}`, checked: redaction.goes, onchange: (e) => { redaction.goes = e.target.checked; changed(); } }), w.goes(n + 1)), " ", unmark, " ", said));
}

function point(redaction, marked) {
  const { canvas } = redaction;
  let from = null;
  const at = (e) => {
    const box = canvas.getBoundingClientRect();
    return { x: (e.clientX - box.left) / box.width, y: (e.clientY - box.top) / box.height };
  };
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

const step = 0.02; // of a side
const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const within = (n, from, to) => Math.min(to, Math.max(from, n));

/** Returns the frame {x, y, width, height}, parts of the sides, a step further, or with stretch as much larger or smaller; it stays within the photo. */
export function moved({ x, y, width, height }, [right, down], stretch) {
  if (stretch) return { x, y, width: within(width + right * step, step, 1 - x), height: within(height + down * step, step, 1 - y) };
  return { x: within(x + right * step, 0, 1 - width), y: within(y + down * step, 0, 1 - height), width, height };
}

// The first arrow brings a frame, Enter blacks out what is in it.
function steer(redaction, marked, framed) {
  const { canvas } = redaction;
  let frame = null;
  const mark = () => redaction.between(frame, { x: frame.x + frame.width, y: frame.y + frame.height });
  const drop = () => {
    frame = null;
    redaction.draw();
    marked();
  };
  canvas.onkeydown = (e) => {
    if (e.altKey || e.ctrlKey || e.metaKey) return;
    if (Object.hasOwn(arrows, e.key)) {
      frame = frame ? moved(frame, arrows[e.key], e.shiftKey) : { x: 0.4, y: 0.4, width: 0.2, height: 0.2 };
      redaction.draw(mark());
      framed(frame);
    } else if (!frame) return;
    else if (e.key === "Enter") {
      redaction.mark(mark());
      drop();
    } else if (e.key === "Escape") drop();
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  canvas.onblur = () => frame && drop();
}
