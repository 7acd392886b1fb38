// Leaving the page while a key that was made here is saved nowhere: it would be lost for good.
import { ask } from "../ask.js";
import { h } from "../dom.js";
import { download, downloadsFetched } from "../handout.js";
import { canChoose, saveTo } from "./save.js";
import { fileOf } from "./state.js";

/** The keys that are lost with the page. */
export const unsaved = ({ list }) => list.filter((key) => key.fresh === "made" && !key.done.saved);

/** Saves the key's file into a folder that is chosen; resolves to whether it is there. */
export async function saveKey(words, key) {
  const name = await saveTo(key.name, fileOf(key.locked));
  if (name) key.done.saved = words.savedTo(name);
  return Boolean(name);
}

/** Saves the key's file among the downloads. */
export function downloadKey(words, key) {
  download(key.name, fileOf(key.locked));
  key.done.saved = words.savedDown(key.name);
}

/** Resolves to whether the page may lock. Where nobody is there to be asked, hold follows. */
export async function askBeforeLock({ t }, state, why) {
  const keys = unsaved(state);
  const save = async () => {
    keys.forEach((key) => downloadKey(t.keys, key));
    return true;
  };
  const may = keys.length === 0 || why !== "khoa" || await ask({ title: t.keys.unsaved, text: h("p", {}, t.keys.unsavedWhy), choices: [
    { id: "savekeylock", words: t.keys.saveLock, style: "button primary", act: save },
    { id: "dropkeylock", words: t.keys.dropLock, act: () => true },
    { id: "staying", words: t.book.back, act: () => false },
  ] });
  await downloadsFetched();
  return may;
}

/** Shows the keys that are saved nowhere, alone on the page, and calls leave when they are saved; says whether there are any. */
export function hold({ t }, state, leave) {
  const words = t.keys;
  const keys = unsaved(state);
  if (keys.length === 0) return false;
  const said = h("p", { class: "error", role: "alert" });
  const saves = (save) => async () => {
    try {
      for (const key of unsaved(state)) if (!(await save(words, key))) return;
      await downloadsFetched();
      leave();
    } catch {
      said.textContent = `${t.problem.notsaved.title} ${t.problem.notsaved.hint}`;
    }
  };
  const down = (...what) => {
    downloadKey(...what);
    return true;
  };
  document.body.append(h("main", { id: "keys" }, h("section", { class: "step", id: "held" }, h("h2", {}, words.unsaved), h("p", {}, words.held),
    h("p", { class: "buttons" },
      canChoose() && h("button", { type: "button", id: "savekey", class: "button primary", onclick: saves(saveKey) }, words.saveTo),
      h("button", { type: "button", id: "downkey", class: canChoose() ? "button" : "button primary", onclick: saves(down) }, words.saveDown)), said)));
  return true;
}
