// Making a key: whose it is, its passphrase, and the passphrase again.
import { h } from "../dom.js";
import { plain } from "./words.js";
import { drawWrong, drawWorking } from "./work.js";

/** Brings the heading of what is done now into sight. */
export function headed() {
  const heading = document.querySelector("#keys h2");
  if (heading) heading.focus();
}

const $ = (id) => document.getElementById(id);

export function drawMaking(app, state, work) {
  const words = app.t.keys;
  const type = state.shown || !state.own ? "text" : "password";
  const input = (id, of, label, hint, more = {}, oninput = () => {}) => h("div", { class: "field" },
    h("label", { for: id }, label), h("p", { class: "note", id: `${id}hint` }, hint),
    h("input", { type: "text", id, value: state[of], autocomplete: "off", autocapitalize: "off", spellcheck: "false", "aria-describedby": `${id}hint ${id}said`, ...more,
      oninput: (e) => {
        state[of] = e.target.value;
        oninput();
      } }));
  const told = () => {
    // In place: who types keeps the focus.
    if ($("strength")) sayStrength($("strength"), words, state);
    sayAgain($("keyagainsaid"), words, state);
    $("keymake").disabled = !state.ready;
  };
  const change = (more) => () => {
    Object.assign(state, more(), { again: "", passphrase: "" });
    app.update();
  };
  const strength = h("p", { id: "strength", class: "strength", role: "status" });
  sayStrength(strength, words, state);
  const again = h("p", { id: "keyagainsaid", class: "note", role: "status" });
  sayAgain(again, words, state);
  return h("form", { class: "step making", onsubmit: (e) => {
    e.preventDefault();
    if (state.ready) work(async (derive) => app.act.adopt(await state.make(derive))).then(() => state.problem || headed());
  } },
  h("h2", { tabindex: "-1" }, words.makeTitle),
  input("keylabel", "label", words.label, words.labelHint, { maxlength: "120", placeholder: words.labelExample }),
  h("div", { class: "field" },
    state.own ? [
      input("keypass", "passphrase", words.own, words.ownHint, { type }, told),
      h("p", { id: "keypasssaid" }, strength),
    ] : [
      h("h3", {}, words.pass), h("p", { class: "note" }, words.drawnHint),
      h("ol", { class: "drawn", lang: "vi" }, state.drawn.map((word) => h("li", {}, plain(word), h("small", {}, word)))),
      h("p", {}, words.typeThis, " ", h("code", { id: "drawn", class: "typethis" }, plain(state.drawn.join(" ")))),
      strength,
    ],
    h("p", { class: "buttons" },
      !state.own && h("button", { type: "button", id: "drawagain", class: "button small", onclick: change(() => ({ drawn: state.redraw() })) }, words.again),
      h("button", { type: "button", id: "ownway", class: "button small", onclick: change(() => ({ own: !state.own })) }, state.own ? words.drawnWay : words.ownWay))),
  input("keyagain", "again", words.retype, words.retypeHint, { type: state.own ? type : "text", onpaste: (e) => e.preventDefault() }, told),
  again,
  state.own && h("label", { class: "check" }, h("input", { type: "checkbox", id: "keyshow", checked: state.shown, onchange: (e) => {
    state.shown = e.target.checked;
    app.update();
  } }), words.show),
  drawWrong(app.t, state.problem),
  state.working === null ? h("p", { class: "buttons" }, h("button", { type: "submit", id: "keymake", class: "button primary", disabled: !state.ready }, words.makeIt)) : drawWorking(app.t, state, words.making));
}

function sayStrength(node, words, state) {
  const { level, why, seconds } = state.strength;
  const good = level === "fair" || level === "strong";
  node.textContent = "";
  node.dataset.level = why === "empty" ? "" : level;
  if (why === "empty") return;
  node.append(h("strong", {}, words.level[level]), why && !good ? `: ${words.why[why]}` : ".", " ", (good ? words.holds : words.takes)(time(words.time, seconds)));
}

function sayAgain(node, words, state) {
  const accents = !state.own && /[^\0-\x7f]/.test(state.again);
  node.textContent = state.again === "" ? "" : state.retyped ? words.matches : accents ? words.noAccents : words.differs;
}

function time(says, seconds) {
  const units = [["minutes", 60], ["hours", 3600], ["days", 86400], ["months", 30 * 86400], ["years", 365 * 86400]];
  if (seconds < 60) return says.moment;
  if (seconds > 1000 * 365 * 86400) return says.ages;
  const [unit, size] = units.filter(([, s]) => seconds >= s).pop();
  return says[unit](Math.floor(seconds / size));
}
