// What is wrong with which file, at the top of the page.
import { fill, h } from "./dom.js";
import { line } from "./visible.js";

// So many are named; the rest are counted.
const named = 50;

/** Draws the problems of the app's desk into the section, folded or not; onfold hears of a change. */
export function drawProblems(section, app, { folded, onfold }) {
  const { t, desk } = app;
  const all = app.errors;
  const { aside } = desk;
  section.hidden = all.length + aside.length === 0;
  const filled = (text, id) => text.replace("{id}", () => id || "TB-…");
  const file = ({ name, mail }, limit) => (mail ? t.inMail(line(name, limit), line(mail, limit)) : line(name, limit));
  const dismiss = () => {
    desk.dismissProblems();
    app.update();
  };
  fill(section,
    all.length > 0 && h("div", { class: "told" },
      h("details", { open: !folded, ontoggle: (e) => onfold(!e.target.open) },
        h("summary", { "aria-describedby": "newest" }, h("h2", {}, t.problems(all.length))),
        h("ul", { tabindex: "0", "aria-label": t.problems(all.length) }, all.slice(0, named).map((problem, i) => {
          const { title, hint } = t.problem[problem.code];
          return h("li", { "data-problem": problem.code, id: i === 0 ? "newest" : null },
            h("span", { class: "file" }, file(problem, 80)),
            h("strong", {}, filled(title, problem.id)), " ", filled(hint, problem.id));
        }))),
      h("button", { type: "button", class: "quiet", onclick: dismiss }, t.dismiss)),
    aside.length > 0 && h("p", { id: "aside", class: "note" }, t.aside(aside.length, aside.slice(0, named).map((one) => file(one, one.mail ? 40 : 60)).join(", ") + (aside.length > named ? ", …" : ""))));
}
