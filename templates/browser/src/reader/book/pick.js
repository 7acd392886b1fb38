// Choosing where the book lies, where the browser lets a page write to files.
import { bookName, Folder, OneFile } from "./places.js";

/** Says whether the browser has the File System Access API. */
export const canPick = () => typeof window.showDirectoryPicker === "function";

// What a picker gives, null where the officer has closed it or said no.
async function picked(pick) {
  try {
    return await pick();
  } catch (err) {
    if (err.name === "AbortError" || err.name === "NotAllowedError" || err.name === "SecurityError") return null;
    throw err;
  }
}

/** Asks for a folder: the book in it is opened, or saved there where one is open already; where there is none, a new one is offered. */
export async function pickFolder(app, part) {
  const handle = await picked(() => window.showDirectoryPicker({ id: "so-tin", mode: "readwrite" }));
  if (!handle) return;
  const place = new Folder(handle);
  const { keeper } = part;
  if (keeper.book) {
    await keeper.move(place);
    return;
  }
  await keeper.find(place);
  part.folder = !keeper.book && !keeper.strange && keeper.waiting.length === 0 && keeper.problems.length === 0 ? place : null;
  app.update();
  const make = part.folder && document.getElementById("make");
  if (!make) return;
  make.scrollIntoView({ block: "center" }); // on a small screen it is below
  make.focus({ preventScroll: true });
}

/** Asks for the book's file. */
export async function pickFile(app, part) {
  const handles = await picked(() => window.showOpenFilePicker({ id: "so-tin", types: [{ description: bookName, accept: { "application/age": [".age"] } }] }));
  if (!handles) return;
  const place = new OneFile(handles[0]);
  await place.permitted(true);
  await part.keeper.find(place);
}
