/* global LICENSES -- the texts of the licences, put here by build.mjs */
// The officer's desk. Nothing here touches the network or storage, but for the book, sealed,
// where the officer has chosen; the page's Content-Security-Policy would not let it.
import "../shared/polyfill.js";
import { readAddressBook } from "./addressbook.js";
import { besideThePage } from "./ahead.js";
import { App } from "./app.js";
import { dropped, picked } from "./collect.js";
import { deriver } from "./derive.js";
import { Desk } from "./desk.js";
import { Idle } from "./idle.js";
import { Problem } from "./problem.js";
import { extras, files, hooks, panels, screens } from "./screens.js";
import { sha256, snapshot } from "./self.js";
import { View } from "./view.js";

const self = snapshot();
const brought = document.getElementById("addressbook");
const desk = new Desk({
  readMany: besideThePage(),
  async take(name, bytes, how) {
    const file = files.find((one) => one.sniff && one.sniff(name, bytes, how));
    if (file) await file.take(app, name, bytes, how);
    return Boolean(file);
  },
  async takeOpened(name, plain, sealed) {
    const file = files.find((one) => one.opened && one.opened(name, plain));
    if (file) await file.takeOpened(app, name, plain, sealed);
    return Boolean(file);
  },
});
const app = new App({ desk, screens, panels, extras, hooks, addressBook: readAddressBook(brought ? brought.textContent : "{}") });
const view = new View(app, { version: self.version, licences: LICENSES, sum: sha256(self.bytes) });
let stop = null;

app.update = () => view.update();
app.act = {
  language() {
    app.lang = app.lang === "vi" ? "en" : "vi";
    view.update();
  },
  lock: () => lock("khoa"),
  stop: () => stop.abort(),
  halt() {
    halted = true;
  },
  goOn: () => take([]),
  adopt: (key) => take([], false, key),
  picked: (input, asKey) => take(picked(input), asKey),
  take,
  unlock,
  select,
  back,
  looked,
};

// One drop at a time: a second one waits until the first is read.
let queue = Promise.resolve();

/** Takes files in, as if they had been dropped; or a key, unlocked, that was made here. */
function take(given, asKey = false, key = null) {
  queue = queue.then(() => taken(given, asKey, key));
  return queue;
}

async function taken(given, asKey, key) {
  if (given.length === 0 && desk.waiting.length === 0 && !key) return;
  app.said = "";
  app.failed = "";
  halted = false;
  idle.start();
  const keys = desk.keys.length;
  if (key) desk.adopt(key);
  if (given.length > 0) await desk.add(given, { asKey, progress });
  else await desk.openWaiting(progress);
  await opened(keys);
  app.busy = null;
  if (desk.repeated > 0 && !app.said) app.notice(app.t.repeated(desk.repeated));
  desk.repeated = 0;
  view.update();
  if (view.tell()) return;
  const passphrase = document.getElementById("passphrase");
  if (passphrase && !passphrase.disabled && desk.waiting.length + desk.lacking.length > 0) passphrase.focus();
}

const wait = (ms) => new Promise((resolve) => {
  setTimeout(resolve, ms);
});

let halted = false;
let painted = 0;

// Now and then the browser gets its turn, to paint and to hear the button that stops it.
// What takes no time is not worth a word.
async function progress(what, n, of) {
  const now = performance.now();
  if (n === 1 && !app.busy) painted = now;
  if (now - painted > 400) {
    view.busy(what, n, of);
    idle.touch();
    await wait(0);
    painted = performance.now();
  }
  return !halted;
}

// Tells the features what is new; keys is how many there were before.
async function opened(keys) {
  if (desk.keys.length > keys) await each("unlocked");
  const entries = desk.opened.filter((entry) => !entry.told);
  if (entries.length === 0) return;
  for (const entry of entries) entry.told = true;
  await each("opened", entries);
  desk.sorted = null; // a book may have given them other ids
  if (app.screen === "today" && app.book === null) app.screen = "tips"; // all of it is new
}

// What fails in one feature must not keep tips from being read; who says no has the last word.
async function each(event, ...args) {
  const results = [];
  for (const hook of hooks.filter((one) => one[event])) {
    try {
      results.push(await hook[event](app, ...args));
      if (results[results.length - 1] === false) break;
    } catch (err) {
      desk.refuse(err instanceof Problem ? err.code : "unexpected");
    }
  }
  return results;
}

function select(entry, { focus = true } = {}) {
  app.entry = entry;
  app.screen = "tips";
  app.reading = focus; // on a narrow page the tip now stands for the list
  view.update();
  const tip = document.getElementById("tip");
  tip.scrollTop = 0;
  if (focus) tip.focus({ preventScroll: true });
}

function back() {
  app.reading = false;
  view.update();
  const current = document.querySelector("#list [aria-current] , #search");
  if (current) current.focus();
}

async function looked(entry) {
  if (entry.looked) return;
  entry.looked = true;
  await each("looked", entry);
}

async function unlock(passphrase) {
  if (app.unlocking) return;
  app.unlocking = true;
  app.failed = "";
  halted = false;
  stop = new AbortController();
  view.update();
  let failed = "";
  const keys = desk.keys.length;
  try {
    await desk.unlock(passphrase, deriver((done) => view.progress(done), stop.signal), progress);
    await opened(keys);
  } catch (err) {
    failed = err instanceof Problem ? err.code : "unexpected";
  }
  app.unlocking = false;
  app.busy = null;
  app.failed = failed;
  const input = document.getElementById("passphrase");
  if (!failed || failed === "wrongpassphrase") input.value = "";
  if (!failed) document.getElementById("show").checked = false; // another key's passphrase is hidden again
  view.update();
  if (failed) document.getElementById("passphrase").focus();
  else if (!view.tell() && document.getElementById("tip")) document.getElementById("tip").focus({ preventScroll: true });
}

/**
 * Locks: the page goes blank and is loaded anew, so that the browser itself
 * drops every key, text and picture; the fragment says why. What would be lost for good
 * is held, alone on the page, until somebody has saved it.
 */
async function lock(why) {
  if (why !== "khoa") idle.stop(); // a question may stay unanswered
  document.body.hidden = why !== "khoa"; // nobody is there to be asked, and somebody may look on
  const asked = each("lock", why);
  const stay = why === "khoa" ? await asked : await Promise.race([asked, wait(10_000)]);
  if (why === "khoa" && stay.includes(false)) return;
  idle.stop();
  if (stop) stop.abort();
  view.clear();
  const leave = () => {
    leaving = true; // the browser need not ask again
    location.replace(`#${why}`);
    location.reload();
  };
  if (why === "khoa" || !hooks.some((hook) => hook.hold && hook.hold(app, leave))) {
    leave();
    return;
  }
  Object.assign(desk, { tips: [], keys: [], keyFiles: [] });
  document.body.hidden = false;
}

let leaving = false;
window.addEventListener("beforeunload", (event) => {
  if (leaving || !hooks.some((hook) => hook.unsaved && hook.unsaved(app))) return;
  event.preventDefault();
  event.returnValue = ""; // Chrome before 119 asks for nothing else
});

const idle = new Idle({
  now: () => Date.now(),
  warn(on) {
    if (Boolean(app.idle) === on) return;
    app.idle = on;
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

// "/" goes to the search, as in many a program.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, textarea, select, dialog")) return;
  if (app.screen !== "tips" && app.working) app.go("tips");
  const search = document.getElementById("search");
  if (!search) return;
  event.preventDefault();
  if (app.reading) back();
  search.focus();
});

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
  let given;
  try {
    given = await dropped(event.dataTransfer);
  } catch (err) {
    desk.refuse(err instanceof Problem ? err.code : "unexpected");
    view.update();
    view.tell();
    return;
  }
  await take(given);
});

app.said = { "#khoa": "lockedNow", "#tukhoa": "lockedIdle" }[location.hash] || "";
if (app.said) history.replaceState(null, "", location.href.split("#")[0]);
view.update();
