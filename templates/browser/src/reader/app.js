// What the screens, the panels and the shell share.
import { strings } from "./strings.js";

/**
 * The desk with what stands around it: book is null or the open book, addressBook
 * what the file has brought, screen the id of the one that is shown, entry the tip
 * that is, reading whether it was chosen to be read. screens, panels, extras and hooks are those of screens.js, act and update the shell's; now gives milliseconds.
 */
export class App {
  constructor({ desk, screens, panels, extras = [], hooks = [], addressBook = {}, now = () => Date.now() }) {
    Object.assign(this, { desk, screens, panels, extras, hooks, addressBook, now, book: null, lang: "vi", screen: "today", entry: null, reading: false, said: "", warned: false, act: {}, parts: new Map(), update() {} });
  }

  /** Returns the part of the app of that name, made once: where a feature keeps its state. */
  part(name, make) {
    if (!this.parts.has(name)) this.parts.set(name, make());
    return this.parts.get(name);
  }

  /** Lets every part that has a leave drop what it holds, before the page goes. */
  leave() {
    for (const part of this.parts.values()) if (part.leave) part.leave();
  }

  /** What was typed and is written nowhere yet: {tip, what, text, drop}; drop empties the box. */
  get typed() {
    return this.hooks.filter((hook) => hook.typed).flatMap((hook) => hook.typed(this)).filter(({ text }) => text.trim() !== "");
  }

  get t() {
    return strings[this.lang];
  }

  /** What is wrong with a file, the newest first. */
  get errors() {
    return this.desk.allProblems;
  }

  /** Whether there is anything to work on: else the three steps are shown. */
  get working() {
    return this.desk.opened.length > 0 || this.book !== null;
  }

  /** Says something at the top, until the next thing is done; a key of the strings or a text in the present language. warn says that it is a trouble. */
  notice(text, { warn = false } = {}) {
    Object.assign(this, { said: text, warned: warn });
    this.update();
  }

  /** Shows a screen. */
  go(screen) {
    this.screen = screen;
    this.reading = false; // on a narrow page the list comes first
    this.said = "";
    this.update();
  }
}
