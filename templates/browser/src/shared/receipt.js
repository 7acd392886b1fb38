// The code that a sender may keep, and what hangs on it: crypto/receipt's twin,
// held by crypto/receipt/testdata/vectors.json. docs/formats.md, "Receipt".
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bech32 } from "@scure/base";
import { identityToRecipient } from "age-encryption";

/** How many digits a code has, the last two for checking. */
export const digits = 20;

const modulus = 97;
const tagLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford's

const utf8 = new TextEncoder();

// The rest of the decimal number: no BigInt, which old phones' engines lack.
const modulo = (number) => Array.from(number).reduce((rest, digit) => (rest * 10 + Number(digit)) % modulus, 0);

/** Returns the code of a number of 18 digits: ISO 7064, MOD 97-10. */
export const complete = (number) => number + String(modulus + 1 - modulo(`${number}00`)).padStart(2, "0");

/** Draws a code. */
export function newCode() {
  let number = "";
  while (number.length < digits - 2) {
    const [byte] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < 250) number += byte % 10; // or the lower digits would come more often
  }
  return complete(number);
}

/**
 * Reads a code as people type it: in groups, with blanks or dashes, in full-width
 * digits. Returns {code}, or {error}: "letter", "short", "long" or "check".
 */
export function readCode(typed) {
  const code = typed.normalize("NFKC").replace(/[\s\p{Cf}\p{Pd}\u0085\u2212.·]+/gu, "");
  if (/[^0-9]/.test(code)) return { error: "letter" };
  if (code.length !== digits) return { error: code.length < digits ? "short" : "long" };
  return code === complete(code.slice(0, -2)) ? { code } : { error: "check" };
}

/** Returns the code's two rows as they are shown and copied: 4-4-4 over 4-4. */
export const rows = (code) => [code.slice(0, 12), code.slice(12)].map((row) => row.match(/..../g).join(" "));

/** Returns a tag as people see it: K7Q-2PX. */
export const showTag = (tag) => `${tag.slice(0, 3)}-${tag.slice(3)}`;

/** Returns scrypt's salt for the box at the base URL. */
export const salt = (base) => `tipbox/v1/receipt\0${base}`;

/**
 * Resolves to {lookup, tag, identity, recipient} of the master, which is scrypt's of
 * a code (src/worker): where replies wait, what may be public, and age's strings.
 */
export async function derive(master) {
  const expand = (what, n) => hkdf(sha256, master, undefined, utf8.encode(`tipbox/v1/receipt ${what}`), n);
  const identity = bech32.encodeFromBytes("AGE-SECRET-KEY-", expand("seed", 32)).toUpperCase();
  const tag = Array.from(expand("tag", 4), (byte) => byte.toString(2).padStart(8, "0")).join("");
  return {
    lookup: hex(expand("lookup", 16)),
    tag: tag.slice(0, 30).match(/.{5}/g).map((bits) => tagLetters[parseInt(bits, 2)]).join(""),
    identity, recipient: await identityToRecipient(identity),
  };
}

export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
