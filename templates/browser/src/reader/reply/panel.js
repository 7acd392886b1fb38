// Answering, under a tip: what its sender will see, and the file it goes into.
import { fill, h, typing } from "../dom.js";
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
    const key = [app.lang, entry.sum, entry.id, part.drafts.size].join();
    const { nodes } = part.drawn;
    if (part.drawn.key === key && typing(nodes[0].parentNode)) return nodes; // the page is drawn for something else
    part.drawn = { key, nodes: [title, ...thread(app, part, talk, entry), ...write(app, part, talk, entry), ...drawOutbox(app)] };
    return part.drawn.nodes;
  },
};

function why(app, part, entry) {
  const w = app.t.reply;
  const { replyTo } = entry.opened.tip;
  if (part.receiptOf(entry) === null) return w.none;
  const base = app.addressBook.base_url;
  if (base && replyTo.at !== base) return w.elsewhere(line(replyTo.at, 90));
  if (!part.receipts.has(`${replyTo.at} ${replyTo.code}`)) part.find([entry], Infinity);
  return w.deriving;
}

function thread(app, part, { entries, to }, entry) {
  const w = app.t.reply;
  const n = part.repliedTo({ entries, to });
  return [
    !app.addressBook.base_url && h("p", { class: "note" }, w.unknownAt(line(to.at, 90))),
    entries.length > 1 && h("p", {}, w.thread(entries.length)),
    entries.length > 1 && h("ol", { class: "replytalk" }, entries.map((one) => h("li", {}, one === entry
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
      part.typed.set(recipient, { answer: draft.answer, text: draft.text, error: "" });
      app.update();
    };
    return [preview(app, draft), h("p", { class: "buttons" }, h("span", { class: "note" }, w.waiting), " ", h("button", { type: "button", id: "changereply", class: "button small", onclick: change }, w.change))];
  }
  const typed = part.typed.get(recipient) || { answer: "", text: "", error: "" };
  const seen = h("div", {});
  const error = h("p", { class: "error", id: "replyerror", role: "alert" });
  const box = h("textarea", { id: "replytext", rows: "4", maxlength: String(4 * maxText), "aria-describedby": "replyerror" });
  box.value = typed.text;
  // In place: drawn anew, the page would lose the cursor, or the button under the finger.
  const show = () => {
    const over = excess(typed.text);
    const said = over > 0 ? w.wrong.toolong(over) : w.wrong[typed.error] || "";
    error.textContent = said;
    box.setAttribute("aria-invalid", String(said !== ""));
    fill(seen, over === 0 && (typed.answer || typed.text.trim()) && preview(app, typed));
  };
  const set = (more) => {
    Object.assign(typed, { error: "" }, more);
    part.typed.set(recipient, typed);
    show();
  };
  box.addEventListener("input", () => set({ text: box.value }));
  const choose = (name) => {
    set({ answer: typed.answer === name ? "" : name });
    app.update();
  };
  const put = () => {
    const why = wrong(typed);
    if (!why) {
      part.put(talk, entry, typed);
      app.update();
      return;
    }
    set({ error: why });
    box.focus();
  };
  show();
  return [
    h("p", { class: "note" }, w.caution),
    h("div", { class: "replyrow" }, h("span", { id: "l-stock" }, w.stock), h("div", { class: "chips", role: "group", "aria-labelledby": "l-stock" },
      stock.map((name) => h("button", { type: "button", class: "chip", id: `stock-${name}`, "aria-pressed": String(typed.answer === name), onclick: () => choose(name) }, w.names[name])))),
    h("p", {}, h("label", { for: "replytext" }, w.text), box),
    error, seen,
    h("p", { class: "buttons" }, h("button", { type: "button", id: "putreply", class: "button small", onclick: put }, w.add)),
  ];
}

function preview(app, { answer, text }) {
  const w = app.t.reply;
  return h("div", { class: "replypreview", id: "preview" },
    h("p", { class: "note" }, w.preview),
    h("article", {},
      h("h4", {}, time(app.now()).slice(0, 10).split("-").reverse().join("/")),
      answer && h("p", {}, w.says[answer]),
      text.trim() && h("p", { class: "replysaid", dir: "auto" }, text.normalize("NFC").trim())));
}
