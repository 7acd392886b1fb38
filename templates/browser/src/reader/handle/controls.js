// The few kinds of controls that handling a tip is made of.
import { h } from "../dom.js";

/** One of several, a tap each: names are {value: words}, chosen the present value. */
export function choices({ name, label, names, chosen, choose }) {
  return h("div", { class: "row" }, h("span", { class: "label", id: `l-${name}` }, label),
    h("div", { class: "chips", role: "group", "aria-labelledby": `l-${name}` }, Object.entries(names).map(([value, words]) => h("button", {
      type: "button", id: `${name}-${value}`, class: "chip", "aria-pressed": String(value === chosen), onclick: () => value === chosen || choose(value),
    }, words))));
}

/** What is wrong with what was typed, where it was typed. */
export function said({ error }, name) {
  return error && error.name === name && h("p", { class: "error", id: `e-${name}`, role: "alert" }, error.error);
}

/** Something to type and a button that saves it; what is typed stays in the panel's draft until then. list is what may be meant: texts, or [text, words that tell what it is]. */
export function field(panel, { name, label, type = "text", area, hidden, list = [], value, button, save, maxlength }) {
  const { draft } = panel;
  const wrong = said(draft, name);
  const props = {
    id: `in-${name}`, maxlength, dir: "auto", autocomplete: "off", "aria-invalid": wrong ? "true" : null, "aria-describedby": wrong ? `e-${name}` : null,
    "aria-label": hidden ? label : null, placeholder: hidden ? label : null, oninput: (e) => { draft[name] = e.target.value; },
  };
  const input = area
    ? h("textarea", { ...props, rows: "2" }, value)
    : h("input", { ...props, type, value, list: list.length > 0 ? `list-${name}` : null, onkeydown: (e) => e.key === "Enter" && save(e.target.value) });
  return h("div", { class: "field" }, !hidden && h("label", { for: `in-${name}` }, label), input,
    list.length > 0 && h("datalist", { id: `list-${name}` }, list.map((one) => [one].flat()).map(([words, what]) => h("option", { value: words, label: what }))),
    h("button", { type: "button", id: `do-${name}`, class: "button small", onclick: () => save(input.value) }, button), wrong);
}
