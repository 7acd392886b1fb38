// A list of thousands of rows of one height, of which only those that are seen
// (and the one with the focus) are on the page.
import { fill, h } from "../dom.js";

/** How high a row is, in CSS pixels; list.css says the same. */
export const rowHeight = 72;
const around = 6;

/** The list; draw(row, i) returns what is in a row, key(row) what it is told by. */
export class Windowed {
  constructor({ id, key, draw }) {
    Object.assign(this, { key, draw, rows: [], items: new Map() });
    this.list = h("ul", {});
    this.node = h("div", { id, onscroll: () => this.#show(false) }, this.list);
    new ResizeObserver(() => this.#show(false)).observe(this.node);
  }

  /** Shows other rows, or the same ones anew; what has the focus keeps it. */
  set(rows) {
    this.rows = rows;
    this.list.style.height = `${rows.length * rowHeight}px`;
    this.#show(true);
  }

  /** Brings a row into sight, and gives its button the focus where that is wanted. */
  reveal(i, focus = false) {
    const top = i * rowHeight;
    const { scrollTop, clientHeight } = this.node;
    if (top < scrollTop) this.node.scrollTop = top;
    else if (top + rowHeight > scrollTop + clientHeight) this.node.scrollTop = top + rowHeight - clientHeight;
    this.#show(false);
    if (focus) this.items.get(this.key(this.rows[i])).querySelector("button").focus({ preventScroll: true });
  }

  /** Returns the number of the row that the node is in, -1 for none. */
  rowOf(node) {
    const item = node.closest("li");
    return item && this.list.contains(item) ? Number(item.dataset.row) : -1;
  }

  #show(anew) {
    const from = Math.max(0, Math.floor(this.node.scrollTop / rowHeight) - around);
    const to = Math.min(this.rows.length, Math.ceil((this.node.scrollTop + (this.node.clientHeight || 900)) / rowHeight) + around);
    const active = document.activeElement;
    const held = this.list.contains(active) ? active.closest("li") : null;
    const button = held && [...held.querySelectorAll("button")].indexOf(active);
    const shown = new Map();
    for (let i = from; i < to; i++) shown.set(this.key(this.rows[i]), i);
    if (held && !shown.has(held.dataset.key)) {
      const i = this.rows.findIndex((row) => this.key(row) === held.dataset.key);
      if (i >= 0) shown.set(held.dataset.key, i);
    }
    for (const [key, item] of this.items) {
      if (shown.has(key)) continue;
      item.remove();
      this.items.delete(key);
    }
    let after = null;
    for (const [key, i] of [...shown].sort(([, a], [, b]) => a - b)) {
      const known = this.items.get(key);
      const item = known || h("li", { "data-key": key });
      if (!known || anew) this.#fill(item, i);
      this.items.set(key, item);
      // In the order in which they are read; what is in its place is not moved.
      const next = after ? after.nextSibling : this.list.firstChild;
      if (next !== item) this.list.insertBefore(item, next);
      after = item;
    }
    if (held && held.isConnected && !held.contains(document.activeElement)) {
      (held.querySelectorAll("button")[button] || held.querySelector("button")).focus({ preventScroll: true });
    }
  }

  #fill(item, i) {
    fill(item, this.draw(this.rows[i], i));
    item.dataset.row = i;
    item.style.transform = `translateY(${i * rowHeight}px)`;
    item.setAttribute("aria-setsize", this.rows.length);
    item.setAttribute("aria-posinset", i + 1);
  }
}
