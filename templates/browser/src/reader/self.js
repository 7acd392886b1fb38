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

/** Resolves to the SHA-256 in lower-case hex, in groups of 8 to read aloud. */
export async function sha256(bytes) {
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(sum, (b) => b.toString(16).padStart(2, "0")).join("").replace(/.{8}(?=.)/g, "$& ");
}
