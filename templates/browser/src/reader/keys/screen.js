// The screen of keys: make one, bring one back from paper, and what is to be done with each.
import { h } from "../dom.js";
import { Problem } from "../problem.js";
import { drawKey } from "./key.js";
import { askBeforeLock, hold, unsaved } from "./leaving.js";
import { drawMaking } from "./making.js";
import { isPicture, pictures } from "./picture.js";
import { drawRestoring } from "./restoring.js";
import { Reading } from "./sheet.js";
import { keyOf, Keys, scan } from "./state.js";
import { worker } from "./work.js";

const part = (app) => app.part("keys", () => new Keys());

export const keys = {
  id: "keys",
  keyless: true,
  title: (t) => t.keys.screen,
  draw(app) {
    const state = part(app);
    const { t } = app;
    const go = (way) => () => {
      state.begin(way);
      app.update();
      document.querySelector("#keys h2").focus();
    };
    const choice = (id, title, text, label, way, style) => h("div", { class: "step" },
      h("h2", { tabindex: "-1" }, title), h("p", {}, text), h("p", { class: "buttons" }, h("button", { type: "button", id, class: style, onclick: go(way) }, label)));
    const choices = h("div", { class: "choices" },
      choice("makekey", t.keys.newTitle, t.keys.newText, t.keys.make, "make", "button primary"),
      choice("restorekey", t.keys.lostTitle, t.keys.lostText, t.keys.restore, "restore", "button"));
    const back = h("p", { class: "buttons" }, h("button", { type: "button", id: "keysback", class: "button small", onclick: go("") }, t.keys.back));
    const draw = { make: drawMaking, restore: drawRestoring }[state.way];
    const body = draw ? [back, draw(app, state, worker(app, state))]
      : [state.list.map((key) => drawKey(app, state, key)),
        state.list.length > 0 ? h("details", { class: "another" }, h("summary", {}, t.keys.another), choices) : [h("p", { class: "lead" }, t.keys.intro), choices]];
    return [h("section", { id: "keys" }, body.flat(2))];
  },
};

/** A photo or scan of a sheet, dropped on the page. */
export const sheets = {
  kind: "sheet",
  sniff: (name, bytes, { ofFolder } = {}) => !ofFolder && isPicture(bytes),
  async take(app, name, bytes) {
    const state = part(app);
    const going = state.way === "restore" && app.screen === "keys";
    const reading = going ? state.reading : new Reading();
    state.problem = null;
    try {
      await scan(pictures(bytes), reading);
    } catch (err) {
      if (!going) throw new Problem("notsealed"); // any picture, among tips
      state.problem = err;
    }
    if (!going) state.begin("restore");
    state.reading = reading;
    app.screen = "keys";
  },
};

/** Shows the keys that were unlocked elsewhere on the page, and lets none be lost with it. */
export const opening = {
  async unlocked(app) {
    const state = part(app);
    for (const { name, bytes, identities } of app.desk.keyFiles.filter((file) => file.identities)) {
      for (const identity of identities) {
        if (!state.list.some((key) => key.identity === identity)) state.list.push(await keyOf({ name, identity, locked: bytes }));
      }
    }
  },
  lock: (app, why) => askBeforeLock(app, part(app), why),
  unsaved: (app) => unsaved(part(app)).length > 0,
  hold: (app, leave) => hold(app, part(app), leave),
};
