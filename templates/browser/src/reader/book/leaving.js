// Locking while the book has something that is saved nowhere.
import { ask } from "../ask.js";
import { h } from "../dom.js";
import { downloadsFetched } from "../handout.js";
import { bookPart } from "./part.js";

// A disk may hang, and a browser's question may stay unanswered: locking waits so long, in milliseconds.
const patience = 3000;

/**
 * Resolves to whether the page may lock. Who is there is asked; where nobody is, what
 * could not be saved goes to the downloads, sealed as ever.
 */
export async function askBeforeLock(app, why, limit = patience) {
  const { keeper } = bookPart(app);
  if (keeper.dirty && keeper.place.keeps) await Promise.race([keeper.save({ asked: false }), new Promise((resolve) => { setTimeout(resolve, limit); })]);
  if (keeper.dirty && why !== "khoa") await keeper.copy();
  else if (keeper.dirty && !(await asked(app, keeper))) return false;
  await downloadsFetched();
  return true;
}

function asked(app, keeper) {
  const w = app.t.book;
  const save = async () => {
    if (!keeper.problem) await keeper.save();
    if (keeper.dirty) await keeper.copy();
    return true;
  };
  return ask({ title: w.leave, text: h("p", {}, w.leaveWhy), choices: [
    { id: "savelock", words: keeper.problem ? w.downloadLock : w.saveLock, style: "button primary", act: save },
    { id: "lockanyway", words: w.lockAnyway, act: () => true },
    { id: "staying", words: w.back, act: () => false },
  ] });
}
