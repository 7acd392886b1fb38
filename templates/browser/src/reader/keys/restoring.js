// A key file back from its sheet of paper: from pictures, from what is typed, from both.
import { h } from "../dom.js";
import { download } from "../handout.js";
import { Problem } from "../problem.js";
import { headed } from "./making.js";
import { fileOf } from "./state.js";
import { pictures } from "./picture.js";
import { canChoose, saveTo } from "./save.js";
import { drawWrong, drawWorking } from "./work.js";

const maxPicture = 100 << 20; // some phones' photos of 200 megapixels have 70

/** The bytes of a picture that was chosen. */
export async function bytesOf(file) {
  if (file.size > maxPicture) throw new Problem("photobomb");
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new Problem("unreadable");
  }
}

// One picture at a time is in memory.
async function* read(file) {
  yield* pictures(bytesOf(file));
}

/** Reads the files, pictures of a sheet, into what is being restored. */
export async function readFiles(app, state, files) {
  let going = true;
  state.problem = null;
  state.stop = () => { going = false; };
  try {
    await state.addPictures(files.map((file) => read(file)), async (n, of) => {
      if (!state.scanning || state.scanning.n !== n) {
        state.scanning = { n, of };
        app.update();
      }
      await new Promise((resolve) => {
        setTimeout(resolve); // the page goes on painting
      });
      return going;
    });
  } catch (err) {
    state.problem = err instanceof Problem ? err : new Problem("unexpected");
  }
  state.scanning = null;
  app.update();
}

export function drawRestoring(app, state, work) {
  const words = app.t.keys;
  const { reading } = state;
  const restart = h("button", { type: "button", id: "otherpaper", class: "button small", onclick: () => {
    state.begin("restore");
    app.update();
  } }, words.restart);
  if (reading.whole && !(state.problem && state.problem.code === "wrongsum")) return drawWhole(app, state, work, restart);
  const typed = () => {
    state.problem = null;
    try {
      reading.addText(state.typedLines);
    } catch (err) {
      state.problem = err;
    }
    app.update();
    (document.getElementById("typedlines") || document.getElementById("sheetpass")).focus();
  };
  return h("section", { class: "step" },
    h("h2", { tabindex: "-1" }, words.restoreTitle),
    h("p", { id: "readsofar", class: "status", role: "status" }, state.scanning ? words.scanning(state.scanning.n, state.scanning.of)
      : reading.total === 0 ? words.nothingYet : words.missing(reading.lines.size, reading.total, reading.missing)),
    state.scanning && h("p", { class: "buttons" }, h("button", { type: "button", id: "keysstop", class: "button small", onclick: () => state.stop() }, words.stop)),
    drawWrong(app.t, state.problem),
    h("h3", {}, words.photoTitle), h("p", {}, words.photoText),
    h("p", { class: "buttons" },
      h("input", { type: "file", id: "sheetphotos", class: "picker", multiple: true, accept: "image/*,.pdf", onchange: (e) => readFiles(app, state, [...e.target.files]) }),
      h("label", { for: "sheetphotos", class: "button primary" }, words.photo), reading.total > 0 && restart),
    h("h3", {}, words.typeTitle), h("p", {}, words.typeText),
    h("label", { for: "typedlines" }, words.typed),
    h("textarea", { id: "typedlines", rows: "8", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", placeholder: "01/17 ABCD EFGH …", oninput: (e) => { state.typedLines = e.target.value; } }, state.typedLines),
    h("p", { class: "buttons" }, h("button", { type: "button", id: "readtyped", class: "button", onclick: typed }, words.readTyped)));
}

function drawWhole(app, state, work, restart) {
  const words = app.t.keys;
  const save = (how) => async () => {
    state.problem = null;
    try {
      state.restored = await how("khoa-cua-toi", fileOf(state.reading.locked()));
    } catch (err) {
      state.problem = err instanceof Problem ? err : new Problem("notsaved");
    }
    app.update();
  };
  const down = save(async (name, text) => {
    download(name, text);
    return words.savedDown(name);
  });
  const to = save(async (name, text) => {
    const saved = await saveTo(name, text);
    return saved && words.savedTo(saved);
  });
  return h("form", { class: "step", onsubmit: (e) => {
    e.preventDefault();
    const passphrase = document.getElementById("sheetpass").value;
    work(async (derive) => app.act.adopt(await state.unlock(passphrase, derive))).then(() => state.problem || headed());
  } },
  h("h2", { tabindex: "-1" }, words.whole), h("p", {}, words.wholeText),
  h("p", { class: "buttons" },
    canChoose() && h("button", { type: "button", id: "savesheet", class: "button primary", onclick: to }, words.saveTo),
    h("button", { type: "button", id: "downsheet", class: canChoose() ? "button" : "button primary", onclick: down }, words.saveDown), restart),
  h("p", { class: "status", role: "status", id: "sheetsaved" }, state.restored),
  h("div", { class: "field" }, h("label", { for: "sheetpass" }, words.passphrase),
    h("input", { type: state.shown ? "text" : "password", id: "sheetpass", autocomplete: "off", spellcheck: "false", value: state.passphrase, oninput: (e) => { state.passphrase = e.target.value; } }),
    h("label", { class: "check" }, h("input", { type: "checkbox", id: "sheetshow", checked: state.shown, onchange: (e) => {
      state.shown = e.target.checked;
      app.update();
    } }), words.show)),
  drawWrong(app.t, state.problem),
  state.working === null ? h("p", { class: "buttons" }, h("button", { type: "submit", id: "sheetcheck", class: "button" }, words.check)) : drawWorking(app.t, state, words.unlocking));
}
