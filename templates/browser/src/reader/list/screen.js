// Tin: the list, and the tip that was chosen beside it.
import { h } from "../dom.js";
import { List } from "./list.js";
import { TipView } from "./tip.js";

/** On a narrow page the list and the tip take turns (list.css says the same). */
const narrow = () => window.matchMedia("(max-width: 899px)").matches;

class Reading {
  constructor(app) {
    this.app = app;
    this.list = new List(app);
    this.tip = new TipView({ mute: (entry) => this.list.mute(entry) });
    this.node = h("section", { id: "reading", onkeydown: (e) => e.key === "Escape" && this.node.classList.contains("one") && app.act.back() }, this.list.node, this.tip.node);
  }

  draw() {
    const { app } = this;
    this.list.update();
    app.entry = this.list.same(app.entry);
    if (!app.entry && !narrow()) app.entry = this.list.first;
    this.node.classList.toggle("one", Boolean(app.entry) && app.reading);
    if (app.entry) app.act.looked(app.entry);
    this.list.draw();
    this.tip.draw(app);
  }

  leave() {
    this.tip.leave();
  }
}

/** The part of the app that knows every tip; today's page asks it as well. */
export const reading = (app) => app.part("reading", () => new Reading(app));

export const tips = {
  id: "tips",
  title: (t) => t.list.screen,
  count(app) {
    const { list } = reading(app);
    list.update();
    return list.unread;
  },
  draw(app) {
    const part = reading(app);
    part.draw();
    return [part.node];
  },
};
