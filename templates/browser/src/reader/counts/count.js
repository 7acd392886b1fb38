// What a unit's book comes to, a week at a time, without a word of any tip. crypto/counts
// does the same in Go; crypto/counts/testdata/vectors.json holds both.
import { parseTime, time } from "../book/times.js";
import { Problem } from "../problem.js";

export const boxes = ["suggestion", "report", "crime"];
export const kinds = ["crime", "order", "suggestion", "petition", "none"];
export const states = ["new", "checking", "done", "dropped"];
export const outcomes = ["confirmed", "partly", "unfounded", "unclear"];
export const results = ["arrests", "seizures", "fines", "helped"];
/** How long it took until a tip was done or dropped: at most 1, 3, 7, 20, 60 days, or more. */
export const spans = ["1d", "3d", "7d", "20d", "60d", "more"];
/** Where something is counted that the box itself never writes. */
export const other = "?";

const day = 86_400_000;
const most = [1, 3, 7, 20, 60, Infinity].map((n) => n * day);
const offset = 7 * 3_600_000; // Vietnam's, in which weeks begin
const maxSites = 200;
const maxCount = 1_000_000;
const maxWeeks = 520;
const smallest = 16 << 10;
const maxSize = 4 << 20;
const aSite = /^[a-z0-9]([a-z0-9-]{0,22}[a-z0-9])?$/;
const aUnit = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/;
const numbers = ["tips", "duplicates", "urgent", "passed", "answered"];
const maps = ["boxes", "sites", "kinds", "states", "outcomes", "handling"];

const iso = (ms) => new Date(ms).toISOString().slice(0, 10);

/** Returns the day, YYYY-MM-DD, on which the week of ms begins in Vietnam. */
export function monday(ms) {
  const days = Math.floor((ms + offset) / day);
  return iso((days - ((((days + 3) % 7) + 7) % 7)) * day); // day 0 was a Thursday
}

function newWeek(week) {
  return {
    week, tips: 0, duplicates: 0, urgent: 0, passed: 0, answered: 0, boxes: {}, sites: {}, kinds: {}, states: {}, outcomes: {},
    results: Object.fromEntries(results.map((name) => [name, 0])), handling: {},
  };
}

const add = (map, name, n = 1) => {
  map[name] = (Object.hasOwn(map, name) ? map[name] : 0) + n;
};

/**
 * Counts the states of the unit's book: so many weeks, that of now the last. A tip belongs to
 * the week in which it was received. Returns {counts, undated}, undated being of how many nobody
 * knows that. Duplicates are in no other number.
 */
export function count(unit, all, now, weeks) {
  const last = Date.parse(monday(now));
  const list = Array.from({ length: weeks }, (_, i) => newWeek(iso(last - 7 * day * (weeks - 1 - i))));
  const at = new Map(list.map((week) => [week.week, week]));
  let undated = 0;
  for (const state of all) {
    const came = parseTime(state.received);
    if (Number.isNaN(came)) undated++;
    else if (at.has(monday(came))) addTo(at.get(monday(came)), state);
  }
  return { counts: { tipbox: "counts", v: 1, unit, made: time(now), weeks: list }, undated };
}

function addTo(week, state) {
  if (state.duplicateOf) {
    week.duplicates++;
    return;
  }
  week.tips++;
  if (state.urgent) week.urgent++;
  if (state.passes.length > 0) week.passed++;
  if (state.replies > 0) week.answered++;
  const told = Object.hasOwn(week.sites, state.site) || Object.keys(week.sites).length < maxSites;
  add(week.boxes, boxes.includes(state.mailbox) ? state.mailbox : other);
  add(week.sites, aSite.test(state.site) && told ? state.site : other);
  add(week.states, state.status);
  if (state.kind) add(week.kinds, state.kind);
  const done = state.status === "done";
  if (done && state.outcome) add(week.outcomes, state.outcome);
  if (done) for (const name of results) week.results[name] += state.counts[name];
  const took = parseTime(state.statusAt) - parseTime(state.received);
  if ((done || state.status === "dropped") && !Number.isNaN(took)) add(week.handling, spans[most.findIndex((limit) => took <= limit)]);
}

/** Returns the file of counts before sealing: JSON, and blanks up to a power of two, so that its size tells nothing. */
export function bytesOf(counts) {
  const json = new TextEncoder().encode(JSON.stringify(counts));
  let size = smallest;
  while (size < json.length + 1) size *= 2;
  const out = new Uint8Array(size).fill(0x20);
  out.set(json);
  out[size - 1] = 0x0a;
  return out;
}

/** Says whether the opened bytes are meant as a file of counts. */
export const isCounts = (plain) => /^\s*\{[^]{0,200}?"tipbox"\s*:\s*"counts"/.test(new TextDecoder().decode(plain.subarray(0, 400)));

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isCount = (n) => Number.isInteger(n) && n >= 0 && n <= maxCount;
const isMap = (map) => isObject(map) && Object.keys(map).length <= maxSites + 1 && Object.entries(map).every(([name, n]) => isCount(n) && (name === other || aSite.test(name)));

/** Reads a file of counts; whoever has the recipients can have sealed it. Throws the Problem notcounts, countsnewer, countsdamaged or countsfuture. */
export function parseCounts(plain, now) {
  let file = null;
  try {
    file = plain.length <= maxSize && JSON.parse(new TextDecoder().decode(plain));
  } catch {
    throw new Problem("notcounts");
  }
  if (!isObject(file) || file.tipbox !== "counts") throw new Problem("notcounts");
  if (file.v > 1) throw new Problem("countsnewer");
  const made = parseTime(String(file.made));
  const weeks = file.weeks || [];
  if (file.v !== 1 || Number.isNaN(made) || typeof file.unit !== "string" || !aUnit.test(file.unit) || !Array.isArray(weeks) || weeks.length > maxWeeks) throw new Problem("countsdamaged");
  if (made > now + day) throw new Problem("countsfuture");
  for (const [i, week] of weeks.entries()) if (!isSound(week) || (i > 0 && week.week <= weeks[i - 1].week)) throw new Problem("countsdamaged");
  return { tipbox: "counts", v: 1, unit: file.unit, made: file.made, weeks: weeks.map(known) };
}

function isSound(week) {
  return isObject(week) && isMonday(week.week) && numbers.every((name) => isCount(week[name] || 0)) && maps.every((name) => isMap(week[name]))
    && isObject(week.results || {}) && results.every((name) => isCount((week.results || {})[name] || 0));
}

// The week with what is known here, and no more.
function known(week) {
  const out = newWeek(week.week);
  for (const name of numbers) out[name] = week[name] || 0;
  for (const name of maps) out[name] = week[name];
  for (const name of results) out.results[name] = (week.results || {})[name] || 0;
  return out;
}

function isMonday(text) {
  const ms = typeof text === "string" && /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  return !Number.isNaN(ms) && iso(ms) === text && new Date(ms).getUTCDay() === 1;
}

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Puts together what files of several units, or several of one, say: {units, disputed}, one
 * of each unit. Of one week the newest file counts. The same file twice is once. Disputed are the units of
 * which a newer file has fewer tips in some week than an older one: no honest book loses any.
 */
export function merge(files) {
  const units = new Map(), disputed = new Set();
  const sorted = [...files].sort((a, b) => parseTime(a.made) - parseTime(b.made) || compare(a.made, b.made));
  for (const { unit, made, weeks } of sorted) {
    const have = units.get(unit) || { weeks: new Map() };
    units.set(unit, Object.assign(have, { made }));
    for (const week of weeks) {
      const before = have.weeks.get(week.week);
      if (before && week.tips + week.duplicates < before.tips + before.duplicates) disputed.add(unit);
      have.weeks.set(week.week, week);
    }
  }
  const list = [...units].sort(([a], [b]) => compare(a, b));
  return {
    units: list.map(([unit, { made, weeks }]) => ({ tipbox: "counts", v: 1, unit, made, weeks: [...weeks.values()].sort((a, b) => compare(a.week, b.week)) })),
    disputed: [...disputed].sort(),
  };
}

/** Adds up the weeks under a name. */
export function total(name, weeks) {
  const sum = newWeek(name);
  for (const week of weeks) {
    for (const field of numbers) sum[field] += week[field];
    for (const field of [...maps, "results"]) for (const [key, n] of Object.entries(week[field])) add(sum[field], key, n);
  }
  return sum;
}

/** Adds up the units' weeks, the oldest first. */
export function byWeek(units) {
  const of = new Map();
  for (const week of units.flatMap(({ weeks }) => weeks)) of.set(week.week, [...(of.get(week.week) || []), week]);
  return [...of].sort(([a], [b]) => compare(a, b)).map(([week, all]) => total(week, all));
}
