// Whose keys open the book: those it is sealed to, and others, each of which is
// compared by telephone before.
import { h } from "../dom.js";
import { text } from "../kind.js";
import { Problem } from "../problem.js";
import { checkRecipients } from "./book.js";
import { fingerprint } from "./fingerprint.js";

/** Returns the recipients that could be added to those: the officer's own, the unit's by the address book, those of chosen files. */
export function candidates(app, part, unit, present) {
  const known = (app.addressBook.units || []).find(({ id }) => id === unit);
  return [...new Set([...part.owns, ...((known && known.recipients) || []), ...part.chosen])].filter((recipient) => !present.includes(recipient));
}

/** Draws a key a line: its digits, whose it is, and what the buttons of action(recipient) do. */
export function drawKeys(app, part, recipients, action) {
  return h("ul", { class: "prints" }, recipients.map((recipient) => h("li", {}, h("span", { class: "print" }, fingerprint(recipient)), part.owns.includes(recipient) && h("span", { class: "note" }, app.t.book.toOwn), action(recipient))));
}

/** Draws a button for files of public keys. */
export function drawAdd(app, part) {
  const wrong = part.wrongKeys && app.t.problem[part.wrongKeys];
  return [
    h("p", { class: "buttons" }, h("input", { type: "file", id: "pickrecipients", class: "picker", multiple: true, onchange: (e) => chosen(app, part, e.target) }), h("label", { for: "pickrecipients", class: "button small" }, app.t.book.addRecipients)),
    wrong && h("p", { class: "error", role: "alert", "data-problem": part.wrongKeys }, h("strong", {}, wrong.title), " ", wrong.hint),
  ];
}

// Takes the recipients of files in; others than those of the officer's kind are told.
async function chosen(app, part, input) {
  const files = [...input.files];
  input.value = "";
  part.wrongKeys = "";
  for (const file of files) {
    try {
      const found = text(new Uint8Array(await file.arrayBuffer())).split(/\r?\n/).map((one) => one.trim()).filter((one) => one.startsWith("age1"));
      if (found.length === 0) throw new Problem("bookrecipients");
      checkRecipients([part.owns[0], ...found]);
      part.chosen.push(...found);
    } catch (err) {
      part.wrongKeys = err instanceof Problem ? err.code : "unreadable";
    }
  }
  app.update();
}

/** Draws the keys that open the open book, and those that could. */
export function drawRecipients(app, part) {
  const { t, book } = app;
  const { recipients, met } = book.whole;
  const share = (list) => {
    book.append({ tip: "", do: "recipients", list });
    app.update();
  };
  const leaveOut = (recipient) => {
    part.chosen.push(recipient); // it can be added again
    share(recipients.filter((one) => one !== recipient));
  };
  const meet = (recipient) => {
    const print = fingerprint(recipient);
    if (!part.owns.includes(recipient) && !met.some((one) => one.unit === book.unit && one.recipient === print)) book.append({ tip: "", do: "met", unit: book.unit, recipient: print });
    try {
      checkRecipients([...recipients, recipient]);
      share([...recipients, recipient]);
    } catch {
      part.wrongKeys = "bookrecipients";
      app.update();
    }
  };
  const others = candidates(app, part, book.unit, recipients);
  const button = (id, words, action) => h("button", { type: "button", id, class: "chip", onclick: action }, words);
  const number = (list, recipient) => list.indexOf(recipient);
  return h("div", { class: "card", id: "recipients" }, h("h3", {}, t.book.recipients(recipients.length)),
    drawKeys(app, part, recipients, (recipient) => !part.owns.includes(recipient) && button(`drop-${number(recipients, recipient)}`, t.book.drop, () => leaveOut(recipient))),
    others.length > 0 && [h("p", {}, t.book.compareKeys), drawKeys(app, part, others, (recipient) => button(`meet-${number(others, recipient)}`, part.owns.includes(recipient) ? t.book.addOwn : t.book.compared, () => meet(recipient)))],
    drawAdd(app, part));
}
