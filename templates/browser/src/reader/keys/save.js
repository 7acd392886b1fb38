// Saving a key file into a folder that the officer chooses, where the browser can
// (Chrome, Edge); else it goes to the downloads.

/** Whether a folder can be chosen. */
export const canChoose = () => typeof window.showDirectoryPicker === "function";

/**
 * Writes a text into a chosen folder, reads it back, and resolves to the name that
 * it got: name, or with a number where there is such a file, for no key is ever
 * overwritten. Resolves to "" where nothing was chosen; rejects where it failed.
 */
export async function saveTo(name, text) {
  let folder;
  try {
    folder = await window.showDirectoryPicker({ id: "tipbox-khoa", mode: "readwrite" });
  } catch (err) {
    if (err.name === "AbortError") return "";
    throw err;
  }
  const free = await freeName(folder, name);
  const handle = await folder.getFileHandle(free, { create: true });
  try {
    const stream = await handle.createWritable();
    await stream.write(text);
    await stream.close(); // only now it is on the disk
    if (await (await handle.getFile()).text() !== text) throw new Error("what was written is not there");
    return free;
  } catch (err) {
    await folder.removeEntry(free).catch(() => {}); // an empty file would pass for the key
    throw err;
  }
}

async function freeName(folder, name) {
  const [, stem, end] = /^(.*?)(\.[^.]*)?$/.exec(name);
  for (let n = 1; ; n++) {
    const free = n === 1 ? name : `${stem}-${n}${end || ""}`;
    try {
      await folder.getFileHandle(free);
    } catch (err) {
      if (err.name === "NotFoundError") return free;
      if (err.name !== "TypeMismatchError") throw err; // a folder of that name
    }
  }
}
