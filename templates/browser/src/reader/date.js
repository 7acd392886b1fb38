// The Date of a mail (RFC 5322), which a stranger may have written: only one of
// the form that mail programs write is taken, and only as a number.

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const form = /^(?:([a-z]{3}), )?(\d{1,2}) ([a-z]{3}) (20\d\d) (\d\d):(\d\d)(?::(\d\d))? (?:([+-])(\d\d)(\d\d)|GMT|UTC?)(?: \([a-z0-9 +:/-]{1,40}\))?$/i;

/** Returns the time in milliseconds that the values of a mail's Date fields name, undefined where they are not exactly one or not a date. */
export function mailDate(values = []) {
  if (values.length !== 1 || values[0].length > 100) return undefined;
  const match = form.exec(values[0].trim().replace(/[ \t]+/g, " "));
  if (!match) return undefined;
  const [, weekday, day, monthName, year, hour, minute, second = "0", sign, offHour = "0", offMinute = "0"] = match;
  const month = months.indexOf(monthName.toLowerCase());
  const local = new Date(Date.UTC(year, month, day, hour, minute, second));
  const real = month >= 0 && local.getUTCDate() === Number(day) && hour < 24 && minute < 60 && second < 60 && offHour < 15 && offMinute < 60
    && (!weekday || days.indexOf(weekday.toLowerCase()) === local.getUTCDay());
  const offset = (Number(offHour) * 60 + Number(offMinute)) * 60_000;
  return real ? local.getTime() - (sign === "-" ? -offset : offset) : undefined;
}

/** Returns the time as this computer's clock shows it: "15:57 23/11/2026". */
export function clock(ms) {
  const date = new Date(ms);
  const two = (n) => String(n).padStart(2, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())} ${two(date.getDate())}/${two(date.getMonth() + 1)}/${date.getFullYear()}`;
}
