// The file of replies: what waits in it, the pass that it needs, and saving it.
import { h } from "../dom.js";
import { line } from "../visible.js";
import { readPass } from "./pass.js";
import { replyPart } from "./part.js";

/** Draws it, under a tip and on the page of the day. */
export function drawOutbox(app) {
  const part = replyPart(app);
  const w = app.t.reply;
  const drafts = [...part.drafts.values()];
  const { pass, last } = part;
  const save = async () => {
    await part.save();
    app.notice(w.saved(part.last.name, part.last.at));
  };
  const drop = ({ to }) => {
    part.drafts.delete(to.recipient);
    app.update();
  };
  return [h("section", { class: "replyoutbox", id: "outbox" },
    h("h4", {}, drafts.length > 0 ? w.outbox(drafts.length) : w.outboxEmpty),
    drafts.length > 0 && h("ul", {}, drafts.slice(0, 50).map((draft) => h("li", {}, `${draft.tip}: ${[draft.answer && w.names[draft.answer], line(draft.text.trim(), 60)].filter(Boolean).join(" · ")} `,
      h("button", { type: "button", class: "button small", "aria-label": w.drop(draft.tip), onclick: () => drop(draft) }, "✕")))),
    drafts.length > 50 && h("p", {}, `… +${drafts.length - 50}`),
    (drafts.length > 0 || pass) && drawPass(app, part, pass),
    h("p", { class: "buttons" },
      drafts.length > 0 && h("button", { type: "button", id: "savereplies", class: "button primary", disabled: !(pass && pass.good), onclick: save }, w.save),
      last && h("button", { type: "button", id: "saveagain", class: "button small", onclick: () => part.download() }, w.again)))];
}

function drawPass(app, part, pass) {
  const w = app.t.reply;
  if (pass && pass.good) return h("p", { class: "note", id: "passhere" }, w.passGood(pass.half));
  const box = h("input", { type: "text", id: "pass", "aria-label": w.pass, autocomplete: "off", spellcheck: "false", "aria-describedby": "passerror" });
  box.value = part.pasted;
  box.addEventListener("input", () => { part.pasted = box.value; });
  const take = () => {
    const found = readPass(box.value, app.now());
    part.error = found ? "" : w.passBad;
    if (found) {
      part.takePass(found);
      part.pasted = "";
    }
    app.update();
  };
  return h("div", { class: "replypass" },
    h("p", {}, h("strong", {}, `${w.pass}. `), pass ? w.passOld(pass.half) : "", " ", w.passHow),
    h("p", { class: "buttons" }, box, h("button", { type: "button", id: "takepass", class: "button small", onclick: take }, w.passTake)),
    h("p", { class: "error", id: "passerror", role: "alert" }, part.error));
}

/** What stands on the page of the day: one tap for all that is new, and the file. */
export function drawToday(app) {
  const part = replyPart(app);
  const { fresh } = part;
  const all = () => {
    for (const talk of fresh) part.put(talk, talk.entries[talk.entries.length - 1], { answer: "received", text: "" });
    app.update();
  };
  if (fresh.length === 0 && part.drafts.size === 0 && !part.last) return [];
  return [h("section", { id: "today-reply" },
    fresh.length > 0 && h("p", { class: "buttons" }, h("button", { type: "button", id: "receivedall", class: "button small", onclick: all }, app.t.reply.all(fresh.length))),
    drawOutbox(app))];
}
