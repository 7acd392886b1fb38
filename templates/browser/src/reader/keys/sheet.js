// A locked identity on a sheet of paper and back, as qr/paper has it: the age file
// without armor and eight bytes of its SHA-256, in lines of 20 bytes; each line in
// base32 with a check of its own, a QR code for each run of lines.
import { sha256 } from "@noble/hashes/sha2.js";
import { base32nopad } from "@scure/base";
import { Problem } from "../problem.js";

/** The size in bytes of the largest identity file that goes on a sheet. */
export const maxSize = 792;

const lineSize = 20, codeLines = 10, sumSize = 8, checkSize = 4, groupSize = 4;
const maxLines = Math.ceil((maxSize + sumSize) / lineSize);

const utf8 = (text) => new TextEncoder().encode(text);

function join(...parts) {
  const out = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const sumOf = (locked) => sha256(join(utf8("tipbox/v1/paper\0"), locked)).slice(0, sumSize);
const checkOf = (n, total, line) => base32nopad.encode(sha256(join(utf8(`tipbox/v1/paper line\0${n}/${total}\0`), line))).slice(0, checkSize);
const two = (n) => String(n).padStart(2, "0");
const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
const cut = (bytes) => Array.from({ length: Math.ceil(bytes.length / lineSize) }, (_, i) => bytes.subarray(i * lineSize, (i + 1) * lineSize));

/**
 * Returns what stands on the sheet of a locked identity without armor:
 * {lines: [{label, groups}], codes: [{first, last, text}]}, the last group of a line
 * being its check. Throws the Problem paperlarge.
 */
export function sheet(locked) {
  if (locked.length > maxSize) throw new Problem("paperlarge");
  const lines = cut(join(locked, sumOf(locked)));
  const total = lines.length;
  const each = Math.ceil(total / Math.ceil(total / codeLines)); // alike, so that none is denser than it must be
  const codes = [];
  for (let first = 1; first <= total; first += each) {
    const last = Math.min(first + each - 1, total);
    codes.push({ first, last, text: `TIPBOX1:${two(first)}-${two(last)}/${two(total)}:${base32nopad.encode(join(...lines.slice(first - 1, last)))}` });
  }
  return {
    codes,
    lines: lines.map((line, i) => ({
      label: `${two(i + 1)}/${two(total)}`,
      groups: [...base32nopad.encode(line).match(new RegExp(`.{1,${groupSize}}`, "g")), checkOf(i + 1, total, line)],
    })),
  };
}

/** Gathers what pictures and typed text have of one sheet, in any order. */
export class Reading {
  constructor() {
    this.total = 0;
    this.lines = new Map();
  }

  /** Adds what a QR code says, and reports whether it is one of a sheet. Throws the Problem twosheets. */
  addCode(text) {
    const m = /^TIPBOX1:(\d+)-(\d+)\/(\d+):([A-Z2-7]+)$/.exec(text);
    if (!m) return false;
    const [first, last, total] = m.slice(1, 4).map(Number);
    const data = decode(m[4]);
    const count = last - first + 1;
    if (!data || first < 1 || count < 1 || last > total || total > maxLines || Math.ceil(data.length / lineSize) !== count || (last < total && data.length !== count * lineSize)) return false;
    cut(data).forEach((line, i) => this.#add(first + i, total, line));
    return true;
  }

  /**
   * Adds typed lines; what does not begin as a line of a sheet does is passed over.
   * Throws the Problem noline, twosheets, or typo or typovietnamese with the numbers
   * of the lines that are wrong; the others are read.
   */
  addText(text) {
    const wrong = new Set();
    let found = false, marks = false;
    for (const typed of text.split(/\r\n|\r|\n/)) {
      const m = /^\s*([0-9OoIl]{1,2})\s*\/\s*([0-9OoIl]{1,2})[\s.:]*(\S.*?)\s*$/.exec(typed);
      if (!m) continue;
      const [n, total] = m.slice(1, 3).map((s) => Number(s.replace(/o/gi, "0").replace(/[Il]/g, "1")));
      if (n < 1 || n > total || total > maxLines) continue;
      found = true;
      const letters = m[3].toUpperCase().replace(/[\s-]/g, "");
      const line = parse(n, total, letters);
      if (line) this.#add(n, total, line);
      else wrong.add(n);
      marks = marks || (!line && /[^\0-\x7f]/.test(letters));
    }
    if (wrong.size > 0) throw Object.assign(new Problem(marks ? "typovietnamese" : "typo"), { lines: numbers([...wrong].sort((a, b) => a - b)) });
    if (!found) throw new Problem("noline");
  }

  #add(n, total, line) {
    if (this.total === 0) this.total = total;
    const have = this.lines.get(n);
    if (this.total !== total || (have && !same(have, line))) throw new Problem("twosheets");
    this.lines.set(n, line);
  }

  /** The numbers of the lines that nothing read so far has, as "1, 4-7". */
  get missing() {
    return numbers(Array.from({ length: this.total }, (_, i) => i + 1).filter((n) => !this.lines.has(n)));
  }

  get whole() {
    return this.total > 0 && this.lines.size === this.total;
  }

  /** Returns the identity file, still locked, without armor. Throws the Problem wrongsum. */
  locked() {
    const all = join(...Array.from({ length: this.total }, (_, i) => this.lines.get(i + 1)));
    const locked = all.slice(0, -sumSize);
    if (all.length <= sumSize || !same(all.slice(-sumSize), sumOf(locked))) throw new Problem("wrongsum");
    return locked;
  }
}

// Reads the letters of a typed line, null where the check is wrong. Digits that no
// line has stand for the letters they look like.
function parse(n, total, typed) {
  const letters = typed.replace(/0/g, "O").replace(/1/g, "I").replace(/8/g, "B");
  const line = decode(letters.slice(0, -checkSize));
  return line && line.length <= lineSize && checkOf(n, total, line) === letters.slice(-checkSize) ? line : null;
}

function decode(letters) {
  try {
    return letters.length > 0 ? base32nopad.decode(letters) : null;
  } catch {
    return null;
  }
}

function numbers(list) {
  const parts = [];
  for (let i = 0; i < list.length;) {
    let j = i;
    while (list[j + 1] === list[j] + 1) j++;
    parts.push(j > i ? `${list[i]}-${list[j]}` : String(list[i]));
    i = j + 1;
  }
  return parts.join(", ");
}
