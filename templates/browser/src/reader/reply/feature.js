// What answering brings to the desk, for screens.js.
import { latin } from "../kind.js";
import { readOutbox } from "../../shared/outbox.js";
import { drawToday } from "./outbox.js";
import { hear, replyPart } from "./part.js";
export { reply as replyPanel } from "./panel.js";

/** A saved file of replies, that was dropped here and belongs on the page /o. */
export const outboxFile = {
  kind: "outbox",
  sniff(name, bytes) {
    const text = latin(bytes, 128); // of thousands of files nearly all are tips
    if (/^(?:[!-9;-~]{1,100}:|From )/.test(text)) hear(latin(bytes, 1 << 17)); // a mail: the reply pass stands in it
    return /\.tipbox-replies$/i.test(name) || text.startsWith('{"tipbox":"replies"');
  },
  take(app, name, bytes) {
    const read = readOutbox(new TextDecoder().decode(bytes));
    app.notice(read ? app.t.reply.isOutbox : app.t.problem.notsealed.title, { warn: !read });
  },
};

/** What stands on the page of the day. */
export const replyToday = { id: "reply", draw: drawToday };

export const replyHooks = {
  async opened(app, entries) {
    const part = replyPart(app);
    part.settle();
    part.find(entries);
  },
  typed(app) {
    const part = replyPart(app);
    const w = app.t.reply;
    const says = ({ answer, text }) => [answer && app.t.reply.names[answer], text.trim()].filter(Boolean).join(". ");
    const talk = (recipient) => part.talks.find(({ to }) => to.recipient === recipient);
    return [
      ...[...part.typed].filter(([recipient]) => talk(recipient)).map(([recipient, typed]) => ({ tip: talk(recipient).entries[talk(recipient).entries.length - 1].id, what: w.text, text: says(typed), drop: () => part.typed.delete(recipient) })),
      ...[...part.drafts].filter(([recipient]) => !part.typed.has(recipient)).map(([recipient, draft]) => ({ tip: draft.tip, what: w.unsent, text: says(draft), drop: () => part.drafts.delete(recipient) })),
    ];
  },
};
