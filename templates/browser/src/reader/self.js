// What this file is: its version, and the SHA-256 of all its bytes.
//
// A file cannot hold its own hash, but this one is written so that parsing and
// serialising gives back its bytes (build.mjs checks the form, a test the
// number): the page hashes itself. Must be called before anything has changed.

/** Returns {version, bytes} of the file as it was loaded. */
export function snapshot() {
  return {
    version: document.documentElement.getAttribute("data-version"),
    bytes: new TextEncoder().encode(`<!DOCTYPE html>${document.documentElement.outerHTML}`),
  };
}

/** Returns a digest in lower-case hex, in groups of 8 to read aloud. */
export const hex = (digest) => Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, "0")).join("").replace(/.{8}(?=.)/g, "$& ");

/** Resolves to the SHA-256 of the bytes, as hex gives it. */
export const sha256 = async (bytes) => hex(await crypto.subtle.digest("SHA-256", bytes));
