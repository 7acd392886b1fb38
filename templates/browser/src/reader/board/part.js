// What the desk knows of the board: whose tag a tip has, and what stands beside it.
import { replyPart } from "../reply/part.js";
import { notice, oneLine, readyAt } from "./notice.js";

/** How many characters an answer on the board has at most. */
export const maxAnswer = 160;

/** Returns the board's part of the app. */
export const boardPart = (app) => app.part("board", () => new BoardPart(app));

class BoardPart {
  constructor(app) {
    this.app = app;
    this.typed = new Map(); // by tip
    this.why = ""; // it is written out all the same
    this.drawn = {};
    this.today = {};
  }

  leave() {
    this.typed.clear();
    this.why = "";
  }

  /** The tag of a tip's sender, "" where there is none, or it is not known. */
  tagOf(entry) {
    const state = this.app.book && this.app.book.state(entry.id);
    const to = replyPart(this.app).receiptOf(entry);
    return (to && to.tag) || (state && state.tag) || "";
  }

  /**
   * Says what is odd about the tag of a tip, which its sender may have read on the board:
   * "claimed" where another sender's tip on the desk has it too, "other" where it has an
   * answer by a tip that is not known to be of the same sender; else "".
   */
  doubt(entry, tag) {
    const part = replyPart(this.app);
    const own = part.receiptOf(entry);
    if (!own) return "";
    const claims = (other) => {
      const to = part.receiptOf(other);
      return to && to.tag === tag && to.recipient !== own.recipient;
    };
    if (this.app.desk.opened.some(claims)) return "claimed";
    const last = this.answerOf(tag);
    const { entries } = part.talkOf(entry) || { entries: [entry] };
    return last && !entries.some(({ id }) => id === last.id) ? "other" : "";
  }

  /** The newest answer beside a tag: the state of the tip that it was given to, or undefined. */
  answerOf(tag) {
    const states = this.app.book.states().filter((state) => state.tag === tag);
    return states.sort((a, b) => Date.parse(b.boardAt) - Date.parse(a.boardAt) || (a.id < b.id ? 1 : -1))[0];
  }

  /** Has the text stand beside the tip's tag; "" takes it away. */
  put(entry, tag, text) {
    const last = this.answerOf(tag);
    // Of several tips of one sender the one that has the answer keeps it: its events have an order that no clock changes.
    this.app.book.append({ tip: last ? last.id : entry.id, do: "board", tag, text: oneLine(text.normalize("NFC")) });
    this.typed.delete(entry.id);
  }

  /** What stands on the board now, and when it may be written out: {notice, at, changed}. */
  get now() {
    const { app } = this;
    const { published } = app.book.whole;
    const made = notice(app.book, app.now());
    return { notice: made, at: readyAt(made, published, app.now()), changed: made.sum !== published.sum, published };
  }

  /** Notes that it was written out, and why less than a week after the last time. */
  publish({ notice: { sum }, changed }, why = "") {
    if (changed) this.app.book.append({ tip: "", do: "publish", sum, why });
    this.why = "";
  }
}
