// The page's sealing script: makes the plain form of /t/CODE seal on the phone,
// and keep sending while the line is bad. Without it, or before it has arrived,
// the form posts by itself.
//
// CONTRACT with the page and the server
//
// Page:
//   <form id="tip" method="post" enctype="multipart/form-data" data-site=CODE
//     data-site-name=in Vietnamese> with the fields mailbox, message, place, time,
//     photo, delivery, to, token as in docs/formats.md; [data-field=NAME] is around each
//     field, #NAME in it, and its hint is #NAME-hint;
//   one p.call above it, that begins with text and holds the telephone numbers, 113
//     first; where the oversight has one it is in a .call within [data-field=to];
//   one <button type="submit"> that ends in text;
//   <script src="/s/seal-HASH.js" data-keys="/s/HASH.json" defer></script>.
//   The language that the sender chose is l in the form's action; where the browser
//   chose it there is none, nor in the tip.
//   The form has data-posted once it was sent without the script (pages/send.js): a
//   browser shows it until the answer comes, and sealing it too would make two tips.
//   The same script asks before a page is left on which something is typed.
//   Where there is [data-field=reply] with a checkbox and the hidden field code, it is for
//   those without script: taken away, unless ticked.
//   The script adds #status (role=status) before the button, ul.photos of previews
//   after the photo field, and errors as the server shows them: p.err#NAME-bad at
//   the field and div.alert above the form. It sets aria-busy on the form.
//
// Data (data-keys), one JSON per unit and language, immutable at its address:
//   { "keys": ID, "unit": ID, "worker": "/s/worker-HASH.js", "reply_at": BASE-URL,
//     "to": {"unit": [RECIPIENT…], "oversight": […]}, "texts": {…} }
//   keys names this set of recipients; reply_at is there where the unit answers: every
//   tip then brings a receipt (shared/receipt.js); texts are those of templates/script.go.
//
// Request: POST form.action, multipart/form-data with sealed, delivery, to, token,
//   work where it was asked for, and headers Accept: application/json, Tipbox-Keys: ID.
// Answers:
//   200 with Tipbox-Taken: the thank-you page, put in this page's place: the
//     browser's history does not even have the /k that a plain post is led to (303);
//     2xx without Tipbox-Taken is somebody else's answer (a captive portal): tried again;
//   409 with Tipbox-Keys: /s/….json where ID is not the present set: the
//     script loads that, seals anew and posts again; where it does not get
//     that, it is as if there had been no answer;
//   4xx with Tipbox-Token: TOKEN where the token was stale: posted again with it;
//   429 with Tipbox-Work: CHALLENGE: solved, and posted again with the field work;
//     429 with Retry-After alone, or where it cannot be solved: tried again after that,
//     five times, and then said;
//   404 and 410: withdrawn; 413: smaller photos; other 4xx, and 429 with Tipbox-Text-First:
//     not taken, for the reason in the page's div.alert;
//   5xx or none: tried again, after Retry-After or else 2 s and then ever longer,
//     for as long as the page is open.
//
// Content-Security-Policy needs: script-src 'self'; connect-src 'self'; img-src 'self'
//   blob: ('self' for Firefox, which asks for a favicon); form-action 'self';
//   worker-src 'self', for the worker and, where Trusted Types are on, the policy
//   tipbox-worker, which lets only that through (without them the page does the work
//   itself, and tips go without a receipt). No inline style, no eval. Nothing is stored.
import "../shared/polyfill.js";
import { load } from "./load.js";
import { Page } from "./page.js";
import { seal } from "./seal.js";

const script = document.currentScript;

// An engine too old for the library leaves the form as it was, silently: it
// promises nothing that it cannot do.
async function start() {
  const form = document.getElementById("tip");
  const data = form && (await load(script.getAttribute("data-keys")));
  if (!data) return;
  const trial = { id: "", unit: data.unit, site: form.dataset.site, siteName: "", mailbox: "report", urgent: false, lang: "", message: "", photos: [] };
  await seal(trial, data.to.unit);
  if (!("posted" in form.dataset)) new Page(form, data);
}

start().catch(() => {});
