// The address book that tipbox reader -c has put into this page (docs/formats.md);
// without one it is {}.
import { fingerprint } from "./book/fingerprint.js";

/** Returns the units of the book, by the names they have in the language. */
export function units(book, lang) {
  const name = (unit) => unitName(book, unit.id, lang);
  return [...(book.units || [])].sort((a, b) => name(a).localeCompare(name(b), "vi"));
}

/** Returns the unit with the id, or undefined. */
export const unitOf = (book, id) => (book.units || []).find((unit) => unit.id === id);

/** Returns the unit's name in the language, or in Vietnamese, or its id. */
export function unitName(book, id, lang = "vi") {
  const { name = {} } = unitOf(book, id) || {};
  return name[lang] || name.vi || Object.values(name)[0] || id;
}

/** Returns the fingerprints of the unit's recipients, none where its key is gone. */
export const fingerprints = (unit) => unit.recipients.map(fingerprint);
