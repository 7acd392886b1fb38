// Wrappings other than mails: zip archives, Outlook's winmail.dat, signed S/MIME;
// and what can only be named. crypto/unwrap does the same in Go. Texts are of one
// character a byte.
import { binary, bytesOf, little, utf8 } from "./binary.js";

/** How much of a file is looked at. */
export const maxFile = 32 << 20;

export const isZip = (text) => text.startsWith("PK\x03\x04") || text.startsWith("PK\x05\x06");
export const isTNEF = (text) => text.startsWith(tnefSignature);

/**
 * Returns the files in a zip archive, by its directory: [{name, locked, known, size, open}],
 * known saying whether its packing is, open resolving to the text or null where it is damaged. Null where there is no
 * directory: cut off, or no zip at all.
 */
export function unzip(text) {
  const end = text.lastIndexOf("PK\x05\x06");
  if (end < 0 || end + 22 > text.length) return null;
  const count = little(text, end + 10, 2);
  let at = little(text, end + 16);
  if (text.substr(at, 4) !== "PK\x01\x02") at = end - little(text, end + 12); // something before the archive
  const base = at - little(text, end + 16);
  const files = directory(text, at, count);
  return files && files.map((file) => ({ ...file, open: () => entry(text, base + file.start, file.packed, file.method) }));
}

/** Returns the files that an archive's directory names, which begins there: [{name, locked, known, method, size, packed, start}]. Null where it is damaged. */
export function directory(text, at, count) {
  const files = [];
  for (let i = 0; i < count; i++) {
    if (text.substr(at, 4) !== "PK\x01\x02") return null;
    const [flags, method] = [little(text, at + 8, 2), little(text, at + 10, 2)];
    const [nameSize, extraSize, noteSize] = [28, 30, 32].map((offset) => little(text, at + offset, 2));
    const extra = text.substr(at + 46 + nameSize, extraSize);
    const [size, packed, start] = zip64([little(text, at + 24), little(text, at + 20), little(text, at + 42)], extra);
    files.push({ name: utf8(text.substr(at + 46, nameSize)).split(/[/\\]/).pop(), locked: Boolean(flags & 1), known: method === 0 || method === 8, method, size, packed, start });
    at += 46 + nameSize + extraSize + noteSize;
  }
  return files;
}

// Sizes and places of files that were written with room for more than 4 GB.
function zip64(values, extra) {
  for (let at = 0; at + 4 <= extra.length; at += 4 + little(extra, at + 2, 2)) {
    if (little(extra, at, 2) !== 1) continue;
    let from = at + 4;
    return values.map((value) => {
      if (value !== 0xffffffff) return value;
      from += 8;
      return little(extra, from - 8, 6);
    });
  }
  return values;
}

/** Resolves to the file whose own header stands at start, as a text; null where it is damaged. */
export async function entry(text, start, packed, method) {
  if (text.substr(start, 4) !== "PK\x03\x04") return null;
  const from = start + 30 + little(text, start + 26, 2) + little(text, start + 28, 2);
  const data = text.slice(from, from + packed);
  if (method === 0) return data;
  const reader = new Blob([bytesOf(data)]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const pieces = [];
  try {
    for (let n = 0; n < maxFile;) { // the size that is claimed may be none
      const { done, value } = await reader.read();
      if (done) return pieces.join("");
      pieces.push(binary(value));
      n += value.length;
    }
    await reader.cancel();
  } catch {
    // damaged; what came before may do
  }
  return pieces.length > 0 ? pieces.join("").slice(0, maxFile) : null;
}

const tnefSignature = "\x78\x9f\x3e\x22";
// The attributes of TNEF (MS-OXTNEF 2.1.3.4) that matter here.
const tnef = { begin: 0x00069002, title: 0x00018010, data: 0x0006800f, properties: 0x00069005 };

/** Returns [{name, text}] of what Outlook put into a winmail.dat, messages among it. */
export function fromTNEF(text) {
  const found = [];
  let name = "";
  for (let at = 6; at + 9 <= text.length;) {
    const id = little(text, at + 1);
    const data = text.substr(at + 9, little(text, at + 5));
    at += 9 + data.length + 2;
    if (id === tnef.begin) name = "";
    if (id === tnef.title) name = utf8(data.replace(/\0+$/, ""));
    if (id === tnef.data) found.push({ name, text: data });
    const inner = id === tnef.properties ? data.indexOf(tnefSignature) : -1;
    if (inner >= 0) found.push({ name, text: data.slice(inner) });
  }
  return found;
}

// Object identifiers of the Cryptographic Message Syntax (RFC 5652), encoded.
const oid = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07";
const oidSMIME = "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01";

export const isCMS = (text) => text[0] === "0" && [oid, oidSMIME].some((id) => text.slice(0, 64).includes(id));

/**
 * Returns what was signed in an S/MIME message: {content}, "" where only the
 * signature is there; {encrypted} where it is no signed one, {lost} where it cannot be parsed.
 */
export function fromCMS(text) {
  if (!text.slice(0, 64).includes(`${oid}\x02`)) return { encrypted: true };
  const at = text.indexOf(`${oid}\x01`);
  return at < 0 ? { lost: true } : { content: octets(text.slice(at + oid.length + 1), 0) };
}

// The bytes of an octet string, which may be cut into pieces (X.690, 8.7), and of what it is wrapped in.
function octets(text, depth) {
  if (text.length < 2 || depth > 4) return "";
  const { size, at } = lengthOf(text);
  const content = text.slice(at, at + size);
  switch (text.charCodeAt(0)) {
    case 0x04:
      return content;
    case 0xa0:
      return octets(content, depth + 1);
    case 0x24: {
      const pieces = [];
      for (let from = 0; content.length - from > 2 && content[from] === "\x04";) {
        const piece = lengthOf(content.substr(from, 10));
        pieces.push(content.slice(from + piece.at, from + piece.at + piece.size));
        from += piece.at + piece.size;
      }
      return pieces.join("");
    }
  }
  return "";
}

function lengthOf(text) {
  const first = text.charCodeAt(1);
  if (first < 0x80) return { size: first, at: 2 };
  if (first === 0x80) return { size: Infinity, at: 2 };
  let size = 0;
  for (let i = 0; i < (first & 0x7f); i++) size = size * 256 + text.charCodeAt(2 + i);
  return { size: (first & 0x7f) > 4 || Number.isNaN(size) ? 0 : size, at: 2 + (first & 0x7f) };
}

/** Returns the code of a wrapping that cannot be undone here, "" for none. */
export function named(text) {
  const head = text.slice(0, 4096).trimStart();
  if (text.startsWith("!BDN")) return "outlook";
  if (text.startsWith("\xd0\xcf\x11\xe0") && !["WordDocument", "Workbook", "PowerPoint Document"].some((name) => text.includes(name.replace(/./g, "$&\0")))) return "outlook";
  if (["Rar!", "7z\xbc\xaf\x27\x1c", "\x1f\x8b", "BZh", "\xfd7zXZ"].some((start) => text.startsWith(start)) || text.substr(257, 5) === "ustar") return "archive";
  if (head.startsWith("-----BEGIN PGP MESSAGE-----")) return "pgp";
  if (head.includes("=ybegin ")) return "yenc";
  if (/^age-encryption\.org\/\S{1,20}\r?\n-> /.test(text) && !/^age-encryption\.org\/v1\r?\n/.test(text)) return "agenewer";
  return "";
}

/** Says whether the text begins as a picture, sound, film or PDF does. */
export function media(text) {
  return ["\xff\xd8\xff", "\x89PNG", "GIF8", "RIFF", "BM", "II*\0", "MM\0*", "%PDF", "ID3", "OggS", "\xff\xfb", "fLaC"].some((start) => text.startsWith(start)) || text.substr(4, 4) === "ftyp";
}

/** Says whether nothing can be hidden in the text: pictures, sound, film, documents, and text that was searched. */
export function harmless(text) {
  return media(text) || text.startsWith("\xd0\xcf\x11\xe0") || !/[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(text.slice(0, 4096));
}
