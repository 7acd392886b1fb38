// The photo field: choose, see, remove. Cleaned photos live in memory only.
import { cleanPhoto, PhotoProblem } from "./photo.js";
import { photoRoom } from "./plaintext.js";
import { maxPhotos } from "./text.js";

export class Photos {
  /** input is the file field; say(problem) shows what is wrong with a photo, "" nothing. */
  constructor(input, text, say) {
    Object.assign(this, { input, text, say, items: [], busy: Promise.resolve() });
    this.list = document.createElement("ul");
    this.list.className = "photos";
    this.list.hidden = true;
    const field = input.closest(".pick") || input; // with the words that lie over its button
    field.parentNode.insertBefore(this.list, field.nextSibling);
    input.multiple = true;
    const take = () => this.#add(Array.from(input.files));
    input.addEventListener("change", take);
    if (input.files.length) take(); // chosen before this script came
  }

  /**
   * Resolves to the clean photos' bytes when all are ready. Rejects with the
   * PhotoProblem of one that cannot be sent after all: who waits for this has
   * not seen it said.
   */
  async bytes() {
    this.failed = null;
    await this.busy;
    if (this.failed) throw this.failed;
    return this.items.map((item) => item.bytes);
  }

  #add(files) {
    this.say(this.items.length + files.length > maxPhotos ? "too_many_photos" : "");
    for (const file of files.slice(0, maxPhotos - this.items.length)) {
      const item = { file };
      this.items.push(item);
      this.busy = this.busy.then(() => this.#clean(item));
    }
    this.#show();
  }

  // One after the other: a cheap phone has memory for one decoded photo.
  async #clean(item) {
    const removed = () => !this.items.includes(item);
    if (removed()) return;
    try {
      const clean = await cleanPhoto(item.file, photoRoom(maxPhotos));
      if (removed()) return;
      Object.assign(item, clean, { url: URL.createObjectURL(clean.blob) });
    } catch (err) {
      if (removed()) return;
      this.items = this.items.filter((other) => other !== item);
      this.failed = err instanceof PhotoProblem ? err : new PhotoProblem("photo_unreadable");
      this.say(this.failed.problem);
    }
    this.#show();
  }

  #remove(item) {
    this.items = this.items.filter((other) => other !== item);
    if (item.url) URL.revokeObjectURL(item.url);
    this.say("");
    this.#show();
    this.input.focus();
  }

  // The field itself holds the same files: a post the plain way sends them too.
  #show() {
    this.#fill();
    this.list.textContent = "";
    this.list.hidden = !this.items.length; // an empty list is one too many to read out
    this.items.forEach((item, i) => {
      const row = document.createElement("li");
      if (item.url) {
        const img = document.createElement("img");
        img.src = item.url;
        img.alt = this.text("photo_alt", { n: i + 1 });
        row.append(img);
      } else {
        row.append(this.text("photo_busy"));
      }
      const remove = document.createElement("button");
      remove.type = "button";
      remove.textContent = this.text("photo_remove", { n: i + 1 });
      remove.disabled = this.input.disabled; // the form may be on its way already
      remove.addEventListener("click", () => this.#remove(item));
      row.append(remove);
      this.list.append(row);
    });
  }

  #fill() {
    try {
      const transfer = new DataTransfer();
      this.items.forEach((item) => transfer.items.add(item.file));
      this.input.files = transfer.files;
    } catch {
      if (this.items.length === 0) this.input.value = ""; // an old engine: all or nothing
    }
  }
}
