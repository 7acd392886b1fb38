// Finds sealed files in what mail systems make of them: mails, mailboxes, archives,
// and mails that programs on the way have bent. No name and no type is believed,
// only content. This is crypto/unwrap over again; crypto/unwrap/testdata/wrapped holds
// both to the same. Whoever sends mail chooses what is read here: depth, parts and
// bytes are bounded.
import { binary, bytesOf } from "./binary.js";
import { mailDate } from "./date.js";
import * as loose from "./loose.js";
import { isArmored, isSealed, maxSealed, search, unix } from "./search.js";
import { fromCMS, fromTNEF, harmless, isCMS, isTNEF, isZip, maxFile, named, unzip } from "./wrapping.js";

const maxDepth = 12;
const maxParts = 4000;
const maxFound = 1000;
const maxWork = 256 << 20;

// What the box writes above many tips at once (templates/mail).
const digestSubject = "Tin đến dồn";

const anId = /\bTB-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b/gi;
const ids = (text) => (text.match(anId) || []).slice(0, 8).map((id) => id.toUpperCase());

/** Says whether a file is called as tips are, and the mails that bring them. */
export const ownName = (name) => /\.(age|emlx?|mbo?x|msg|oft|pst|ost|dbx|p7m|tnef)$|^winmail.*\.dat$/i.test(name) || ids(name).length > 0;

/**
 * Looks into a file and resolves to a result for each mail of a mailbox, else to
 * one: {found: [{name, bytes, date, digest, within}], wrong: [{name, code}], what, may, id, subject}.
 * name is the attachment's, else the mail's subject, "" for the file itself; within is
 * the code of the wrapping that bytes were cut out of without taking it apart; digest is
 * the number, from 1, of the mail if it is one of many tips, by its subject.
 * wrong are parts that may have held a tip. Where there is neither, what is the code of
 * what the file is, may says that it may have held a tip, and id is that of a bounce.
 */
export async function unwrap(name, bytes) {
  // Most files are just this, and there may be thousands.
  if (bytes.length <= 2 * maxSealed && plainlySealed.test(binary(bytes.subarray(0, 40)))) {
    return [{ found: [{ name: "", bytes, date: undefined, digest: undefined, within: "" }], wrong: [], what: "", may: false }];
  }
  const text = loose.lineFeeds(loose.utf8Text(binary(bytes.subarray(0, maxFile))));
  if (!loose.isMbox(text)) return [await new Walker().file(name, text, bytes.length > maxFile)];
  const results = [];
  for (const mail of loose.mails(text)) results.push(await new Walker().file("", mail, false));
  return results;
}

const plainlySealed = /^age-encryption\.org\/v1\n-> (?!scryp)/;

class Walker {
  constructor() {
    Object.assign(this, { found: [], wrong: [], isMail: false, subject: "", bounce: false, arrived: false, unknown: false, ids: [], digests: 0, parts: 0, work: 0, full: false });
  }

  async file(name, text, cut) {
    if (locked(text)) return { found: [], wrong: [], what: "identity", may: false };
    await this.look(text, { name: "", subject: "", depth: 0, top: true });
    if (this.found.length === 0 && this.isMail) {
      const last = search(text);
      if (last.length > 0) this.wrong = [];
      this.#add(last, this.subject, "");
    }
    const { found, wrong } = this;
    if (found.length + wrong.length > 0) return { found, wrong, what: "", may: false };
    const { subject } = this;
    if (cut && !harmless(text)) return { found, wrong, what: "toolarge", may: true, subject };
    if (this.isMail && this.bounce && !this.arrived && this.ids.length > 0) return { found, wrong, what: "bounce", may: true, id: this.ids[0], subject };
    if (this.isMail) return { found, wrong, what: "mailempty", may: this.unknown || this.ids.length > 0, subject };
    const what = whatIs(text);
    return { found, wrong, what, may: !["identity", "recipients", "ours"].includes(what) && (ownName(name) || this.ids.length > 0), subject };
  }

  #add(texts, name, within, { date, digest } = {}) {
    for (const text of texts) this.found.push({ name, bytes: bytesOf(text), date, digest, within });
  }

  // Says whether there is room for n more characters at this place.
  #enter(p, n) {
    this.parts++;
    this.work += n;
    if (p.depth <= maxDepth && this.parts <= maxParts && this.work <= maxWork && this.found.length + this.wrong.length < maxFound) return !this.full;
    if (!this.full) this.#wrong(p, "toolarge");
    this.full = true;
    return false;
  }

  #wrong(p, code) {
    this.wrong.push({ name: p.name || p.subject, code, date: p.date });
  }

  // Looks at a file, an attachment or what is in an archive, whatever it is.
  async look(given, p) {
    if (!this.#enter(p, given.length)) return;
    const text = loose.lineFeeds(loose.utf8Text(given));
    this.#mention(text);
    const title = p.name || p.subject;
    if (isSealed(text)) {
      if (text.length > 2 * maxSealed) this.#wrong(p, "toolarge");
      else this.#add([unix(text)], title, "", p);
    } else if (isArmored(text)) this.#add(search(text), title, "", p);
    else if (isZip(text)) await this.#zip(text, p);
    else if (isTNEF(text)) await this.#tnef(text, p);
    else if (isCMS(text)) await this.#cms(text, p);
    else if (loose.isMbox(text)) for (const mail of loose.mails(text)) await this.mail(mail, p);
    else if (loose.isMail(text)) await this.mail(text, p);
    else await this.#leaf(text, p);
  }

  async #leaf(text, p) {
    const was = this.found.length;
    const inside = loose.uudecoded(text);
    for (const { name, text: file } of inside) await this.look(file, within(p, name));
    const code = named(text);
    if (inside.length === 0 && !code && loose.allBase64(text)) await this.look(loose.unbase64(text), { ...p, depth: p.depth + 1 });
    if (inside.length === 0 && this.found.length === was) this.#add(search(text), p.name || p.subject, code, p);
    if (this.found.length > was || inside.length > 0) return;
    if (code) this.#wrong(p, code);
    else if (p.top) return; // file says what it is
    else if (/\.age$/i.test(p.name)) this.#wrong(p, whatIs(text)); // only what calls itself a sealed tip is worth a complaint
    else if (!harmless(text)) this.unknown = true;
  }

  async mail(text, p) {
    const { fields, body } = loose.parse(text.replace(/^[\r\n]+/, ""));
    const at = { ...p, subject: short(loose.words(loose.get(fields, "subject"))) || p.subject, date: mailDate(fields.get("date")), digest: 0 };
    if (at.subject.includes(digestSubject)) at.digest = ++this.digests;
    this.#mention(at.subject);
    if (p.top) {
      this.isMail = true;
      this.subject = this.subject || at.subject;
    }
    if (fields.has("x-failed-recipients") || /mailer-daemon@|postmaster@/i.test(loose.get(fields, "from"))) this.bounce = true;
    await this.#entity(fields, body, at);
  }

  // Looks at a mail or a part of one.
  async #entity(fields, body, around) {
    const p = { ...around, depth: around.depth + 1, top: false };
    const { kind, params } = loose.contentType(loose.get(fields, "content-type"));
    const content = loose.decoded(body, loose.get(fields, "content-transfer-encoding"));
    if (kind.startsWith("multipart/") || kind === "") {
      if (/^delivery-status$/i.test((params.get("report-type") || [""])[0])) this.bounce = true;
      for (const whole of [body, content]) { // an encoded multipart is against RFC 2045, 6.4, and met
        const parts = loose.cut(whole, params.get("boundary") || [], maxParts);
        for (const part of parts) await this.#part(part, p);
        if (parts.length > 0) return;
      }
    }
    p.name = short(loose.fileName(fields));
    if (kind === "message/delivery-status") {
      this.bounce = true;
      this.arrived = /^action:/im.test(content) && !/^action:[ \t]*failed/im.test(content);
    } else if (kind === "message/partial") this.#wrong(p, "partial");
    else if (["message/rfc822", "message/global", "message/news"].includes(kind)) {
      if (this.#enter(p, content.length)) await this.mail(loose.lineFeeds(content), p);
    } else await this.look(isSealed(body) || isArmored(body) ? body : content, p); // whatever encoding is claimed
  }

  async #part(text, p) {
    if (!this.#enter(p, 0)) return;
    const { fields, body } = loose.hasHeader(text) ? loose.parse(text) : { fields: new Map(), body: text };
    await this.#entity(fields, body, p);
  }

  async #zip(text, p) {
    const files = unzip(text);
    if (!files) { // cut off, or no zip at all: what is stored in it can still be found
      const found = search(text);
      this.#add(found, p.name || p.subject, "truncated", p);
      if (found.length === 0 && text.length > 22) this.#wrong(p, "truncated");
      return;
    }
    for (const { name, locked: hasPassword, known, size, open } of files.filter((file) => file.size > 0)) {
      const inside = within(p, name);
      if (hasPassword) {
        this.#wrong(p, "ziplocked"); // and so are the others
        return;
      }
      if (size > maxFile || !known) {
        this.#wrong(inside, known ? "toolarge" : "archive");
        continue;
      }
      if (!this.#enter(inside, 0)) return;
      const content = await open();
      if (content === null) this.#wrong(inside, "truncated");
      else await this.look(content, inside);
    }
  }

  async #tnef(text, p) {
    const was = this.found.length + this.wrong.length;
    for (const { name, text: file } of fromTNEF(text)) await this.look(file, within(p, name));
    if (this.found.length + this.wrong.length === was) this.#add(search(text), p.name || p.subject, "outlook", p);
  }

  async #cms(text, p) {
    const { encrypted, lost, content } = fromCMS(text);
    if (encrypted) this.#wrong(p, "encrypted");
    else if (lost) this.#add(search(text), p.name || p.subject, "encrypted", p);
    else if (content) await this.look(content, within(p, ""));
  }

  // Notes the ids in what is text.
  #mention(text) {
    const head = text.slice(0, 65536);
    if (this.ids.length < 8 && !head.includes("\0")) this.ids.push(...ids(head));
  }
}

// The place of something with the name, within.
const within = (p, name) => ({ ...p, name: short(name), depth: p.depth + 1, top: false });

// Whoever made a mail may have made a name a megabyte long.
const short = (name) => (name.length > 200 ? `${name.slice(0, 200)}…` : name);

const lockedStart = "age-encryption.org/v1\n-> scryp";

// Says whether it is an identity file with a passphrase, which may well lie in a folder of tips.
function locked(text) {
  return text.startsWith(lockedStart) || (text.slice(0, 4096).trim().split("\n")[1] || "").startsWith(btoa(lockedStart));
}

// The code of what a file is that is no mail and has no sealed file in it.
function whatIs(text) {
  const head = loose.utf8Text(text.slice(0, 4096)).trim();
  const lower = head.toLowerCase();
  if (text === "") return "empty";
  if (named(text)) return named(text);
  if (head && "age-encryption.org/v1\n".startsWith(head)) return "truncated";
  if (isZip(text)) return "zip";
  if (/^<(!doctype html|html)/.test(lower)) return "webpage";
  if (lower.includes("age-secret-key-") || lower.startsWith("age-plugin-") || locked(text)) return "identity";
  if (lower.startsWith("age1") || (lower.startsWith("#") && lower.includes("\nage1"))) return "recipients";
  const wrote = ["═══ ", "Mã tin", '"Mã tin'].map((start) => binary(new TextEncoder().encode(start)));
  return wrote.some((start) => head.startsWith(start)) ? "ours" : "notsealed";
}
