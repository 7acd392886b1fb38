// The slow part of unlocking, in a worker: the page goes on painting, and all
// the memory it took is gone when the page ends the worker.
import { scryptAsync } from "@noble/hashes/scrypt.js";

self.onmessage = async ({ data: { passphrase, salt, logN } }) => {
  try {
    const key = await scryptAsync(passphrase, salt, {
      N: 2 ** logN, r: 8, p: 1, dkLen: 32, maxmem: 2 ** 31, asyncTick: 200,
      onProgress: (done) => self.postMessage({ done }),
    });
    self.postMessage({ key });
  } catch {
    self.postMessage({ failed: true }); // no memory, on a small PC
  }
};
