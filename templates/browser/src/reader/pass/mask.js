// Words that do not go along when a tip is passed on. cmd/internal/desk does the same.

/** Takes the place of words that are left out: it does not tell how long they were. */
export const masked = "█████";

/** Masks the words wherever they stand, in capitals or not, over line ends too: {text, n}, n being how often they did. */
export function mask(text, words) {
  const parts = words.normalize("NFC").split(/\s+/).filter(Boolean).map((word) => word.replace(/[\\^$.*+?()[\]{}|/-]/gu, (char) => (char === "-" ? "\\u{2d}" : `\\${char}`)));
  if (parts.length === 0) return { text, n: 0 };
  let n = 0;
  const out = text.normalize("NFC").replace(new RegExp(parts.join("[\\s\\p{Z}]+"), "giu"), () => {
    n++;
    return masked;
  });
  return { text: out, n };
}

/** Masks all of the words, one after another: {text, misses}, misses being those that do not stand there. */
export function maskAll(text, all) {
  const misses = [];
  for (const words of all) {
    const { text: next, n } = mask(text, words);
    if (n === 0 && mask(text, words).text === text) misses.push(words);
    text = next;
  }
  return { text: text.normalize("NFC"), misses };
}
