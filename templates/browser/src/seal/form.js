// The form's fields: what was typed, and saying at the field what is wrong.
import { cleanLine, cleanText, fits, maxDetailBytes, maxDetailChars, maxMessageBytes, maxMessageChars } from "./text.js";

const value = (form, name) => {
  const field = form.elements[name];
  return field ? field.value : "";
};

/** Returns the clean answers of the form. */
export function answers(form) {
  return {
    mailbox: value(form, "mailbox"),
    message: cleanText(value(form, "message")),
    place: cleanLine(value(form, "place")),
    time: cleanLine(value(form, "time")),
    delivery: value(form, "delivery") || "now",
    to: value(form, "to") || "unit",
    token: value(form, "token"),
  };
}

/** Returns {field: problem} for everything that the server would refuse. */
export function check(tip) {
  const problems = {};
  if (!/^(suggestion|report|crime)$/.test(tip.mailbox)) problems.mailbox = "mailbox_missing";
  if (tip.message === "") problems.message = "message_missing";
  else if (!fits(tip.message, maxMessageChars, maxMessageBytes)) problems.message = "message_too_long";
  for (const name of ["place", "time"]) {
    if (!fits(tip[name], maxDetailChars, maxDetailBytes)) problems[name] = "detail_too_long";
  }
  return problems;
}

/** Shows the sentence at the field, or takes it away where it is "". */
export function sayAt(form, name, sentence) {
  const id = `error-${name}`;
  const field = form.querySelector(`[name="${name}"]`);
  let line = document.getElementById(id);
  if (!sentence) {
    if (line) line.remove();
    if (field) {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
    }
    return;
  }
  if (!line) {
    line = document.createElement("p");
    line.id = id;
    line.className = "error";
    const place = form.querySelector(`[data-field="${name}"]`) || (field && field.parentNode) || form;
    place.insertBefore(line, place.tagName === "FIELDSET" && place.firstElementChild ? place.firstElementChild.nextSibling : place.firstChild);
  }
  line.textContent = sentence;
  if (field) {
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", id);
    for (let fold = field.closest("details"); fold; fold = fold.parentNode.closest("details")) fold.open = true;
  }
}
