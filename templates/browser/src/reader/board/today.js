// On the page of the day: the board as a file for its page, and on paper for its wall.
import { h, typing } from "../dom.js";
import { clock } from "../date.js";
import { download } from "../handout.js";
import { press } from "../paper/press.js";
import { parseTime } from "../book/times.js";
import { markdown } from "./notice.js";
import { boardPart } from "./part.js";
import { boardSheet } from "./sheet.js";

/** What stands on the page of the day, for screens.js. */
export const boardToday = {
  id: "board",
  draw(app) {
    if (!app.book) return [];
    const part = boardPart(app);
    const now = part.now;
    if (now.notice.rows.length === 0 && !now.published.at) return [];
    const key = [app.lang, app.book.id, app.book.version, now.at === 0].join(" ");
    if (part.today.key === key && typing(part.today.nodes[0])) return part.today.nodes;
    part.today = { key, nodes: draw(app, part, now) };
    return part.today.nodes;
  },
};

function draw(app, part, now) {
  const w = app.t.board;
  const { notice, at, changed, published } = now;
  const out = (id, words, work) => h("button", { type: "button", id, class: "button small", disabled: at > 0 && !part.why.trim(), onclick: async () => {
    part.publish(now, at > 0 ? part.why.trim() : "");
    app.update();
    await work();
  } }, words);
  const save = () => {
    const text = markdown(notice);
    if (!text) return app.notice(w.toolong, { warn: true });
    download("tra-loi.md", text, "text/markdown");
    return app.notice(w.saved);
  };
  const print = (paper) => () => press([boardSheet(app, notice, paper)]);
  const buttons = [out("saveboard", w.save, save), out("printboard4", w.print("A4"), print("a4")), out("printboard3", w.print("A3"), print("a3"))];
  const why = h("input", { type: "text", id: "boardwhy", dir: "auto", autocomplete: "off", maxlength: "200", oninput: () => {
    part.why = why.value;
    buttons.forEach((button) => { button.disabled = !part.why.trim(); });
  } });
  why.value = part.why;
  return [h("section", { id: "today-board" },
    h("h2", {}, w.today, " ", h("span", { class: "badge" }, notice.rows.length)),
    h("p", { id: "boardstate" }, !published.at ? w.never : changed ? w.changed(clock(parseTime(published.at))) : w.same(clock(parseTime(published.at)))),
    at > 0 && h("p", { class: "notice warn", id: "boardwait" }, w.wait(clock(at).slice(6))),
    at > 0 && h("p", {}, h("label", { for: "boardwhy" }, w.why), " ", why),
    h("p", { class: "buttons" }, buttons),
    h("p", { class: "note" }, w.how))];
}
