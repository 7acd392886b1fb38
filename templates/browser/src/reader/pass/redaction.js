// A photo on a canvas, parts of it black: what is encoded are the pixels that are
// drawn here, and no others.
import { loadImage, release } from "../../shared/canvas.js";
import { fit } from "../../shared/picture.js";
import { cleanPhoto } from "../photo.js";
import { Problem } from "../problem.js";

const maxSide = 1600;
const least = 6; // pixels: a smaller mark was a slip of the hand

export class Redaction {
  /** Resolves to the photo, ready to be drawn over, or as kept says that it was. Rejects as cleanPhoto does. */
  static async of(bytes, kept = {}) {
    const img = await loadImage(await cleanPhoto(bytes, maxSide));
    const redaction = Object.assign(new Redaction(), kept);
    const [width, height] = fit(img.naturalWidth, img.naturalHeight, maxSide);
    for (const canvas of [redaction.whole, redaction.canvas]) Object.assign(canvas, { width, height });
    redaction.whole.getContext("2d").drawImage(img, 0, 0, width, height);
    release(img);
    redaction.draw();
    return redaction;
  }

  constructor() {
    this.whole = document.createElement("canvas"); // never shown
    this.canvas = document.createElement("canvas");
    this.marks = []; // {x, y, width, height} in its pixels
    this.goes = true;
  }

  /** What of would make it from again. */
  get kept() {
    return { marks: this.marks, goes: this.goes };
  }

  /** Draws the photo with its marks, and with one that is not set yet. */
  draw(growing) {
    const context = this.canvas.getContext("2d");
    context.drawImage(this.whole, 0, 0);
    context.fillStyle = "#000";
    for (const { x, y, width, height } of [...this.marks, ...(growing ? [growing] : [])]) context.fillRect(x, y, width, height);
    if (!growing) return;
    Object.assign(context, { lineWidth: 4, strokeStyle: "#fff" });
    context.strokeRect(growing.x, growing.y, growing.width, growing.height);
  }

  /** Returns the mark between two points of the canvas as it is shown, each {x, y} from 0 to 1. */
  between(a, b) {
    const { width, height } = this.canvas;
    const [left, right] = [a.x, b.x].sort((m, n) => m - n).map((n) => Math.max(0, Math.min(width, n * width)));
    const [top, bottom] = [a.y, b.y].sort((m, n) => m - n).map((n) => Math.max(0, Math.min(height, n * height)));
    return { x: Math.floor(left), y: Math.floor(top), width: Math.ceil(right) - Math.floor(left), height: Math.ceil(bottom) - Math.floor(top) };
  }

  /** Sets the mark, if it is large enough to be meant. */
  mark(mark) {
    if (mark.width >= least && mark.height >= least) this.marks.push(mark);
    this.draw();
  }

  /** Takes back the mark that was set last. */
  undo() {
    this.marks.pop();
    this.draw();
  }

  /** Resolves to the picture as it is drawn, a JPEG of at most limit bytes. Rejects with the Problem passlarge. */
  async bytes(limit) {
    this.draw();
    for (const quality of [0.85, 0.75, 0.6, 0.45, 0.3]) {
      const blob = await new Promise((resolve) => {
        this.canvas.toBlob(resolve, "image/jpeg", quality);
      });
      if (blob && blob.type === "image/jpeg" && blob.size <= limit) return new Uint8Array(await blob.arrayBuffer());
    }
    throw new Problem("passlarge");
  }

  /** Lets the pixels go. */
  end() {
    for (const canvas of [this.whole, this.canvas]) Object.assign(canvas, { width: 0, height: 0 });
  }
}
