// The script of /o: posts the replies of an outbox file, dropped or chosen. Without
// it the form posts the whole file.
//
// CONTRACT with the page and the server
//
// Page: <form id="o" method="post" enctype="multipart/form-data" data-at=BASE-URL> with
//   the field outbox, a file, in [data-field=outbox], and one <button type="submit">;
//   <script src="/s/outbox-HASH.js" data-keys="/s/HASH.json" defer></script>. The script
//   adds #status (role=status) before the button.
// Data: { "texts": {…} }, those of templates/script.go.
// Request: POST /o, multipart/form-data with pass, lookup (32 hexadecimal digits) and
//   sealed (4,096 bytes), Accept: application/json.
// Answers: 204 taken, or known already; 403 no pass of a unit's; 409 eight are waiting
//   there; 422 malformed; 503 with Retry-After, or none: later; 507 no room.
import "../shared/polyfill.js";
import { Line } from "../seal/line.js";
import { load } from "../seal/load.js";
import { readOutbox } from "../shared/outbox.js";
import { postAll } from "./post.js";

const script = document.currentScript;

function start(form, { texts }) {
  const text = (key, values = {}) => texts[key].replace(/\{([a-z]+)\}/g, (_, name) => values[name]);
  const button = form.querySelector("[type=submit]");
  const status = document.createElement("div");
  status.id = "status";
  status.setAttribute("role", "status");
  button.parentNode.insertBefore(status, button);
  const say = (...lines) => {
    status.textContent = "";
    lines.forEach((line) => {
      status.appendChild(document.createElement("p")).textContent = line;
    });
  };
  let busy = false;

  async function take(file) {
    if (busy || !file) return;
    const outbox = readOutbox(await file.text().catch(() => ""));
    if (!outbox) say(text("outbox_none"));
    else if (outbox.base_url !== form.dataset.at) say(text("outbox_other", { address: `${outbox.base_url}/o` }));
    else await post(outbox.pass, outbox.replies);
  }

  async function post(pass, replies) {
    busy = button.disabled = true;
    const line = new Line();
    const { sent, left, why } = await postAll(replies, {
      wait: (ms) => line.wait(ms),
      progress: (n) => say(text("outbox_progress", { n, all: replies.length })),
      send: async ({ lookup, sealed }) => {
        const body = new FormData();
        body.append("pass", pass);
        body.append("lookup", lookup);
        body.append("sealed", new Blob([sealed]), "tra-loi.age");
        const answer = await line.request("text", "POST", "/o", { Accept: "application/json" }, body);
        return { status: answer.status, after: Number(answer.header("Retry-After")) || 0 };
      },
    });
    busy = button.disabled = false;
    const reasons = ["pass", "full", "broken", "room", "away"].filter((reason) => why[reason]);
    say(...(sent || !left.length ? [text("outbox_done", { n: sent })] : []), ...reasons.map((reason) => text(`outbox_${reason}`, { n: why[reason] })));
    if (!why.away && !why.room) return;
    const again = status.appendChild(document.createElement("button"));
    again.type = "button";
    again.textContent = text("outbox_again");
    again.addEventListener("click", () => busy || post(pass, left));
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form.elements.outbox.files.length) take(form.elements.outbox.files[0]);
    else form.elements.outbox.focus();
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });
}

const form = document.getElementById("o");
if (form) load(script.getAttribute("data-keys")).then((data) => data && start(form, data)).catch(() => {});
