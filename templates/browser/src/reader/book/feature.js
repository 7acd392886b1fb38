// What the book brings to the desk, for screens.js.
import { h } from "../dom.js";
import { latin } from "../kind.js";
import { Problem } from "../problem.js";
import { askBeforeLock } from "./leaving.js";
import { bookPart, enterAll, looked } from "./part.js";
import { bookName, Folder, OneFile } from "./places.js";
export { book as bookScreen } from "./screen.js";

// Where a dropped book lies, if the page may ask to write there.
function place(name, { handle, folder } = {}) {
  if (folder && name === bookName) return new Folder(folder);
  return handle ? new OneFile(handle) : null;
}

// Without a book the desk forgets: it is said wherever there is work to do.
function strip(app) {
  const w = app.t.book;
  if (app.book || app.screen === "book") return null;
  const { strange } = bookPart(app).keeper;
  return h("p", { class: "notice warn", id: "nobook" }, strange ? w.notCompared : w.noneOpen, " ",
    h("button", { type: "button", id: "openbook", class: "button small", onclick: () => app.go("book") }, strange ? w.goCompare : app.t.handle.toBook));
}

/** A book's file: by its name where it is sealed, by what is in it where it is called otherwise. */
export const bookFile = {
  kind: "book",
  sniff: (name, bytes, { asKey } = {}) => !asKey && /^so-tin.*\.age$/i.test(name),
  take(app, name, bytes, { lies } = {}) {
    if (!latin(bytes, 22).startsWith("age-encryption.org/v1")) throw new Problem("bookdamaged");
    return bookPart(app).take(name, bytes, place(name, lies));
  },
  opened: (name, plain) => latin(plain, 4096).startsWith('{"v":') && latin(plain, 4096).includes('"book":"'),
  takeOpened: (app, name, plain, sealed) => bookPart(app).take(name, sealed),
};

export const bookHooks = {
  unlocked: (app) => bookPart(app).unlocked(),
  opened: enterAll,
  taken: (app) => {
    const { keeper } = bookPart(app);
    return keeper.book || keeper.strange || keeper.waiting.length > 0 ? app.t.book.taken : "";
  },
  strip,
  looked,
  lock: askBeforeLock,
  unsaved: (app) => bookPart(app).keeper.dirty || app.typed.length > 0,
};
