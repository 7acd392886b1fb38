// What the events of the tips come to. crypto/book does the same in Go.
import { compare } from "./event.js";
import { due } from "./due.js";
import { parseTime } from "./times.js";

const bySize = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** Returns the id under which a sealed file is in the book whose own id belongs to another one. */
export const otherId = (id, sum) => `${id}+${sum.slice(0, 8).toUpperCase()}`;

// The tip's events, and those that entered other sealed files under its id: each of
// these is a tip of its own, so that none hides another.
function apart(events) {
  let sum = "";
  const own = [], others = [];
  for (const event of events) {
    const entered = event.do === "enter" && event.what ? event.what.sum : "";
    if (entered && sum && entered !== sum) others.push(event);
    else own.push(event);
    sum = sum || entered;
  }
  return { own, others };
}

/** Adds the value to the list of that key in a Map of lists. */
export const put = (map, key, value) => (map.has(key) ? map.get(key).push(value) : map.set(key, [value]));

/** Returns what an id and those that otherId makes of it have in common: tips of other families have nothing to do with each other. */
export const family = (id) => id.split("+", 1)[0];

/** Returns how many events there are of each e. */
export const countIds = (events) => events.reduce((ids, { e }) => ids.set(e, (ids.get(e) || 0) + 1), new Map());

/** Returns the events of each tip, in their order, and the conflicts of each: two Maps by id. events may be those of one family; ids counts those of the book. */
export function groups(events, ids) {
  const tips = new Map(), own = new Map(), moved = new Map(), conflicts = new Map();
  for (const event of events) if (event.n > 0 && event.tip !== "") put(tips, event.tip, event);
  for (const [tip, all] of tips) {
    const sorted = ordered(all);
    const split = apart(sorted);
    own.set(tip, split.own);
    const others = new Set(split.others);
    for (const event of others) put(moved, otherId(tip, event.what.sum), event);
    let before = 0;
    for (const event of sorted) {
      if (ids.get(event.e) > 1) put(conflicts, tip, { why: "id", e: event.e });
      if (event.n > before + 1) put(conflicts, tip, { why: "n", e: event.e });
      before = event.n;
      if (others.has(event)) put(conflicts, tip, { why: "sum", e: event.e });
    }
  }
  for (const [id, all] of moved) {
    for (const event of ordered(all)) put(conflicts, id, { why: "sum", e: event.e });
    own.set(id, ordered(all.concat(own.get(id) || [])));
  }
  return { own, conflicts };
}

/** The events in the order in which they count. */
export const ordered = (events) => [...events].sort(compare);

/** Returns what the events that name the tip come to by themselves, without those that were moved to it. */
export const alone = (id, events) => fold(id, apart(ordered(events)).own);

/** Returns what the tip of that id is now, by its events in their order. */
export function stateOf(id, events, conflicts, deadlines) {
  const state = fold(id, events);
  state.conflicts = conflicts || [];
  state.due = due(state, deadlines);
  return state;
}

/** Sorts the states: the first received first, those that have no such time last, then by id. */
export function sortStates(all) {
  const when = new Map(all.map((state) => [state, parseTime(state.received)]));
  return all.sort((a, b) => {
    const [x, y] = [when.get(a), when.get(b)];
    if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
    return (Number.isNaN(x) ? 0 : x - y) || bySize(a.id, b.id);
  });
}

// What the ordered events of one tip come to.
function fold(id, events) {
  const state = {
    id, unit: "", site: "", mailbox: "", urgent: false, received: "", receivedConfirmed: false, photos: 0, text: "", where: "", when: "", sum: "", enteredBy: "", enteredAt: "",
    kind: "", competent: false, to: "", status: "new", statusAt: "", outcome: "", counts: { arrests: 0, seizures: 0, fines: 0, helped: 0 }, notes: [], until: "", decision: "",
    duplicateOf: "", passes: [], replies: 0, answers: 0, board: "", tag: "", boardAt: "", seen: false, procuracy: false, due: {}, conflicts: [],
  };
  for (const event of events) if (event.what && Object.hasOwn(does, event.do)) does[event.do](state, event.what, event);
  return state;
}

const does = {
  // The first one with a sealed file counts, else the first. Those after it only tell when the
  // tip was received: a mail's Date counts before what an officer has said, of Dates the first,
  // of what officers said the last.
  enter(state, { received, confirmed, ...what }, { by, at }) {
    if (!state.enteredAt) Object.assign(state, what, { enteredBy: by, enteredAt: at });
    else if (!state.sum && what.sum) Object.assign(state, what);
    if (received && (!state.received || state.receivedConfirmed)) Object.assign(state, { received, receivedConfirmed: confirmed });
  },
  classify: (state, what) => Object.assign(state, what),
  assign: (state, what) => Object.assign(state, what),
  status: (state, what, { at }) => Object.assign(state, what, { statusAt: at }),
  note: (state, { text }, { at, by }) => state.notes.push({ at, by, text }),
  extend: (state, what) => Object.assign(state, what),
  duplicate: (state, { of }) => Object.assign(state, { duplicateOf: of }),
  pass: (state, { to, redacted }, { at, by }) => state.passes.push({ at, by, to, redacted }),
  reply: (state) => state.replies++,
  answer: (state) => state.answers++,
  board: (state, { tag, text }, { at }) => Object.assign(state, { board: text, tag, boardAt: at }),
  seen: (state) => Object.assign(state, { seen: true }),
  procuracy: (state) => Object.assign(state, { procuracy: true }),
};

/** Returns what the events that name no tip come to: {met, replyPasses, recipients, published}. */
export function whole(events) {
  const out = { met: [], replyPasses: {}, recipients: [], published: { at: "", sum: "" } };
  for (const { do: name, what, at } of ordered(events.filter(({ n, tip }) => n > 0 && tip === ""))) {
    if (!what) continue;
    if (name === "met" && !out.met.some(({ unit, recipient }) => unit === what.unit && recipient === what.recipient)) out.met.push(what);
    if (name === "replypass") out.replyPasses[what.half] = what.pass;
    if (name === "publish") out.published = { at, sum: what.sum };
    if (name === "recipients") out.recipients = what.list;
  }
  return out;
}
