// From tips to the rows of the list: which are shown, in which order, what is folded together.
import { found } from "./find.js";

const hour = 3600_000;
const soon = 24 * hour;
const over = ["done", "dropped"];

/** How the list can be ordered. */
export const sorts = ["first", "newest", "oldest", "due", "site"];

/** What is shown where nothing was chosen. */
export const everything = Object.freeze({ query: [], box: "", site: "", state: "", photos: false, due: false, unread: false, urgent: false, unsorted: false, waiting: false, sort: "first" });

/** Says whether the item is due within a day, or should have been. */
export const pressing = (item, now) => !finished(item) && item.due !== null && item.due - now < soon;

/** Says whether nothing is to be done any more. */
export const finished = (item) => over.includes(item.state) || Boolean(item.duplicate);

/** Says whether somebody has read the item and nobody said what kind it is. */
export const unsorted = (item) => !finished(item) && !item.kind && (!item.unread || Boolean(item.entry.looked));

/** Says whether the item is among those chosen: {query (of words), box, site, state, photos, due, unread, urgent, unsorted (read, of no kind yet), waiting}. */
export function chosen(item, choice, now) {
  return (choice.box === "" || item.box === choice.box)
    && (choice.site === "" || item.site === choice.site)
    && (choice.state === "" || item.state === choice.state)
    && (!choice.photos || item.photos > 0)
    && (!choice.due || pressing(item, now))
    && (!choice.unread || item.unread)
    && (!choice.urgent || item.urgent)
    && (!choice.unsorted || unsorted(item))
    && (!choice.waiting || item.waiting)
    && found(item.index, choice.query);
}

const newest = (a, b) => b.when - a.when || (a.name < b.name ? -1 : 1);

// Urgent ones first, then what is due soon, then the rest, and what is finished last.
const rank = (item, now) => (finished(item) ? 3 : item.urgent ? 0 : pressing(item, now) ? 1 : 2);

const orders = {
  first: (now) => (a, b) => {
    const [first, second] = [rank(a, now), rank(b, now)];
    return first - second || (first === 1 ? a.due - b.due : 0) || newest(a, b);
  },
  newest: () => newest,
  oldest: () => (a, b) => newest(b, a),
  due: (now) => {
    const due = (item) => (item.due === null || finished(item) ? Infinity : item.due);
    return (a, b) => (due(a) === due(b) ? orders.first(now)(a, b) : due(a) - due(b));
  },
  site: (now) => {
    const compare = new Intl.Collator("vi").compare;
    return (a, b) => compare(a.place, b.place) || orders.first(now)(a, b);
  },
};

/** Returns the items in an order of sorts. */
export const sorted = (items, sort, now) => [...items].sort(orders[sort](now));

// So many of one mail of a flood (a digest) lie together.
const fewest = 3;

/**
 * Returns the rows for items in their order. Those that are alike stand together in the
 * place of the first, then what is left of one digest: {item: the first, level: 0, fold: its
 * key, all: how many, unread: how many of them}, under it, where open has the key, the
 * others at level 1; fold is "" for an item by itself. Items have alike and digest, keys or "".
 */
export function rows(items, open) {
  const by = (name, of) => {
    const all = new Map();
    for (const item of of) if (item[name] !== "") (all.get(item[name]) || all.set(item[name], []).get(item[name])).push(item);
    return all;
  };
  const alike = by("alike", items);
  const single = (item) => (alike.get(item.alike) || []).length < 2;
  const digests = by("digest", items.filter(single));
  const out = [];
  for (const item of items) {
    const [key, together] = single(item) ? [item.digest, digests.get(item.digest) || []] : [item.alike, alike.get(item.alike)];
    if (together.length < (single(item) ? fewest : 2)) out.push({ item, level: 0, fold: "" });
    else if (together[0] === item) {
      out.push({ item, level: 0, fold: key, all: together.length, unread: together.filter(({ unread }) => unread).length });
      if (open.has(key)) out.push(...together.slice(1).map((one) => ({ item: one, level: 1, fold: "" })));
    }
  }
  return out;
}
