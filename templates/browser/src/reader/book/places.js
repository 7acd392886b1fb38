// Where the book lies and how it gets there: a folder that the officer let the
// page write to, one file of his, or the browser's downloads. None truncates:
// the browser writes a swap file beside the book and puts it in place when whole.
import { Problem } from "../problem.js";

/** The book's name in its folder, and the one that the last version before it gets. */
export const bookName = "so-tin.age";
export const oldName = "so-tin.cu.age";

/** What a book may have at most, in bytes, sealed. */
export const maxBook = 128 << 20;

/** Says whether the two hold the same bytes. */
export const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);

/** A folder's handle: the book, and the one before it beside it. */
export class Folder {
  constructor(handle) {
    Object.assign(this, { handle, keeps: true });
  }

  get label() {
    return `${this.handle.name}/${bookName}`;
  }

  permitted(ask) {
    return permitted(this.handle, ask);
  }

  async read() {
    return told(async () => contents(await this.handle.getFileHandle(bookName)), () => null);
  }

  async write(bytes, seen) {
    return told(async () => {
      if (seen) await put(await this.handle.getFileHandle(oldName, { create: true }), seen);
      return put(await this.handle.getFileHandle(bookName, { create: true }), bytes, async () => {
        const now = await contents(await this.handle.getFileHandle(bookName));
        return seen ? same(now, seen) : now.length === 0; // empty: it was just made
      });
    });
  }
}

/** One file's handle: the browser's swap file alone protects it. */
export class OneFile {
  constructor(handle) {
    Object.assign(this, { handle, keeps: true });
  }

  get label() {
    return this.handle.name;
  }

  permitted(ask) {
    return permitted(this.handle, ask);
  }

  async read() {
    return told(() => contents(this.handle), () => null);
  }

  async write(bytes, seen) {
    return told(() => put(this.handle, bytes, async () => same(await contents(this.handle).catch(gone), seen || new Uint8Array(0))));
  }
}

/** The browser's downloads: nothing is read again, and each save is an officer's choice. */
export class Downloads {
  constructor(save) {
    Object.assign(this, { save, keeps: false, label: bookName });
  }

  async permitted() {
    return true;
  }

  async read() {
    return null;
  }

  async write(bytes) {
    this.save(bookName, bytes);
    return true;
  }
}

// Whether the page may write without the browser's asking; ask lets it ask, which it does only where a person has just tapped.
const may = { mode: "readwrite" };
const permitted = (handle, ask) => (ask ? handle.requestPermission(may) : handle.queryPermission(may)).then((said) => said === "granted", () => false);

async function contents(handle) {
  const file = await handle.getFile();
  if (file.size > maxBook) throw new Problem("booklarge");
  return new Uint8Array(await file.arrayBuffer());
}

function gone(err) {
  if (err.name === "NotFoundError") return new Uint8Array(0);
  throw err;
}

// Writes the bytes in the place of what is there, unless another PC has written
// since: the last look is just before the browser renames, so that what it does
// not see is written again after the next one. Resolves to whether it was written.
async function put(handle, bytes, unchanged) {
  const out = await handle.createWritable();
  try {
    await out.write(bytes);
    if (unchanged && !(await unchanged())) {
      await out.abort();
      return false;
    }
    await out.close();
  } catch (err) {
    await out.abort().catch(() => {}); // the swap file; what is wrong is told already
    throw err;
  }
  return true;
}

// Says what went wrong in a Problem: a stick pulled out, a right withdrawn.
async function told(work, missing) {
  try {
    return await work();
  } catch (err) {
    if (err instanceof Problem) throw err;
    if (err.name === "NotFoundError" && missing) return missing();
    throw new Problem({ NotAllowedError: "bookdenied", SecurityError: "bookdenied", NoModificationAllowedError: "bookdenied", QuotaExceededError: "bookfull" }[err.name] || "bookunwritten");
  }
}
