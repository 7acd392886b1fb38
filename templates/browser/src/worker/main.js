// What a page has done beside it, so that it goes on painting: proofs of work, and
// the slow part of a receipt. shared/worker.js asks.
import { scrypt } from "@noble/hashes/scrypt.js";
import { solve } from "../shared/work.js";

const tasks = {
  work: solve,
  /** The master of a receipt: shared/receipt.js. 32 MiB, gone with the worker. */
  receipt: ({ code, salt }) => scrypt(code, salt, { N: 2 ** 15, r: 8, p: 1, dkLen: 32 }),
};

self.onmessage = async ({ data: { task, input } }) => {
  try {
    self.postMessage({ done: await tasks[task](input) });
  } catch {
    self.postMessage({ failed: true });
  }
};
self.postMessage({ ready: true });
