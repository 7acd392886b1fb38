// Who vouches for a book. A unit's recipients are public, so anyone can seal a whole
// book to them: one counts only where an identity of the reader's has vouched for its key.
import { identityToRecipient } from "age-encryption";
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { fingerprint } from "./fingerprint.js";

const info = utf8ToBytes("tipbox/v1/book");
const checkInfo = "tipbox/v1/book check\0";
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Returns HMAC-SHA-256 of the parts. */
export function mac(key, ...parts) {
  const h = hmac.create(sha256, key);
  for (const part of parts) h.update(part);
  return h.digest();
}

/** Says whether the two hold the same bytes, in a time that tells nothing of where they differ. */
export function equal(a, b) {
  let differ = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) differ |= a[i] ^ (b[i] || 0);
  return differ === 0;
}

/** Resolves to [fingerprint, voucher] of each identity for the book of id, unit and key. */
export function vouchers(identities, { id, unit, key }) {
  return Promise.all(identities.map(async (identity) => {
    const secret = hkdf(sha256, utf8ToBytes(identity.toUpperCase()), undefined, info, 32);
    return [fingerprint(await identityToRecipient(identity)), mac(secret, utf8ToBytes(id + unit), key)];
  }));
}

/** Returns 8 characters, as XXXX-XXXX, that stand for the book, for two officers to compare by telephone. */
export function check({ id, unit, key }) {
  const sum = mac(key, utf8ToBytes(checkInfo + id + unit));
  const bits = sum.slice(0, 5).reduce((n, byte) => n * 256 + byte, 0);
  const out = Array.from({ length: 8 }, (_, i) => crockford[Math.floor(bits / 2 ** (35 - 5 * i)) % 32]).join("");
  return `${out.slice(0, 4)}-${out.slice(4)}`;
}
