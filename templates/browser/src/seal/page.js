// The form: sealed on the phone when Send is pressed, and posted until it is taken.
// What it asks of page and server stands at the head of main.js.
import { asker } from "../shared/worker.js";
import { solve } from "../shared/work.js";
import { answers, check, value, sayAsAnswered, sayAt, sayOnTop } from "./form.js";
import { Line } from "./line.js";
import { PhotoProblem } from "./photo.js";
import { Photos } from "./photos.js";
import { TooLarge } from "./plaintext.js";
import { post } from "./post.js";
import { Receipt } from "./receipt.js";
import { seal } from "./seal.js";
import { thank } from "./thanks.js";

const forReceipt = 3000; // milliseconds after Send that a tip waits for its code

export class Page {
  /** data is what main.js describes; code is a receipt's to go on with, "" for none. */
  constructor(form, data, code = "") {
    this.form = form;
    this.data = data;
    this.ask = asker(data.worker);
    this.button = form.querySelector("[type=submit]");
    this.label = this.button.lastChild.textContent;
    this.status = document.createElement("div");
    this.status.id = "status";
    this.status.setAttribute("role", "status");
    this.button.parentNode.insertBefore(this.status, this.button);
    this.text = (key, values = {}) =>
      (this.data.texts[key] || "").replace(/\{([a-z]+)\}/g, (_, name) => values[name]);
    this.photos = new Photos(form.elements.photo, this.text, (problem) => sayAt(form, "photo", problem && this.text(problem)));
    if (data.reply_at) this.offer(code);
    form.noValidate = true; // the bubbles speak the phone's language, not the page's
    form.addEventListener("submit", (event) => {
      if (this.plain) return;
      event.preventDefault();
      this.send();
    });
    window.addEventListener("pageshow", (event) => event.persisted && this.rest());
    this.say("sealed_here");
  }

  // A code for the answer: of this page's own making, unless the sender has one. The
  // form brings its own for those without script, which may be copied already.
  offer(code) {
    const way = this.form.querySelector("[data-field=reply]");
    const copied = way && way.querySelector("[type=checkbox]").checked;
    if (way && (code || !copied)) way.remove();
    this.receipt = new Receipt(this.ask, this.data.reply_at, code || (copied ? this.form.elements.code.value : ""));
    this.form.addEventListener("input", () => this.receipt.begin());
  }

  // Shows one sentence, and buttons as [text key, what to do].
  say(key, values, ...buttons) {
    this.status.textContent = key ? this.text(key, values) : "";
    for (const [label, act] of buttons) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = this.text(label);
      button.addEventListener("click", act);
      this.status.append(" ", button);
    }
  }

  // Says it of a server that takes nothing for so many seconds, and whom to call.
  sayBusy(key, seconds, ...buttons) {
    const n = Math.ceil(seconds / 60);
    this.sayCall(key, { wait: n > 1 ? this.text("minutes", { n }) : this.text("minute") }, ...buttons);
  }

  // Says it, and whom to call.
  sayCall(key, values, ...buttons) {
    this.say(key, values, ...buttons);
    const call = document.querySelector(".call").cloneNode(true);
    const own = this.form.querySelector("[data-field=to] .call a");
    if (value(this.form, "to") === "oversight") { // not the unit that it is about
      const numbers = call.lastElementChild;
      while (numbers.children.length > 1) numbers.removeChild(numbers.lastElementChild);
      if (own) numbers.append(" ", own.cloneNode(true));
    }
    call.firstChild.textContent = `${this.text("cannot_wait")} `;
    this.status.append(call);
  }

  // The form is held still while it is on its way: what is sent is what is seen.
  hold() {
    this.busy = true;
    this.form.setAttribute("aria-busy", "true");
    this.disable(true);
  }

  rest() {
    this.busy = false;
    this.form.removeAttribute("aria-busy");
    this.disable(false);
    this.work(this.label);
  }

  disable(on) {
    Array.from(this.form.elements).forEach((element) => {
      if (element.type !== "password") element.disabled = on; // that one always is: templates/form.go
    });
  }

  // Says on the button what is being done; its pictogram stays.
  work(text) {
    this.button.lastChild.textContent = text; // of what a translation put there, too
  }

  async send() {
    if (this.busy) return;
    const tip = answers(this.form);
    const problems = check(tip);
    for (const name of ["mailbox", "message", "place", "time"]) sayAt(this.form, name, problems[name] && this.text(problems[name]));
    this.say("");
    if (sayOnTop(this.form, problems, this.text)) return;
    this.hold();
    this.work(this.text("sealing"));
    let outcome;
    try {
      const receipt = this.receipt && this.receipt.within(forReceipt);
      tip.photos = await this.photos.bytes();
      const ready = await receipt;
      tip.reply = this.tip && same(tip, this.tip) ? this.tip.reply : ready;
      if (!this.tip || !same(tip, this.tip)) await this.seal(tip);
      outcome = await this.post(tip);
    } catch (err) {
      if (err instanceof PhotoProblem) outcome = { photo: err.problem };
      else outcome = err instanceof TooLarge ? { photo: "photo_too_large" } : { problem: "seal_failed" };
    }
    this.finish(outcome, tip.reply);
  }

  async seal(tip) {
    const { unit, to } = this.data;
    const lang = new URL(this.form.action).searchParams.get("l") || "";
    const { site, siteName } = this.form.dataset;
    this.sealed = new Blob([await seal({ ...tip, id: "", unit, site, siteName, lang, urgent: tip.delivery === "urgent" }, to[tip.to])]);
    this.tip = tip; // what is sealed
  }

  post(tip) {
    this.work(this.text("sending"));
    const line = new Line();
    let proof = null;
    return post({
      wait: (ms) => line.wait(ms),
      send: () => {
        const body = new FormData();
        body.append("token", tip.token);
        body.append("delivery", tip.delivery);
        body.append("to", tip.to);
        if (proof) body.append("work", proof);
        body.append("sealed", this.sealed, "tin.age");
        const headers = { Accept: "application/json", "Tipbox-Keys": this.data.keys };
        return line.request("document", "POST", this.form.action, headers, body, (percent) => this.work(this.text("sending_percent", { percent })));
      },
      waiting: (key, seconds) => {
        const edit = key ? [["edit", () => line.stop()]] : [];
        this.work(this.text("sending"));
        if (seconds) this.sayBusy(key, seconds, ...edit);
        else this.say(key, {}, ...edit);
      },
      prove: async (challenge) => {
        this.work(this.text("sending"));
        proof = await this.ask("work", challenge).catch(() => solve(challenge)).catch(() => null);
        return Boolean(proof);
      },
      load: async (url) => {
        const { status, body } = await line.request("json", "GET", url);
        if (status !== 200 || !body) throw new Error("no data");
        return body;
      },
      reseal: (data) => {
        this.data = data;
        return this.seal(tip);
      },
      renew: (token) => {
        tip.token = token;
        this.token = token;
      },
    });
  }

  finish(outcome, reply) {
    if (outcome.problem !== "stopped" && outcome.problem !== "limited") this.tip = this.sealed = null;
    this.rest();
    if (this.token) this.form.elements.token.value = this.token;
    if (outcome.done) {
      thank(outcome.done, reply, this.text);
      return;
    }
    if (outcome.photo) {
      sayAt(this.form, "photo", this.text(outcome.photo));
      sayOnTop(this.form, { photo: outcome.photo }, this.text);
      return;
    }
    switch (outcome.problem) {
      case "stopped":
        this.say("sealed_here");
        break;
      case "seal_failed":
        this.say("seal_failed", {}, ["send_plain", () => this.sendPlain()], ["try_again", () => this.send()]);
        break;
      case "limited":
        this.sayBusy("limited", outcome.after);
        break;
      case "refused":
        if (!sayAsAnswered(this.form, outcome.page)) this.say("refused");
        break;
      default:
        this.sayCall(outcome.problem);
    }
  }

  sendPlain() {
    this.plain = true;
    this.button.click(); // and not submit(): a second tap must be held back
  }
}

// What was stopped may have arrived all the same: pressed again with nothing
// changed, it must be the same bytes, or it would be a second tip.
const same = (a, b) => a.photos.length === b.photos.length && a.photos.every((photo, i) => photo === b.photos[i]) &&
  JSON.stringify({ ...a, photos: [], reply: null }) === JSON.stringify({ ...b, photos: [], reply: null });
