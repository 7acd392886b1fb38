// Under a tip: what whoever knows its tag reads on the board.
import { h, typing } from "../dom.js";
import { stock } from "../../shared/reply.js";
import { showTag } from "../../shared/receipt.js";
import { strings } from "../strings.js";
import { boardPart, maxAnswer } from "./part.js";

/** The panel's draw, for screens.js. */
export const boardPanel = {
  id: "board",
  draw(app, entry) {
    const part = boardPart(app);
    const tag = part.tagOf(entry);
    if (!tag || (entry.opened && !entry.opened.tip)) return [];
    const w = app.t.board;
    const title = h("h3", {}, w.title, " ", h("code", { class: "boardtag", id: "tag" }, showTag(tag)));
    if (!app.book || !app.book.state(entry.id)) return [title, h("p", { class: "note" }, w.noBook)];
    const key = [app.lang, app.book.id, entry.id, app.book.version].join(" ");
    if (part.drawn.key === key && typing(part.drawn.nodes[0].parentNode)) return part.drawn.nodes;
    part.drawn = { key, nodes: [title, ...draw(app, part, entry, tag)] };
    return part.drawn.nodes;
  },
};

function draw(app, part, entry, tag) {
  const w = app.t.board;
  const says = strings.vi.reply.says; // one page for the whole village
  const last = part.answerOf(tag);
  const said = last ? last.board : "";
  const doubt = part.doubt(entry, tag);
  const put = (text) => {
    part.put(entry, tag, text);
    app.update();
  };
  const input = h("input", { type: "text", id: "boardtext", dir: "auto", autocomplete: "off", maxlength: String(maxAnswer), oninput: () => part.typed.set(entry.id, input.value) });
  input.value = part.typed.has(entry.id) ? part.typed.get(entry.id) : Object.values(says).includes(said) ? "" : said;
  return [
    h("p", { class: "note" }, w.caution),
    doubt && h("p", { class: "notice warn", "data-warning": doubt }, doubt === "other" ? w.other(last.id) : w.claimed),
    said ? h("p", { id: "boardsaid" }, `${w.stands} `, h("strong", { dir: "auto" }, said), " ", h("button", { type: "button", id: "boardoff", class: "button small", onclick: () => put("") }, w.off)) : h("p", { id: "boardsaid" }, w.nothing),
    h("div", { class: "chips", role: "group", "aria-label": w.stock }, stock.map((name) => h("button", {
      type: "button", id: `board-${name}`, class: "chip", "aria-pressed": String(said === says[name]), title: says[name], onclick: () => said === says[name] || put(says[name]),
    }, app.t.reply.names[name]))),
    h("p", {}, h("label", { for: "boardtext" }, w.own)), h("p", { class: "buttons boardown" }, input, h("button", { type: "button", id: "boardput", class: "button small", onclick: () => input.value.trim() && put(input.value) }, w.put)),
  ].filter(Boolean);
}
