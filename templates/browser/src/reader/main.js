/* global LICENSES -- the texts of the licences, put here by build.mjs */
// The officer's offline reader. Nothing here touches the network or storage;
// the page's Content-Security-Policy would not let it.
import "../shared/polyfill.js";
import { dropped, picked } from "./collect.js";
import { deriver } from "./derive.js";
import { Desk } from "./desk.js";
import { Idle } from "./idle.js";
import { Problem } from "./problem.js";
import { sha256, snapshot } from "./self.js";
import { View } from "./view.js";

const self = snapshot();
const desk = new Desk();
let stop = null;

const view = new View(desk, { version: self.version, licences: LICENSES, sum: sha256(self.bytes) }, {
  language() {
    view.lang = view.lang === "vi" ? "en" : "vi";
    view.update();
  },
  lock: () => lock("khoa"),
  stop: () => stop.abort(),
  picked: (input, asKey) => take(picked(input), asKey),
  unlock,
});

// One drop at a time: a second one waits until the first is read.
let queue = Promise.resolve();

function take(files, asKey) {
  queue = queue.then(() => taken(files, asKey));
  return queue;
}

async function taken(files, asKey) {
  if (files.length === 0) return;
  view.notice = "";
  view.error = "";
  idle.start();
  await desk.add(files, { asKey, progress });
  view.busy = null;
  view.update();
  if (view.tell()) return;
  const passphrase = document.getElementById("passphrase");
  if (passphrase && !passphrase.disabled && desk.waiting.length + desk.lacking.length > 0) passphrase.focus();
}

function progress(n, of) {
  view.busy = { n, of };
  view.notices();
  idle.touch();
}

async function unlock(passphrase) {
  if (view.unlocking) return;
  view.unlocking = true;
  view.error = "";
  stop = new AbortController();
  view.update();
  let failed = null;
  try {
    await desk.unlock(passphrase, deriver((done) => view.progress(done), stop.signal), progress);
  } catch (err) {
    failed = err instanceof Problem ? err.code : "unexpected";
  }
  view.unlocking = false;
  view.busy = null;
  view.error = failed || "";
  const input = document.getElementById("passphrase");
  if (!failed || failed === "wrongpassphrase") input.value = "";
  if (!failed) document.getElementById("show").checked = false; // another key's passphrase is hidden again
  view.update();
  if (failed) document.getElementById("passphrase").focus();
  else if (!view.tell()) document.getElementById("tip").focus({ preventScroll: true });
}

/**
 * Locks: the page goes blank and is loaded anew, so that the browser itself
 * drops every key, text and picture; the fragment says why.
 */
function lock(why) {
  idle.stop();
  if (stop) stop.abort();
  view.clear();
  location.replace(`#${why}`);
  location.reload();
}

const idle = new Idle({
  now: () => Date.now(),
  warn(on) {
    if (Boolean(view.idle) === on) return;
    view.idle = on;
    view.notices();
  },
  lock: () => lock("tukhoa"),
});
setInterval(() => idle.check(), 5000);
document.addEventListener("visibilitychange", () => idle.check());
for (const event of ["pointerdown", "pointermove", "keydown", "wheel", "scroll"]) {
  document.addEventListener(event, () => idle.touch(), { capture: true, passive: true });
}

// A page that was left must not lie in the browser's cache with tips on it.
window.addEventListener("pagehide", () => view.clear());
window.addEventListener("pageshow", (event) => event.persisted && location.reload());

let depth = 0;
const dragging = (on) => document.body.classList.toggle("dragging", on);
document.addEventListener("dragenter", (event) => {
  event.preventDefault();
  dragging(++depth > 0);
});
document.addEventListener("dragleave", () => dragging((depth = Math.max(0, depth - 1)) > 0));
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", async (event) => {
  event.preventDefault();
  depth = 0;
  dragging(false);
  let files;
  try {
    files = await dropped(event.dataTransfer);
  } catch (err) {
    desk.refuse(err instanceof Problem ? err.code : "unexpected");
    view.update();
    view.tell();
    return;
  }
  await take(files, false);
});

view.notice = { "#khoa": "lockedNow", "#tukhoa": "lockedIdle" }[location.hash] || "";
if (view.notice) history.replaceState(null, "", location.href.split("#")[0]);
view.update();
