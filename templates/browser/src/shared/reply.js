// What a unit writes to a sender: crypto/receipt's Reply, held by the same vectors.
import { sha256 } from "@noble/hashes/sha2.js";
import { Decrypter, Encrypter } from "age-encryption";
import { hex } from "./receipt.js";

/** The stock answers, in the order in which they are offered. Each is a state of the tip, too. */
export const stock = ["received", "checking", "more", "done", "passed", "cannot"];

export const sealedSize = 4096; // of any reply, in bytes
export const maxText = 3000; // bytes of a reply's text, line ends as CR LF

const plainSize = sealedSize - 200;
const paddingColumn = 78;
const token = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const utf8 = new TextEncoder();
const field = (text, name) => (new RegExp(`^${name}: *(.*?)\\r?$`, "im").exec(text) || ["", ""])[1].trim();

/** Returns the text as it goes into a reply. */
export const composed = (text) => text.normalize("NFC").trim().replace(/\r\n?|\n/g, "\r\n");

/** Returns how many bytes of maxText the text takes. */
export const size = (text) => utf8.encode(composed(text)).length;

/** Returns the plaintext of a reply {unit, site, answer, on, number, text}; on is a day, 2026-11-29. */
export function replyPlaintext({ unit, site, answer = "", on, number = 0, text = "" }) {
  const body = composed(text);
  if (!(body || answer) || size(text) > maxText || !/^\d{4}-\d\d-\d\d$/.test(on)) throw new Error("this is no reply");
  if (![unit, site, answer || "none"].every((value) => token.test(value))) throw new Error("cannot stand in a reply's header");
  const whole = utf8.encode([
    "MIME-Version: 1.0", "Tipbox-Reply: 1", `Tipbox-Unit: ${unit}`, `Tipbox-Site: ${site}`,
    ...(answer ? [`Tipbox-Answer: ${answer}`] : []), `Tipbox-On: ${on}`, ...(number > 0 ? [`Tipbox-Number: ${number}`] : []),
    "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit", "", body, "",
  ].join("\r\n"));
  const out = new Uint8Array(plainSize).fill(0x20);
  out.set(whole);
  for (let i = whole.length + paddingColumn; i < plainSize; i += paddingColumn + 1) out[i] = 0x0a;
  out[plainSize - 1] = 0x0a;
  return out;
}

/** Resolves to the reply sealed to a receipt's recipient: sealedSize bytes. */
export async function sealReply(reply, recipient) {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return encrypter.encrypt(replyPlaintext(reply));
}

/** Reads a reply's plaintext, null where it is none. */
export function parseReply(plain) {
  const all = new TextDecoder().decode(plain);
  const end = /\r?\n\r?\n/.exec(all);
  const head = end ? all.slice(0, end.index) : "";
  if (!(parseInt(field(head, "Tipbox-Reply"), 10) >= 1)) return null;
  return {
    unit: field(head, "Tipbox-Unit"), site: field(head, "Tipbox-Site"), answer: field(head, "Tipbox-Answer"), on: field(head, "Tipbox-On"),
    number: Math.max(0, parseInt(field(head, "Tipbox-Number"), 10) || 0),
    text: all.slice(end.index + end[0].length).replace(/\r\n/g, "\n").replace(/[ \n]+$/, ""),
  };
}

/**
 * Resolves to the replies in the slots that the identity opens, each with slot, its
 * bytes, in the order of the conversation. The others hold random bytes.
 */
export async function openSlots(slots, identity) {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const replies = [];
  for (let at = 0; at + sealedSize <= slots.length; at += sealedSize) {
    const slot = slots.subarray(at, at + sealedSize);
    const plain = await decrypter.decrypt(slot).catch(() => null);
    const reply = plain && parseReply(plain);
    if (reply) replies.push({ ...reply, slot });
  }
  const order = (a, b) => (a < b ? -1 : Number(a > b));
  return replies.sort((a, b) => order(a.on, b.on) || a.number - b.number || order(a.text, b.text));
}

/** Returns the name by which a slot is deleted: half of its SHA-256. */
export const slotName = (slot) => hex(sha256(slot).subarray(0, 16));
