// The three steps before there is anything to read, and the one that is left
// when another key file waits for its passphrase.
import { fill, h } from "./dom.js";
import { line } from "./visible.js";

const $ = (id) => document.getElementById(id);

/** Returns a button to choose files with, as key files where asKey is true. */
export function picker(app, style, id, label, asKey = false, more = {}) {
  return [
    h("input", { type: "file", id, class: "picker", multiple: true, ...more, onchange: (e) => app.act.picked(e.target, asKey) }),
    h("label", { for: id, class: style }, label),
  ];
}

/** Draws the steps into the section; what is being typed stays. */
export function drawStart(section, app) {
  const { t, desk, act } = app;
  const typed = $("passphrase") ? $("passphrase").value : "";
  const shown = $("show") ? $("show").checked : false;
  const keys = desk.keyFiles;
  const locked = desk.locked.map((name) => line(name, 40));
  const needs = locked.length > 0;
  const first = !app.working;
  const pick = (...what) => picker(app, "button", ...what);
  fill(section,
    first && h("div", { class: desk.waiting.length ? "step done" : "step" },
      h("h2", {}, t.step1), h("p", {}, t.step1text),
      h("p", { class: "buttons" }, pick("picktips", t.pickTips), pick("pickfolder", t.pickFolder, false, { webkitdirectory: true })),
      h("div", { class: "status" }, h("p", { id: "tipstatus" }, tipStatus(t, desk)),
        app.hooks.filter(({ taken }) => taken).map(({ taken }) => h("p", { class: taken(app) ? "there" : "", id: "bookstatus" }, taken(app) || t.noBookYet)))),
    first && h("div", { class: keys.length ? "step done" : "step" },
      h("h2", {}, t.step2), h("p", {}, t.step2text),
      h("p", { class: "buttons" }, pick("pickkey", t.pickKey, true),
        keys.length === 0 && app.screens.some(({ id }) => id === "keys") && h("button", { type: "button", id: "nokey", class: "button", onclick: () => app.go("keys") }, t.noKeyYet)),
      h("ul", { class: "status", id: "keystatus" }, keys.length
        ? keys.map((key) => h("li", {}, `${line(key.name, 60)} (${t[{ locked: "keyLocked", open: "keyUnlocked", clear: "keyClear" }[key.state]]})`))
        : h("li", {}, t.noKey))),
    h("div", { class: needs ? "step" : "step later" },
      h("h2", {}, first ? t.step3 : t.unlock), h("p", {}, t.step3text),
      h("p", {}, h("label", { for: "passphrase" }, t.passphrase(locked)),
        h("input", { type: shown ? "text" : "password", id: "passphrase", autocomplete: "off", spellcheck: "false", disabled: !needs || app.unlocking, "aria-describedby": "unlockerror", onkeydown: (e) => e.key === "Enter" && act.unlock(e.target.value) }),
        h("label", { class: "check" }, h("input", { type: "checkbox", id: "show", checked: shown, onchange: (e) => { $("passphrase").type = e.target.checked ? "text" : "password"; } }), t.showPassphrase)),
      h("p", { id: "unlockerror", class: "error", role: "alert" }, app.failed && [h("strong", {}, app.failed === "wrongpassphrase" ? t.wrongPassphrase(locked) : t.problem[app.failed].title), " ", t.problem[app.failed].hint]),
      app.unlocking
        ? h("div", { class: "unlocking" }, h("p", {}, t.unlocking), h("progress", { id: "progress", max: "1", value: "0", "aria-label": t.unlocking }), h("button", { type: "button", id: "stop", class: "button small", onclick: act.stop }, t.stop))
        : h("p", { class: "buttons" }, h("button", { type: "button", id: "unlock", class: "button primary", disabled: !needs, onclick: () => act.unlock($("passphrase").value) }, t.unlock))),
    first && h("p", { class: "offline" }, t.offline));
  $("passphrase").value = typed;
}

function tipStatus(t, desk) {
  if (desk.waiting.length > 0) return t.waiting(desk.waiting.length);
  if (desk.lacking.length > 0) return t.lacking(desk.lacking.length);
  return desk.tips.length > 0 ? t.notOpened(desk.tips.length) : t.noTips;
}
