// Files as they come: picked, dropped, or whole folders of them.
import { binary } from "./binary.js";
import { Problem } from "./problem.js";
import { ownName } from "./unwrap.js";
import { maxFile, media } from "./wrapping.js";

/** How many files are taken at once. */
export const maxFiles = 10_000;

// Marks the files of a folder, which hold much that is no tip: those that are called
// so come first, for not more than maxFiles are taken.
function ofFolder(files) {
  for (const file of files) file.ofFolder = true;
  return files.filter((f) => ownName(f.name)).concat(files.filter((f) => !ownName(f.name)));
}

/** Returns the files of an <input>; those of a folder are marked ofFolder. */
export function picked(input) {
  const files = Array.from(input.files);
  input.value = ""; // the same file can be picked again
  return input.webkitdirectory ? ofFolder(files) : files;
}

/**
 * Resolves to the files of a drop, and those of folders in it, marked ofFolder.
 * Must be called in the drop event itself: afterwards the browser takes
 * the list away. Rejects with the Problem folderdrop where it cannot look in.
 */
export async function dropped(transfer) {
  const items = Array.from(transfer.items || []).filter((item) => item.kind === "file");
  const isFolder = (item) => {
    const entry = item.webkitGetAsEntry && item.webkitGetAsEntry();
    return Boolean(entry && entry.isDirectory);
  };
  const files = items.filter((item) => !isFolder(item)).map(fileOf).filter(Boolean);
  const folders = items.filter(isFolder).map(handle);
  const inside = [];
  try {
    for (const folder of await Promise.all(folders)) await walk(folder, inside);
  } catch {
    throw new Problem("folderdrop");
  }
  return files.concat(ofFolder(inside));
}

// The file of an item. Where the page may ask to write to it, lies says where it is, as {handle}; for
// what is called as a book is only, since that is all that is written again.
function fileOf(item) {
  const file = item.getAsFile();
  if (file && item.getAsFileSystemHandle && /^so-tin/i.test(file.name)) file.lies = item.getAsFileSystemHandle().then((handle) => ({ handle }), () => undefined);
  return file;
}

// A page from file:// gets a folder's files in Chrome and Edge through
// getAsFileSystemHandle only, in Firefox through webkitGetAsEntry only.
async function handle(item) {
  return item.getAsFileSystemHandle ? item.getAsFileSystemHandle() : item.webkitGetAsEntry();
}

async function walk(folder, files) {
  const queue = [{ folder, depth: 0 }];
  while (queue.length > 0 && files.length <= 2 * maxFiles) {
    const { folder: next, depth } = queue.shift();
    for await (const inside of next.values ? next.values() : entries(next)) {
      if (inside.kind === "directory" || inside.isDirectory) {
        if (depth < 8) queue.push({ folder: inside, depth: depth + 1 });
      } else {
        const file = await (inside.getFile ? inside.getFile() : new Promise((resolve, reject) => inside.file(resolve, reject)));
        if (inside.getFile) file.lies = { handle: inside, folder: next };
        files.push(file);
      }
    }
  }
}

// A directory reader gives at most a hundred entries a call.
async function* entries(directory) {
  const reader = directory.createReader();
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    yield* some;
  }
}

/** Says whether a folder's file shows by its beginning that it is a picture, a film or the like; it need not be read. */
export async function isMedia(file) {
  try {
    return media(binary(new Uint8Array(await file.slice(0, 512).arrayBuffer())));
  } catch {
    return false; // read says why
  }
}

/** Resolves to the file's bytes. Rejects with the Problem toolarge or unreadable. */
export async function read(file) {
  if (file.size > maxFile) throw new Problem("toolarge");
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (err) {
    if (err instanceof Problem) throw err;
    throw new Problem("unreadable"); // a stick pulled out, a file moved away
  }
}
