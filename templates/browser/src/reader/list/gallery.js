// The photos of a tip, each drawn anew before it is shown.
import { fill, h } from "../dom.js";
import { cleanPhoto } from "../photo.js";

/** Shows the photos of the entry in node until it ends. */
export class Gallery {
  constructor(app, entry) {
    const { t } = app;
    Object.assign(this, { t, entry, urls: [], links: [], ended: false, line: app.part("photos", () => ({ last: Promise.resolve() })) });
    // The browser tells no page what became of a download.
    this.saved = h("p", { id: "saved", role: "status" });
    const say = () => this.#say(this.links.length);
    this.all = h("button", { type: "button", id: "savephotos", class: "button small", hidden: true, onclick: () => { this.links.forEach((a) => a.click()); say(); } }, t.savePhotos);
    this.node = h("div", { class: "photos" }, h("p", { class: "buttons" }, this.all, h("span", { class: "note" }, t.saveNote)), this.saved);
    this.#fill();
  }

  #say(n) {
    fill(this.saved, this.t.saved(n));
  }

  // One after another, of all tips: a photo takes four bytes a pixel while it is drawn,
  // and whoever goes through the list with the arrow key comes by many.
  async #clean(bytes) {
    const before = this.line.last;
    let done;
    this.line.last = new Promise((resolve) => { done = resolve; });
    await before;
    try {
      return this.ended ? null : await cleanPhoto(bytes);
    } finally {
      done();
    }
  }

  async #fill() {
    const { t, entry } = this;
    for (const [i, bytes] of entry.opened.tip.photos.entries()) {
      const figure = h("figure", {}, h("figcaption", {}, t.decoding));
      this.node.append(figure);
      let blob;
      try {
        blob = await this.#clean(bytes);
      } catch (err) {
        const { title, hint } = t.problem[err.code] || t.problem.unexpected;
        fill(figure, h("figcaption", { class: "notice warn", "data-problem": err.code }, `${t.photo(i + 1)}: `, h("strong", {}, title), " ", hint));
        continue;
      }
      if (this.ended) return; // another tip is shown, or the page was locked, meanwhile; blob may be null
      const url = URL.createObjectURL(blob);
      this.urls.push(url);
      const save = h("a", { href: url, download: `${entry.id}-anh-${i + 1}.jpg`, class: "button small", onclick: () => this.#say(1) }, t.savePhoto);
      this.links.push(save);
      this.all.hidden = this.links.length < 2;
      fill(figure, h("img", { src: url, alt: t.photo(i + 1) }), h("figcaption", {}, t.photo(i + 1), " ", save));
    }
  }

  /** Takes the pictures out of memory. */
  end() {
    this.ended = true;
    this.urls.forEach((url) => URL.revokeObjectURL(url));
    this.urls = [];
  }
}
