/* global SCRYPT_WORKER -- the bundled text of scrypt-worker.js, put here by build.mjs */
import { beside } from "./beside.js";
import { Problem } from "./problem.js";

/**
 * Returns a derive function for unlock that works in a worker, calls
 * progress(0 to 1), and gives up with the Problem "stopped" when the signal is
 * aborted.
 */
export function deriver(progress, signal) {
  return (passphrase, salt, logN) => new Promise((resolve, reject) => {
    const { worker, end } = beside(SCRYPT_WORKER);
    const settled = (settle, value) => {
      end();
      settle(value);
    };
    signal.addEventListener("abort", () => settled(reject, new Problem("stopped")));
    worker.onmessage = ({ data }) => {
      if (data.key) settled(resolve, data.key);
      else if (data.failed) settled(reject, new Problem("nomemory"));
      else progress(data.done);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      settled(reject, new Problem("nomemory"));
    };
    worker.postMessage({ passphrase, salt, logN });
  });
}
