// Passing a tip on: what goes along is chosen, looked at, sealed, saved.
import { clock } from "../date.js";
import { fill, h, stranger } from "../dom.js";
import { fingerprints, unitName, unitOf, units } from "../addressbook.js";
import { copy, download } from "../handout.js";
import { Problem } from "../problem.js";
import { line } from "../visible.js";
import { compose, maxNote, reread, roomFor, sealed } from "./compose.js";
import { letter } from "./letter.js";
import { mask, maskAll } from "./mask.js";
import { drawn } from "./photos.js";
import { Redaction } from "./redaction.js";

/** What is being passed on, a tip at a time; it stays while other things are done. */
class Passing {
  constructor() {
    this.drafts = new Map();
  }

  of(app, entry) {
    for (const [other, draft] of this.drafts) if (other !== entry) draft.rest();
    if (!this.drafts.has(entry)) this.drafts.set(entry, new Draft(entry));
    const draft = this.drafts.get(entry);
    draft.app = app;
    return draft;
  }

  leave() {
    for (const draft of this.drafts.values()) draft.end();
    this.drafts.clear();
  }
}

class Draft {
  constructor(entry) {
    this.entry = entry;
    this.node = h("div", { class: "pass" });
    this.#begin();
  }

  #begin() {
    Object.assign(this, { step: "closed", to: "", by: "", note: "", masks: [], photos: null, met: false, reply: false, resting: false, redacted: false, wrong: null, composed: null, name: "", urls: [] });
  }

  get w() {
    return this.app.t.pass;
  }

  get tip() {
    return this.entry.opened.tip;
  }

  /** The unit that passes the tip on: whose desk a tip that was passed on lies on, it does not say. */
  get from() {
    const { book } = this.app;
    return (book && book.unit) || this.by || (this.tip.passed ? "" : this.tip.unit);
  }

  /** Lets the pixels go while another tip is shown, for a photo takes 15 MB here; what was chosen stays. */
  rest() {
    if (!this.photos || this.resting) return;
    this.resting = true;
    this.photos = this.photos.map(({ redaction, problem, kept }) => {
      if (redaction) redaction.end();
      return { problem, kept: redaction ? redaction.kept : kept };
    });
  }

  /** Brings them back. */
  wake() {
    if (!this.resting || this.step !== "edit") return;
    this.resting = false;
    this.draw();
    this.#load();
  }

  /** Lets pictures go. */
  end() {
    (this.photos || []).forEach(({ redaction }) => redaction && redaction.end());
    this.urls.forEach((url) => URL.revokeObjectURL(url));
    this.#begin();
  }

  draw() {
    fill(this.node, this[this.step]().flat());
  }

  #go(step) {
    this.step = step;
    this.wrong = null;
    this.draw();
    const heading = this.node.querySelector("h4");
    if (heading) heading.focus();
  }

  // Says what is wrong, and where it was done.
  #refuse(name, text) {
    this.wrong = { name, text };
    this.draw();
    const told = this.node.querySelector(".error");
    if (told) told.scrollIntoView({ block: "nearest" });
  }

  #said(name) {
    return this.wrong && this.wrong.name === name && h("p", { class: "error", role: "alert", id: `passwrong-${name}` }, this.wrong.text);
  }

  closed() {
    const { app, w } = this;
    const state = app.book && app.book.state(this.entry.id);
    return [
      state && state.passes.length > 0 && h("ul", { class: "passes" }, state.passes.map(({ to, at }) => h("li", {}, w.was(line(unitName(app.addressBook, to, app.lang), 80), clock(Date.parse(at)))))),
      h("p", { class: "buttons" }, h("button", { type: "button", id: "pass", class: "button small", onclick: () => this.#open() }, w.open)),
    ];
  }

  #open() {
    this.photos = this.tip.photos.map(() => ({}));
    this.#go("edit");
    return this.#load();
  }

  async #load() {
    const { photos } = this;
    for (const [i, bytes] of this.tip.photos.entries()) {
      const photo = photos[i];
      if (photo.problem) continue;
      try {
        photo.redaction = await Redaction.of(bytes, photo.kept);
      } catch (err) {
        photo.problem = err.code || "unexpected";
      }
      if (this.photos !== photos) { // closed, locked, or another tip shown meanwhile
        if (photo.redaction) photo.redaction.end();
        return;
      }
      if (this.step === "edit") this.draw();
    }
  }

  edit() {
    const { app, w } = this;
    const { addressBook } = app;
    const all = units(addressBook, app.lang).filter(({ id }) => id !== this.from);
    const { text } = maskAll(this.tip.text, this.masks);
    const heading = h("h4", { tabindex: "-1" }, w.step1);
    if (all.length === 0) return [heading, h("p", { class: "notice warn" }, w.noBook), h("p", { class: "buttons" }, this.#cancel())];
    const counted = h("span", { class: "note", id: "passcount" }, w.count([...this.note].length, maxNote));
    return [
      heading,
      !this.app.book && this.tip.passed && h("p", { class: "field" }, h("label", { for: "passby" }, w.by), this.#choose("passby", units(addressBook, app.lang), this.by, (id) => { this.by = id; })),
      h("p", { class: "field" }, h("label", { for: "passto" }, w.to), this.#choose("passto", all, this.to, (id) => { this.to = id; this.met = false; })),
      this.#said("to"),
      this.#stranger(),
      h("p", { class: "field" }, h("label", { for: "passnote" }, w.note),
        h("textarea", { id: "passnote", rows: "3", dir: "auto", "aria-describedby": "passcount", oninput: (e) => { this.note = e.target.value; fill(counted, w.count([...this.note.normalize("NFC")].length, maxNote)); } }, this.note), counted),
      this.#said("note"),
      h("h5", {}, w.text), h("p", { class: "note" }, w.maskHow),
      h("div", { class: "text", id: "passtext", dir: "auto" }, stranger(text, app.t)),
      h("p", { class: "buttons" },
        h("button", { type: "button", id: "maskchosen", class: "button small", onmousedown: (e) => e.preventDefault(), onclick: () => this.#mask(String(document.getSelection())) }, w.maskChosen),
        h("input", { type: "text", id: "maskwords", "aria-label": w.maskWords, placeholder: w.maskWords, autocomplete: "off", spellcheck: "false", onkeydown: (e) => e.key === "Enter" && this.#mask(e.target.value) }),
        h("button", { type: "button", id: "mask", class: "button small", onclick: () => this.#mask(this.node.querySelector("#maskwords").value) }, w.mask)),
      this.#said("mask"),
      this.masks.length > 0 && h("ul", { class: "chips", "aria-label": w.masks }, this.masks.map((words) => h("li", {}, h("button", { type: "button", class: "chip", title: w.unmask, onclick: () => { this.masks = this.masks.filter((other) => other !== words); this.draw(); } }, line(words, 60), " ×")))),
      this.photos.length > 0 && [h("h5", {}, w.photos), h("p", { class: "note", id: "markhow" }, w.markHow), h("div", { class: "redactions" }, this.photos.map((photo, i) => drawn(this.app, photo, i, () => this.draw())))],
      this.tip.replyTo && h("label", { class: "check" }, h("input", { type: "checkbox", id: "passreply", checked: this.reply, onchange: (e) => { this.reply = e.target.checked; } }), w.reply),
      this.#said("photos"),
      h("p", { class: "buttons" }, h("button", { type: "button", id: "passlook", class: "button", disabled: this.photos.some((photo) => !photo.redaction && !photo.problem), onclick: () => this.#look() }, w.look), this.#cancel()),
    ];
  }

  #cancel() {
    return h("button", { type: "button", id: "passcancel", class: "button small", onclick: () => { this.end(); this.draw(); } }, this.w.cancel);
  }

  #choose(id, list, chosen, choose) {
    const { app, w } = this;
    return h("select", { id, onchange: (e) => { choose(e.target.value); this.draw(); this.node.querySelector(`#${id}`).focus(); } },
      h("option", { value: "" }, w.choose),
      list.map((unit) => h("option", { value: unit.id, selected: unit.id === chosen, disabled: id === "passto" && unit.recipients.length === 0 }, unit.recipients.length === 0 ? w.noKey(unitName(app.addressBook, unit.id, app.lang)) : unitName(app.addressBook, unit.id, app.lang))));
  }

  // The recipients of the other unit that the book has not met.
  #unmet() {
    const { app } = this;
    const unit = unitOf(app.addressBook, this.to);
    if (!unit) return [];
    const met = app.book ? app.book.whole.met : [];
    return fingerprints(unit).filter((print) => !met.some(({ unit: id, recipient }) => id === unit.id && recipient === print));
  }

  #stranger() {
    const { w } = this;
    const unmet = this.#unmet();
    if (unmet.length === 0) return null;
    const { phone } = unitOf(this.app.addressBook, this.to);
    return h("div", { class: "notice warn", id: "unmet" },
      h("p", {}, h("strong", {}, w.unmet), " ", w.unmetHow(phone)),
      h("ul", { class: "prints" }, unmet.map((print) => h("li", {}, h("code", {}, print)))),
      h("label", { class: "check" }, h("input", { type: "checkbox", id: "passmet", checked: this.met, onchange: (e) => { this.met = e.target.checked; } }), w.met));
  }

  #mask(words) {
    const { w } = this;
    const clean = words.normalize("NFC").replace(/\s+/g, " ").trim();
    if (!clean) return this.#refuse("mask", w.maskNothing);
    if (mask(maskAll(this.tip.text, this.masks).text, clean).n === 0) return this.#refuse("mask", w.maskMiss(line(clean, 60)));
    this.masks.push(clean);
    this.wrong = null;
    return this.draw();
  }

  async #look() {
    const { app, w, entry } = this;
    if (!this.to || !this.from) return this.#refuse("to", w.whom);
    if (this.#unmet().length > 0 && !this.met) return this.#refuse("to", w.compareFirst);
    try {
      const going = this.photos.map(({ redaction }) => redaction).filter((redaction) => redaction && redaction.goes);
      const photos = [];
      for (const redaction of going) photos.push(await redaction.bytes(roomFor(going.length)));
      const { text } = maskAll(this.tip.text, this.masks);
      this.composed = compose(this.tip, { id: entry.id, by: this.from, now: app.now(), note: this.note, text, photos, reply: this.reply });
      this.seen = reread(this.composed);
      this.redacted = this.masks.length > 0 || this.photos.some(({ redaction }) => !redaction || !redaction.goes || redaction.marks.length > 0);
    } catch (err) {
      const code = err instanceof Problem ? err.code : "unexpected";
      const { title, hint } = app.t.problem[code];
      return this.#refuse(code === "passnote" ? "note" : "photos", `${title} ${hint}`);
    }
    return this.#go("look");
  }

  look() {
    const { app, w, seen } = this;
    this.urls.forEach((url) => URL.revokeObjectURL(url));
    this.urls = seen.photos.map((bytes) => URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" })));
    const unit = unitOf(app.addressBook, this.to);
    return [
      h("h4", { tabindex: "-1" }, w.step2),
      h("p", {}, w.goesTo(unitName(app.addressBook, this.to, app.lang), unitName(app.addressBook, seen.passed.by, app.lang))),
      h("ul", { class: "prints" }, fingerprints(unit).map((print) => h("li", {}, h("code", {}, print)))),
      h("div", { class: "seen", id: "passseen" },
        seen.passed.note && [h("h5", {}, w.note), h("div", { class: "said", dir: "auto" }, stranger(seen.passed.note, app.t))],
        h("h5", {}, w.text), h("div", { class: "text", dir: "auto" }, stranger(seen.text, app.t)),
        this.urls.map((url, i) => h("figure", {}, h("img", { src: url, alt: app.t.photo(i + 1) })))),
      h("p", { class: "note", id: "passreplies" }, seen.replyTo ? w.replies : w.noReply),
      h("p", { class: "buttons" },
        h("button", { type: "button", id: "passseal", class: "button primary", onclick: () => this.#seal(unit) }, w.seal),
        h("button", { type: "button", id: "passback", class: "button small", onclick: () => { this.#go("edit"); this.wake(); } }, w.back), this.#cancel()),
      this.#said("seal"),
    ];
  }

  async #seal(unit) {
    const { app, entry } = this;
    let file;
    try {
      file = await sealed(this.composed, unit.recipients);
    } catch {
      return this.#refuse("seal", app.t.problem.passkey.title);
    }
    this.name = `${entry.id}-chuyen.age`;
    download(this.name, file);
    if (app.book) {
      for (const recipient of this.#unmet()) app.book.append({ tip: "", do: "met", unit: unit.id, recipient });
      if (app.book.state(entry.id)) app.book.append({ tip: entry.id, do: "pass", to: unit.id, redacted: this.redacted });
    }
    this.#go("done");
    return app.update();
  }

  done() {
    const { app, w, entry } = this;
    const unit = unitOf(app.addressBook, this.to);
    const mail = letter({ to: unit.mail, toName: unitName(app.addressBook, unit.id), byName: unitName(app.addressBook, this.composed.passed.by), id: entry.id });
    const said = h("span", { role: "status", id: "passcopied" });
    const button = (id, words, text) => h("button", { type: "button", id, class: "button small", onclick: async () => fill(said, (await copy(text)) ? w.copied : w.notCopied) }, words);
    return [
      h("h4", { tabindex: "-1" }, w.step3),
      h("p", {}, w.saved(this.name)),
      h("dl", {}, [[w.mailTo, mail.to], [w.subject, mail.subject]].map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, line(value, 300))))),
      h("pre", { id: "letter", tabindex: "0" }, mail.text),
      h("p", { class: "buttons" }, button("copyto", w.copyTo, mail.to), button("copysubject", w.copySubject, mail.subject), button("copyletter", w.copyText, mail.text), said),
      h("p", { class: "buttons" }, h("button", { type: "button", id: "passclose", class: "button small", onclick: () => { this.end(); this.draw(); } }, w.close)),
    ];
  }
}

/** The panel's draw, for screens.js. */
export const pass = {
  id: "pass",
  draw(app, entry) {
    if (!entry.opened || !entry.opened.tip) return []; // only what is open can be sealed again
    const draft = app.part("passing", () => new Passing()).of(app, entry);
    if (draft.step !== "edit" || draft.lang !== app.lang) draft.draw(); // what is typed stays
    draft.lang = app.lang;
    draft.wake();
    return [h("h3", {}, app.t.pass.title), draft.node];
  },
};
