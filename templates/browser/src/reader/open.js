// A sealed file and the keys → what is inside.
import { Decrypter } from "age-encryption";
import { header } from "./kind.js";
import { parseTip } from "./tip.js";
import { Problem } from "./problem.js";
import { maxSealed } from "./search.js";

const kib = 1024;
const sizeClasses = [16, 256, 512, 1024, 2048, 4096].map((n) => n * kib);

/**
 * Opens binary age sealed to one of the keys. Resolves to {tip, text, warnings, exact},
 * tip being null where there is only text inside, and plain that text as it was; exact is the sealed
 * file without what a mail system has put behind its end. Rejects with the Problem wrongkey, wrongkind,
 * truncated, damaged, toolarge or nottext.
 */
export async function open(bytes, keys) {
  const decrypter = new Decrypter();
  keys.forEach((key) => decrypter.addIdentity(key));
  let said = null;
  if (bytes.length <= maxSealed) {
    try {
      return { ...contents(await decrypter.decrypt(bytes)), exact: bytes };
    } catch (err) {
      if (err instanceof Problem) throw err;
      said = err;
    }
  }
  // What is whole needs no second look at its header.
  const { stanzas, size } = header(bytes);
  if (said && /no identity matched/.test(said.message)) throw new Problem(kindsMatch(stanzas, keys) ? "wrongkey" : "wrongkind");
  // Whoever knows neither the key nor the size class does not see where a tip ends:
  // age does, for its last chunk is sealed as the last.
  for (const end of sizeClasses.map((n) => size + payload(n)).filter((n) => n < bytes.length)) {
    const exact = bytes.subarray(0, end);
    const plain = await decrypter.decrypt(exact).catch(() => null);
    if (plain) return { ...contents(plain), exact };
  }
  throw new Problem(!said ? "toolarge" : sizeClasses.some((n) => payload(n) === bytes.length - size) ? "damaged" : "truncated");
}

/** Returns what open resolves to for these opened bytes. Throws the Problem nottext. */
export function contents(plain) {
  const tip = parseTip(plain);
  return tip ? { tip, text: tip.text, warnings: tip.warnings } : { tip: null, text: asText(plain), warnings: ["nottip"], plain };
}

function kindsMatch(stanzas, keys) {
  const kinds = keys.map((key) => (key.startsWith("AGE-SECRET-KEY-PQ-") ? "mlkem768x25519" : "X25519"));
  return stanzas.some((s) => kinds.includes(s.args[0]));
}

// How long the part of an age file after its header is: a nonce, and a tag for each chunk.
const payload = (plain) => 16 + plain + 16 * Math.ceil(plain / (64 * kib));

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
