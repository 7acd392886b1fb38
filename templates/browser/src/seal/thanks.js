// The page after a tip is safe, and on it the code by which an answer is found.
import { rows, showTag } from "../shared/receipt.js";

/** Puts the page in the place of the form, and offers the code of the receipt, if there is one. */
export function thank(page, receipt, text) {
  document.replaceChild(document.adoptNode(page.documentElement), document.documentElement);
  window.scrollTo(0, 0);
  const done = document.querySelector(".done");
  if (receipt && done) offer(done, receipt, text);
  focus(document.querySelector("h1"));
}

function focus(element) {
  element.tabIndex = -1;
  element.focus();
}

const add = (parent, tag, words = "") => {
  const element = parent.appendChild(document.createElement(tag));
  element.textContent = words;
  return element;
};

// Folded up, for whoever looks on; gone when it was copied or is not wanted, and
// when the page is left: whoever takes the phone next goes back to it.
function offer(done, { code, at, tag }, text) {
  const fold = document.createElement("details");
  fold.className = "receipt";
  done.parentNode.insertBefore(fold, done.nextSibling);
  add(fold, "summary", text("reply_ask"));
  add(fold, "p", text("reply_copy"));
  const shown = add(fold, "p");
  shown.className = "digits";
  shown.setAttribute("translate", "no"); // a browser that translates sends what it translates away
  rows(code).forEach((row) => add(shown, "span", row));
  add(fold, "p", text("reply_lost"));
  const when = text("reply_when", { address: at.replace(/^https?:\/\//, "") + "/r" });
  add(fold, "p", when);
  if (tag) {
    const beside = add(add(fold, "p", `${text("reply_tag")} `), "b", showTag(tag));
    beside.className = "tag";
    beside.setAttribute("translate", "no");
  }
  const leave = (words) => {
    window.removeEventListener("beforeunload", stay);
    window.removeEventListener("pagehide", go);
    const said = document.createElement("p");
    said.textContent = words;
    fold.parentNode.replaceChild(said, fold);
    focus(said);
  };
  const go = () => leave("");
  const stay = (event) => {
    if (!fold.open || done.querySelector(".call")) return; // a call must not be asked about
    event.preventDefault();
    event.returnValue = "";
  };
  for (const [key, words] of [["reply_copied", when], ["reply_unwanted", text("reply_none")]]) {
    const button = add(fold, "button", text(key));
    button.type = "button";
    button.addEventListener("click", () => leave(words));
  }
  window.addEventListener("beforeunload", stay);
  window.addEventListener("pagehide", go);
}
