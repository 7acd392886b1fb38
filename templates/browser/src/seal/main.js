// The page's sealing script: makes the plain form of /t/CODE seal on the phone,
// and keep sending while the line is bad. Without it, or before it has arrived,
// the form posts by itself.
//
// CONTRACT with the page and the server
//
// Page:
//   <form id="tip" method="post" enctype="multipart/form-data" data-site=CODE
//     data-site-name=in Vietnamese> with the fields mailbox, message, place, time,
//     photo, delivery, to, token as in docs/formats.md; [data-field=NAME] is around each
//     field, #NAME in it, and its hint is #NAME-hint; p.call in it begins with text
//     and holds the telephone numbers;
//   one <button type="submit"> that ends in text;
//   <script src="/s/seal-HASH.js" data-keys="/s/HASH.json" defer></script>.
//   The language that the sender chose is l in the form's action; where the browser
//   chose it there is none, nor in the tip.
//   The form has data-posted once it was sent without the script (pages/send.js): a
//   browser shows it until the answer comes, and sealing it too would make two tips.
//   The same script asks before a page is left on which something is typed.
//   The script adds #status (role=status) before the button, ul.photos of previews
//   after the photo field, and errors as the server shows them: p.err#NAME-bad at
//   the field and div.alert above the form. It sets aria-busy on the form.
//
// Data (data-keys), one JSON per unit and language, immutable at its address:
//   { "keys": ID, "unit": ID,
//     "to": {"unit": [RECIPIENT…], "oversight": […]}, "texts": {…} }
//   keys names this set of recipients; texts are those of templates/script.go.
//
// Request: POST form.action, multipart/form-data with sealed, delivery, to, token,
//   work where it was asked for, and headers Accept: application/json, Tipbox-Keys: ID.
// Answers:
//   200 with Tipbox-Taken: the thank-you page, put in this page's place: the
//     browser's history does not even have the /k that a plain post is led to (303);
//     2xx without Tipbox-Taken is somebody else's answer (a captive portal): tried again;
//   409 with Tipbox-Keys: /s/….json where ID is not the present set: the
//     script loads that, seals anew and posts again; where it does not get
//     that, it is as if there had been no answer;
//   4xx with Tipbox-Token: TOKEN where the token was stale: posted again with it;
//   429 with Tipbox-Work: CHALLENGE: solved, and posted again with the field work;
//     429 with Retry-After alone, or where it cannot be solved; 404 and 410: withdrawn; 413: smaller photos; other 4xx:
//     not taken, for the reason in the page's div.alert;
//   5xx or none: tried again, after Retry-After or else 2 s and then ever longer,
//     for as long as the page is open.
//
// Content-Security-Policy needs: script-src 'self'; connect-src 'self'; img-src 'self'
//   blob: ('self' for Firefox, which asks for a favicon); form-action 'self';
//   worker-src 'self', for this script at its own address and, where Trusted Types
//   are on, the policy tipbox-worker, which lets only that through (without them
//   the page does the work itself). No inline style, no eval. Nothing is stored.
import "../shared/polyfill.js";
import { answers, check, sayAsAnswered, sayAt, sayOnTop } from "./form.js";
import { Line } from "./line.js";
import { PhotoProblem } from "./photo.js";
import { Photos } from "./photos.js";
import { TooLarge } from "./plaintext.js";
import { post } from "./post.js";
import { seal } from "./seal.js";
import { solve } from "./work.js";
import { ask, serve } from "./worker.js";

const inWorker = typeof document === "undefined";
const script = inWorker ? null : document.currentScript;

class Page {
  constructor(form, data) {
    this.form = form;
    this.data = data;
    this.button = form.querySelector("[type=submit]");
    this.label = this.button.lastChild.data;
    this.status = document.createElement("div");
    this.status.id = "status";
    this.status.setAttribute("role", "status");
    this.button.parentNode.insertBefore(this.status, this.button);
    this.text = (key, values = {}) =>
      (this.data.texts[key] || "").replace(/\{([a-z]+)\}/g, (_, name) => values[name]);
    this.photos = new Photos(form.elements.photo, this.text, (problem) => sayAt(form, "photo", problem && this.text(problem)));
    form.noValidate = true; // the bubbles speak the phone's language, not the page's
    form.addEventListener("submit", (event) => {
      if (this.plain) return;
      event.preventDefault();
      this.send();
    });
    window.addEventListener("pageshow", (event) => event.persisted && this.rest());
    this.say("sealed_here");
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
    const call = this.form.querySelector(".call").cloneNode(true);
    call.firstChild.data = `${this.text("cannot_wait")} `;
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
    this.button.lastChild.data = text;
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
      tip.photos = await this.photos.bytes();
      if (!this.tip || !same(tip, this.tip)) await this.seal(tip);
      outcome = await this.post(tip);
    } catch (err) {
      if (err instanceof PhotoProblem) outcome = { photo: err.problem };
      else outcome = err instanceof TooLarge ? { photo: "photo_too_large" } : { problem: "seal_failed" };
    }
    this.finish(outcome);
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
      waiting: (on, seconds) => {
        const edit = ["edit", () => line.stop()];
        this.work(this.text("sending"));
        if (seconds) this.sayBusy("full", seconds, edit);
        else if (on) this.say("waiting", {}, edit);
        else this.say("");
      },
      prove: async (challenge) => {
        this.work(this.text("sending"));
        proof = await ask("work", challenge).catch(() => solve(challenge)).catch(() => null);
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

  finish(outcome) {
    if (outcome.problem !== "stopped") this.tip = this.sealed = null;
    this.rest();
    if (this.token) this.form.elements.token.value = this.token;
    if (outcome.done) {
      thank(outcome.done);
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

// Puts the thank-you page in the place of the form.
function thank(page) {
  document.replaceChild(document.adoptNode(page.documentElement), document.documentElement);
  window.scrollTo(0, 0);
  const heading = document.querySelector("h1");
  heading.tabIndex = -1;
  heading.focus();
}

// What was stopped may have arrived all the same: pressed again with nothing
// changed, it must be the same bytes, or it would be a second tip.
const same = (a, b) => a.photos.length === b.photos.length && a.photos.every((photo, i) => photo === b.photos[i]) &&
  JSON.stringify({ ...a, photos: [] }) === JSON.stringify({ ...b, photos: [] });

// An engine too old for the library leaves the form as it was, silently: it
// promises nothing that it cannot do.
async function start() {
  const form = document.getElementById("tip");
  const data = form && (await load(script.getAttribute("data-keys"), 5));
  if (!data) return;
  const trial = { id: "", unit: data.unit, site: form.dataset.site, siteName: "", mailbox: "report", urgent: false, lang: "", message: "", photos: [] };
  await seal(trial, data.to.unit);
  if (!("posted" in form.dataset)) new Page(form, data);
}

// The line may drop between the page and its data.
async function load(url, tries) {
  try {
    const response = await fetch(url, { credentials: "omit" });
    return response.ok ? await response.json() : null;
  } catch (err) {
    if (tries <= 1) throw err;
    await new Promise((resolve) => setTimeout(resolve, 3000));
    return load(url, tries - 1);
  }
}

if (inWorker) serve({ work: solve });
else start().catch(() => {});
