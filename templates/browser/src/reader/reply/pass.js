// The unit's reply pass: it stands in the fixed text of every mail, good for the
// half-year it names and the next. Without it the box takes no reply.
import { unbase64, unquoted } from "../loose.js";

const letters = "[0-9A-Za-z]";
const written = new RegExp(`Reply\\s+pass\\s+(\\d{4}-[12])\\s*:\\s*(${letters}(?:[\\s-]*${letters}){15})(?!${letters})`, "i");

/** Returns the half-year of a moment, by Vietnam's clock: 2026-2. */
export function half(ms) {
  const [year, month] = new Date(ms + 7 * 3_600_000).toISOString().split("-");
  return `${year}-${Number(month) > 6 ? 2 : 1}`;
}

const before = (name) => (name.endsWith("2") ? name.replace(/2$/, "1") : `${Number(name.slice(0, 4)) - 1}-2`);

const tidy = (pass) => pass.replace(/[\s\p{Cf}\p{Pd}-]+/gu, "").toUpperCase().replace(/[IL]/g, "1").replace(/O/g, "0");

function made(name, pass) {
  return /^[0-9A-HJKMNP-TV-Z]{16}$/.test(pass) ? { half: name, pass: pass.match(/..../g).join("-") } : null;
}

/** Finds the pass in the line of a mail: {half, pass}, or null. */
export function findPass(text) {
  const found = written.exec(text);
  return found && made(found[1], tidy(found[2]));
}

/**
 * Reads what was pasted: a mail, its line, or the pass alone, which is taken for this
 * half-year's: {half, pass}, or null. Blanks, line breaks, case, I, L and O do not matter.
 */
export const readPass = (text, now) => (written.test(text) ? findPass(text) : made(half(now), tidy(text)));

const looked = 1 << 17; // bytes of a mail: what is not in its beginning is its attachment

/** Finds the pass in a mail as it was saved, one character a byte. */
export function passInMail(mail) {
  const begin = mail.slice(0, looked);
  const at = begin.indexOf("Reply pass");
  const found = findPass(unquoted(at < 0 ? begin : begin.slice(at, at + 200)));
  if (found) return found;
  for (const [run] of begin.matchAll(/(?:[A-Za-z0-9+/]{60,76}\r*\n){2,200}[A-Za-z0-9+/=]*/g)) {
    const inside = findPass(unbase64(run));
    if (inside) return inside;
  }
  return null;
}

/** Of the book's {half: pass} returns the newest as {half, pass, good}, null where there is none. good says that the box takes it. */
export function bestPass(passes, now) {
  const [newest] = Object.keys(passes).sort().reverse();
  if (!newest) return null;
  const current = half(now);
  return { half: newest, pass: passes[newest], good: newest >= before(current) };
}
