// What takes a while is done in a worker: the small bundle of src/worker, at the
// one address that the page was told. The page's policy lets no other be one.

const patience = 3000; // milliseconds for the worker to come
const longest = 90_000; // for it to be done

let policy = null; // a page may have one of the name
let only = "";

function trusted(address) {
  only = only || address;
  if (!self.trustedTypes) return address;
  policy = policy || self.trustedTypes.createPolicy("tipbox-worker", {
    createScriptURL(url) {
      if (url !== only) throw new TypeError("not the worker of this page");
      return url;
    },
  });
  return policy.createScriptURL(address);
}

/**
 * Returns ask(task, input) of the worker at the address, the first that is named in
 * the page: it does a task in a worker of its own and resolves to what comes of it,
 * null where the task failed. It rejects where there is no worker.
 */
export function asker(address) {
  return (task, input) => new Promise((resolve, reject) => {
    const worker = new Worker(trusted(address)); // a throw rejects
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
