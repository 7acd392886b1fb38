// The unit's reply pass: it stands in the fixed text of every mail, good for the
// half-year it names and the next. Without it the box takes no reply.

const letters = "[0-9A-Za-z]";
const written = new RegExp(`Reply\\s+pass\\s+(\\d{4}-[12])\\s*:\\s*(${letters}(?:[\\s-]*${letters}){15})(?!${letters})`, "i");

/** Returns the half-year of a moment, by Vietnam's clock: 2026-2. */
export function half(ms) {
  const [year, month] = new Date(ms + 7 * 3_600_000).toISOString().split("-");
  return `${year}-${Number(month) > 6 ? 2 : 1}`;
}

const before = (name) => (name.endsWith("2") ? name.replace(/2$/, "1") : `${Number(name.slice(0, 4)) - 1}-2`);

/**
 * Finds the pass in a text, a mail's or one that was pasted: {half, pass}, or null. A
 * pass alone is taken for this half-year's. Blanks, line breaks, case, I, L and O do not matter.
 */
export function readPass(text, now) {
  const found = written.exec(text);
  const pass = (found ? found[2] : text).replace(/[\s\p{Cf}\p{Pd}-]+/gu, "").toUpperCase().replace(/[IL]/g, "1").replace(/O/g, "0");
  if (!/^[0-9A-HJKMNP-TV-Z]{16}$/.test(pass)) return null;
  return { half: found ? found[1] : half(now), pass: pass.match(/..../g).join("-") };
}

/** Of the book's {half: pass} returns the newest as {half, pass, good}, null where there is none. good says that the box takes it. */
export function bestPass(passes, now) {
  const [newest] = Object.keys(passes).sort().reverse();
  if (!newest) return null;
  const current = half(now);
  return { half: newest, pass: passes[newest], good: newest >= before(current) };
}
