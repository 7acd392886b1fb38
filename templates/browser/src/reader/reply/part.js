// What the desk keeps of answering until the file of replies is saved.
import { deriver } from "../derive.js";
import { derive, salt } from "../../shared/receipt.js";
import { time } from "../book/times.js";
import { fileName, outbox } from "./make.js";
import { bestPass, passInMail } from "./pass.js";
import { enterAnswers, enterReply, replied, talks, untouched } from "./talk.js";

const mostDerived = 200; // a third of a second each

/** Returns the replies' part of the app. */
export const replyPart = (app) => app.part("reply", () => new ReplyPart(app));

// Passes that stood in dropped mails: the desk asks whether a file is one of ours before it knows the app.
const heard = [];
let some = false;

/** Notes the reply pass that stands in a mail, if one does. */
export function hear(mail) {
  if (some && !mail.includes("Reply pass")) return; // of thousands of mails not each is decoded
  const found = passInMail(mail);
  if (found) heard.push(found);
  some = some || Boolean(found);
}

class ReplyPart {
  constructor(app) {
    this.app = app;
    this.drafts = new Map(); // by recipient: {to, tip, unit, site, answer, text}
    this.typed = new Map(); // by recipient: {answer, text}, not yet in the file
    this.passes = {}; // by half-year, where there is no book
    this.receipts = new Map(); // of tips that bring a code, by place and code; null while it is derived
    this.replied = new Map(); // by recipient: how often in this session, where there is no book
    this.last = null; // the file saved last: {name, text, at}
    this.error = ""; // of the pass that was pasted
    this.pasted = "";
    this.drawn = {};
  }

  leave() {
    this.drafts.clear();
    this.typed.clear();
    this.last = null;
  }

  /** Returns whom to answer, {recipient, lookup, tag, at}: null where nobody can be, undefined while that is being found out. */
  receiptOf(entry) {
    const to = entry.opened && entry.opened.tip && entry.opened.tip.replyTo;
    if (!to || to.recipient) return to || null;
    const known = this.receipts.get(`${to.at} ${to.code}`);
    return known === null ? undefined : known;
  }

  /**
   * Derives what hangs on the codes that tips without script bring, one after another:
   * of a flood of them only so many, until one is looked at.
   */
  async derive(entries, most = mostDerived) {
    for (const entry of entries) {
      const to = entry.opened && entry.opened.tip && entry.opened.tip.replyTo;
      const name = to && to.code && `${to.at} ${to.code}`;
      if (!name || this.receipts.has(name) || this.receipts.size >= most) continue;
      this.receipts.set(name, null);
      const scrypt = deriver(() => {}, new AbortController().signal);
      const master = await scrypt(to.code, new TextEncoder().encode(salt(to.at)), 15);
      this.receipts.set(name, { ...(await derive(master)), at: to.at });
    }
  }

  /** Derives, and then draws what is known by then. */
  find(entries, most) {
    this.derive(entries, most).then(() => {
      this.settle();
      this.app.update();
    }, () => {}); // no memory: the panel goes on saying that it derives
  }

  /** The senders who can be answered here. */
  get talks() {
    const base = this.app.addressBook.base_url;
    return talks(this.app.desk.opened, (entry) => this.receiptOf(entry)).filter(({ to }) => !base || to.at === base);
  }

  /** Returns the talk that the entry belongs to, or undefined. */
  talkOf(entry) {
    return this.talks.find(({ entries }) => entries.includes(entry));
  }

  repliedTo(talk) {
    return this.app.book ? replied(talk, this.app.book) : this.replied.get(talk.to.recipient) || 0;
  }

  /** The talks in which nothing was done or said yet. */
  get fresh() {
    return this.talks.filter((talk) => !this.drafts.has(talk.to.recipient) && this.repliedTo(talk) === 0 && untouched(talk, this.app.book));
  }

  /** Puts an answer to the talk's sender into the file, in place of one that waits there. */
  put(talk, entry, { answer, text }) {
    const { unit, site } = entry.opened.tip;
    this.drafts.set(talk.to.recipient, { talk, to: talk.to, tip: entry.id, unit, site, answer, text });
    this.typed.delete(talk.to.recipient);
  }

  /** The newest pass: {half, pass, good}, or null. */
  get pass() {
    while (heard.length > 0) this.takePass(heard.pop());
    return bestPass(this.app.book ? { ...this.passes, ...this.app.book.whole.replyPasses } : this.passes, this.app.now());
  }

  takePass({ half, pass }) {
    this.passes[half] = pass;
    const { book } = this.app;
    if (book && book.whole.replyPasses[half] !== pass) book.append({ tip: "", do: "replypass", half, pass });
  }

  /** Saves the file and enters what was sent. Drafts of another box, which a desk without an address book may have, wait for a file of their own. */
  async save() {
    const { app, pass } = this;
    const on = time(app.now()).slice(0, 10);
    const [{ to: { at } }] = this.drafts.values();
    const drafts = [...this.drafts.values()].filter(({ to }) => to.at === at);
    const text = await outbox(drafts.map((draft) => ({ ...draft, number: this.repliedTo(draft.talk) + 1 })), { on, pass: pass.pass, at });
    this.last = { name: fileName(on), text, at };
    this.download();
    for (const draft of drafts) {
      if (app.book) enterReply(app.book, draft);
      this.replied.set(draft.to.recipient, (this.replied.get(draft.to.recipient) || 0) + 1);
      this.drafts.delete(draft.to.recipient);
    }
  }

  download() {
    const url = URL.createObjectURL(new Blob([this.last.text], { type: "application/octet-stream" }));
    Object.assign(document.createElement("a"), { href: url, download: this.last.name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }

  /** Enters into the book that senders have written again. */
  settle() {
    const { book } = this.app;
    if (book) this.talks.forEach((talk) => enterAnswers(book, talk));
  }
}
