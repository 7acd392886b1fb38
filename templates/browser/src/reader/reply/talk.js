// Who wrote the same code into several tips is one sender, whom a reply reaches. Tips
// are put together by the key alone: an id or a text is what anybody may claim.

/**
 * Groups the desk's entries whose senders can be answered: [{to, entries}], to being
 * {recipient, lookup, tag, at}, each group's in the order in which they came. receiptOf(entry)
 * returns to, or null where there is none, or none yet.
 */
export function talks(entries, receiptOf) {
  const groups = new Map();
  for (const entry of entries) {
    const to = receiptOf(entry);
    if (!to) continue;
    if (!groups.has(to.recipient)) groups.set(to.recipient, { to, entries: [] });
    groups.get(to.recipient).entries.push(entry);
  }
  const when = ({ date, modified = 0 }) => (date === undefined ? modified : date);
  for (const { entries: own } of groups.values()) own.sort((a, b) => when(a) - when(b));
  return [...groups.values()];
}

/** What a stock answer makes of the tip in the book; "" leaves it as it is. */
export const stateOf = { received: "", checking: "checking", more: "checking", done: "done", passed: "done", cannot: "dropped" };

const sum = (states, what) => states.reduce((n, state) => n + ((state && state[what]) || 0), 0);

/** Returns how many replies the book knows to a talk. */
export const replied = (talk, book) => (book ? sum(talk.entries.map(({ id }) => book.state(id)), "replies") : 0);

/** Says whether nobody has done or said anything about any tip of the talk. */
export const untouched = (talk, book) => replied(talk, book) === 0 && talk.entries.every(({ id }) => ((book && book.state(id)) || { status: "new" }).status === "new");

/** Enters what a reply, as it was saved, is to the book: that there was one, and the state that it tells. */
export function enterReply(book, { tip, answer }) {
  const state = book.state(tip);
  if (!state) return;
  book.append({ tip, do: "reply" });
  const status = stateOf[answer];
  if (status && status !== state.status) book.append({ tip, do: "status", status });
}

/** Enters the tips of a talk that came after its first, as far as the book does not know of them. */
export function enterAnswers(book, { entries: [{ id }, ...more] }) {
  const state = book.state(id);
  for (let n = state ? state.answers : more.length; n < more.length; n++) book.append({ tip: id, do: "answer" });
}
