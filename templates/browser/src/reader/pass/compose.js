// An opened tip → the tip as it goes to another unit, sealed.
import { plaintext, photoRoom, TooLarge } from "../../seal/plaintext.js";
import { seal } from "../../seal/seal.js";
import { cleanText } from "../../seal/text.js";
import { time } from "../book/times.js";
import { Problem } from "../problem.js";
import { parseTip } from "../tip.js";

/** How many characters a note to the other unit has at most, after NFC. */
export const maxNote = 500;

const idPattern = /^TB-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/;
const noteRoom = 4 * maxNote + 256;

/** Returns how many bytes each of n photos may have, with the longest note. */
export const roomFor = (n) => photoRoom(n) - noteRoom;

/**
 * Returns the tip as it goes to another unit: of the opened tip what it is about, and
 * the text and photos (bytes) that the officer lets go. id is that of the desk's
 * entry, by the unit that passes it on, now in milliseconds, reply whether the other unit
 * can answer the sender. Throws the Problem passnote where the note is too long.
 */
export function compose(tip, { id, by, now, note, text, photos, reply = false }) {
  const said = cleanText(note);
  if ([...said].length > maxNote) throw new Problem("passnote");
  const { unit, site, siteName, mailbox, urgent, lang } = tip;
  return {
    id: idPattern.test(id) ? id : "", unit, site, siteName, mailbox, urgent, lang, message: text, place: "", time: "", photos,
    reply: reply ? tip.replyTo : null, passed: { by, on: time(now).slice(0, 10), note: said },
  };
}

/** Returns the composed tip as whoever opens it will read it. Throws the Problem passlarge, or passodd for one whose headers nobody can write. */
export function reread(composed) {
  try {
    return parseTip(plaintext(composed));
  } catch (err) {
    throw new Problem(err instanceof TooLarge ? "passlarge" : "passodd");
  }
}

/** Resolves to the composed tip sealed to the recipients; reread it first. */
export const sealed = (composed, recipients) => seal(composed, recipients);
