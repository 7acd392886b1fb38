// How long there is until something is due, in the words of whoever has to do it.

const minute = 60_000, hour = 60 * minute, day = 24 * hour;

/**
 * Returns {late, n, unit}: unit is "minute", "hour" (under two days) or "day", n
 * whole ones, never more than there are: who reads "9 hours" has nine. due and now are in milliseconds.
 */
export function left(due, now) {
  const ms = Math.abs(due - now);
  const [unit, size] = ms < hour ? ["minute", minute] : ms < 2 * day ? ["hour", hour] : ["day", day];
  return { late: due < now, n: Math.floor(ms / size), unit };
}

/** Returns it in words: "còn 9 giờ", "quá hạn 2 ngày". */
export function leftWords(due, now, t) {
  const { late, n, unit } = left(due, now);
  return (late ? t.handle.late : t.handle.left)(n, unit);
}
