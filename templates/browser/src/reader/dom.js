import { runs } from "./visible.js";

/**
 * Makes an element. Properties starting with "on" listen, the others are set
 * as attributes where they have a value; children are nodes or strings, and
 * strings become text, never markup.
 */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Empties the node and fills it anew. (replaceChildren is not in Chrome 85.) */
export function fill(node, ...children) {
  node.textContent = "";
  node.append(...children.flat().filter(Boolean));
}

/** Returns nodes that show a stranger's text, hidden characters as marks. */
export function stranger(text, t, limit) {
  return runs(text, limit).map((run) => {
    if (run.mark) return h("span", { class: "mark" }, run.mark);
    if (run.more) return h("p", { class: "note" }, t.cut(run.more));
    return run.text;
  });
}

/** A part that unfolds; the Set open keeps whether it is, by its id, when it is drawn anew. */
export function unfolding(open, id, props, ...children) {
  return h("details", { ...props, id, open: props.open || open.has(id), ontoggle: (e) => (e.target.open ? open.add(id) : open.delete(id)) }, ...children);
}

/** Says whether something is being typed within the node: drawing it anew would take a half-typed Vietnamese letter away. */
export function typing(node) {
  const at = document.activeElement;
  return Boolean(node && at && node.contains(at) && (at.tagName === "TEXTAREA" || (at.tagName === "INPUT" && !["checkbox", "file"].includes(at.type))));
}
