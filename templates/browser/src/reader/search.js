// The last resort: sealed files whose bytes stand somewhere in something else.
// crypto/unwrap does the same in Go. Texts are of one character a byte.
import { unbase64 } from "./loose.js";

const magic = "age-encryption.org/v1";
const armorBegin = "-----BEGIN AGE ENCRYPTED FILE-----";
const armorEnd = "-----END AGE ENCRYPTED FILE-----";

/** What a sealed tip can have at most: the largest size class and the header for hundreds of recipients. */
export const maxSealed = 5 << 20;
const maxFound = 1000;

/** Says whether the text begins as a binary sealed file, perhaps with other line ends. */
export const isSealed = (text) => /^age-encryption\.org\/v1\r?\n/.test(text);

/** Says whether the text is an armored file. */
export const isArmored = (text) => text.slice(0, 4096).trimStart().startsWith(armorBegin);

/** Undoes a change of line ends to those of Windows, which hits all bytes of a file alike. */
export const unix = (text) => (text.startsWith(`${magic}\r\n`) ? text.replace(/\r\n/g, "\n") : text);

// The digits that the magic always has in base64, by how many bytes of something
// else stand in its first group of three; and where in that group they begin.
const patterns = [0, 1, 2].map((skip) => {
  const first = [0, 2, 3][skip];
  return { skip, first, digits: btoa("\0".repeat(skip) + magic).slice(first, Math.floor(((skip + magic.length) * 8) / 6)) };
});

/** Returns the sealed files in the text: as they are, armored, or in base64, cut into lines, quoted, or within the encoding of something larger. Where one ends cannot be seen. */
export function search(text) {
  const found = [];
  const add = (sealed) => {
    if (found.length < maxFound) found.push(sealed.slice(0, 2 * maxSealed));
  };
  const starts = [...text.matchAll(/age-encryption\.org\/v1\r?\n-> /g)].map(({ index }) => index);
  starts.forEach((at, i) => add(unix(text.slice(at, starts[i + 1]))));
  for (const block of text.split(armorBegin).slice(1, maxFound)) add(unbase64(block.split(armorEnd, 1)[0].replace(/<[^<>]{0,200}>/g, "")));
  if (found.length > 0) return found; // what is armored is base64 as well
  // Without what wraps base64: line ends, also those that quoted-printable put in,
  // blanks and marks of quotation before lines.
  const dense = text.replace(/(?:(?<!=)=)?[\r\n][\r\n>\t ]*|[\t ]+/g, "");
  const begins = [];
  for (const { skip, first, digits } of patterns) {
    for (let at = dense.indexOf(digits); at >= 0 && begins.length < 3 * maxFound; at = dense.indexOf(digits, at + digits.length)) {
      if (at >= first) begins.push({ from: at - first, skip });
    }
  }
  begins.sort((a, b) => a.from - b.from);
  begins.forEach(({ from, skip }, i) => {
    const sealed = run(dense.slice(from, i + 1 < begins.length ? begins[i + 1].from : undefined)).slice(skip);
    if (sealed) add(sealed);
  });
  return found;
}

// Decodes the base64 that begins there, up to what is none.
function run(text) {
  const [digits] = /^[A-Za-z0-9+/_-]*/.exec(text);
  const special = /[+/_-]/.exec(digits);
  return unbase64(special && /[+/]/.test(special[0]) ? digits.replace(/[_-].*$/s, "") : digits);
}
