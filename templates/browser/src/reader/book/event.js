// One line of the book, read and written as crypto/book does in Go.
import { parseDay, parseTime, time } from "./times.js";

/** Bounds n, so that there is always a larger one. */
export const maxN = 2 ** 31 - 1;
const maxBy = 200;
const maxText = 400;

const anId = /^[A-Z2-7]{16}$/;
const aTip = /^[0-9A-Z+-]{0,40}$/;
const aSum = /^[0-9a-f]{64}$/;
const aTag = /^[0-9A-HJKMNP-TV-Z]{6}$/;
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Returns 16 random characters of base32 (RFC 4648). */
export const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => letters[byte & 31]).join("");

/** Says whether the text is an id as newId makes it. */
export const isId = (text) => anId.test(text);

/** Returns the first 400 characters of a tip's text, which its enter has. */
export const first = (text) => (text.length > maxText ? [...text].slice(0, maxText).join("") : text);

// Half a surrogate pair is no character: Go reads it so, and so must this.
const whole = (text) => text.replace(/\p{Surrogate}/gu, "\ufffd");

/**
 * A JSON object's fields. What is missing or of another type is "", 0, false or nothing.
 */
export class Fields {
  constructor(object) {
    this.object = object;
  }

  /** Reads a line, null where it is no JSON object. */
  static parse(line) {
    try {
      return Fields.of(JSON.parse(line));
    } catch {
      return null;
    }
  }

  static of(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value) ? new Fields(value) : null;
  }

  get(name) {
    return Object.hasOwn(this.object, name) ? this.object[name] : undefined;
  }

  isText(name) {
    return typeof this.get(name) === "string";
  }

  text(name) {
    return this.isText(name) ? whole(this.get(name)) : "";
  }

  yes(name) {
    return this.get(name) === true;
  }

  /** A whole number from 0 to maxN. */
  number(name) {
    const n = this.get(name);
    return Number.isInteger(n) && n >= 0 && n <= maxN ? n || 0 : 0;
  }

  fields(name) {
    return Fields.of(this.get(name)) || new Fields({});
  }

  /** A list of strings, nothing where one of them is none. */
  texts(name) {
    const list = this.get(name);
    return Array.isArray(list) && list.every((one) => typeof one === "string") ? list.map(whole) : [];
  }
}

const kinds = ["crime", "order", "suggestion", "petition", "none"];
const statuses = ["new", "checking", "done", "dropped"];
const outcomes = ["", "confirmed", "partly", "unfounded", "unclear"];
const countNames = ["arrests", "seizures", "fines", "helped"];

// What each do brings: read from a line's fields, null for what is not known here
// and counts for nothing; and in which order it is written.
const whats = {
  enter(f) {
    const known = !Number.isNaN(parseTime(f.text("received")));
    const what = {
      unit: f.text("unit"), site: f.text("site"), mailbox: f.text("mailbox"), urgent: f.yes("urgent"), received: known ? f.text("received") : "", confirmed: known && f.yes("confirmed"),
      photos: f.number("photos"), text: first(f.text("text")), where: f.text("where"), when: f.text("when"), sum: f.text("sum"),
    };
    return aSum.test(what.sum) || (what.sum === "" && f.isText("sum")) ? what : null;
  },
  classify: (f) => (kinds.includes(f.text("kind")) ? { kind: f.text("kind"), competent: f.yes("competent") } : null),
  assign: (f) => ({ to: f.text("to") }),
  status(f) {
    const counts = f.fields("counts");
    const what = { status: f.text("status"), outcome: f.text("outcome"), counts: Object.fromEntries(countNames.map((name) => [name, counts.number(name)])) };
    return statuses.includes(what.status) && outcomes.includes(what.outcome) ? what : null;
  },
  note: (f) => ({ text: f.text("text") }),
  extend: (f) => (Number.isNaN(parseDay(f.text("until"))) ? null : { until: f.text("until"), decision: f.text("decision") }),
  duplicate: (f) => ({ of: f.text("of") }),
  pass: (f) => ({ to: f.text("to"), redacted: f.yes("redacted") }),
  board: (f) => (f.text("tag") === "" || aTag.test(f.text("tag")) ? { tag: f.text("tag"), text: f.text("text") } : null),
  reply: () => ({}),
  answer: () => ({}),
  seen: () => ({}),
  procuracy: () => ({}),
  met: (f) => ({ unit: f.text("unit"), recipient: f.text("recipient") }),
  officer: (f) => ({ recipient: f.text("recipient"), name: f.text("name") }),
  replypass: (f) => ({ half: f.text("half"), pass: f.text("pass") }),
  publish: (f) => (aSum.test(f.text("sum")) ? { sum: f.text("sum"), why: f.text("why") } : null),
  recipients: (f) => (f.texts("list").length > 0 ? { list: f.texts("list") } : null),
};

// What is left out where it says nothing, as in Go.
function brings(what) {
  const out = { ...what };
  for (const name of ["confirmed", "where", "when", "outcome", "tag", "why"]) if (!out[name]) delete out[name];
  if (out.counts && countNames.every((name) => out.counts[name] === 0)) delete out.counts;
  return out;
}

/**
 * Reads a line: {e, n, tip, at, by, do, what, ms, line}; what is null where do, or
 * what it should bring, is not known here. n is 0 for one that lacks what every event
 * has: it is kept and written again, and no more. Returns null where the line is no JSON object.
 */
export function parseEvent(line) {
  const f = Fields.parse(line);
  if (!f) return null;
  const event = { e: f.text("e"), n: 0, tip: f.text("tip"), at: f.text("at"), by: f.text("by"), do: f.text("do"), what: null, ms: parseTime(f.text("at")), line };
  const n = f.number("n");
  const even = n >= 1 && !Number.isNaN(event.ms) && f.isText("tip") && f.isText("by") && event.do !== "" && isId(event.e) && aTip.test(event.tip) && [...event.by].length <= maxBy;
  if (even) {
    event.n = n;
    if (Object.hasOwn(whats, event.do)) event.what = whats[event.do](f);
  }
  return event;
}

/** Writes an event down and reads what it wrote as any reader does. what is {do, …}; ms is when. */
export function newEvent(n, tip, by, ms, { do: name, ...what }) {
  const chars = [...by];
  const label = chars.length > maxBy ? `${chars.slice(0, maxBy - 1).join("")}…` : by;
  const read = whats[name](new Fields(what));
  if (!read) throw new TypeError(`nothing to enter: ${name}`);
  return parseEvent(JSON.stringify({ e: newId(), n, tip, at: time(ms), by: label, do: name, ...brings(read) }));
}

/** The order of a tip's events: n, the time, the id; of two with one id the bytes of the lines. */
export const compare = (a, b) => a.n - b.n || a.ms - b.ms || order(a.e, b.e) || byBytes(a.line, b.line);

const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

// UTF-8's order is that of the characters, UTF-16's is not.
function byBytes(a, b) {
  const [x, y] = [[...a], [...b]];
  const at = x.findIndex((char, i) => char !== y[i]);
  if (at < 0) return x.length - y.length;
  return at < y.length ? x[at].codePointAt(0) - y[at].codePointAt(0) : 1;
}
