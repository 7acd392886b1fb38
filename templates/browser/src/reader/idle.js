/** How long the reader stays open unused, in milliseconds, and when it warns. */
export const lockAfter = 10 * 60_000;
export const warnBefore = 60_000;

/**
 * Watches for idleness. The clock (milliseconds) is asked, not a timer counted,
 * so a PC that slept past the limit is locked on waking. touch() is called on
 * every sign of life, check() every few seconds; both are harmless before start().
 */
export class Idle {
  constructor({ now, warn, lock }) {
    Object.assign(this, { now, warn, lock, last: null });
  }

  start() {
    this.last = this.now();
  }

  stop() {
    this.last = null;
  }

  touch() {
    if (this.last === null) return;
    this.check(); // a key pressed after the limit does not reopen what should be locked
    if (this.last === null) return;
    this.last = this.now();
    this.warn(false);
  }

  check() {
    if (this.last === null) return;
    const idle = this.now() - this.last;
    if (idle >= lockAfter || idle < 0) {
      this.stop();
      this.lock();
    } else {
      this.warn(idle >= lockAfter - warnBefore);
    }
  }
}
