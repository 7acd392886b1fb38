// Locking while the book has something that is saved nowhere.
import { h } from "../dom.js";
import { bookPart, downloadsFetched } from "./part.js";

// A disk may hang, and a browser's question may stay unanswered: locking waits so long, in milliseconds.
const patience = 3000;

/**
 * Resolves to whether the page may lock. Who is there is asked; where nobody is, what
 * could not be saved goes to the downloads, sealed as ever.
 */
export async function askBeforeLock(app, why, limit = patience) {
  const part = bookPart(app);
  const { keeper } = part;
  if (keeper.dirty && keeper.place.keeps) await Promise.race([keeper.save({ asked: false }), new Promise((resolve) => { setTimeout(resolve, limit); })]);
  if (keeper.dirty && why !== "khoa") await keeper.copy();
  else if (keeper.dirty && !(await asked(app, keeper))) return false;
  await downloadsFetched();
  part.leaving = true; // the browser need not ask again
  return true;
}

function asked(app, keeper) {
  const w = app.t.book;
  return new Promise((resolve) => {
    const answer = (value) => {
      dialog.close();
      dialog.remove();
      resolve(value);
    };
    const save = async () => {
      if (!keeper.problem) await keeper.save();
      if (keeper.dirty) await keeper.copy();
      answer(true);
    };
    const button = (id, style, words, action) => h("button", { type: "button", id, class: style, onclick: action }, words);
    const dialog = h("dialog", { id: "leaving", "aria-labelledby": "leavingtitle" },
      h("h2", { id: "leavingtitle" }, w.leave), h("p", {}, w.leaveWhy),
      h("p", { class: "buttons" }, button("savelock", "button primary", keeper.problem ? w.downloadLock : w.saveLock, save), button("lockanyway", "button", w.lockAnyway, () => answer(true)), button("staying", "button", w.back, () => answer(false))));
    dialog.addEventListener("cancel", () => answer(false));
    document.body.append(dialog);
    dialog.showModal();
  });
}
