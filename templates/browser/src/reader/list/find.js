// Search in what people write with accents, without them, and with half of them.

const folds = new Map();

// Returns the letter without its accent, a letter for a letter: "ố" is "o", "đ" is "d".
function fold(letter) {
  if (!folds.has(letter)) {
    const apart = letter.normalize("NFD");
    folds.set(letter, letter === "đ" ? "d" : /^.[\u0300-\u036f]+$/.test(apart) ? apart[0] : letter);
  }
  return folds.get(letter);
}

// Folds a whole text, which has no accents that stand apart. All at once where that leaves a
// letter for a letter, as with every language written here; else letter by letter, which takes ten times as long.
function folded(plain) {
  const bare = plain.normalize("NFD").replace(/[\u0300-\u036f]+/g, "").replace(/đ/g, "d");
  return bare.length === plain.length ? bare : plain.replace(/[^\0-\x7f]/g, fold);
}

/**
 * Returns {plain, folded} of a text: in small letters, without what cannot be seen,
 * and the same without accents; a place in one is the same place in the other.
 */
export function indexed(text) {
  // Accents that are left apart stand on letters that have no form with them.
  const plain = text.normalize("NFC").toLowerCase().replace(/[\u0300-\u036f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, "");
  return { plain, folded: folded(plain) };
}

/** Returns the words of what was typed, for found. */
export function words(query) {
  return query.split(/\s+/).map(indexed).filter(({ plain }) => plain !== "");
}

/**
 * Says whether the indexed texts have all the words between them, in any order. A letter that was
 * typed without its accent is found with any; one with an accent is found with the
 * same, or without, for many write without.
 */
export function found(texts, all) {
  return all.every((word) => texts.some((text) => has(text, word)));
}

function has({ plain, folded }, word) {
  for (let at = folded.indexOf(word.folded); at >= 0; at = folded.indexOf(word.folded, at + 1)) {
    let same = true;
    for (let i = 0; same && i < word.plain.length; i++) {
      const [typed, bare, written] = [word.plain[i], word.folded[i], plain[at + i]];
      same = typed === bare || written === typed || written === bare;
    }
    if (same) return true;
  }
  return false;
}
