// Times as the book has them: to the second, with Vietnam's offset, in which it
// writes them; and the spans of the law. crypto/book does the same in Go.

const offset = 7 * 3_600_000; // Vietnam has had no other since 1975
const form = /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:Z|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))$/;
const aDay = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const aSpan = /^([1-9][0-9]{0,2})(h|d|mo)$/;

const utc = (...parts) => new Date(0).setUTCFullYear(...parts);

// Returns the beginning of a day of the calendar in UTC milliseconds, NaN for one that it has not.
function day(year, month, date) {
  const at = utc(year, month - 1, date);
  return month >= 1 && month <= 12 && date >= 1 && new Date(at).getUTCDate() === date ? at : NaN;
}

/** Returns the milliseconds of a time of the book, NaN where it is none. */
export function parseTime(text) {
  const match = form.exec(text);
  if (!match) return NaN;
  const [year, month, date, hour, minute, second] = match.slice(1, 7).map(Number);
  const away = (Number(match[8] || 0) * 60 + Number(match[9] || 0)) * 60_000 * (match[7] === "-" ? -1 : 1);
  return day(year, month, date) + ((hour * 60 + minute) * 60 + second) * 1000 - away;
}

/** Returns the milliseconds of the last second of a day (2026-11-29), NaN where it is none. */
export function parseDay(text) {
  const match = aDay.exec(text);
  return match ? day(...match.slice(1).map(Number)) - offset + 86_399_000 : NaN;
}

/** Returns the time in milliseconds as the book writes it: 2026-11-29T09:10:00+07:00. */
export function time(ms) {
  return `${new Date(Math.floor(ms / 1000) * 1000 + offset).toISOString().slice(0, 19)}+07:00`;
}

/** Reads a span as the address book writes it, "24h", "3d" or "2mo": [n, unit], null where it is none. */
export function parseSpan(text) {
  const match = aSpan.exec(text);
  return match && [Number(match[1]), match[2]];
}

/** Returns the end of the span that begins at ms. A month ends on the day of its beginning, or on the last that it has. */
export function after([n, unit], ms) {
  if (unit !== "mo") return ms + n * (unit === "d" ? 86_400_000 : 3_600_000);
  const at = new Date(ms + offset);
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth() + n];
  const last = new Date(utc(year, month + 1, 0)).getUTCDate();
  return utc(year, month, Math.min(at.getUTCDate(), last)) + (at.getTime() % 86_400_000) - offset;
}
