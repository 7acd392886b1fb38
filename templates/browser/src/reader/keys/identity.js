// Identities made and named as tipbox keygen does: the files are the same.
import { armor, Encrypter, generateHybridIdentity, identityToRecipient, Stanza } from "age-encryption";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { base64nopad } from "@scure/base";
import { fingerprint } from "../book/fingerprint.js";
import { scryptSalt } from "../unlock.js";

/** The scrypt work factor, as a power of two, that key files are locked with: age's own choice. */
export const workFactor = 18;

/** The kind of a recipient or identity. */
export const kindOf = (key) => (/^age1pq1|^AGE-SECRET-KEY-PQ-/i.test(key) ? "post-quantum" : "classic");

/**
 * Makes an identity and locks it: {identity, recipient, file}, file being what is
 * saved. derive(passphrase, salt, logN) resolves to the scrypt key, as for unlock.
 */
export async function make(passphrase, derive, logN = workFactor) {
  const identity = await generateHybridIdentity();
  const recipient = await identityToRecipient(identity);
  const encrypter = new Encrypter();
  encrypter.addRecipient({
    async wrapFileKey(fileKey) {
      const salt = crypto.getRandomValues(new Uint8Array(16));
      const key = await derive(passphrase.normalize("NFC"), scryptSalt(salt), logN);
      return [new Stanza(["scrypt", base64nopad.encode(salt), String(logN)], chacha20poly1305(key, new Uint8Array(12)).encrypt(fileKey))];
    },
  });
  const locked = await encrypter.encrypt(`# tipbox ${kindOf(recipient)} identity ${fingerprint(recipient)}\n${identity}\n`);
  return { identity, recipient, file: armor.encode(locked) };
}

/** Returns the file for whoever runs the box: the recipient, and above it whose it is. */
export function recipientFile(recipient, label) {
  const name = label.trim().replace(/\s+/g, " ");
  return `${name && `# ${name}\n`}${recipient}\n`;
}
