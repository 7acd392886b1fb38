// Work that takes a while, or can go wrong, and its words on the screen.
import { deriver } from "../derive.js";
import { h } from "../dom.js";
import { Problem } from "../problem.js";

/**
 * Returns a function that runs a task, given a derive function for scrypt, and shows
 * how far it is and what went wrong.
 */
export function worker(app, state) {
  return async (task) => {
    if (state.working !== null) return;
    const stop = new AbortController();
    const failed = (err) => {
      if (err.code !== "stopped") state.problem = err instanceof Problem ? err : new Problem("unexpected");
    };
    Object.assign(state, { working: 0, problem: null, stop: () => stop.abort() });
    app.update();
    await task(deriver((done) => {
      state.working = done;
      const bar = document.getElementById("keysprogress");
      if (bar) bar.value = done;
    }, stop.signal)).catch(failed);
    state.working = null;
    app.update();
  };
}

/** Draws how far the work is, with a button that stops it. */
export function drawWorking(t, state, words) {
  return h("div", { class: "unlocking" }, h("p", {}, words), h("progress", { id: "keysprogress", max: "1", value: String(state.working), "aria-label": words }),
    h("button", { type: "button", id: "keysstop", class: "button small", onclick: () => state.stop() }, t.keys.stop));
}

/** Draws what is wrong; the place is there before, so that it is read out. */
export function drawWrong(t, problem, id = "keysproblem") {
  const said = problem && (t.problem[problem.code] || t.problem.unexpected);
  return h("p", { id, class: "error", role: "alert", "data-problem": problem && problem.code }, said && [h("strong", {}, said.title.replace("{lines}", problem.lines)), " ", said.hint]);
}
