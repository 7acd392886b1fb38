// A unit's book of tips (sổ tin): events that are never changed or removed, and the
// file they are sealed in. crypto/book does the same in Go; crypto/book/testdata/vectors.json
// holds both. No page here, so that Node can test it.
import { Decrypter, Encrypter, identityToRecipient } from "age-encryption";
import { base64 } from "@scure/base";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { Problem } from "../problem.js";
import { law } from "./due.js";
import { Fields, isId, newEvent, newId, parseEvent, maxN } from "./event.js";
import { alone, family, groups, ordered, otherId, put, sortStates, stateOf, whole } from "./fold.js";
import { check, equal, mac, vouchers } from "./trust.js";

const version = 1;
const keySize = 32;
const maxSize = 256 << 20;

export class Book {
  constructor({ id, unit, key, vouch = new Map() }) {
    Object.assign(this, { id, unit, key, vouch, deadlines: law, trusted: false, all: [], lines: new Set(), newest: new Map() });
    this.version = 0; // counts the changes; savedVersion is the one that was written
    this.savedVersion = 0;
    this.by = () => "";
    this.now = () => Date.now();
    this.save = async () => false;
    this.appended = () => {};
    this.sums = new Map(); // the tip that a sealed file was entered as
    this.ids = new Map(); // how many events there are of each e
    this.families = new Map(); // the events of each
    this.folded = new Map(); // by family: {own, states}, until one of its events comes
    this.list = null;
  }

  /** Resolves to an empty book with a key of its own, sealed to the recipients, for which the identities vouch. */
  static async make(unit, recipients, identities, by, now) {
    checkRecipients(recipients);
    const book = new Book({ id: newId(), unit, key: crypto.getRandomValues(new Uint8Array(keySize)) });
    Object.assign(book, { by, now });
    await book.vouchFor(identities);
    book.append({ tip: "", do: "recipients", list: recipients });
    return book;
  }

  /** Reads a book as bytes writes it; nobody has vouched for it then. Throws the Problem notbook, booknewer, bookdamaged or booklarge. */
  static parse(plain) {
    if (plain.length > maxSize) throw new Problem("booklarge");
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(plain);
    const [head, ...lines] = text.split("\n");
    const f = Fields.parse(head);
    if (!f || !f.isText("book")) throw new Problem("notbook");
    if (f.number("v") > version) throw new Problem("booknewer");
    const book = new Book({ id: f.text("book"), unit: f.text("unit"), key: bytes(f.get("key")) });
    if (f.number("v") !== version || book.key.length !== keySize || !isId(book.id) || book.unit === "") throw new Problem("bookdamaged");
    for (const [fingerprint, voucher] of Object.entries(f.fields("vouch").object)) book.vouch.set(fingerprint, bytes(voucher));
    const last = lines.length > 1 && lines.pop() === "" ? lines.pop() : "";
    const end = plain.length - last.length - 1; // the MAC's line is ASCII, or not one
    if (!equal(utf8ToBytes(last), utf8ToBytes(macLine(book.key, plain.subarray(0, Math.max(end, 0)))))) throw new Problem("bookdamaged");
    if (text.includes("\ufffd") && !equal(utf8ToBytes(text), plain)) throw new Problem("bookdamaged");
    for (const line of lines) {
      const event = parseEvent(line);
      if (!event) throw new Problem("bookdamaged");
      book.take(event);
    }
    book.savedVersion = book.version;
    return book;
  }

  /** The book before sealing: a line each for the head, the events and the MAC. */
  get bytes() {
    const vouch = Object.fromEntries([...this.vouch].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, voucher]) => [name, base64.encode(voucher)]));
    const head = JSON.stringify({ v: version, book: this.id, unit: this.unit, key: base64.encode(this.key), vouch });
    const lines = utf8ToBytes(`${[head, ...this.all.map(({ line }) => line)].join("\n")}\n`);
    const last = utf8ToBytes(`${macLine(this.key, lines)}\n`);
    const out = new Uint8Array(lines.length + last.length);
    out.set(lines);
    out.set(last, lines.length);
    return out;
  }

  /** What two officers compare by telephone: XXXX-XXXX. */
  get check() {
    return check(this);
  }

  /** Resolves to "vouched", "strange" where none of the identities has vouched, or "forged" where somebody has in the name of one. */
  async trust(identities) {
    let said = "strange";
    for (const [name, voucher] of await vouchers(identities, this)) {
      if (!this.vouch.has(name)) continue;
      if (equal(this.vouch.get(name), voucher)) {
        this.trusted = true;
        return "vouched";
      }
      said = "forged";
    }
    return said;
  }

  /** Adds the vouchers of the identities, once check was compared. */
  async vouchFor(identities) {
    for (const [name, voucher] of await vouchers(identities, this)) this.vouch.set(name, voucher);
    this.trusted = this.trusted || identities.length > 0;
    this.touch();
  }

  /** Takes an event in and says whether it is new. */
  take(event) {
    if (this.lines.has(event.line)) return false;
    this.lines.add(event.line);
    this.all.push(event);
    if (event.n > 0) this.newest.set(event.tip, Math.max(this.newest.get(event.tip) || 0, Math.min(event.n, maxN - 1)));
    if (event.n > 0 && event.do === "enter" && event.what && event.what.sum && !this.sums.has(event.what.sum)) this.sums.set(event.what.sum, event.tip);
    put(this.families, family(event.tip), event);
    this.ids.set(event.e, (this.ids.get(event.e) || 0) + 1);
    if (this.ids.get(event.e) > 1) this.folded.clear(); // the other may be any tip's
    this.folded.delete(family(event.tip));
    this.list = null;
    this.version++;
    return true;
  }

  /** Says that the book is to be written, whatever is in it. */
  touch() {
    this.version++;
  }

  /** Whether there is something that was not written yet. */
  get dirty() {
    return this.version !== this.savedVersion;
  }

  /** Says that what stood there at that version was written. */
  saved(at = this.version) {
    this.savedVersion = Math.max(this.savedVersion, at);
  }

  /** Enters what was done, {tip, do, …}, now and by this officer; tip is "" for what belongs to the whole book. */
  append({ tip, ...what }) {
    const event = newEvent((this.newest.get(tip) || 0) + 1, tip, this.by(), this.now(), what);
    this.take(event);
    this.appended();
    return event;
  }

  /**
   * Enters a tip that came under an id, "" for none, and returns {ref, fresh}: the id that
   * it has in the book, and whether it is new there. A sealed file that is in the book is
   * the tip that is there, whatever it came as; it is entered again only to tell when it was
   * received, where that was not known. Another file under the id of a tip in the book gets an id of
   * its own, so that neither hides the other.
   */
  enter(id, what) {
    const tip = this.sums.get(what.sum);
    if (tip === undefined) {
      const ref = this.#free(id, what.sum);
      this.append({ tip: ref, do: "enter", ...what });
      return { ref, fresh: true };
    }
    const state = this.#alone(tip);
    if (state.sum !== what.sum) return { ref: otherId(tip, what.sum), fresh: false };
    if (what.received && !what.confirmed && (!state.received || state.receivedConfirmed)) this.append({ tip, do: "enter", ...what });
    return { ref: tip, fresh: false };
  }

  #named(tip) {
    return (this.families.get(family(tip)) || []).filter((event) => event.n > 0 && event.tip === tip);
  }

  #alone(tip) {
    return alone(tip, this.#named(tip));
  }

  // An id for a sealed file that is not in the book.
  #free(id, sum) {
    if (!id) return `X-${sum.slice(0, 8).toUpperCase()}`;
    return this.#named(id).some(({ do: name, what }) => name === "enter" && what && what.sum) ? otherId(id, sum) : id;
  }

  /** Takes in what another copy has and this one has not, and returns how many events that was. Throws bookunit or bookforeign where it is no copy. */
  merge(other) {
    if (other.unit !== this.unit) throw new Problem("bookunit");
    if (other.id !== this.id || !equal(other.key, this.key)) throw new Problem("bookforeign");
    for (const [name, voucher] of other.vouch) {
      if (this.vouch.has(name)) continue;
      this.vouch.set(name, voucher);
      this.touch();
    }
    return other.all.filter((event) => this.take(event)).length;
  }

  /** Whether the other has all that this one has. */
  within(other) {
    return this.all.every(({ line }) => other.lines.has(line)) && [...this.vouch.keys()].every((name) => other.vouch.has(name));
  }

  /** Has a unit's own deadlines count, as the address book names them; those of the law for what it does not. */
  dueBy(deadlines) {
    this.deadlines = deadlines;
    this.folded.clear();
    this.list = null;
  }

  #family(name) {
    if (!this.folded.has(name)) {
      const { own, conflicts } = groups(this.families.get(name) || [], this.ids);
      this.folded.set(name, { own, states: new Map([...own].map(([id, events]) => [id, stateOf(id, events, conflicts.get(id), this.deadlines)])) });
    }
    return this.folded.get(name);
  }

  /** What each tip is now, the first received first. */
  states() {
    this.list = this.list || sortStates([...this.families.keys()].flatMap((name) => [...this.#family(name).states.values()]));
    return this.list;
  }

  /** What the tip is now, null for one that is not in the book. */
  state(id) {
    return this.#family(family(id)).states.get(id) || null;
  }

  /** The tip's events in the order in which they count. */
  events(id) {
    return this.#family(family(id)).own.get(id) || [];
  }

  /** {met, replyPasses, recipients, published} of the whole book. */
  get whole() {
    return whole(this.families.get("") || []);
  }

  /** The name that the officer of a key, by its fingerprint, has in the book, "" for none. */
  officer(recipient) {
    const named = ordered((this.families.get("") || []).filter(({ n, do: name, what }) => n > 0 && name === "officer" && what.recipient === recipient));
    return named.length > 0 ? named[named.length - 1].what.name : "";
  }
}

function macLine(key, lines) {
  return JSON.stringify({ mac: base64.encode(mac(key, lines)) });
}

function bytes(text) {
  try {
    return base64.decode(text);
  } catch {
    throw new Problem("bookdamaged");
  }
}

/** Throws the Problem bookrecipients where the recipients cannot all open one file. */
export function checkRecipients(recipients) {
  const encrypter = new Encrypter();
  try {
    for (const recipient of recipients) encrypter.addRecipient(recipient);
  } catch {
    throw new Problem("bookrecipients");
  }
  const kinds = new Set(recipients.map((recipient) => recipient.startsWith("age1pq1")));
  if (kinds.size !== 1) throw new Problem("bookrecipients");
  return encrypter;
}

/** Resolves to the book in the sealed bytes, looked at with the identities. Rejects with bookkey, bookcut, bookdamaged or what parse throws. */
export async function openBook(sealed, identities) {
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  let plain;
  try {
    plain = await decrypter.decrypt(sealed);
  } catch (err) {
    throw new Problem(/no identity matched/.test(err.message) ? "bookkey" : "bookdamaged");
  }
  const book = Book.parse(plain);
  book.said = await book.trust(identities);
  return book;
}

/** Resolves to the book sealed to its recipients. */
export async function sealBook(book) {
  if (!book.trusted) throw new Problem("bookstrange");
  return checkRecipients(book.whole.recipients).encrypt(book.bytes);
}

/** Resolves to the recipients of the identities. */
export const recipientsOf = (identities) => Promise.all(identities.map(identityToRecipient));
