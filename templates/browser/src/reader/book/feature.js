// What the book brings to the desk, for screens.js.
import { latin } from "../kind.js";
import { askBeforeLock } from "./leaving.js";
import { bookPart, enterAll, looked } from "./part.js";
import { bookName, Folder, OneFile } from "./places.js";
export { book as bookScreen } from "./screen.js";

// Where a dropped book lies, if the page may ask to write there.
function place(name, { handle, folder } = {}) {
  if (folder && name === bookName) return new Folder(folder);
  return handle ? new OneFile(handle) : null;
}

/** A book's file: by its name where it is sealed, by what is in it where it is called otherwise. */
export const bookFile = {
  kind: "book",
  sniff: (name, bytes, { asKey } = {}) => !asKey && /^so-tin.*\.age$/i.test(name) && latin(bytes, 22).startsWith("age-encryption.org/v1"),
  take: (app, name, bytes, { lies } = {}) => bookPart(app).take(name, bytes, place(name, lies)),
  opened: (name, plain) => latin(plain, 4096).startsWith('{"v":') && latin(plain, 4096).includes('"book":"'),
  takeOpened: (app, name, plain, sealed) => bookPart(app).take(name, sealed),
};

export const bookHooks = {
  unlocked: (app) => bookPart(app).unlocked(),
  opened: enterAll,
  looked,
  lock: askBeforeLock,
  unsaved: (app) => bookPart(app).keeper.dirty || app.typed.length > 0,
};
