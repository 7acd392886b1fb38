// The sheet of paper of a key, as qr/paper draws it: the page prints it.
import encodeQR from "qr";
import { h } from "../dom.js";
import { press } from "../paper/press.js";
import { line } from "../visible.js";
import { sheet } from "./sheet.js";

const quiet = 4; // modules around a code that stay white (ISO/IEC 18004)

/** Prints the sheet of a key; resolves when the browser is done with it. Throws the Problem paperlarge. */
export function printSheet(app, key) {
  return press([h("div", { id: "sheet", lang: "vi" }, drawSheet(app.t.keys.paper, key, new Date(app.now())))]);
}

/** Prints a key's recipient and its fingerprint, for the operator. */
export function printRecipient(app, key) {
  const words = app.t.keys;
  return press([h("div", { id: "sheet" }, h("header", {}, h("h1", {}, words.recipient)), h("div", { class: "whose" }, h("div", {}, h("span", {}, words.label), h("strong", {}, key.label ? line(key.label, 120) : "…………………………………………"))),
    h("p", {}, words.fingerprint), h("p", { class: "fingerprint" }, key.fingerprint), h("p", {}, words.recipient), h("p", { class: "recipient" }, key.recipient))]);
}

function drawSheet(words, key, day) {
  const { lines, codes } = sheet(key.locked);
  const made = [day.getDate(), day.getMonth() + 1, day.getFullYear()].map((n) => String(n).padStart(2, "0")).join("/");
  const field = (name, value) => h("div", {}, h("span", {}, name), h("strong", {}, value));
  return [
    h("header", {}, h("h1", {}, words.title), h("p", {}, words.keep), h("p", { class: "en" }, words.keepEn)),
    h("div", { class: "whose" }, field(words.of, key.label ? line(key.label, 120) : "…………………………………………"), field(words.fingerprint, key.fingerprint), field(words.made, made)),
    h("div", { class: "advice" }, words.cards.map(([title, vi, en]) => h("div", {}, h("h2", {}, title), h("p", {}, vi), h("p", { class: "en" }, en)))),
    h("div", { class: "codes" }, codes.map(({ first, last, text }, i) => h("figure", {}, drawCode(text),
      h("figcaption", {}, h("strong", {}, words.code(i + 1, codes.length)), " ", words.rows(String(first).padStart(2, "0"), String(last).padStart(2, "0")))))),
    h("div", { class: "lines" }, h("h2", {}, words.type), h("p", {}, words.typeText), h("p", { class: "en" }, words.typeEn),
      lines.map(({ label, groups }) => h("p", { class: "typed" }, h("span", { class: "number" }, label),
        groups.map((group, i) => h("span", { class: i === groups.length - 1 ? "sum" : "group" }, [...group].map((letter) => h("b", {}, letter))))))),
    h("footer", {}, h("p", {}, words.without), h("p", { class: "shell" }, words.shell), h("p", {}, words.format(key.kind))),
  ];
}

// All dark modules are one path: no viewer shows hairlines between them.
function drawCode(text) {
  const modules = encodeQR(text, "raw", { ecc: "quartile", encoding: "alphanumeric", border: quiet });
  const side = modules.length;
  let d = "";
  modules.forEach((row, y) => row.forEach((dark, x) => {
    if (!dark || row[x - 1]) return;
    let n = 1;
    while (row[x + n]) n++;
    d += `M${x} ${y}h${n}v1h-${n}z`;
  }));
  const svg = (tag, attributes, ...children) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    element.append(...children);
    return element;
  };
  return svg("svg", { viewBox: `0 0 ${side} ${side}`, "shape-rendering": "crispEdges" }, svg("path", { d }));
}
