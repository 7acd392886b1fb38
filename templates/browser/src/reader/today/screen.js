// Hôm nay: what there is to do, and the way to it.
import { h } from "../dom.js";
import { drawRow, moreWords } from "../list/row.js";
import { rows } from "../list/rows.js";
import { reading } from "../list/screen.js";
import { picker } from "../start.js";
import { sections } from "./sections.js";

// So many of each are shown here; the list shows all.
const shown = 5;

export const today = {
  id: "today",
  title: (t) => t.today.screen,
  draw(app) {
    const { t } = app;
    const { list } = reading(app);
    list.update();
    const all = sections(list.all, app.now());
    const add = (...what) => picker(app, "button small", ...what);
    const some = all.some(({ items }) => items.length > 0);
    const show = (only) => {
      list.only(only);
      app.go("tips");
    };
    return [h("section", { id: "today" },
      h("p", { class: "buttons" }, add("picktips", t.more), add("pickfolder", t.moreFolder, false, { webkitdirectory: true }), add("pickkey", t.moreKey, true)),
      !some && h("p", { class: "free" }, list.all.length > 0 ? t.today.nothing : t.today.noTips),
      all.filter(({ items }) => items.length > 0).map(({ id, items, only }) => h("section", { class: `part part-${id}`, id: `today-${id}` },
        h("h2", {}, t.today[id], " ", h("span", { class: "badge" }, items.length)),
        h("ul", { class: "few" }, rows(items, new Set()).slice(0, shown).map(({ item, fold, all: n }) => h("li", {}, drawRow(app, item, { more: fold && moreWords(t, fold, n), pick: () => app.act.select(item.entry) })))),
        items.length > shown && h("button", { type: "button", class: "button small", onclick: () => show(only) }, t.today.all(items.length)))),
      app.extras.flatMap(({ draw }) => draw(app)))];
  },
};
