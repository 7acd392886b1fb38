// Passphrases: five words drawn for an officer, and what one of their own is worth.
import { plain, words } from "./words.js";

export const count = 5; // of 2^11 words: 55 bits

/** Draws five words that are all different, with their accents. */
export function draw() {
  const drawn = new Set();
  const numbers = new Uint16Array(count);
  while (drawn.size < count) {
    crypto.getRandomValues(numbers);
    // 2^16 is a multiple of 2^11: no word comes more often than another.
    for (const n of numbers) if (drawn.size < count) drawn.add(words[n % words.length]);
  }
  return [...drawn];
}

/** Returns what is typed for the words. */
export const typed = (drawn) => plain(drawn.join(" "));

/** Returns drawn words that were typed with accents or capitals as they were locked with, "" for anything else. */
export function asDrawn(text) {
  const bare = plain(text.normalize("NFC").toLowerCase()).trim().replace(/\s+/g, " ");
  return drawn(bare.split(" ")) ? bare : "";
}

// A PC tries about ten passphrases a second at the work factor that key files have,
// and who is after an officer's key may hire a thousand.
const triesPerSecond = 10 * 1000;

// In bits: what is worth less is refused, as half an hour of such a thief's; then it
// is weak (under two years), fair, and strong, as five drawn words are.
const least = 25, fair = 40, strong = 55;

const rows = ["qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "01234567890", "147258369"].flatMap((row) => [row, [...row].reverse().join("")]);
// What comes to everybody's mind here.
const common = new Set("matkhau password pass admin vietnam viet nam bienphong bien phong congan hom thu homthu khoa mat khau don tram anh yeu em tipbox dienbien laichau hello iloveyou toi cua nguyen van thi tran pham giang".split(" "));
const ours = new Set(words.map(plain));
const syllable = /[bcdghklmnpqrstvx]{0,3}[aeiouy]{1,3}(?:ng|nh|ch|[cmnpt](?![aeiouy]))?/g;

/**
 * Says what a passphrase is worth: {level, why, seconds}. level is "none" (it is
 * refused), "weak", "fair" or "strong"; why is a code for what makes it less than
 * it looks, "" for nothing; seconds is what a thief with a thousand PCs needs for
 * half of the tries. It is reckoned as if the thief knew how people choose.
 */
export function strength(passphrase) {
  const { bits, why } = worth(passphrase.normalize("NFC"));
  const level = bits < least ? "none" : bits < fair ? "weak" : bits < strong ? "fair" : "strong";
  return { level, why, seconds: 2 ** (bits - 1) / triesPerSecond };
}

function worth(passphrase) {
  const text = plain(passphrase.toLowerCase()).trim().replace(/\s+/g, " ");
  if (text === "") return { bits: 0, why: passphrase === "" ? "empty" : "spaces" };
  const bare = text.replace(/[^\p{L}\p{N}]/gu, "");
  if (passphrase.trim().length < 8) return { bits: Math.min(20, 4 * text.length), why: "short" };
  if (/^\d+$/.test(bare)) return { bits: isDate(text, bare) ? 16 : Math.min(24, 3.3 * bare.length), why: isDate(text, bare) ? "date" : "digits" };
  if (new Set(text).size < 5) return { bits: 8, why: "repeated" };
  const letters = text.replace(/[\d!.?#* ]+$/, "").replace(/[@013$5]/g, (c) => ({ "@": "a", 0: "o", 1: "i", 3: "e", $: "s", 5: "s" })[c]);
  if (common.has(letters)) return { bits: 8, why: "common" };
  const parts = text.split(/[^\p{L}\p{N}]+/u).flatMap((part) => part.match(/\d+|\D+/g) || []);
  if (drawn(parts)) return { bits: 11 * count, why: "" };
  let bits = 2.5 * text.replace(/[\p{L}\p{N} ]/gu, "").length + passphrase.replace(/(^|\s)\p{Lu}|\P{Lu}/gu, "").length;
  let why = "";
  parts.forEach((part, i) => {
    if (parts.indexOf(part) < i) why = "repeated"; // and worth nothing
    else if (known(part)) {
      bits += 2;
      why = why || "common";
    } else bits += ours.has(`${parts[i - 1]} ${part}`) ? 4 : ofPart(part); // the second half of a word follows from the first
  });
  return { bits, why: why || (bits < strong ? "few" : "") };
}

// Reports whether these are five different words of the list, each worth what drawing it is.
function drawn(parts) {
  const pairs = new Set();
  for (let i = 0; i < parts.length; i += 2) pairs.add(`${parts[i]} ${parts[i + 1]}`);
  return parts.length === 2 * count && pairs.size === count && [...pairs].every((pair) => ours.has(pair));
}

const known = (part) => common.has(part) || (part.length > 2 && (new Set(part).size === 1 || rows.some((row) => (row + row).includes(part))));

// What the letters or digits between two blanks are worth, in bits. Of two thousand
// syllables a few hundred are what people think of.
function ofPart(part) {
  if (/^\d+$/.test(part)) return /^(19|20)\d\d$/.test(part) ? 5 : Math.min(10, 2.5 * part.length);
  const pieces = part.match(syllable) || [];
  if (pieces.join("") === part) return pieces.reduce((sum, piece) => sum + (common.has(piece) ? 2 : 7), 0);
  return Math.min(40, 4.5 * part.length);
}

// A day in any order, or a telephone number.
function isDate(text, bare) {
  if (/^0\d{9,10}$/.test(bare)) return true;
  const fits = (d, m, y) => d >= 1 && d <= 31 && m >= 1 && m <= 12 && ((y >= 1900 && y < 2100) || y < 100);
  const parts = text.split(/\D+/).map(Number);
  const cut = (...ends) => ends.map((end, i) => Number(bare.slice(i ? ends[i - 1] : 0, end)));
  const ways = [parts.length === 3 ? parts : [], bare.length === 6 ? cut(2, 4, 6) : [], bare.length === 8 ? cut(2, 4, 8) : [], bare.length === 8 ? cut(4, 6, 8) : []];
  return ways.some(([a, b, c]) => fits(a, b, c) || fits(c, b, a) || fits(b, a, c));
}
