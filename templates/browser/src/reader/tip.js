// The tip's own format, "Sealed tip, version 1", as crypto/plaintext reads it in Go;
// both are held to one corpus. Anybody can seal anything to a unit's public
// key, so nothing here is believed; but a tip that lost a part is still a tip.
import { decode, multipart, parameters, split, words } from "./mime.js";

const maxPhotos = 3;
const maxNote = 500;
const token = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const idPattern = /^TB-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/;

/**
 * Parses a tip: {id, unit, site, siteName, mailbox, urgent, lang, replyTo, text,
 * photos, passed, warnings}, or null where the bytes are none. replyTo is how its
 * sender can be answered, {recipient, lookup, tag, at} or {code, at}, or null; text is the first part
 * as written, with line feeds only; photos are bytes not looked at; passed is
 * {by, on, note}, or null where the tip does not claim that a unit passed it on;
 * warnings are keys of strings.js: newertip, incomplete, otherpart.
 */
export function parseTip(bytes) {
  const message = split(bytes);
  if (!message) return null;
  const get = (name) => (message.fields.get(name) || [""])[0];
  const version = /^\+?[0-9]{1,9}$/.test(get("tipbox-version")) ? Number(get("tipbox-version")) : 0;
  const { type, params } = parameters(get("content-type"));
  if (version < 1 || type !== "multipart/mixed" || !params.boundary) return null;

  const warnings = new Set(version > 1 ? ["newertip"] : []);
  const { parts, closed } = multipart(message.body, params.boundary, 100);
  if (!closed) warnings.add("incomplete");
  let text = null;
  const photos = [];
  const passed = token.test(get("tipbox-passed-by")) ? { by: get("tipbox-passed-by"), on: day(get("tipbox-passed-on")), note: "" } : null;
  for (const bytesOfPart of parts) {
    const part = split(bytesOfPart);
    if (!part) {
      warnings.add("incomplete");
      break;
    }
    const field = (name) => (part.fields.get(name) || [""])[0];
    const { content, whole } = decode(part.body, field("content-transfer-encoding"));
    if (!whole) warnings.add("incomplete");
    const { type: kind } = parameters(field("content-type"));
    if (kind === "text/plain" && text === null) text = asText(content);
    else if (kind === "text/markdown" && text === null && passed && passed.note === "" && [...asText(content)].length <= maxNote) passed.note = asText(content);
    else if (kind === "image/jpeg" && photos.length < maxPhotos) photos.push(content);
    else warnings.add("otherpart");
  }
  if (text === null) warnings.add("incomplete");
  return {
    id: idPattern.test(get("tipbox-id")) ? get("tipbox-id") : "",
    unit: get("tipbox-unit"),
    site: get("tipbox-site"),
    siteName: words(get("subject")).split(" – ").slice(1).join(" – "),
    mailbox: get("tipbox-mailbox"),
    urgent: get("tipbox-urgent") === "yes",
    lang: get("tipbox-lang"),
    replyTo: replyTo(get),
    text: text || "",
    photos,
    passed,
    warnings: [...warnings],
  };
}

// A day that there is, or "".
function day(value) {
  const date = /^\d{4}-\d{2}-\d{2}$/.test(value) ? new Date(`${value}T00:00:00Z`) : null;
  return date && !isNaN(date) && date.toISOString().startsWith(value) ? value : "";
}

function replyTo(get) {
  const [recipient, lookup, tag, code, at] = ["to", "lookup", "tag", "code", "at"].map((name) => get(`tipbox-reply-${name}`));
  if (!/^https?:\/\/[!-~]{1,82}$/.test(at)) return null;
  if (/^age1[02-9ac-hj-np-z]{58}$/.test(recipient) && /^[0-9a-f]{32}$/.test(lookup) && /^[0-9A-HJKMNP-TV-Z]{6}$/.test(tag)) return { recipient, lookup, tag, at };
  return /^[0-9]{20}$/.test(code) ? { code, at } : null;
}

function asText(bytes) {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes).replace(/\r\n/g, "\n");
}
