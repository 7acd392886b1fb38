// The page: drawn from the desk, a region at a time.
import { clock } from "./date.js";
import { h, fill, stranger } from "./dom.js";
import { cleanPhoto } from "./photo.js";
import { strings } from "./strings.js";
import { line } from "./visible.js";

const $ = (id) => document.getElementById(id);

/** Draws the desk; act holds what the buttons do. */
export class View {
  constructor(desk, self, act) {
    Object.assign(this, { desk, self, act, lang: "vi", selected: null, notice: "", busy: null, error: "", urls: [], told: 0, folded: false });
    document.body.textContent = "";
    document.body.append(
      h("header", { id: "bar" }),
      h("div", { id: "notices", "aria-live": "polite" }),
      h("main", {}, h("section", { id: "problems" }), h("section", { id: "start" }), h("section", { id: "reading" }, h("div", { id: "list" }), h("article", { id: "tip", tabindex: "-1" }))),
      h("dialog", { id: "about" }),
      h("div", { id: "drop", "aria-hidden": "true" }),
    );
  }

  get t() {
    return strings[this.lang];
  }

  /** Draws everything anew. */
  update() {
    document.documentElement.lang = this.lang;
    document.title = this.t.title;
    $("drop").textContent = this.t.dropHere;
    const reading = this.desk.opened.length > 0;
    document.body.className = reading ? "reading" : "";
    this.#bar();
    this.notices();
    this.#problems();
    this.#start(reading);
    this.#list(reading);
    if (reading && !this.desk.opened.includes(this.selected)) this.select(this.desk.opened[0], false);
    else this.#tip();
  }

  #bar() {
    const { t, act } = this;
    fill($("bar"),
      h("h1", {}, t.title),
      h("button", { type: "button", id: "language", class: "quiet", lang: this.lang === "vi" ? "en" : "vi", onclick: act.language }, t.otherLanguage),
      h("button", { type: "button", id: "openabout", class: "quiet", onclick: () => this.about() }, t.about),
      h("button", { type: "button", id: "lock", class: this.desk.keys.length > 0 ? "lock" : "lock away", onclick: act.lock }, t.lock));
  }

  /** Draws what must be said at the top: locked, busy, about to lock. */
  notices() {
    const { t, busy } = this;
    fill($("notices"),
      this.idle && h("p", { class: "notice warn", id: "idle" }, t.idleWarning),
      this.notice && h("p", { class: "notice", id: "notice" }, t[this.notice]),
      busy && h("p", { class: "notice" }, t.reading(busy.n, busy.of)),
      this.desk.keyFiles.some((key) => key.state === "clear") && this.#said(t.warnings.clearkey, "notice warn"));
  }

  #said({ title, hint }, className) {
    return h("p", { class: className }, h("strong", {}, title), " ", hint);
  }

  #problems() {
    const { t, desk } = this;
    const all = desk.allProblems;
    const { aside } = desk;
    $("problems").hidden = all.length + aside.length === 0;
    const filled = (text, id) => text.replace("{id}", () => id || "TB-…");
    fill($("problems"),
      all.length > 0 && h("details", { open: !this.folded, ontoggle: (e) => { this.folded = !e.target.open; } },
        h("summary", { "aria-describedby": "newest" }, h("h2", {}, t.problems(all.length)), h("button", { type: "button", class: "quiet", onclick: () => { desk.dismissProblems(); this.update(); } }, t.dismiss)),
        h("ul", {}, all.slice(0, 50).map(({ name, mail, code, id }, i) => {
          const said = t.problem[code];
          return h("li", { "data-problem": code, id: i === 0 ? "newest" : null },
            h("span", { class: "file" }, mail ? t.inMail(line(name, 80), line(mail, 80)) : line(name, 80)),
            h("strong", {}, filled(said.title, id)), " ", filled(said.hint, id));
        }))),
      aside.length > 0 && h("p", { id: "aside", class: "note" }, t.aside(aside.length, aside.slice(0, 50).map(({ name, mail }) => (mail ? t.inMail(line(name, 40), line(mail, 40)) : line(name, 60))).join(", ") + (aside.length > 50 ? ", …" : ""))));
  }

  /**
   * Brings what went wrong since it was last called before the eyes and to the
   * focus, and says whether anything did. What was told before is folded up,
   * out of the way of tips to read.
   */
  tell() {
    const [newest] = this.desk.allProblems;
    const news = Boolean(newest) && newest.turn > this.told;
    this.folded = !news && this.desk.opened.length > 0;
    const details = $("problems").querySelector("details");
    if (details) details.open = !this.folded;
    if (!news) return false;
    this.told = newest.turn;
    $("problems").scrollIntoView({ block: "nearest" });
    $("problems").querySelector("summary").focus();
    return true;
  }

  #start(reading) {
    const { t, desk, act } = this;
    const typed = $("passphrase") ? $("passphrase").value : "";
    const shown = $("show") ? $("show").checked : false;
    const keys = desk.keyFiles;
    const locked = desk.locked.map((name) => line(name, 40));
    const needs = locked.length > 0;
    $("start").hidden = reading && !needs;
    const picker = (...what) => this.#picker("button", ...what);
    fill($("start"),
      !reading && h("div", { class: desk.waiting.length ? "step done" : "step" },
        h("h2", {}, t.step1), h("p", {}, t.step1text),
        h("p", { class: "buttons" }, picker("picktips", t.pickTips), picker("pickfolder", t.pickFolder, false, { webkitdirectory: true })),
        h("p", { class: "status", id: "tipstatus" }, this.#tipStatus())),
      !reading && h("div", { class: keys.length ? "step done" : "step" },
        h("h2", {}, t.step2), h("p", {}, t.step2text),
        h("p", { class: "buttons" }, picker("pickkey", t.pickKey, true)),
        h("ul", { class: "status", id: "keystatus" }, keys.length
          ? keys.map((key) => h("li", {}, `${line(key.name, 60)} (${t[{ locked: "keyLocked", open: "keyUnlocked", clear: "keyClear" }[key.state]]})`))
          : h("li", {}, t.noKey))),
      h("div", { class: needs ? "step" : "step later" },
        h("h2", {}, reading ? t.unlock : t.step3), h("p", {}, t.step3text),
        h("p", {}, h("label", { for: "passphrase" }, t.passphrase(locked)),
          h("input", { type: shown ? "text" : "password", id: "passphrase", autocomplete: "off", spellcheck: "false", disabled: !needs || this.unlocking, "aria-describedby": "unlockerror", onkeydown: (e) => e.key === "Enter" && act.unlock(e.target.value) }),
          h("label", { class: "check" }, h("input", { type: "checkbox", id: "show", checked: shown, onchange: (e) => { $("passphrase").type = e.target.checked ? "text" : "password"; } }), t.showPassphrase)),
        h("p", { id: "unlockerror", class: "error", role: "alert" }, this.error && [h("strong", {}, this.error === "wrongpassphrase" ? t.wrongPassphrase(locked) : t.problem[this.error].title), " ", t.problem[this.error].hint]),
        this.unlocking
          ? h("div", { class: "unlocking" }, h("p", {}, t.unlocking), h("progress", { id: "progress", max: "1", value: "0" }), h("button", { type: "button", id: "stop", class: "button small", onclick: act.stop }, t.stop))
          : h("p", { class: "buttons" }, h("button", { type: "button", id: "unlock", class: "button primary", disabled: !needs, onclick: () => act.unlock($("passphrase").value) }, t.unlock))),
      !reading && h("p", { class: "offline" }, t.offline));
    $("passphrase").value = typed;
  }

  #tipStatus() {
    const { t, desk } = this;
    if (desk.waiting.length > 0) return t.waiting(desk.waiting.length);
    if (desk.lacking.length > 0) return t.lacking(desk.lacking.length);
    return desk.tips.length > 0 ? t.notOpened(desk.tips.length) : t.noTips;
  }

  // A button to choose files with, as key files where asKey is true.
  #picker(style, id, label, asKey, more) {
    return [
      h("input", { type: "file", id, class: "picker", multiple: true, ...more, onchange: (e) => this.act.picked(e.target, asKey) }),
      h("label", { for: id, class: style }, label),
    ];
  }

  /** Shows how far unlocking is, 0 to 1. */
  progress(done) {
    if ($("progress")) $("progress").value = done;
  }

  #list(reading) {
    const { t, desk } = this;
    const scrolled = $("entries") ? $("entries").scrollTop : 0;
    $("reading").hidden = !reading;
    if (!reading) return fill($("list"));
    const add = (...what) => this.#picker("button small", ...what);
    fill($("list"),
      h("h2", {}, t.list(desk.opened.length)),
      h("ul", { id: "entries" }, desk.opened.map((entry) => h("li", {},
        h("button", { type: "button", class: "entry", "aria-current": entry === this.selected ? "true" : null, onclick: () => this.select(entry, true) }, this.#entry(entry))))),
      h("p", { class: "buttons" }, add("picktips", t.more), add("pickfolder", t.moreFolder, false, { webkitdirectory: true }), add("pickkey", t.moreKey, true)));
    $("entries").scrollTop = scrolled;
    return undefined;
  }

  #entry(entry) {
    const { t } = this;
    const { tip, text } = entry.opened;
    return [
      h("span", { class: "top" },
        tip && tip.urgent && h("span", { class: "urgent" }, t.urgent),
        h("span", { class: "id" }, entry.id),
        tip && tip.photos.length > 0 && h("span", { class: "count" }, t.photos(tip.photos.length))),
      h("span", { class: "box" }, tip ? this.#mailbox(tip) : t.notTipTitle),
      entry.date !== undefined && h("span", { class: "arrived" }, `${t.arrived}: ${clock(entry.date)}`),
      h("span", { class: "first" }, line(text, 90)),
    ];
  }

  #mailbox(tip) {
    return Object.hasOwn(this.t.mailbox, tip.mailbox) ? this.t.mailbox[tip.mailbox] : this.t.otherMailbox(line(tip.mailbox, 40));
  }

  /** Shows one tip; focus moves to it where a person chose it. */
  select(entry, focus) {
    this.selected = entry;
    this.#list(true);
    $("entries").querySelector("[aria-current]").scrollIntoView({ block: "nearest" });
    this.#tip();
    $("tip").scrollTop = 0;
    if (focus) $("tip").focus({ preventScroll: true });
  }

  #tip() {
    this.urls.forEach((url) => URL.revokeObjectURL(url));
    this.urls = [];
    const entry = this.selected;
    if (!entry || entry.state !== "open") return fill($("tip"));
    const { t } = this;
    const { tip, text, warnings } = entry.opened;
    const arrived = entry.date === undefined ? [t.received, t.seeMailbox] : [t.arrived, clock(entry.date)];
    const rows = [[t.id, entry.id], arrived, tip && [t.unit, tip.unit], tip && [t.site, tip.siteName ? `${tip.siteName} (${tip.site})` : tip.site], tip && [t.lang, tip.lang], [t.file, entry.mail ? t.inMail(entry.name, entry.mail) : entry.name]];
    const shown = stranger(text, t);
    const gallery = tip && tip.photos.length > 0 && h("div", { class: "photos" });
    fill($("tip"),
      h("header", {},
        h("h2", {}, tip && tip.urgent && h("span", { class: "urgent" }, t.urgent), tip ? this.#mailbox(tip) : t.notTipTitle),
        h("p", { class: "buttons" }, h("button", { type: "button", id: "print", class: "button small", onclick: () => window.print() }, t.print))),
      h("p", { class: "note onpaper" }, t.unverified),
      h("dl", {}, rows.filter((row) => row && row[1]).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", { dir: "auto" }, line(value, 160))))),
      warnings.map((warning) => this.#said({ ...t.warnings[warning], title: t.warnings[warning].title.replace("{ids}", entry.others.join(", ")) }, "notice warn")),
      h("div", { class: "text", id: "text", dir: "auto" }, shown),
      shown.some((node) => node.className === "mark") && h("p", { class: "note" }, t.hiddenNote),
      gallery,
      h("p", { class: "note onscreen" }, t.unverified));
    if (gallery) this.#photos(entry, gallery);
    return undefined;
  }

  async #photos(entry, gallery) {
    const { t } = this;
    const links = [];
    // The browser tells no page what became of a download.
    const saved = h("p", { id: "saved", role: "status" });
    const say = (n) => fill(saved, t.saved(n));
    const saveAll = () => {
      links.forEach((a) => a.click());
      say(links.length);
    };
    const all = h("button", { type: "button", id: "savephotos", class: "button small", hidden: true, onclick: saveAll }, t.savePhotos);
    gallery.append(h("p", { class: "buttons" }, all, h("span", { class: "note" }, t.saveNote)), saved);
    for (const [i, bytes] of entry.opened.tip.photos.entries()) {
      const figure = h("figure", {}, h("figcaption", {}, t.decoding));
      gallery.append(figure);
      let blob;
      try {
        blob = await cleanPhoto(bytes);
      } catch (err) {
        const { title, hint } = t.problem[err.code] || t.problem.unexpected;
        fill(figure, h("figcaption", { class: "notice warn", "data-problem": err.code }, `${t.photo(i + 1)}: `, h("strong", {}, title), " ", hint));
        continue;
      }
      if (!gallery.isConnected) return; // another tip is shown, or the page was locked, meanwhile
      const url = URL.createObjectURL(blob);
      this.urls.push(url);
      const save = h("a", { href: url, download: `${entry.id}-anh-${i + 1}.jpg`, class: "button small", onclick: () => say(1) }, t.savePhoto);
      links.push(save);
      all.hidden = links.length < 2;
      fill(figure, h("img", { src: url, alt: t.photo(i + 1) }), h("figcaption", {}, t.photo(i + 1), " ", save));
    }
  }

  async about() {
    const { t, self } = this;
    const dialog = $("about");
    const sum = h("code", { id: "sha" }, "…");
    const close = h("button", { type: "button", class: "button", onclick: () => dialog.close() }, t.close);
    fill(dialog,
      h("h2", {}, t.aboutTitle),
      h("dl", {}, h("div", {}, h("dt", {}, t.version), h("dd", { id: "version" }, self.version)), h("div", {}, h("dt", {}, t.sha), h("dd", {}, sum))),
      h("p", {}, t.shaHow), h("p", {}, t.keeps),
      h("details", {}, h("summary", {}, t.licences), h("pre", {}, self.licences)),
      h("p", { class: "buttons" }, close));
    dialog.showModal();
    close.focus();
    sum.textContent = await self.sum.catch(() => t.shaUnknown);
  }

  /** Takes everything of the tips off the page. */
  clear() {
    this.urls.forEach((url) => URL.revokeObjectURL(url));
    document.body.textContent = "";
    this.update = this.notices = this.progress = () => {}; // work that is still running has no page any more
  }
}
