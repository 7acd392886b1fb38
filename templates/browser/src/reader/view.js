// The page around the screens: the bar, what must be said, the three steps.
import { h, fill } from "./dom.js";
import { drawProblems } from "./problems.js";
import { drawStart } from "./start.js";

const $ = (id) => document.getElementById(id);

/** Draws the app; self is what the file knows of itself: {version, licences, sum}. */
export class View {
  constructor(app, self) {
    Object.assign(this, { app, self, told: 0, folded: false });
    document.body.textContent = "";
    document.body.append(
      h("header", { id: "bar" }),
      h("div", { id: "notices", "aria-live": "polite" }),
      h("main", {}, h("section", { id: "problems" }), h("section", { id: "start" }), h("div", { id: "screen" })),
      h("dialog", { id: "about" }),
      h("div", { id: "drop", "aria-hidden": "true" }),
    );
  }

  /** Draws everything anew; what has the focus keeps it where it has an id. */
  update() {
    const { app } = this;
    const { t } = app;
    const focused = document.activeElement ? document.activeElement.id : "";
    document.documentElement.lang = app.lang;
    document.title = t.title;
    $("drop").textContent = t.dropHere;
    const screen = app.screens.find(({ id }) => id === app.screen);
    const shown = app.working || screen.keyless;
    document.body.className = shown ? `on-${app.screen}` : "starting";
    this.notices();
    this.#problems();
    $("start").hidden = (shown && app.desk.locked.length === 0) || Boolean(screen.keyless);
    drawStart($("start"), app);
    const nodes = shown ? screen.draw(app) : [];
    if (nodes.length !== $("screen").childNodes.length || nodes.some((node, i) => node !== $("screen").childNodes[i])) fill($("screen"), nodes);
    this.#bar(); // last, for what is shown is read
    if (focused && document.activeElement === document.body && $(focused)) $(focused).focus({ preventScroll: true });
  }

  #bar() {
    const { app } = this;
    const { t, act } = app;
    // Where there is but one, nobody needs to be led.
    const screens = app.screens.filter(({ keyless, id }) => app.working || keyless || id === "today");
    fill($("bar"),
      h("h1", {}, t.title),
      h("nav", { "aria-label": t.screens }, (screens.length > 1 ? screens : []).map((screen) => {
        const count = app.working && screen.count ? screen.count(app) : 0;
        return h("button", { type: "button", id: `go-${screen.id}`, "aria-current": screen.id === app.screen ? "page" : null, onclick: () => app.go(screen.id) },
          screen.title(t), count > 0 && [" ", h("span", { class: "badge" }, count)]);
      })),
      h("button", { type: "button", id: "language", class: "quiet", lang: app.lang === "vi" ? "en" : "vi", onclick: act.language }, t.otherLanguage),
      h("button", { type: "button", id: "openabout", class: "quiet", onclick: () => this.about() }, t.about),
      h("button", { type: "button", id: "lock", class: app.desk.keys.length > 0 ? "lock" : "lock away", onclick: act.lock }, t.lock));
    // Where the names of the screens are wider than the page, that of this one is in sight.
    const nav = $("bar").querySelector("nav"), current = nav.querySelector("[aria-current]");
    if (current) nav.scrollLeft += Math.max(0, current.getBoundingClientRect().right - nav.getBoundingClientRect().right);
  }

  /** Shows how far the reading of many files is, in place: its button must stay under the finger. */
  busy(what, n, of) {
    const before = this.app.busy;
    this.app.busy = { what, n, of };
    if (!before || before.what !== what) return this.notices();
    const [bar, words] = $("busy").children;
    bar.value = n;
    bar.max = of;
    words.textContent = this.app.t[what](n, of);
    return undefined;
  }

  /** Draws what must be said at the top: locked, busy, about to lock. */
  notices() {
    const { app } = this;
    const { t, busy } = app;
    fill($("notices"),
      app.idle && h("p", { class: "notice warn", id: "idle" }, t.idleWarning),
      app.said && h("p", { class: app.warned ? "notice warn" : "notice", id: "notice" }, t[app.said] || app.said),
      app.working && app.hooks.map(({ strip }) => strip && strip(app)),
      busy && h("p", { class: "notice busy", id: "busy", "aria-live": "off" }, h("progress", { max: busy.of, value: busy.n, "aria-label": t[busy.what](busy.n, busy.of) }), h("span", {}, t[busy.what](busy.n, busy.of)), h("button", { type: "button", id: "halt", class: "button small", onclick: app.act.halt }, t.stop)),
      !busy && app.desk.keys.length > 0 && app.desk.waiting.length > 0 && h("p", { class: "notice", id: "left" }, t.left(app.desk.waiting.length), " ", h("button", { type: "button", id: "goon", class: "button small", onclick: app.act.goOn }, t.goOn)),
      app.desk.keyFiles.some((key) => key.state === "clear") && h("p", { class: "notice warn" }, h("strong", {}, t.warnings.clearkey.title), " ", t.warnings.clearkey.hint));
  }

  #problems() {
    drawProblems($("problems"), this.app, { folded: this.folded, onfold: (folded) => { this.folded = folded; } });
  }

  /**
   * Brings what went wrong since it was last called before the eyes and to the
   * focus, and says whether anything did. What was told before is folded up,
   * out of the way of tips to read.
   */
  tell() {
    const [newest] = this.app.errors;
    const news = Boolean(newest) && newest.turn > this.told;
    this.folded = !news && this.app.working;
    const details = $("problems").querySelector("details");
    if (details) details.open = !this.folded;
    if (!news) return false;
    this.told = newest.turn;
    $("problems").scrollIntoView({ block: "nearest" });
    $("problems").querySelector("summary").focus();
    return true;
  }

  /** Shows how far unlocking is, 0 to 1. */
  progress(done) {
    if ($("progress")) $("progress").value = done;
  }

  async about() {
    const { app: { t }, self } = this;
    const dialog = $("about");
    const sum = h("code", { id: "sha" }, "…");
    const close = h("button", { type: "button", class: "button", onclick: () => dialog.close() }, t.close);
    fill(dialog,
      h("h2", {}, t.aboutTitle),
      h("dl", {}, h("div", {}, h("dt", {}, t.version), h("dd", { id: "version" }, self.version)), h("div", {}, h("dt", {}, t.sha), h("dd", {}, sum))),
      h("p", {}, t.shaHow), h("p", {}, t.keeps),
      h("details", {}, h("summary", {}, t.licences), h("pre", { tabindex: "0" }, self.licences)),
      h("p", { class: "buttons" }, close));
    dialog.showModal();
    close.focus();
    sum.textContent = await self.sum.catch(() => t.shaUnknown);
  }

  /** Takes everything of the tips off the page; work that is still running has no page any more. */
  clear() {
    this.app.leave();
    document.body.textContent = "";
    this.update = this.notices = this.progress = this.busy = () => {};
  }
}
