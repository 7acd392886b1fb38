// Files and texts that leave the page by a person's hand.
import { h } from "./dom.js";

let fetched = Promise.resolve();

/**
 * Resolves when the browser has had its time to fetch what it was given to save: it tells nobody
 * when it has, and a page that is locked meanwhile takes it away.
 */
export const downloadsFetched = () => fetched;

/** Saves bytes or a text as a file among the browser's downloads. */
export function download(name, content, type = "application/octet-stream") {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // not before the browser has read it
  fetched = new Promise((resolve) => { setTimeout(resolve, 1500); });
}

/** Resolves to whether the text is in the clipboard. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const box = h("textarea", { class: "picker", "aria-hidden": "true" }, text);
    document.body.append(box);
    box.select();
    const done = document.execCommand("copy"); // where a file:// page has no clipboard of its own
    box.remove();
    return done;
  }
}
