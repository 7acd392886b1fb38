/* global PASS_LETTER -- letter.txt, put here by build.mjs; tipbox pass writes the same */
// The mail with which a unit itself sends a tip that it passes on. It says nothing of
// the tip but its id.

/** Returns {to, subject, text} of the mail. */
export function letter({ to, toName, byName, id }) {
  const words = { to: toName, from: byName, id };
  return {
    to: to.join(", "),
    subject: `[Hòm thư] Chuyển tin ${id}`,
    text: PASS_LETTER.replace(/\{(to|from|id)\}/g, (_, name) => words[name]),
  };
}
