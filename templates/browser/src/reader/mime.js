// The few parts of MIME (RFC 5322, 2045, 2046, 2047) that tips and the mails
// that carry them are made of. Positions are bytes; nothing here recurses. A
// stranger wrote them: every expression below begins or ends a run of like
// characters once, or the search from each of its places would take hours.
import { latin } from "./kind.js";

/**
 * Splits a message into its header fields, unfolded, and its body:
 * {fields: Map of lower-case name → [values], body}. Returns null where there is
 * no header of at most limit bytes.
 */
export function split(bytes, limit = 1 << 16) {
  const head = latin(bytes, limit);
  const end = /(?:^|\n)\r?\n/.exec(head);
  if (!end) return null;
  const fields = new Map();
  const text = head.slice(0, end.index).replace(/\r?\n[ \t]+/g, " ");
  for (const line of text === "" ? [] : text.split(/\r?\n/)) {
    const field = /^([!-9;-~]{1,100}):[ \t]*(?![ \t])(|.*[^ \t\r])[ \t\r]*$/.exec(line);
    if (!field) return null;
    const name = field[1].toLowerCase();
    if (fields.has(name)) fields.get(name).push(field[2]);
    else fields.set(name, [field[2]]);
  }
  return { fields, body: bytes.subarray(end.index + end[0].length) };
}

/** Parses "type/subtype; name=value": {type, params}, names in lower case. */
export function parameters(value) {
  const [type, rest] = /^([^;]*);?(.*)$/s.exec(value || "").slice(1);
  const params = {};
  for (const [, name, quoted, bare] of rest.matchAll(/(?<![!#-'*+\-.0-9A-Z^-~])([!#-'*+\-.0-9A-Z^-~]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/gi)) {
    const key = name.toLowerCase();
    if (!Object.hasOwn(params, key)) params[key] = quoted === undefined ? bare : quoted.replace(/\\(.)/g, "$1");
  }
  return { type: type.trim().toLowerCase(), params };
}

/**
 * Splits a multipart body at its boundary: {parts, closed}, at most max parts;
 * closed says that the end was there. The line end before a delimiter belongs
 * to the delimiter.
 */
export function multipart(bytes, boundary, max) {
  const text = latin(bytes);
  const delimiter = `--${boundary}`;
  const out = { parts: [], closed: false };
  let start = -1;
  for (let at = text.indexOf(delimiter); at >= 0; at = text.indexOf(delimiter, at + 1)) {
    if (at > 0 && text[at - 1] !== "\n") continue;
    const after = /^(--)?[ \t]*(?:\r?\n|$)/.exec(text.slice(at + delimiter.length, at + delimiter.length + 80));
    if (!after) continue;
    if (start >= 0) {
      const end = at - (text[at - 2] === "\r" ? 2 : 1);
      out.parts.push(bytes.subarray(start, Math.max(start, end)));
      if (out.parts.length >= max) return out;
    }
    start = at + delimiter.length + after[0].length;
    if (after[1]) {
      out.closed = true;
      return out;
    }
  }
  if (start >= 0) out.parts.push(bytes.subarray(start)); // cut off: what is there of the last part
  return out;
}

/**
 * Undoes a content transfer encoding: {content, whole}. What is broken gives
 * what could be decoded and whole false; an unknown encoding changes nothing.
 */
export function decode(bytes, encoding) {
  switch ((encoding || "").trim().toLowerCase()) {
    case "base64":
      return base64(latin(bytes).replace(/[ \t\r\n]+/g, ""));
    case "quoted-printable":
      return quotedPrintable(latin(bytes).replace(/(?<![ \t])[ \t]+(?=\r?\n|$)/g, "").replace(/=\r?\n/g, ""));
  }
  return { content: bytes, whole: true };
}

function base64(text) {
  const end = text.search(/[^A-Za-z0-9+/]/);
  const digits = end < 0 ? text.length : end;
  const padded = digits + (/^={0,2}$/.test(text.slice(digits)) ? text.length - digits : 0);
  const whole = padded === text.length && padded % 4 === 0;
  const binary = atob(whole ? text : text.slice(0, digits - (digits % 4)));
  const content = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) content[i] = binary.charCodeAt(i);
  return { content, whole };
}

function quotedPrintable(text) {
  const bad = text.search(/=(?![0-9A-Fa-f]{2})/);
  const good = bad < 0 ? text : text.slice(0, bad);
  const content = new Uint8Array(good.length);
  let n = 0;
  for (let i = 0; i < good.length; i++, n++) {
    if (good[i] === "=") {
      content[n] = parseInt(good.slice(i + 1, i + 3), 16);
      i += 2;
    } else {
      content[n] = good.charCodeAt(i);
    }
  }
  return { content: content.subarray(0, n), whole: bad < 0 };
}

/** Decodes the encoded words of a header value (RFC 2047), UTF-8 only; others stay as written. */
export function words(value) {
  return value
    .replace(/(=\?[^?\s]+\?[bq]\?[^?\s]*\?=)\s+(?==\?)/gi, "$1")
    .replace(/(?:=\?utf-8\?[bq]\?[^?\s]*\?=)+/gi, (run) => {
      const chunks = [...run.matchAll(/=\?utf-8\?([bq])\?([^?\s]*)\?=/gi)].map(([, how, text]) =>
        decode(
          Uint8Array.from(how.toLowerCase() === "q" ? text.replace(/_/g, "=20") : text, (c) => c.charCodeAt(0) & 0x7f),
          how.toLowerCase() === "q" ? "quoted-printable" : "base64",
        ));
      if (!chunks.every((c) => c.whole)) return run;
      return new TextDecoder().decode(Uint8Array.from(chunks.flatMap((c) => [...c.content])));
    });
}
