// What lies on the desk: sealed files, key files, opened tips, and what is
// wrong with any of them. No page here, so that Node can test it.
import { maxFiles, read } from "./collect.js";
import { sniff } from "./kind.js";
import { attachments } from "./mail.js";
import { open } from "./open.js";
import { Problem } from "./problem.js";
import { sha256 } from "./self.js";
import { parseIdentities, unlock } from "./unlock.js";

const anId = /\bTB-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b/gi;

// The one id in a file's name, "" for none or several.
function idIn(name) {
  const found = new Set((name.match(anId) || []).map((id) => id.toUpperCase()));
  return found.size === 1 ? [...found][0] : "";
}

export class Desk {
  constructor() {
    this.tips = []; // {sum, name, mail, modified, bytes, state: "waiting"|"open"|"failed", opened, id, problem}
    this.keyFiles = []; // {name, bytes, state: "locked"|"open"|"clear"}
    this.keys = [];
    this.problems = []; // {name, mail, code}
  }

  get waiting() {
    return this.tips.filter((tip) => tip.state === "waiting");
  }

  /** The opened tips, urgent ones first, then the newest file first. */
  get opened() {
    const urgent = (tip) => Boolean(tip.opened.tip && tip.opened.tip.urgent);
    return this.tips.filter((tip) => tip.state === "open")
      .sort((a, b) => urgent(b) - urgent(a) || b.modified - a.modified || (a.name < b.name ? -1 : 1));
  }

  get needsPassphrase() {
    return this.keyFiles.some((key) => key.state === "locked");
  }

  /** Takes files in, whatever they are; asKey says that a key file was asked for. */
  async add(files, { asKey = false, progress = () => {} } = {}) {
    for (const [i, file] of files.slice(0, maxFiles).entries()) {
      progress(i + 1, files.length);
      await this.#take({ name: file.name }, asKey, async () => {
        const bytes = await read(file);
        await this.#sort(file.name, bytes, file.lastModified || 0, asKey);
      });
    }
    if (files.length > maxFiles) this.problems.push({ name: `+${files.length - maxFiles}`, code: "toomany" });
    await this.openWaiting(progress);
  }

  async #take(file, asKey, work) {
    try {
      await work();
    } catch (err) {
      let code = err instanceof Problem ? err.code : "unexpected";
      if (asKey && code === "notsealed") code = "notidentity";
      if (asKey && (code === "damaged" || code === "truncated")) code = "identitydamaged";
      this.problems.push({ ...file, code });
    }
  }

  async #sort(name, file, modified, asKey) {
    const { kind, bytes } = sniff(file);
    if (asKey && (kind === "sealed" || kind === "mail")) throw new Problem("notidentity");
    switch (kind) {
      case "sealed":
        return this.#sealed(name, bytes, modified);
      case "mail":
        for (const inner of attachments(bytes)) {
          // One bad attachment does not hide the others.
          await this.#take({ name: inner.name || "?", mail: name }, false, () => {
            const { kind: what, bytes: sealed } = sniff(inner.bytes);
            if (what !== "sealed") throw new Problem("notsealed");
            return this.#sealed(inner.name || "?", sealed, modified, name);
          });
        }
        return undefined;
      case "recipients":
        throw new Problem("recipients");
      case "identity":
        this.keys.push(...parseIdentities(bytes).filter((key) => !this.keys.includes(key)));
        this.keyFiles.push({ name, bytes: null, state: "clear" });
        return this.#again();
      case "locked":
        this.keyFiles = this.keyFiles.filter((key) => key.name !== name || key.state === "open");
        this.keyFiles.push({ name, bytes, state: "locked" });
    }
    return undefined;
  }

  async #sealed(name, bytes, modified, mail) {
    const sum = await sha256(bytes);
    if (this.tips.some((tip) => tip.sum === sum)) return; // two officers' mails hold the same file
    this.tips.push({ sum, name, mail, modified, bytes, state: "waiting" });
  }

  // A tip that no key opened gets another chance when a key comes.
  #again() {
    for (const tip of this.tips) {
      if (tip.problem === "wrongkey" || tip.problem === "wrongkind") {
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
    let first;
    let fits = false;
    for (const file of this.keyFiles.filter((key) => key.state === "locked")) {
      try {
        const keys = await unlock(file.bytes, passphrase, derive);
        this.keys.push(...keys.filter((key) => !this.keys.includes(key)));
        file.state = "open";
        file.bytes = null;
        fits = true;
      } catch (err) {
        first = first || err;
        if (err.code === "stopped") break;
      }
    }
    if (!fits) throw first;
    this.#again();
    await this.openWaiting(progress);
  }

  async openWaiting(progress = () => {}) {
    if (this.keys.length === 0) return;
    const waiting = this.waiting;
    for (const [i, tip] of waiting.entries()) {
      progress(i + 1, waiting.length);
      try {
        tip.opened = await open(tip.bytes, this.keys);
        this.#name(tip);
        tip.state = "open";
        tip.bytes = null;
      } catch (err) {
        tip.state = "failed";
        tip.problem = err instanceof Problem ? err.code : "unexpected";
      }
    }
  }

  // What the server wrote outside of the tip, the name of the mail's attachment,
  // goes before what stands in it, which anyone can have sealed: so nobody can
  // pass off a tip as another. Without either the name is made from the sealed
  // bytes, as tipbox open makes it.
  #name(entry) {
    const named = idIn(entry.name);
    const { tip, warnings } = entry.opened;
    const inside = tip ? tip.id : "";
    if (named && inside && named !== inside) warnings.push("otherid");
    entry.id = named || inside || `X-${entry.sum.slice(0, 8).toUpperCase()}`;
  }

  /** Everything wrong with a file: {name, code}, and mail where it came in one. */
  get allProblems() {
    return [...this.problems, ...this.tips.filter((tip) => tip.problem).map((tip) => ({ name: tip.name, mail: tip.mail, code: tip.problem }))];
  }

  dismissProblems() {
    this.problems = [];
    this.tips = this.tips.filter((tip) => tip.state !== "failed");
  }
}
