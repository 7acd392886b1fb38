// What a file is, by its content: names lie, and an officer may drop anything.
import { armor } from "age-encryption";
import { Problem } from "./problem.js";

const intro = "age-encryption.org/v1\n";
const armorBegin = "-----BEGIN AGE ENCRYPTED FILE-----";

const decoder = new TextDecoder("latin1"); // a new one for each file costs more than what it decodes

/** Returns up to limit bytes as one character a byte (ASCII is itself). */
export function latin(bytes, limit = bytes.length) {
  return decoder.decode(bytes.subarray(0, limit));
}

/** Decodes the text as Notepad may have saved it: UTF-8 or UTF-16, with a byte order mark or without. */
export function text(bytes) {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : "";
  return new TextDecoder(utf16 || "utf-8").decode(bytes);
}

/**
 * Returns {kind, bytes}, kind being one of "sealed" (to recipients), "locked"
 * (with a passphrase), "identity", "recipients", "mail"; for the first two the
 * bytes are binary age. Throws a Problem for everything else.
 */
export function sniff(bytes) {
  if (bytes.length === 0) throw new Problem("empty");
  const head = latin(bytes, 4096);
  if (head.startsWith("PK\x03\x04") || head.startsWith("PK\x05\x06")) throw new Problem("zip");
  if (head.startsWith("Rar!") || head.startsWith("7z\xbc\xaf") || head.startsWith("\x1f\x8b")) throw new Problem("archive");
  if (bytes[0] === 0xd0 && bytes[1] === 0xcf && bytes[2] === 0x11 && bytes[3] === 0xe0) throw new Problem("outlook");
  if (head.startsWith("age-encryption.org/")) return ofAge(bytes);

  // An identity file may carry lines of explanation above the armor.
  const lines = text(bytes.subarray(0, 4096)).split(/\r?\n/).map((line) => line.trim());
  const first = lines.find((line) => line !== "" && !line.startsWith("#")) || "";
  if (first === armorBegin) return ofAge(dearmor(text(bytes)));
  if (first.startsWith("AGE-SECRET-KEY-") || first.startsWith("AGE-PLUGIN-")) return { kind: "identity", bytes };
  if (first.startsWith("age1")) return { kind: "recipients", bytes };
  if (/^<(!doctype html|html)/i.test(first)) throw new Problem("webpage");
  if (/^(From |[!-9;-~]+:)/.test(first) && /^(mime-version|content-type|received|from|subject|date|message-id|return-path):/im.test(head)) {
    return { kind: "mail", bytes };
  }
  throw new Problem("notsealed");
}

function dearmor(file) {
  const begin = file.indexOf(armorBegin);
  try {
    return armor.decode(file.slice(begin));
  } catch {
    throw new Problem(file.includes("-----END AGE ENCRYPTED FILE-----") ? "damaged" : "truncated");
  }
}

function ofAge(bytes) {
  return { kind: header(bytes).stanzas.some((s) => s.args[0] === "scrypt") ? "locked" : "sealed", bytes };
}

/**
 * Parses the header of a binary age file: {stanzas: [{args, body}], size}, the
 * bodies still in base64. Only its shape is checked; age checks the rest.
 */
export function header(bytes) {
  // A header grows by about 1.6 kB a recipient; no unit has hundreds.
  let head = latin(bytes, 1 << 13);
  if (bytes.length > 1 << 13 && !/\n--- .*\n/.test(head)) head = latin(bytes, 1 << 18);
  if (!head.startsWith(intro)) {
    throw new Problem(intro.startsWith(head) ? "truncated" : "agenewer");
  }
  const end = /\n--- [A-Za-z0-9+/]{43}\n/.exec(head);
  if (!end) throw new Problem(/\n--- .*\n/.test(head) || bytes.length > 1 << 18 ? "damaged" : "truncated");
  const stanzas = [];
  for (const line of head.slice(intro.length, end.index).split("\n")) {
    if (line.startsWith("-> ")) stanzas.push({ args: line.slice(3).split(" "), body: "" });
    else if (stanzas.length > 0 && /^[A-Za-z0-9+/]*$/.test(line)) stanzas[stanzas.length - 1].body += line;
    else throw new Problem("damaged");
  }
  if (stanzas.length === 0) throw new Problem("damaged");
  return { stanzas, size: end.index + end[0].length };
}
