// What lies on the desk: sealed files, key files, opened tips, and what is
// wrong with any of them. No page here, so that Node can test it.
import { inTurn } from "./ahead.js";
import { bigZip } from "./archive.js";
import { maxFiles } from "./collect.js";
import { header, sniff } from "./kind.js";
import { open } from "./open.js";
import { Problem } from "./problem.js";
import { sha256 } from "./self.js";
import { parseIdentities, unlock } from "./unlock.js";
import { unwrap } from "./unwrap.js";
import { maxFile } from "./wrapping.js";

const anId = /\bTB-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b/gi;

// The one id in a file's name, "" for none or several.
function idIn(name) {
  const found = new Set((name.match(anId) || []).map((id) => id.toUpperCase()));
  return found.size === 1 ? [...found][0] : "";
}

// A file's name without the number that a browser adds to a second download.
const plain = (name) => name.replace(/ ?\(\d{1,4}\)(?=(\.[^.]*)?$)/, "");

// Problems that a right key file settles, wherever the wrong one was chosen.
const ofKeys = ["recipients", "identitydamaged", "plugin"];
const otherKey = ["wrongkey", "wrongkind"];

/**
 * The desk. take(name, bytes, {asKey, ofFolder, lies}) and takeOpened(name, plain, sealed)
 * are offered each file before it is looked into, and what was opened and is no tip;
 * they resolve to whether it was theirs, or reject with what is wrong with it. readMany is ahead.js' many.
 */
export class Desk {
  constructor({ take = async () => false, takeOpened = async () => false, readMany = null } = {}) {
    Object.assign(this, { take, takeOpened, readMany });
    this.tips = []; // {sum, name, mail, date, digest, modified, bytes, state: "waiting"|"open"|"failed", opened, id, problem, turn}
    this.keyFiles = []; // {name, bytes, state: "locked"|"open"|"clear", identities}; bytes, as locked, are null where it is "clear"
    this.keys = [];
    this.sums = new Set(); // of all tips there ever were
    this.broken = false; // whether one of them was
    this.cut = false; // whether one of them ended before its file did
    this.problems = []; // {name, mail, code, id, asKey, turn}
    this.aside = []; // {name, mail, code} of a folder's files, chosen last, that cannot have held a tip
    this.sorted = null; // the opened ones in order, until that changes
    this.repeated = 0; // of the files chosen last, those that were there before
    this.turn = 0; // counts what the officer did: files chosen, a passphrase typed
  }

  get waiting() {
    return this.tips.filter((tip) => tip.state === "waiting");
  }

  /** The tips that none of the keys opens. */
  get lacking() {
    return this.tips.filter((tip) => otherKey.includes(tip.problem));
  }

  /** The opened tips, urgent ones first, then the newest mail or file first; the same array until there are others. */
  get opened() {
    if (this.sorted) return this.sorted;
    const urgent = (tip) => Boolean(tip.opened.tip && tip.opened.tip.urgent);
    const when = ({ date, modified }) => (date === undefined ? modified : date);
    this.sorted = this.tips.filter((tip) => tip.state === "open")
      .sort((a, b) => urgent(b) - urgent(a) || when(b) - when(a) || (a.name < b.name ? -1 : 1));
    return this.sorted;
  }

  /** The names of the key files that wait for a passphrase. */
  get locked() {
    return this.keyFiles.filter((key) => key.state === "locked").map((key) => key.name);
  }

  /**
   * Takes files in, whatever they are; asKey says that a key file was asked for. progress
   * ("reading" or "opening", n, of) is awaited before each file and tip: where it resolves to
   * false the rest is left, and told.
   */
  async add(given, { asKey = false, progress = () => true } = {}) {
    this.turn++;
    this.aside = [];
    this.repeated = 0;
    const files = (await Promise.all(given.map(async (file) => (file.size > maxFile && (await bigZip(file).catch(() => null))) || [file]))).flat();
    const next = inTurn(files.slice(0, maxFiles), this.readMany);
    for (const [i, file] of files.slice(0, maxFiles).entries()) {
      if (await progress("reading", i + 1, files.length) === false) {
        this.problems.push({ name: `+${files.length - i}`, code: "halted", turn: this.turn });
        return;
      }
      this.#takeBack((p) => plain(p.mail || p.name) === plain(file.name));
      await this.#take({ name: file.name }, asKey, async () => {
        const { aside, bytes, sum } = await next();
        if (aside) this.aside.push({ name: file.name, code: aside });
        else await this.#sort(file, bytes, asKey, sum);
      });
    }
    if (files.length > maxFiles) this.problems.push({ name: `+${files.length - maxFiles}`, code: "toomany", turn: this.turn });
    await this.openWaiting(progress);
  }

  // What was said of files chosen before is no longer so; of two files of one
  // name that are chosen together, both are told.
  #takeBack(settled) {
    this.problems = this.problems.filter((p) => p.turn === this.turn || !settled(p));
  }

  async #take(file, asKey, work) {
    try {
      await work();
    } catch (err) {
      let code = err instanceof Problem ? err.code : "unexpected";
      if (asKey && code === "notsealed") code = "notidentity";
      if (asKey && (code === "damaged" || code === "truncated")) code = "identitydamaged";
      this.problems.push({ ...file, code, asKey, turn: this.turn });
    }
  }

  /** Says that a drop could not be taken in, nothing of it. */
  refuse(code) {
    this.problems.push({ name: "", code, turn: ++this.turn });
  }

  async #sort({ name, lastModified: modified = 0, ofFolder, lies }, file, asKey, sum) {
    if (await this.take(name, file, { asKey, ofFolder, lies: await lies })) return undefined;
    if (asKey) return this.#key(name, file);
    const results = await unwrap(name, file);
    for (const [number, { found, wrong, what, may, id, subject }] of results.entries()) {
      for (const { name: part, bytes, date, digest, within } of found) {
        // One bad attachment does not hide the others.
        await this.#take(part ? { name: part, mail: name } : { name }, false, () => {
          if (header(bytes).stanzas.some((s) => s.args[0] === "scrypt")) throw new Problem("notsealed");
          return this.#sealed(part || name, bytes, modified, { mail: part && name, date, digest: digest ? `${name} ${number} ${digest}` : "", within, sum: bytes === file && sum });
        });
      }
      for (const { name: part, code } of wrong) this.problems.push({ ...(part ? { name: part, mail: name } : { name }), code, turn: this.turn });
      const where = results.length > 1 ? { name: subject || "?", mail: name } : { name };
      if (what === "") continue;
      if (!may && (ofFolder || results.length > 1)) this.aside.push({ ...where, code: what });
      else if (what === "identity" || what === "recipients") this.#key(name, file);
      else this.problems.push({ ...where, code: what, id, turn: this.turn });
    }
    return undefined;
  }

  #key(name, file) {
    const { kind, bytes } = sniff(file);
    switch (kind) {
      case "sealed":
      case "mail":
        throw new Problem("notidentity");
      case "recipients":
        throw new Problem("recipients");
      case "identity":
        this.#own({ name, bytes: null, state: "clear", identities: parseIdentities(bytes) });
        this.#takeBack((p) => p.asKey || ofKeys.includes(p.code));
        return undefined;
      case "locked":
        this.keyFiles = this.keyFiles.filter((key) => key.name !== name || key.state === "open");
        this.keyFiles.push({ name, bytes, state: "locked" });
        this.#takeBack((p) => p.asKey || ofKeys.includes(p.code));
    }
    return undefined;
  }

  async #sealed(name, bytes, modified, { mail, date, digest, within, sum: known } = {}) {
    const sum = known || await sha256(bytes);
    const same = this.sums.has(sum) && this.tips.find((tip) => tip.sum === sum);
    if (same) return this.#same(same, { name, date });
    this.sums.add(sum);
    this.tips.push({ sum, name, names: [name], mail, date, digest, within, modified, bytes, state: "waiting", turn: this.turn });
    return undefined;
  }

  // Two officers' mails hold the same file; so do two of the box's where somebody
  // has sent an old tip's bytes again, and got another id for them.
  #same(known, { name, date }) {
    this.repeated++;
    known.turn = this.turn; // what is wrong with it is told again
    this.sorted = null;
    if (known.date === undefined) known.date = date;
    known.names.push(name);
    if (known.state !== "open") return;
    this.#name(known);
    known.told = false; // the book may have given it another id
  }

  // A tip that no key opened gets another chance when a key comes.
  #again() {
    for (const tip of this.tips) {
      if (otherKey.includes(tip.problem)) {
        tip.state = "waiting";
        delete tip.problem;
      }
    }
  }

  /**
   * Unlocks every locked key file that the passphrase fits, then opens the
   * waiting tips. Rejects with a Problem where it fits none.
   */
  async unlock(passphrase, derive, progress) {
    if (passphrase === "") throw new Problem("nopassphrase");
    if (passphrase.trim() === "") throw new Problem("blankpassphrase");
    this.turn++;
    let first;
    let fits = false;
    for (const file of this.keyFiles.filter((key) => key.state === "locked")) {
      try {
        file.identities = await unlock(file.bytes, passphrase, derive);
        file.state = "open";
        this.#own(file);
        fits = true;
      } catch (err) {
        first = first || err;
        if (err.code === "stopped") break;
      }
    }
    if (!fits) throw first;
    await this.openWaiting(progress);
  }

  /** Takes in a key, unlocked, that was made or brought back on the page: {name, identity, locked}; identities, where its file holds several. */
  adopt({ name, identity, locked, identities = [identity] }) {
    this.#own({ name, bytes: locked, state: "open", identities });
  }

  // Takes in what a key file holds: tips that waited for a key get another chance.
  #own(file) {
    if (!this.keyFiles.includes(file)) this.keyFiles.push(file);
    this.keys.push(...file.identities.filter((key) => !this.keys.includes(key)));
    this.#again();
  }

  /** Opens the tips that wait; what is left where progress stops it goes on waiting. */
  async openWaiting(progress = () => true) {
    if (this.keys.length === 0) return;
    const waiting = this.waiting;
    for (const [i, tip] of waiting.entries()) {
      if (await progress("opening", i + 1, waiting.length) === false) return;
      try {
        tip.opened = await open(tip.bytes, this.keys);
        const { exact, plain: content } = tip.opened;
        delete tip.opened.exact;
        delete tip.opened.plain;
        if (content && await this.takeOpened(tip.name, content, exact)) {
          this.tips = this.tips.filter((other) => other !== tip);
          continue;
        }
        if (exact.length !== tip.bytes.length) {
          tip.sum = await sha256(exact);
          this.sums.add(tip.sum);
          this.cut = true;
        }
        tip.bytes = null;
        const known = this.cut && this.tips.find((other) => other !== tip && other.state === "open" && other.sum === tip.sum);
        if (known) {
          this.tips = this.tips.filter((other) => other !== tip);
          this.#same(known, tip);
          continue;
        }
        tip.state = "open";
        this.sorted = null;
        this.#name(tip);
        this.#replace(tip);
      } catch (err) {
        tip.state = "failed";
        tip.turn = this.turn;
        tip.problem = err instanceof Problem ? err.code : "unexpected";
        this.broken = true;
        // What was only cut out of a wrapping may be badly cut.
        if (tip.within && (tip.problem === "truncated" || tip.problem === "damaged")) tip.problem = tip.within;
      }
    }
  }

  // A tip that came whole stands in for its broken download, and for no other.
  #replace(whole) {
    if (!this.broken) return;
    const broken = ({ problem }) => problem === "truncated" || problem === "damaged";
    const same = (tip) => plain(tip.name) === plain(whole.name) && plain(tip.mail || "") === plain(whole.mail || "");
    this.tips = this.tips.filter((tip) => !(broken(tip) && same(tip)));
  }

  // What the server wrote outside of the tip, the name of the mail's attachment,
  // goes before what stands in it, which anyone can have sealed: so nobody can
  // pass off a tip as another. Without either the name is made from the sealed
  // bytes, as tipbox open makes it.
  #name(entry) {
    const named = idIn(entry.name);
    const { tip, warnings } = entry.opened;
    const inside = tip ? tip.id : "";
    const warn = (warning) => warnings.includes(warning) || warnings.push(warning);
    if (named && inside && named !== inside) warn("otherid");
    entry.others = [...new Set(entry.names.map(idIn))].filter((id) => id && id !== named);
    if (named && entry.others.length > 0) warn("replay");
    entry.id = named || inside || `X-${entry.sum.slice(0, 8).toUpperCase()}`;
  }

  /** Everything wrong with a file, the newest turn first: {name, code, turn}, and mail where it came in one. */
  get allProblems() {
    const failed = this.tips.filter((tip) => tip.problem).map(({ name, mail, problem, turn }) => ({ name, mail, code: problem, turn }));
    return [...this.problems, ...failed].sort((a, b) => b.turn - a.turn);
  }

  dismissProblems() {
    this.problems = [];
    this.aside = [];
    this.tips = this.tips.filter((tip) => tip.state !== "failed");
  }
}
