/* global SCRYPT_WORKER -- the bundled text of scrypt-worker.js, put here by build.mjs */
import { Problem } from "./problem.js";

/**
 * Returns a derive function for unlock that works in a worker, calls
 * progress(0 to 1), and gives up with the Problem "stopped" when the signal is
 * aborted. The Content-Security-Policy allows one worker, from a blob; where
 * the browser has Trusted Types the policy's single rule is this very blob.
 */
export function deriver(progress, signal) {
  return (passphrase, salt, logN) => new Promise((resolve, reject) => {
    const url = URL.createObjectURL(new Blob([SCRYPT_WORKER], { type: "text/javascript" }));
    const worker = new Worker(trusted(url));
    const end = (settle, value) => {
      worker.terminate();
      URL.revokeObjectURL(url);
      settle(value);
    };
    signal.addEventListener("abort", () => end(reject, new Problem("stopped")));
    worker.onmessage = ({ data }) => {
      if (data.key) end(resolve, data.key);
      else if (data.failed) end(reject, new Problem("nomemory"));
      else progress(data.done);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      end(reject, new Problem("nomemory"));
    };
    worker.postMessage({ passphrase, salt, logN });
  });
}

let policy;

function trusted(url) {
  if (!self.trustedTypes) return url;
  policy = policy || self.trustedTypes.createPolicy("tipbox-worker", {
    createScriptURL(u) {
      if (!u.startsWith("blob:")) throw new TypeError("not a worker of this page");
      return u;
    },
  });
  return policy.createScriptURL(url);
}
