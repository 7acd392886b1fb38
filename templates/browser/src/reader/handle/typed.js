// What was typed where tips are handled and stands in no book yet.

/** For screens.js. */
export const handleHooks = {
  typed(app) {
    const w = app.t.handle;
    const drafts = app.parts.get("handling");
    const names = { note: w.noteText, to: w.assign, of: w.duplicate, until: w.until, decided: w.decided, received: w.receivedAsk };
    return [...(drafts ? drafts.of : [])].flatMap(([tip, draft]) => [
      ...Object.entries(names).map(([name, what]) => ({ tip, what, text: draft[name] || "", drop: () => delete draft[name] })),
      ...Object.entries(draft.counts || {}).map(([name, text]) => ({ tip, what: w.counts[name], text, drop: () => delete draft.counts })),
    ]);
  },
};
