// Locking while the book has something that is saved nowhere.
import { ask } from "../ask.js";
import { h } from "../dom.js";
import { downloadsFetched } from "../handout.js";
import { line } from "../visible.js";
import { bookPart } from "./part.js";

// A disk may hang, and a browser's question may stay unanswered: locking waits so long, in milliseconds.
const patience = 3000;

/**
 * Resolves to whether the page may lock. Who is there is asked; where nobody is, what
 * could not be saved goes to the downloads, sealed as ever.
 */
export async function askBeforeLock(app, why, limit = patience) {
  const { keeper } = bookPart(app);
  if (app.typed.length > 0 && !(await settled(app, why))) return false;
  if (keeper.dirty && keeper.place.keeps) await Promise.race([keeper.save({ asked: false }), new Promise((resolve) => { setTimeout(resolve, limit); })]);
  if (keeper.dirty && why !== "khoa") await keeper.copy();
  else if (keeper.dirty && !(await asked(app, keeper))) return false;
  await downloadsFetched();
  return true;
}

// What was typed and not entered goes into the book as a note, so that nothing is lost; who is there is asked.
function settled(app, why) {
  const { typed, t: { book: w } } = app;
  const known = typed.filter(({ tip }) => app.book && app.book.state(tip));
  const note = () => {
    for (const tip of new Set(known.map((one) => one.tip))) {
      const said = known.filter((one) => one.tip === tip).map(({ what, text }) => `${what}: ${text.normalize("NFC").trim()}`);
      app.book.append({ tip, do: "note", text: [w.unfinished, ...said].join("\n") });
    }
    known.forEach(({ drop }) => drop());
    return true;
  };
  if (why !== "khoa") return note();
  return ask({ title: w.typed, text: h("ul", { class: "typed" }, typed.slice(0, 20).map(({ tip, what, text }) => h("li", {}, h("strong", {}, line(tip, 40)), ` · ${what}: `, h("span", { dir: "auto" }, line(text, 80))))), choices: [
    known.length > 0 && { id: "notelock", words: w.noteLock, style: "button primary", act: note },
    { id: "droptyped", words: w.dropTyped, act: () => true },
    { id: "staying", words: w.back, act: () => false },
  ].filter(Boolean) });
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
