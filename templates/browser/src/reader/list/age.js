// How long ago, and how long still.
const minute = 60_000, hour = 60 * minute, day = 24 * hour;

/** Returns {n, unit} of the time between two moments in milliseconds: unit is "minute", "hour" (under two days) or "day", n whole ones. */
export function span(from, to) {
  const ms = Math.max(0, to - from);
  const [unit, size] = ms < hour ? ["minute", minute] : ms < 2 * day ? ["hour", hour] : ["day", day];
  return { n: Math.floor(ms / size), unit };
}

/** Returns how long ago it was, in words: "5 giờ trước". */
export function ago(t, at, now) {
  const { n, unit } = span(at, now);
  return unit === "minute" && n === 0 ? t.list.justNow : t.list.ago(n, unit);
}
