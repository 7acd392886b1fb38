// What is to be done with a key: save it, put it on paper and try the paper, send
// its recipient, read out its fingerprint.
import { h } from "../dom.js";
import { copy, download } from "../handout.js";
import { Problem } from "../problem.js";
import { line } from "../visible.js";
import { recipientFile } from "./identity.js";
import { pictures } from "./picture.js";
import { printRecipient, printSheet } from "./print.js";
import { bytesOf } from "./restoring.js";
import { downloadKey, saveKey, unsaved } from "./leaving.js";
import { canChoose } from "./save.js";
import { fileOf, scan } from "./state.js";
import { Reading } from "./sheet.js";
import { drawWrong } from "./work.js";

export function drawKey(app, state, key) {
  const words = app.t.keys;
  const n = state.list.indexOf(key);
  const id = (name) => `${name}${n || ""}`;
  const button = (name, label, onclick, style = "button") => h("button", { type: "button", id: id(name), class: style, onclick }, label);
  const does = (step, task, into = key.done) => async () => {
    const unknown = step === "saved" ? "notsaved" : "unexpected";
    let problem = null;
    try {
      const done = await task();
      if (done) into[step] = done;
    } catch (err) {
      problem = Object.assign(err instanceof Problem ? err : new Problem(unknown), { step });
    }
    key.problem = problem;
    app.update();
  };
  const copies = (step, text) => does(step, async () => ((await copy(text)) ? words.copied : words.cannotCopy), key.said);
  // Only a person knows whether it was done.
  const tick = (step, label) => h("label", { class: "check" }, h("input", { type: "checkbox", id: id(`${step}tick`), checked: Boolean(key.done[step]), onchange: (e) => {
    key.done[step] = e.target.checked;
    app.update();
  } }), label);
  const fingers = h("p", { class: "fingerprint", id: id("fingerprint"), "aria-label": words.fingerprint }, key.fingerprint);
  const back = key.fresh === "back"; // it is to be compared with the paper, at once
  const step = (name, title, ...body) => h("li", { class: key.done[name] ? "done" : "" }, h("h3", {}, title), ...body,
    h("p", { class: "status", role: "status", id: id(`${name}done`) }, [key.said[name], key.done[name]].find((one) => typeof one === "string")), drawWrong(app.t, key.problem && key.problem.step === name ? key.problem : null, id(`${name}problem`)));
  const lost = unsaved({ list: [key] }).length > 0;

  return h("section", { class: "step key" },
    h("h2", { tabindex: "-1" }, key.fresh ? words.fresh[key.fresh] : `${words.ownTitle}: ${line(key.label || key.name, 60)}`),
    back && fingers,
    h("ol", {},
      key.locked && step("saved", words.saveTitle, h("p", {}, words.saveText), h("p", { class: "buttons" },
        canChoose() && button("savekey", words.saveTo, does("saved", async () => (await saveKey(words, key)) && key.done.saved), "button primary"),
        button("downkey", words.saveDown, does("saved", async () => downloadKey(words, key)), canChoose() ? "button" : "button primary"))),
      key.locked ? step("tried", words.printTitle, h("p", {}, words.printText), h("p", { class: "buttons" },
        button("printkey", words.print, does("printed", async () => printSheet(app, key))),
        h("input", { type: "file", id: id("trysheet"), class: "picker", multiple: true, accept: "image/*,.pdf", onchange: (e) => does("tried", () => tries(app, key, [...e.target.files]))() }),
        h("label", { for: id("trysheet"), class: "button" }, words.tryIt)),
      drawWrong(app.t, key.problem && key.problem.step === "printed" ? key.problem : null, id("printproblem"))) : h("li", {}, words.noFile),
      step("sent", words.sendTitle, h("p", {}, words.sendText),
        h("p", { class: "buttons" }, button("sendkey", words.sendFile, does("sent", async () => {
          download("gui-quan-tri.txt", recipientFile(key.recipient, key.label));
          return words.sentDown("gui-quan-tri.txt");
        }, key.said)), button("copykey", words.copy, copies("sent", recipientFile(key.recipient, key.label))),
          button("printrecipient", words.printRecipient, does("", async () => printRecipient(app, key)), "button small")),
        tick("sent", words.sentTick),
        h("details", {}, h("summary", {}, words.recipient), h("code", { class: "recipient", id: id("recipient") }, key.recipient))),
      step("called", words.fingerTitle, h("p", {}, words.fingerText),
        !back && fingers,
        h("p", { class: "buttons" }, button("copyfinger", words.copyFinger, copies("called", key.fingerprint), "button small")), tick("called", words.calledTick))),
    key.fresh && h("p", { class: "buttons" }, h("button", { type: "button", id: id("keysnext"), class: "button primary", disabled: lost, onclick: () => app.go("today") }, words.next), lost && h("span", { class: "note" }, words.nextAfter)));
}

async function tries(app, key, files) {
  const reading = new Reading();
  for (const file of files) if (!reading.whole) await scan(pictures(bytesOf(file)), reading);
  if (!reading.whole) throw Object.assign(new Problem("half"), { lines: reading.missing });
  if (fileOf(reading.locked()) !== fileOf(key.locked)) throw new Problem("otherpaper");
  return app.t.keys.tried;
}
