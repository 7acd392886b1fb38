// Replies as an officer writes them → the file for the page /o.
import { writeOutbox } from "../../shared/outbox.js";
import { maxText, sealReply, size } from "../../shared/reply.js";

/** Returns how many of the text's last characters are too many for a reply, 0 where it fits. */
export function excess(text) {
  const chars = [...text.normalize("NFC").trimEnd()];
  let over = size(text) - maxText;
  let n = 0;
  for (; over > 0; n++) over -= size(`x${chars[chars.length - 1 - n]}x`) - 2;
  return n;
}

/** Says what is wrong with a reply, a key of the strings, "" for nothing. */
export function wrong({ answer, text }) {
  if (!answer && !text.trim()) return "empty";
  if (answer === "cannot" && !text.trim()) return "because";
  return excess(text) > 0 ? "toolong" : "";
}

/** Returns the name of the file of a day, 2026-11-29. */
export const fileName = (on) => `tra-loi-${on}.tipbox-replies`;

/**
 * Resolves to the file's text. drafts are [{to: {recipient, lookup}, unit, site, answer,
 * text, number}], mixed so that their order says nothing.
 */
export async function outbox(drafts, { on, pass, at }) {
  const replies = [];
  for (const { to, unit, site, answer, text, number } of drafts) {
    const sealed = await sealReply({ unit, site, answer, text, number, on }, to.recipient);
    replies.splice(crypto.getRandomValues(new Uint32Array(1))[0] % (replies.length + 1), 0, { lookup: to.lookup, sealed });
  }
  return writeOutbox({ base_url: at, pass, replies });
}
