// A code for the sender, made while the tip is typed, for every tip: it costs the
// server nothing, and whether it is wanted is asked when the tip is safe.
import { derive, newCode, salt } from "../shared/receipt.js";

export class Receipt {
  /**
   * ask is shared/worker.js's, at the base URL of the box, code one that the sender
   * has already, "" for none.
   */
  constructor(ask, at, code) {
    Object.assign(this, { ask, at, code, made: null });
  }

  /** Begins to make it. */
  begin() {
    this.made = this.made || this.#make().catch(() => null);
  }

  async #make() {
    const code = this.code || newCode();
    const { lookup, tag, recipient } = await derive(await this.ask("receipt", { code, salt: salt(this.at) }));
    return { code, lookup, tag, recipient, at: this.at };
  }

  /**
   * Resolves to {code, at, lookup, tag, recipient}. Where it is not there within so
   * many milliseconds: to {code, at} of a code that the sender has already, from which
   * the unit derives the rest; else to null.
   */
  async within(ms) {
    this.begin();
    const late = new Promise((resolve) => setTimeout(resolve, ms, null));
    return (await Promise.race([this.made, late])) || (this.code ? { code: this.code, at: this.at } : null);
  }
}
