// Debian 12's Node is 18: what the scripts find in every browser and it lacks.
import { webcrypto } from "node:crypto";
import { Duplex } from "node:stream";
import { createInflateRaw } from "node:zlib";

if (!globalThis.crypto) globalThis.crypto = webcrypto;
try {
  new DecompressionStream("deflate-raw");
} catch {
  const Native = DecompressionStream;
  globalThis.DecompressionStream = class {
    constructor(format) {
      const { readable, writable } = format === "deflate-raw" ? Duplex.toWeb(createInflateRaw()) : new Native(format);
      Object.assign(this, { readable, writable });
    }
  };
}
