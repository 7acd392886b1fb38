// The address book that tipbox reader -c has put into this page (docs/formats.md);
// without one it is {}.
import { fingerprint } from "./book/fingerprint.js";

const isText = (value) => typeof value === "string";
const texts = (value) => (Array.isArray(value) ? value.filter(isText) : []);

/** Reads the page's address book; one that is damaged is none, so that tips can still be read. */
export function readAddressBook(json) {
  let book;
  try {
    book = JSON.parse(json);
  } catch {
    return {};
  }
  if (!book || !Array.isArray(book.units)) return {};
  const units = book.units.filter((unit) => unit && isText(unit.id)).map((unit) => ({
    ...unit, name: Object(unit.name), phone: isText(unit.phone) ? unit.phone : "", mail: texts(unit.mail), recipients: texts(unit.recipients),
  }));
  return { ...book, units };
}

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
