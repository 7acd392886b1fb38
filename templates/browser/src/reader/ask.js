// A question that must be answered before the page goes on.
import { h } from "./dom.js";

/**
 * Asks; choices are {id, words, style, act}: resolves to what the chosen one's act gives, and
 * to false where the question is closed. A question stays until it is answered.
 */
export function ask({ title, text, choices }) {
  return new Promise((resolve) => {
    const answer = (value) => {
      dialog.close();
      dialog.remove();
      resolve(value);
    };
    const dialog = h("dialog", { id: "leaving", "aria-labelledby": "leavingtitle" },
      h("h2", { id: "leavingtitle" }, title), text,
      h("p", { class: "buttons" }, choices.map(({ id, words, style = "button", act }) => h("button", { type: "button", id, class: style, onclick: async () => answer(await act()) }, words))));
    dialog.addEventListener("cancel", () => answer(false));
    document.body.append(dialog);
    dialog.showModal();
  });
}
