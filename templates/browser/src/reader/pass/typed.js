// What was typed for a tip that is being passed on and has not gone.

/** For screens.js. */
export const passHooks = {
  typed(app) {
    const passing = app.parts.get("passing");
    const open = [...(passing ? passing.drafts.values() : [])].filter(({ step }) => step === "edit" || step === "look");
    return open.map((draft) => ({ tip: draft.entry.id, what: app.t.pass.note, text: draft.note, drop: () => { draft.note = ""; } }));
  },
};
