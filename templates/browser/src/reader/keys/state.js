// What the officer is about to do with keys, and what came of it. No page here,
// so that Node can test it.
import { armor, identityToRecipient } from "age-encryption";
import { fingerprint } from "../book/fingerprint.js";
import { sniff } from "../kind.js";
import { Problem } from "../problem.js";
import { unlock } from "../unlock.js";
import { kindOf, make } from "./identity.js";
import { draw, strength, typed } from "./passphrase.js";
import { codesIn } from "./scan.js";
import { Reading } from "./sheet.js";

/** A key that is unlocked: {name, recipient, fingerprint, kind, locked, label, fresh, done, said}; locked, its file without armor, is null where there is no passphrase, and fresh says where it comes from, "made" or "back" from paper, done which steps are, said what came of a button. */
export async function keyOf({ name, identity, locked, label = "" }) {
  const recipient = await identityToRecipient(identity);
  return { name, identity, recipient, fingerprint: fingerprint(recipient), kind: kindOf(recipient), locked, label, fresh: "", done: {}, said: {}, problem: null };
}

export class Keys {
  constructor() {
    this.way = ""; // "make" or "restore": what is being done
    this.list = []; // of keyOf
    this.working = null;
    this.begin("");
  }

  /** Begins to "make" or "restore" a key, or with "" neither. */
  begin(way) {
    this.leave();
    this.way = way;
  }

  /** Drops what was typed and read so far. */
  leave() {
    Object.assign(this, { label: "", own: false, passphrase: "", again: "", shown: false, problem: null, stop: null, typedLines: "", scanning: null, restored: null });
    this.redraw();
    this.reading = new Reading();
  }

  /** Draws five other words. */
  redraw() {
    this.drawn = draw();
    return this.drawn;
  }

  /** The passphrase that is about to be used. */
  get chosen() {
    return this.own ? this.passphrase : typed(this.drawn);
  }

  get strength() {
    return strength(this.chosen);
  }

  get retyped() {
    return this.again.normalize("NFC") === this.chosen.normalize("NFC");
  }

  get ready() {
    return this.retyped && this.strength.level !== "none";
  }

  /** Makes the key that was described: resolves to it. */
  async make(derive) {
    const { identity, file } = await make(this.chosen, derive);
    const key = await keyOf({ name: "khoa-cua-toi", identity, locked: sniff(new TextEncoder().encode(file)).bytes, label: this.label });
    return this.#add(key, "made");
  }

  /**
   * Adds what the codes in pictures say to the reading. progress(n, of) is awaited
   * before each, and false stops; what is wrong with one does not hide the others.
   * Throws the Problem of the last where none had anything.
   */
  async addPictures(files, progress) {
    let problem = null, some = false;
    for (const [i, pictures] of files.entries()) {
      if (this.reading.whole || (await progress(i + 1, files.length)) === false) break;
      try {
        some = (await scan(pictures, this.reading, () => progress(i + 1, files.length))) || some;
      } catch (err) {
        if (err.code === "twosheets" || !(err instanceof Problem)) throw err;
        problem = err;
      }
    }
    if (problem && !some) throw problem;
  }

  #add(key, fresh) {
    this.begin("");
    key.fresh = fresh;
    this.list = [key, ...this.list.filter(({ identity }) => identity !== key.identity)];
    return key;
  }

  /** Unlocks what was restored with its passphrase: resolves to the key. */
  async unlock(passphrase, derive) {
    if (passphrase === "") throw new Problem("nopassphrase");
    const locked = this.reading.locked();
    const identities = await unlock(locked, passphrase, derive);
    const key = await keyOf({ name: "khoa-cua-toi", identity: identities[0], locked });
    if (this.restored) key.done.saved = this.restored;
    return this.#add(Object.assign(key, { identities }), "back");
  }
}

/** The text of a key file, as tipbox keygen writes it. */
export const fileOf = (locked) => armor.encode(locked);

/**
 * Reads the codes in the pictures, an async iterable, into the reading, and reports
 * whether there was one. Throws the Problem twosheets; nocode or othercode where none was.
 */
export async function scan(pictures, reading, rest = async () => {}) {
  let some = false, others = false;
  for await (const picture of pictures) {
    const add = (texts) => {
      for (const text of texts) {
        if (reading.addCode(text)) some = true;
        else others = true;
      }
      return reading.whole;
    };
    add(await codesIn(picture, add, rest));
    if (reading.whole) break;
  }
  if (!some) throw new Problem(others ? "othercode" : "nocode");
  return some;
}
