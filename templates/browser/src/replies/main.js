// The script of /r: opens a unit's replies on the sender's phone. The server sees the
// lookup alone. Without the script the form posts the code, and the server does it.
//
// CONTRACT with the page and the server
//
// Page:
//   <form id="r" method="post" action="/r" data-at=BASE-URL> with the field code, #code,
//     in [data-field=code], and one <button type="submit">;
//   <script src="/s/replies-HASH.js" data-keys="/s/HASH.json" defer></script>.
//   The script adds #status (role=status) and #replies behind the form.
// Data: { "worker": "/s/worker-HASH.js", "texts": {…} }, those of templates/script.go.
//
// Request: POST /r, Accept: application/octet-stream, urlencoded lookup, 32 hexadecimal
//   digits, and delete: always eight names of 32 digits, joined by ".", of slots that have
//   been read (shared/reply.js) or random, so that looking and deleting look the same.
// Answers: 200 with eight slots of 4,096 bytes, in any order, random where there is
//   nothing (left); 503 and all else: not now.
// Writing again: GET /t/CODE of the site that the reply names; its form comes in the
//   place of this page, seals and posts as ever (seal/main.js), with the same code.
//
// Content-Security-Policy: as for the form.
import "../shared/polyfill.js";
import { sayAt } from "../seal/form.js";
import { Line } from "../seal/line.js";
import { load } from "../seal/load.js";
import { Page } from "../seal/page.js";
import { derive, hex, readCode, salt, showTag } from "../shared/receipt.js";
import { openSlots, sealedSize, slotName, stock } from "../shared/reply.js";
import { asker } from "../shared/worker.js";

const script = document.currentScript;
const slots = 8; // of a lookup
const bidi = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g; // turn what stands after them around

const add = (parent, tag, words = "") => {
  const element = parent.appendChild(document.createElement(tag));
  element.textContent = words;
  return element;
};

class Replies {
  constructor(form, data) {
    Object.assign(this, { form, data, ask: asker(data.worker) });
    this.text = (key) => data.texts[key];
    this.shown = document.createElement("section");
    this.shown.setAttribute("translate", "no"); // Chrome would send what a unit answers to Google
    this.shown.id = "replies";
    this.shown.tabIndex = -1;
    this.status = document.createElement("div");
    this.status.id = "status";
    this.status.setAttribute("role", "status");
    form.parentNode.insertBefore(this.shown, form.nextSibling);
    form.parentNode.insertBefore(this.status, form.nextSibling); // the form is hidden while replies are shown
    form.addEventListener("submit", (event) => {
      if (this.plain) return;
      event.preventDefault();
      this.look();
    });
    window.addEventListener("pagehide", () => this.close());
  }

  // Shows a sentence, and perhaps a button.
  say(key, label, act) {
    this.status.textContent = key ? this.text(key) : "";
    if (label) this.button(this.status, label, act);
  }

  button(parent, label, act) {
    const button = add(parent, "button", this.text(label));
    button.type = "button";
    button.addEventListener("click", () => this.alone(act));
  }

  // One thing at a time.
  async alone(work) {
    if (this.busy) return;
    this.busy = true;
    await work().catch(() => this.say("read_later"));
    this.busy = false;
  }

  look() {
    const { code, error } = readCode(this.form.elements.code.value);
    sayAt(this.form, "code", error ? this.text(`problem_code_${error}`) : "");
    this.say("");
    if (error) this.form.elements.code.focus();
    else this.alone(() => this.open(code));
  }

  async open(code) {
    this.say("read_busy");
    const { at } = this.form.dataset;
    const receipt = await this.ask("receipt", { code, salt: salt(at) }).then(derive).catch(() => null);
    if (!receipt) {
      this.say("read_failed", "read_plain", async () => this.post());
      return;
    }
    this.receipt = { ...receipt, code };
    await this.show(await this.slots([]));
  }

  post() {
    this.plain = true;
    this.form.querySelector("[type=submit]").click();
  }

  // Fetches the slots, without those that are named.
  async slots(names) {
    while (names.length < slots) names.push(hex(crypto.getRandomValues(new Uint8Array(16))));
    const body = new URLSearchParams({ lookup: this.receipt.lookup, delete: names.join(".") });
    const { status, body: found } = await new Line().request("arraybuffer", "POST", "/r", { Accept: "application/octet-stream" }, body);
    if (status !== 200 || found.byteLength !== slots * sealedSize) throw new Error("no slots");
    return new Uint8Array(found);
  }

  async show(found) {
    const replies = await openSlots(found, this.receipt.identity);
    this.shown.textContent = "";
    this.say(replies.length ? "" : "read_none");
    if (!replies.length) {
      this.tag();
      return;
    }
    this.form.hidden = true;
    this.form.elements.code.value = ""; // whoever looks at the phone reads what there is, and not the next one
    for (const { on, answer, text } of replies) {
      const reply = add(this.shown, "article");
      add(reply, "h2", on.split("-").reverse().join("/"));
      if (stock.includes(answer)) add(reply, "p", this.text(`answer_${answer}`));
      if (text) {
        const said = add(reply, "p", text.replace(bidi, ""));
        said.className = "said";
        said.dir = "auto";
      }
    }
    this.tag();
    const { site } = replies[replies.length - 1];
    if (/^[a-z0-9-]{1,64}$/.test(site)) this.button(this.shown, "write_again", () => this.again(site));
    this.button(this.shown, "read_delete", () => this.remove(replies));
    this.button(this.shown, "read_close", async () => this.close());
    this.shown.focus();
  }

  // What finds a short answer on the unit's board, by which nobody opens anything.
  tag() {
    add(add(this.shown, "p", `${this.text("reply_tag")} `), "b", showTag(this.receipt.tag)).className = "tag";
  }

  async remove(replies) {
    await this.slots(replies.map(({ slot }) => slotName(slot)));
    this.close();
    this.say("read_deleted");
  }

  // Leaves nothing of it in the page, for whoever takes the phone next.
  close() {
    this.receipt = null;
    this.shown.textContent = "";
    this.form.hidden = false;
    this.form.elements.code.value = "";
    this.say("");
  }

  async again(site) {
    const { code } = this.receipt;
    const { status, body } = await new Line().request("document", "GET", `/t/${site}${location.search}`);
    const form = body && body.getElementById("tip");
    const own = body && body.querySelector("script[data-keys]");
    if (!form || !own) {
      if (status >= 500 || !body) throw new Error("no form");
      add(this.shown, "p", body.querySelector("h1").textContent).setAttribute("role", "alert"); // withdrawn
      return;
    }
    const data = await load(own.getAttribute("data-keys"));
    document.replaceChild(document.adoptNode(body.documentElement), document.documentElement);
    const note = document.createElement("p");
    note.textContent = this.text("again_note");
    form.parentNode.insertBefore(note, form);
    new Page(form, data, code);
    window.scrollTo(0, 0);
    note.tabIndex = -1;
    note.focus();
  }
}

async function start() {
  const form = document.getElementById("r");
  const data = form && (await load(script.getAttribute("data-keys")));
  if (!data) return;
  await derive(new Uint8Array(32)); // an engine that cannot leaves the form as it was
  new Replies(form, data);
}

start().catch(() => {});
