// What a person typed, cleaned as the server cleans it (intake's cleanText and
// cleanLine), and the bounds of it (intake/tip.go).

export const maxMessageChars = 4000;
export const maxMessageBytes = 14_000; // of UTF-8, line ends as CR LF
export const maxDetailChars = 120;
export const maxDetailBytes = 400;
export const maxPhotos = 3;

// White space as Go's unicode.IsSpace has it; JavaScript's \s differs by two characters.
const space = "[\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
const edges = new RegExp(`^${space}|${space}$`, "g");

/** Returns the text in NFC with "\n" line ends and no control characters, trimmed. */
export function cleanText(text) {
  return wellFormed(text)
    .replace(/\r\n?/g, "\n")
    // eslint-disable-next-line no-control-regex -- these are what is removed
    .replace(/[\x00-\x08\x0b-\x1f\x7f]/g, "")
    .normalize("NFC")
    .replace(edges, "");
}

/** Is cleanText for one-line fields: runs of space become one. */
export function cleanLine(text) {
  return cleanText(text).replace(new RegExp(space, "g"), " ");
}

// A lone surrogate becomes U+FFFD, as a form post would make it.
function wellFormed(text) {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(new TextEncoder().encode(text));
}

/** Reports whether the text has at most so many characters and bytes of UTF-8. */
export function fits(text, maxChars, maxBytes) {
  return [...text].length <= maxChars && new TextEncoder().encode(text.replace(/\n/g, "\r\n")).length <= maxBytes;
}
