// Identity files: what is in them, and unlocking the locked ones.
import { Decrypter } from "age-encryption";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { base64nopad } from "@scure/base";
import { asDrawn } from "./keys/passphrase.js";
import { header, text } from "./kind.js";
import { Problem } from "./problem.js";

// What a prepared file may make an officer's PC do: 2^20 takes 1 GiB.
const maxWorkFactor = 20;
const label = new TextEncoder().encode("age-encryption.org/v1/scrypt");

/** Returns the secret keys in the text of an identity file that is in clear. */
export function parseIdentities(bytes) {
  const keys = [];
  let plugin = false;
  for (const raw of text(bytes).split("\n")) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    if (line.startsWith("age1")) throw new Problem("recipients");
    if (line.startsWith("AGE-PLUGIN-")) {
      plugin = true;
      continue;
    }
    if (!line.startsWith("AGE-SECRET-KEY-")) throw new Problem("notidentity");
    try {
      new Decrypter().addIdentity(line);
    } catch {
      throw new Problem("identitydamaged");
    }
    keys.push(line);
  }
  if (keys.length === 0) throw new Problem(plugin ? "plugin" : "notidentity");
  return keys;
}

/**
 * Unlocks a locked identity file and resolves to its secret keys. derive
 * (passphrase, salt, logN) resolves to the scrypt key; it runs elsewhere so
 * that the page stays alive. Rejects with the Problem wrongpassphrase, heavy,
 * identitydamaged, or what is wrong with the content.
 */
export async function unlock(bytes, passphrase, derive) {
  const [stanza] = header(bytes).stanzas;
  const logN = /^[1-9][0-9]?$/.test(stanza.args[2]) ? Number(stanza.args[2]) : NaN;
  if (stanza.args.length !== 3 || Number.isNaN(logN)) throw new Problem("identitydamaged");
  if (logN > maxWorkFactor) throw new Problem("heavy");
  // Another program may have locked the file with the passphrase as its
  // keyboard composed it; ours normalises.
  // Five drawn words have no accents, whatever the keyboard makes of them.
  const forms = [passphrase.normalize("NFC"), passphrase, passphrase.normalize("NFD"), asDrawn(passphrase)];
  for (const form of new Set(forms.filter(Boolean))) {
    const key = await derive(form, saltOf(stanza), logN);
    const fileKey = open(key, stanza.body);
    key.fill(0);
    if (!fileKey) continue;
    let plain;
    try {
      const decrypter = new Decrypter();
      decrypter.addIdentity({ unwrapFileKey: () => fileKey });
      plain = await decrypter.decrypt(bytes);
    } catch {
      throw new Problem("identitydamaged");
    }
    try {
      return parseIdentities(plain);
    } finally {
      plain.fill(0);
      fileKey.fill(0);
    }
  }
  throw new Problem("wrongpassphrase");
}

function saltOf(stanza) {
  let salt;
  try {
    salt = base64nopad.decode(stanza.args[1]);
  } catch {
    throw new Problem("identitydamaged");
  }
  return scryptSalt(salt);
}

/** Returns what scrypt is salted with for the salt of a stanza. */
export function scryptSalt(salt) {
  const out = new Uint8Array(label.length + salt.length);
  out.set(label);
  out.set(salt, label.length);
  return out;
}

function open(key, body) {
  try {
    return chacha20poly1305(key, new Uint8Array(12)).decrypt(base64nopad.decode(body));
  } catch {
    return null;
  }
}
