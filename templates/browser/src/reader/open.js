// A sealed file and the keys → what is inside.
import { Decrypter } from "age-encryption";
import { header } from "./kind.js";
import { parseTip } from "./tip.js";
import { Problem } from "./problem.js";

const kib = 1024;
const sizeClasses = [16, 256, 512, 1024, 2048, 4096].map((n) => n * kib);

/**
 * Opens binary age sealed to one of the keys. Resolves to {tip, text, warnings},
 * tip being null where there is only text inside. Rejects with the Problem
 * wrongkey, wrongkind, truncated, damaged or nottext.
 */
export async function open(bytes, keys) {
  const { stanzas, size } = header(bytes);
  const decrypter = new Decrypter();
  keys.forEach((key) => decrypter.addIdentity(key));
  let plain;
  try {
    plain = await decrypter.decrypt(bytes);
  } catch (err) {
    if (/no identity matched/.test(err.message)) throw new Problem(kindsMatch(stanzas, keys) ? "wrongkey" : "wrongkind");
    throw new Problem(whole(bytes.length - size) ? "damaged" : "truncated");
  }
  return contents(plain);
}

/** Returns what open resolves to for these opened bytes. Throws the Problem nottext. */
export function contents(plain) {
  const tip = parseTip(plain);
  return tip ? { tip, text: tip.text, warnings: tip.warnings } : { tip: null, text: asText(plain), warnings: ["nottip"] };
}

function kindsMatch(stanzas, keys) {
  const kinds = keys.map((key) => (key.startsWith("AGE-SECRET-KEY-PQ-") ? "mlkem768x25519" : "X25519"));
  return stanzas.some((s) => kinds.includes(s.args[0]));
}

// Every tip has the size of a class, so a payload that does not has lost its end.
function whole(payload) {
  const cipher = payload - 16;
  const chunks = Math.ceil(cipher / (64 * kib + 16));
  return sizeClasses.includes(cipher - 16 * chunks);
}

function asText(plain) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(plain);
  } catch {
    throw new Problem("nottext");
  }
  if (text.includes("\0")) throw new Problem("nottext");
  return text.replace(/\r\n/g, "\n").trimEnd();
}
