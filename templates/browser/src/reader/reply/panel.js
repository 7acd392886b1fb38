// Answering, under a tip: what its sender will see, and the file it goes into.
import { h } from "../dom.js";
import { line } from "../visible.js";
import { maxText, stock } from "../../shared/reply.js";
import { time } from "../book/times.js";
import { excess, wrong } from "./make.js";
import { drawOutbox } from "./outbox.js";
import { replyPart } from "./part.js";

/** The panel's draw, for screens.js. */
export const reply = {
  id: "reply",
  draw(app, entry) {
    if (!entry.opened || !entry.opened.tip) return [];
    const part = replyPart(app);
    const w = app.t.reply;
    const title = h("h3", {}, w.title);
    const talk = part.talkOf(entry);
    if (!talk) return [title, h("p", { class: "note", id: "noreply" }, why(app, part, entry))];
    return [title, ...thread(app, part, talk, entry), ...write(app, part, talk, entry), ...drawOutbox(app)];
  },
};

function why(app, part, entry) {
  const w = app.t.reply;
  const { replyTo } = entry.opened.tip;
  if (part.receiptOf(entry) === null) return w.none;
  const base = app.addressBook.base_url;
  return base && replyTo.at !== base ? w.elsewhere(line(replyTo.at, 90)) : w.deriving;
}

function thread(app, part, { entries, to }, entry) {
  const w = app.t.reply;
  const n = part.repliedTo({ entries, to });
  return [
    !app.addressBook.base_url && h("p", { class: "note" }, w.unknownAt(line(to.at, 90))),
    entries.length > 1 && h("p", {}, w.thread(entries.length)),
    entries.length > 1 && h("ol", { class: "talk" }, entries.map((one) => h("li", {}, one === entry
      ? h("strong", {}, `${one.id} (${w.here})`)
      : h("button", { type: "button", class: "button small", onclick: () => app.act.select(one) }, one.id), " ", line(one.opened.text, 60)))),
    n > 0 && h("p", { class: "note", id: "replied" }, w.replied(n)),
  ].filter(Boolean);
}

function write(app, part, talk, entry) {
  const w = app.t.reply;
  const { recipient } = talk.to;
  const draft = part.drafts.get(recipient);
  if (draft && !part.typed.has(recipient)) {
    const change = () => {
      part.typed.set(recipient, { answer: draft.answer, text: draft.text });
      app.update();
    };
    return [preview(app, draft), h("p", { class: "buttons" }, h("span", { class: "note" }, w.waiting), " ", h("button", { type: "button", id: "changereply", class: "button small", onclick: change }, w.change))];
  }
  const typed = part.typed.get(recipient) || { answer: "", text: "" };
  const set = (more, draw = true) => {
    part.typed.set(recipient, { ...typed, ...part.typed.get(recipient), ...more, error: "" });
    if (draw) app.update();
  };
  const put = () => {
    const now = part.typed.get(recipient) || typed;
    const error = wrong(now);
    if (error) set({});
    if (error) part.typed.get(recipient).error = error;
    else part.put(talk, entry, now);
    app.update();
    if (error) document.getElementById("replytext").focus();
  };
  const over = excess(typed.text);
  const error = over > 0 ? w.wrong.toolong(over) : typed.error && w.wrong[typed.error];
  const saying = (typed.answer || typed.text.trim()) && over === 0;
  return [
    h("p", { class: "note" }, w.caution),
    h("div", { class: "row" }, h("span", { class: "label", id: "l-stock" }, w.stock), h("div", { class: "chips", role: "group", "aria-labelledby": "l-stock" },
      stock.map((name) => h("button", { type: "button", class: "chip", id: `stock-${name}`, "aria-pressed": String(typed.answer === name), onclick: () => set({ answer: typed.answer === name ? "" : name }) }, w.names[name])))),
    h("p", {}, h("label", { for: "replytext" }, w.text), area(typed.text, error, (text) => set({ text }, false), () => app.update())),
    h("p", { class: "error", id: "replyerror", role: "alert" }, error),
    saying && preview(app, typed),
    h("p", { class: "buttons" }, h("button", { type: "button", id: "putreply", class: "button small", onclick: put }, w.add)),
  ].filter(Boolean);
}

// Drawn anew only when it is left, or the cursor would jump while one types.
function area(text, error, typing, typed) {
  const box = h("textarea", { id: "replytext", rows: "4", maxlength: String(4 * maxText), "aria-describedby": "replyerror", "aria-invalid": error ? "true" : null, oninput: () => typing(box.value), onchange: typed });
  box.value = text;
  return box;
}

function preview(app, { answer, text }) {
  const w = app.t.reply;
  return h("div", { class: "preview", id: "preview" },
    h("p", { class: "label" }, w.preview),
    h("article", {},
      h("h4", {}, time(app.now()).slice(0, 10).split("-").reverse().join("/")),
      answer && h("p", {}, w.says[answer]),
      text.trim() && h("p", { class: "said", dir: "auto" }, text.normalize("NFC").trim())));
}
