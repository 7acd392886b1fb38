// Text from strangers, made safe to look at: what cannot be seen, or changes
// the order in which the rest is seen, is shown by its number.

// How many characters of a text are shown; a tip has at most 4,000 and two lines.
const shownLimit = 20_000;

// Written in good faith: the joiners within an emoji, and the spaces of no
// width between words of Lao and Khmer.
const emoji = String.raw`\p{Extended_Pictographic}\uFE0F?(?:\u200D\p{Extended_Pictographic}\uFE0F?)*|[0-9#*]\uFE0F?\u20E3`;
const wordSpace = String.raw`(?<=[\p{Script=Lao}\p{Script=Khmer}])\u200B(?=[\p{Script=Lao}\p{Script=Khmer}])`;
const hidden = String.raw`[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]`;
const pattern = new RegExp(`(${emoji}|${wordSpace})|([\\t\\n])|(${hidden})\\3*`, "gu");

/**
 * Splits the text into runs: {text} to be shown as it is and {mark} naming
 * hidden characters, e.g. "U+202E" or "U+200B×3". {more} at the end counts
 * the characters that are over the limit.
 */
export function runs(text, limit = shownLimit) {
  const shown = text.length > limit ? text.slice(0, limit) : text;
  const out = [];
  let from = 0;
  const plain = (to) => {
    if (to > from) out.push({ text: shown.slice(from, to) });
  };
  for (const match of shown.matchAll(pattern)) {
    if (match[3] === undefined) continue;
    plain(match.index);
    const count = match[0].length / match[3].length;
    const code = match[3].codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    out.push({ mark: `U+${code}${count > 1 ? `×${count}` : ""}` });
    from = match.index + match[0].length;
  }
  plain(shown.length);
  if (text.length > limit) out.push({ more: text.length - limit });
  return out;
}

/** Returns the text on one line, hidden characters named, at most limit characters. */
export function line(text, limit = 120) {
  const flat = runs(text.replace(/\s+/g, " ").trim(), limit).map((run) => run.text || (run.mark ? `[${run.mark}]` : "…"));
  return flat.join("");
}
