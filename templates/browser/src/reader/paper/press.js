// Puts sheets on the page, has them printed, and takes them away again.
import { h } from "../dom.js";

const event = (name, options) => new Promise((resolve) => {
  window.addEventListener(name, resolve, { once: true, ...options });
});

/**
 * Prints the sheets, nodes whose pictures are made already; resolves when the browser is
 * done with them. Nothing else of the page is on paper meanwhile.
 */
export async function press(sheets) {
  const paper = h("div", { id: "paper" }, sheets);
  document.body.append(paper);
  document.body.dataset.pressing = ""; // no class: those are the shell's, which draws anew meanwhile
  try {
    // One after another: decoded, a photo takes four bytes a pixel, and there may be hundreds.
    for (const img of paper.querySelectorAll("img")) await img.decode().catch(() => {});
    // Some browsers print while the page goes on: they tell when they are done, and a
    // person who is back on the page tells too.
    const over = Promise.race([event("afterprint"), event("pointerdown", { capture: true })]);
    window.print();
    await over;
  } finally {
    delete document.body.dataset.pressing;
    paper.remove();
  }
}
