// What there is to do today, of the list's items.
import { finished, sorted, unsorted } from "../list/rows.js";

const day = 24 * 3600_000;

// The end of the day that now is in, on this computer's clock.
function midnight(now) {
  const date = new Date(now);
  date.setHours(24, 0, 0, 0);
  return date.getTime();
}

/**
 * Returns [{id, items, only}]: each unfinished tip stands in the first of urgent,
 * overdue, due (today), new (unread), unsorted (read, of no kind yet) that it belongs to, and once more in waiting where its
 * sender can read an answer and has none. only is what the list is to be
 * narrowed to for all of them.
 */
export function sections(items, now) {
  const open = sorted(items.filter((item) => !finished(item)), "due", now);
  const placed = new Set();
  const take = (id, only, belongs) => {
    const some = open.filter((item) => !placed.has(item) && belongs(item));
    some.forEach((item) => placed.add(item));
    return { id, items: some, only };
  };
  return [
    take("urgent", { urgent: true, sort: "first" }, ({ urgent }) => urgent),
    take("overdue", { due: true, sort: "due" }, ({ due }) => due !== null && due < now),
    take("due", { due: true, sort: "due" }, ({ due }) => due !== null && due < Math.max(midnight(now), now + day / 4)),
    take("new", { unread: true, sort: "newest" }, ({ unread }) => unread),
    take("unsorted", { unsorted: true, sort: "due" }, unsorted),
    { id: "waiting", items: open.filter(({ waiting }) => waiting), only: { waiting: true, sort: "oldest" } },
  ];
}
