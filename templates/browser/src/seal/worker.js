// What takes a while is done in a worker, which is this same bundle at this same
// address: the page's policy lets no other be one.

const own = typeof document === "undefined" ? "" : document.currentScript && document.currentScript.src;
const patience = 3000; // milliseconds for the worker to come; a bundle takes 2 s on EDGE
const longest = 90_000; // for it to be done

/** In a worker: does the tasks that ask names. */
export function serve(tasks) {
  self.onmessage = async ({ data: { task, input } }) => {
    try {
      self.postMessage({ done: await tasks[task](input) });
    } catch {
      self.postMessage({ failed: true });
    }
  };
  self.postMessage({ ready: true });
}

/**
 * In the page: has a worker of its own do a task and resolves to what comes of
 * it, null where the task failed. Rejects where there is no worker: the page may
 * do it itself.
 */
export function ask(task, input) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(trusted(own)); // a throw rejects
    let timer = 0;
    const end = (settle, value) => {
      clearTimeout(timer);
      worker.terminate();
      settle(value);
    };
    const fail = () => end(reject, new Error("no worker"));
    timer = setTimeout(fail, patience);
    worker.onmessage = ({ data }) => {
      if (data.ready) {
        clearTimeout(timer);
        timer = setTimeout(fail, longest);
        worker.postMessage({ task, input });
      } else if (data.failed) end(resolve, null);
      else end(resolve, data.done);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      fail();
    };
  });
}

let policy;

function trusted(url) {
  if (!self.trustedTypes) return url;
  policy = policy || self.trustedTypes.createPolicy("tipbox-worker", {
    createScriptURL(u) {
      if (u !== own) throw new TypeError("not the worker of this page");
      return u;
    },
  });
  return policy.createScriptURL(url);
}
