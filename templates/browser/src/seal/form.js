// The form's fields: what was typed, and saying at the field what is wrong.
import { cleanLine, cleanText, fits, maxDetailBytes, maxDetailChars, maxMessageBytes, maxMessageChars } from "./text.js";

/** Returns what a field of the form holds, "" where there is none. */
export const value = (form, name) => {
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
  const place = form.querySelector(`[data-field="${name}"]`);
  const field = place.tagName === "FIELDSET" ? place : place.querySelector(`[name="${name}"]`);
  const id = `${name}-bad`;
  const hint = document.getElementById(`${name}-hint`) ? `${name}-hint` : "";
  let line = document.getElementById(id);
  place.classList.toggle("bad", Boolean(sentence));
  if (sentence && !line) {
    line = document.createElement("p");
    line.id = id;
    line.className = "err";
    const before = field === place ? place.querySelector("label") : field;
    before.parentNode.insertBefore(line, before);
  }
  if (sentence) line.textContent = sentence;
  else if (line) line.remove();
  const described = `${sentence ? id : ""} ${hint}`.trim();
  if (described) field.setAttribute("aria-describedby", described);
  else field.removeAttribute("aria-describedby");
  if (field !== place) field.setAttribute("aria-invalid", sentence ? "true" : "false");
  const fold = place.closest("details");
  if (sentence && fold) fold.open = true;
}

/**
 * Says above the form what keeps it from being sent, with a link to each field,
 * and goes there; takes it away where there is no problem. Reports whether
 * there is one.
 */
export function sayOnTop(form, problems, text) {
  const names = Object.keys(problems);
  if (!names.length) {
    putOnTop(form, null);
    return false;
  }
  const add = (parent, tag, words) => {
    const element = parent.appendChild(document.createElement(tag));
    if (words) element.textContent = words;
    return element;
  };
  const alert = document.createElement("div");
  alert.className = "alert";
  alert.tabIndex = -1;
  alert.setAttribute("role", "alert");
  add(alert, "h2", text("not_sent"));
  add(alert, "p", text("errors"));
  const list = add(alert, "ul");
  for (const name of names) add(add(list, "li"), "a", text(problems[name])).href = `#${name}`;
  putOnTop(form, alert);
  return true;
}

/**
 * Says above the form what the server says above the one that it answers with.
 * Reports whether it says anything.
 */
export function sayAsAnswered(form, page) {
  const alert = page && page.querySelector(".alert");
  if (!alert) return false;
  // Without the script photos would be lost; here they are not.
  alert.querySelectorAll("h2 ~ p ~ p:not(.call)").forEach((line) => line.remove());
  putOnTop(form, alert);
  return true;
}

function putOnTop(form, alert) {
  const old = document.querySelector(".alert");
  if (old) old.remove();
  if (!alert) return;
  form.parentNode.insertBefore(alert, form);
  alert.focus();
  window.scrollTo(0, alert.offsetTop);
}
