import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

const digits = 24; // 80 bits: too many to find another key for

/** Returns 24 decimal digits in groups of four that stand for the recipient, as crypto/keys makes them. */
export function fingerprint(recipient) {
  const sum = BigInt(`0x${bytesToHex(sha256(utf8ToBytes(`tipbox/v1/fingerprint\0${recipient}`)))}`);
  return String(sum % 10n ** BigInt(digits)).padStart(digits, "0").replace(/.{4}(?=.)/g, "$& ");
}
