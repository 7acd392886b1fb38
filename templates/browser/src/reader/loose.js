// Mails as they come, however bent: headers, parts and encodings. Nothing here
// fails; what cannot be understood is left out. crypto/unwrap does the same in Go,
// and one corpus holds both. Texts are of one character a byte (binary.js). A
// stranger wrote them: every expression below begins or ends a run of like
// characters once, or the search from each of its places would take hours.
import { bytesOf, utf8 } from "./binary.js";
import { words as encodedWords } from "./mime.js";

const asked = ["subject", "from", "date", "content-type", "content-transfer-encoding", "content-disposition", "x-failed-recipients"];
const maxField = 65536; // is kept of a field
const field = /^([!-9;-~]{1,100})[ \t]*:[ \t]*(.*)$/s;
const known = /^(?:received|return-path|delivered-to|date|from|to|cc|subject|message-id|mime-version|content-[a-z-]+|auto-submitted|reply-to|sender|dkim-signature|authentication-results|arc-[a-z-]+|list-[a-z-]+|x-[a-z0-9-]+)[ \t]*:/i;

// Yields each line without its end, and where the next begins. Some systems end
// lines with two carriage returns.
function* lines(text, from = 0) {
  for (let at = from; at < text.length;) {
    const feed = text.indexOf("\n", at);
    const next = feed < 0 ? text.length : feed + 1;
    let end = feed < 0 ? next : feed;
    while (end > at && text[end - 1] === "\r") end--;
    yield { line: text.slice(at, end), at, end, next };
    at = next;
  }
}

const trimmed = (text) => text.replace(/^[ \t\r\n]+/, "").replace(/(?<![ \t\r\n])[ \t\r\n]+$/, "");

/** Says whether the text begins as a mail does, perhaps below lines that are none of it. */
export function isMail(text) {
  let n = 0;
  for (const { line } of lines(text.slice(0, 16384).replace(/^[\r\n]+/, ""))) {
    if (line === "" || n++ === 64) return false;
    if (known.test(line)) return true;
  }
  return false;
}

/** Splits a mail, or a part, into its header, a Map of the fields that are asked for, and its body. */
export function parse(text) {
  const fields = new Map();
  let last = "";
  for (const { line, at, next } of lines(text)) {
    const found = field.exec(line.slice(0, maxField));
    if (line === "") return { fields, body: text.slice(next) };
    if (!found && line.length > 2 && line.startsWith("--")) return { fields, body: text.slice(at) };
    const all = fields.get(last);
    if (/^[ \t]/.test(line) || (!found && all && all[all.length - 1].endsWith(";") && line.includes("="))) {
      if (all && line.length < maxField && all[all.length - 1].length < maxField) all[all.length - 1] += ` ${trimmed(line)}`;
    } else if (!found) {
      last = "";
    } else {
      last = found[1].toLowerCase();
      if (fields.has(last)) fields.get(last).length = 2; // only a Date is asked whether there are two
      if (fields.has(last) || !asked.includes(last)) last = "";
      else fields.set(last, [trimmed(found[2])]);
    }
  }
  return { fields, body: "" };
}

/** Returns the first value of a field, "" for none. */
export const get = (fields, name) => (fields.get(name) || [""])[0];

/** Says whether a part begins with a header, be it an empty one. */
export function hasHeader(text) {
  const [first] = lines(text);
  return !first || first.line === "" || field.test(first.line);
}

/** Reads "type/subtype; name=value", however loosely it is written: {kind, params}, params being a Map of all values by name. */
export function contentType(value) {
  const found = /^\s*"?([^\s;()"/]+\/[^\s;()"]+)/.exec(value);
  return { kind: found ? found[1].toLowerCase() : "", params: parameters(found ? value.slice(found[0].length) : value) };
}

/** Reads the parameters of a field. */
export function parameters(value) {
  const params = new Map();
  let n = 0;
  for (const [, name, quoted, open, bare] of value.matchAll(/(?<![!#-'*+\-.0-9A-Z^-~])([!#-'*+\-.0-9A-Z^-~]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|"([^";]*)|([^\s;"]+))/gi)) {
    if (n++ === 100) break;
    const key = name.toLowerCase();
    params.set(key, [...(params.get(key) || []), quoted === undefined ? open || bare || "" : quoted.replace(/\\(.)/g, "$1")]);
  }
  for (const name of [...params.keys()].filter((key) => key.includes("*"))) {
    const base = name.slice(0, name.indexOf("*"));
    const whole = continued(params, base);
    if (whole) params.set(base, [whole, ...(params.get(base) || [])]);
  }
  return params;
}

// Puts a parameter together that was cut or percent-encoded (RFC 2231).
function continued(params, name) {
  const one = (key) => (params.get(key) || [])[0];
  if (one(`${name}*`) !== undefined) return percent(one(`${name}*`), true);
  let whole = "";
  for (let i = 0; i < 20; i++) {
    const plain = one(`${name}*${i}`);
    const coded = one(`${name}*${i}*`);
    if (plain === undefined && coded === undefined) break;
    whole += plain === undefined ? percent(coded, i === 0) : plain;
  }
  return whole;
}

function percent(text, charset) {
  const found = charset && /^[^']*'[^']*'(.*)$/s.exec(text);
  return (found ? found[1] : text).replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
}

/** Decodes a header's text: UTF-8, with encoded words. */
export const words = (text) => encodedWords(utf8(text));

/** Returns the name that a part gives its attachment, "" for none. */
export function fileName(fields) {
  const first = (params, name) => (params.get(name) || [""])[0];
  const name = first(parameters(get(fields, "content-disposition")), "filename") || first(contentType(get(fields, "content-type")).params, "name");
  return words(name);
}

/** Returns the parts of a multipart body, cut at the first of the boundaries that stands in it, else at a line that can be nothing else; at most max. */
export function cut(body, boundaries, max) {
  for (const boundary of boundaries) {
    const parts = boundary ? cutAt(body, `--${boundary}`, max) : [];
    if (parts.length > 0) return parts;
  }
  const guessed = /^(--\S[^\r\n]{0,200}?)[ \t]{0,80}\r{0,9}\n(?:content-(?:type|transfer-encoding|disposition|id|description)|mime-version)[ \t]*:/im.exec(body);
  return guessed ? cutAt(body, guessed[1], max) : [];
}

function cutAt(body, delimiter, max) {
  const parts = [];
  let start = -1;
  for (let i = body.indexOf(delimiter); i >= 0; i = body.indexOf(delimiter, i + delimiter.length)) {
    if (i > 0 && body[i - 1] !== "\n") continue;
    const after = /^(--)?[ \t]*\r*(?:\n|$)/.exec(body.slice(i + delimiter.length, i + delimiter.length + 200));
    if (!after) continue;
    if (start >= 0) parts.push(body.slice(start, Math.max(start, i)).replace(/\r?\n$/, ""));
    start = i + delimiter.length + after[0].length;
    if (after[1] || parts.length > max) return parts;
  }
  if (start >= 0) parts.push(body.slice(start)); // cut off: what is there of the last part
  return parts;
}

/** Undoes a content transfer encoding (RFC 2045, 6), by whatever name. */
export function decoded(text, encoding) {
  const name = encoding.toLowerCase();
  if (name.includes("base64") || name.includes("base-64")) return unbase64(text);
  return name.includes("quoted") ? unquoted(text) : text;
}

// The first of the digits in which the two alphabets (RFC 4648, 4 and 5) differ, within a line of nothing else, tells which it is.
function isUrl(text) {
  for (const { line } of lines(text)) {
    const bare = line.replace(/[= \t]+$/, "");
    if (bare.length < 20 || !/^[A-Za-z0-9+/_-]+$/.test(bare)) continue;
    const found = /[+/_-]/.exec(bare);
    if (found) return found[0] === "-" || found[0] === "_";
  }
  return false;
}

/**
 * Decodes what can be decoded. Lines that are none, such as the footer of a mailing
 * list, are left out; behind padding it goes on, for some programs pad each piece.
 */
export function unbase64(text) {
  const url = isUrl(text);
  const kept = [];
  for (const { line } of lines(text)) {
    let bare = trimmed(line.replace(/^[> \t]+/, ""));
    const odd = bare.replace(url ? /[A-Za-z0-9_=\- \t]+/g : /[A-Za-z0-9+/= \t]+/g, "").length;
    if (odd > 0 && (odd > 2 || bare.length < 40)) continue;
    if (url) bare = bare.replace(/[+/]/g, "").replace(/-/g, "+").replace(/_/g, "/");
    kept.push(bare.replace(/[^A-Za-z0-9+/=]/g, ""));
  }
  return kept.join("").split(/=+/).map((run) => (run.length % 4 === 1 ? run.slice(0, -1) : run)).map((run) => atob(run)).join("");
}

/** Says whether a text is one file in base64, as who saves the source of an attachment gets it, perhaps between the lines that OpenSSL writes. */
export function allBase64(text) {
  let n = 0;
  for (const { line } of lines(text)) {
    const bare = trimmed(line);
    if (/^-----.*-----$/.test(bare)) continue;
    if (!/^[A-Za-z0-9+/=]*$/.test(bare)) return false;
    n += bare.length;
  }
  return n >= 64;
}

/** Undoes quoted-printable; what is no escape stays as it is. */
export function unquoted(text) {
  const out = [];
  for (const { line, end, next } of lines(text)) {
    const bare = line.replace(/(?<![ \t])[ \t]+$/, "");
    const soft = bare.endsWith("=");
    out.push((soft ? bare.slice(0, -1) : bare).replace(/=([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16))), soft ? "" : text.slice(end, next));
  }
  return out.join("");
}

/** Returns [{name, text}] of what is uuencoded in a text (POSIX, uuencode). */
export function uudecoded(text) {
  const found = [];
  const begin = /^begin(-base64)? [0-7]{3,4} ([^\r\n]{1,200})\r*\n/gm;
  for (let match; found.length < 1000 && (match = begin.exec(text));) {
    const out = [];
    let stop = text.length;
    for (const { line, at } of lines(text, begin.lastIndex)) {
      if (/^\s*(?:end|====)\s*$/.test(line)) {
        stop = at;
        break;
      }
      if (!match[1] && line !== "") out.push(uuLine(line));
    }
    found.push({ name: utf8(trimmed(match[2])), text: match[1] ? unbase64(text.slice(begin.lastIndex, stop)) : out.join("") });
    begin.lastIndex = stop;
  }
  return found;
}

// Decodes a line; spaces at its end may have been lost.
function uuLine(line) {
  const at = (i) => (i < line.length ? (line.charCodeAt(i) - 32) & 63 : 0);
  let out = "";
  let i = 1;
  for (let n = at(0); n > 0; n -= 3, i += 4) {
    const bits = (at(i) << 18) | (at(i + 1) << 12) | (at(i + 2) << 6) | at(i + 3);
    out += String.fromCharCode(bits >> 16, (bits >> 8) & 255, bits & 255).slice(0, Math.min(n, 3));
  }
  return out;
}

/** Returns a text without what Notepad puts before it, and UTF-16 as UTF-8. */
export function utf8Text(text) {
  if (text.startsWith("\xef\xbb\xbf")) return text.slice(3);
  const wide = text.startsWith("\xff\xfe") ? "utf-16le" : text.startsWith("\xfe\xff") ? "utf-16be" : "";
  if (!wide) return text;
  const bytes = new TextEncoder().encode(new TextDecoder(wide).decode(bytesOf(text)));
  let out = "";
  for (let i = 0; i < bytes.length; i += 8192) out += String.fromCharCode.apply(null, bytes.subarray(i, i + 8192));
  return out;
}

/** Returns a mail whose lines end in carriage returns alone, as on old Macs, with line feeds. */
export function lineFeeds(text) {
  const head = text.slice(0, 65536);
  const end = head.search(/[\r\n]/);
  if (end < 0 || /^\r*\n/.test(head.slice(end))) return text;
  const turned = head.replace(/\r/g, "\n");
  return isMail(turned) || isMbox(turned) ? text.replace(/\r/g, "\n") : text;
}

const mailFollows = (line) => known.test(line) || line.startsWith(">From ");

/** Says whether the text begins as a mailbox of mails (RFC 4155) does. */
export function isMbox(text) {
  if (!text.startsWith("From ")) return false;
  const [, second] = lines(text.slice(0, 4096));
  return Boolean(second) && mailFollows(second.line);
}

/** Returns the mails of a mailbox: each begins with a "From " line after an empty one, or with one that has its time. */
export function mails(text) {
  const starts = [];
  for (const { 0: line, index } of text.matchAll(/^From [^\n]*\n/gm)) {
    const alone = index === 0 || /(?:^|\n)\r*\n$/.test(text.slice(Math.max(0, index - 8), index));
    const next = text.slice(index + line.length, index + line.length + 300);
    if ((alone || /^From \S+.* \d\d:\d\d.* \d{4}/.test(line)) && mailFollows(next)) starts.push({ index, from: index + line.length });
  }
  return starts.map(({ from }, i) => text.slice(from, starts[i + 1] ? starts[i + 1].index : text.length)).filter(Boolean);
}
