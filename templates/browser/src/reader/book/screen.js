// Sổ tin: where the book is, whether it is saved, whose it is, and what was written in it.
import { clock } from "../date.js";
import { fill, h, typing, unfolding } from "../dom.js";
import { line } from "../visible.js";
import { history } from "./history.js";
import { drawMake } from "./make.js";
import { bookPart } from "./part.js";
import { canPick, pickFile, pickFolder } from "./pick.js";
import { drawRecipients } from "./recipients.js";

export const book = {
  id: "book",
  keyless: true,
  title: (t) => t.book.title,
  count: (app) => (app.book && app.book.dirty ? 1 : 0),
  draw(app) {
    const part = bookPart(app);
    const { keeper } = part;
    const now = [app.lang, keeper.book, keeper.strange, keeper.problem, keeper.merged, part.wrong];
    if (part.drawn && now.every((one, i) => one === part.shown[i]) && typing(part.drawn[0])) return part.drawn;
    part.shown = now;
    part.drawn = [h("section", { id: "book" }, h("h2", {}, app.t.book.title),
      refused(app, keeper), keeper.strange ? strange(app, part) : keeper.book ? opened(app, part) : none(app, part))];
    return part.drawn;
  },
};

const button = (id, words, action, style = "button small") => h("button", { type: "button", id, class: style, onclick: action }, words);

// Books that were not taken, and why; their files are as they were.
function refused(app, keeper) {
  const { t } = app;
  const dismiss = () => {
    keeper.problems = [];
    app.update();
  };
  return keeper.problems.map(({ name, code }) => h("p", { class: "notice warn", "data-problem": code }, h("span", { class: "file" }, line(name, 80)), h("strong", {}, t.problem[code].title), " ", t.problem[code].hint, h("button", { type: "button", class: "quiet", onclick: dismiss }, t.dismiss)));
}

function none(app, part) {
  const w = app.t.book;
  const { keeper } = part;
  return [
    h("p", {}, w.what),
    keeper.waiting.map(({ name }) => h("p", { class: "notice", id: "bookwaits" }, w.waiting(line(name, 60)))),
    h("div", { class: "cards" },
      h("div", { class: "card" }, h("h3", {}, w.open),
        h("p", { class: "buttons" },
          canPick() && button("openfolder", w.openFolder, () => pickFolder(app, part), "button primary"),
          canPick() && button("openfile", w.openFile, () => pickFile(app, part)),
          !canPick() && picker(app, "pickbook", w.openFile, "button primary")),
        h("p", { class: "note" }, w.orDrop), h("p", { class: "note" }, canPick() ? w.folderWhy : w.fileWhy)),
      drawMake(app, part)),
  ];
}

function picker(app, id, words, style) {
  return [h("input", { type: "file", id, class: "picker", onchange: (e) => app.act.picked(e.target, false) }), h("label", { for: id, class: style }, words)];
}

// A book that nobody has vouched for: anyone can have made it.
function strange(app, { keeper, open }) {
  const w = app.t.book;
  const { name, book: found } = keeper.strange;
  const states = found.states();
  return h("div", { class: "card", id: "strange" }, h("h3", {}, w.compare), h("p", {}, `${line(name, 60)} · ${w.of(line(found.unit, 40))}`), h("p", {}, w.compareWhy),
    h("p", {}, w.code, ":"), h("p", { class: "check", id: "check" }, found.check),
    h("p", { class: "buttons" }, button("right", w.right, () => keeper.vouch(), "button primary"), button("wrong", w.wrong, () => keeper.refuse(), "button")),
    unfolding(open, "inside", {}, h("summary", {}, w.inside(states.length)),
      h("ul", { class: "rows" }, states.slice(0, 200).map((state) => h("li", {}, h("strong", {}, line(state.id, 40)), ` · ${app.t.handle.statuses[state.status]} · `, h("span", { dir: "auto" }, line(state.text, 120)))))));
}

function opened(app, part) {
  const w = app.t.book;
  const { keeper } = part;
  const kept = keeper.book;
  const future = kept.all.filter(({ n, ms }) => n > 0 && ms > app.now() + 86_400_000).length;
  const odd = kept.states().filter(({ conflicts }) => conflicts.length > 0);
  return [
    h("p", {}, h("strong", {}, w.of(line(kept.unit, 40))), ` · ${w.tips(kept.states().length)}`),
    saving(app, part),
    future > 0 && h("p", { class: "notice warn", id: "future" }, w.future(future)),
    h("div", { class: "cards" },
      h("div", { class: "card" }, h("h3", {}, w.merge), h("p", {}, w.mergeWhy), h("p", { class: "buttons" }, picker(app, "mergebook", w.openFile, "button small")),
        keeper.merged && h("p", { id: "merged", role: "status" }, w.merged(line(keeper.merged.name, 60), keeper.merged.count))),
      h("div", { class: "card" }, h("h3", {}, w.code), h("p", {}, w.codeFor), h("p", { class: "check", id: "check" }, kept.check)),
      drawRecipients(app, part),
      h("div", { class: "card" }, h("h3", { id: "officertitle" }, w.officer),
        h("input", { type: "text", id: "officer", "aria-labelledby": "officertitle", maxlength: "60", autocomplete: "off", value: part.officer, placeholder: part.key, onchange: (e) => part.named(e.target.value.normalize("NFC").replace(/\s+/g, " ").trim()) }),
        h("p", { class: "note" }, w.officerHint))),
    odd.length > 0 && h("div", { class: "card", id: "conflicts" }, h("h3", {}, w.conflicts(odd.length)), h("ul", { class: "rows" }, odd.slice(0, 100).map((state) => h("li", {}, h("strong", {}, line(state.id, 40)), ` · ${[...new Set(state.conflicts.map(({ why }) => w.why[why]))].join(" ")} `, h("span", { dir: "auto" }, line(state.text, 120)))))),
    written(app, part),
  ];
}

// What was written in the book; typing an id leaves that tip's.
function written({ t }, part) {
  const { book: kept } = part.keeper;
  const list = h("div");
  const show = () => fill(list, history(t, kept.all.filter(({ n, tip }) => n > 0 && (!part.filter || tip.includes(part.filter))), { summary: (n) => `${t.book.history} (${n})`, id: "bookhistory", open: part.open, tips: true }));
  show();
  const typed = (e) => {
    part.filter = e.target.value.toUpperCase().trim();
    show();
  };
  return h("div", { class: "card" }, h("label", { for: "oftip" }, t.book.historyOf),
    h("input", { type: "search", id: "oftip", list: "tipids", value: part.filter, autocomplete: "off", oninput: typed }), h("datalist", { id: "tipids" }, kept.states().slice(-200).map(({ id }) => h("option", { value: id }))), list);
}

function saving(app, part) {
  const w = app.t.book;
  const { keeper } = part;
  const { place, savedAt } = keeper;
  const problem = keeper.problem && app.t.problem[keeper.problem];
  const state = keeper.saving ? w.saving : keeper.dirty ? w.unsaved : savedAt ? (place.keeps ? w.saved : w.savedDownload)(clock(savedAt)) : w.allSaved;
  return h("div", { class: keeper.dirty ? "card saving unsaved" : "card saving" },
    h("p", { id: "savestate", role: "status" }, h("strong", {}, state), place.keeps && ` · ${w.where}: ${line(place.label, 80)}`),
    problem && h("p", { class: "notice warn", "data-problem": keeper.problem }, h("strong", {}, problem.title), " ", problem.hint),
    h("p", { class: "buttons" },
      button("savebook", problem ? w.again : w.save, () => keeper.save(), keeper.dirty ? "button primary" : "button small"),
      canPick() && button("elsewhere", w.elsewhere, () => pickFolder(app, part)),
      place.keeps && button("downloadbook", w.download, () => keeper.copy())));
}
