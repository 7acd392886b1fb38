// Proof of work: what a server under a flood asks of the phone, and nobody sees.
// ALTCHA's scheme, version 2 (https://altcha.org/docs/v2/proof-of-work-captcha):
// find the counter whose derived key begins as the challenge says.

const most = 10_000; // counters tried: no server of ours asks for more than a tenth
const longest = 60_000; // milliseconds
const atOnce = 4; // keys under way: a browser may have a thread for each

/**
 * Solves a challenge as it stands in the header Tipbox-Work and resolves to what
 * the field work has to hold. Rejects where it cannot: a challenge of another
 * kind, a phone that takes a minute for it, or no WebCrypto, as on plain http.
 */
export async function solve(header) {
  const challenge = JSON.parse(atob(header));
  const { algorithm, cost, keyLength, keyPrefix, nonce, salt } = challenge.parameters;
  if (algorithm !== "PBKDF2/SHA-256") throw new Error("work of another kind");
  const how = { name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: cost };
  const derive = async (counter) => {
    const password = bytes(nonce + counter.toString(16).padStart(8, "0"));
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    return hex(new Uint8Array(await crypto.subtle.deriveBits(how, key, keyLength * 8)));
  };
  const end = Date.now() + longest;
  for (let next = 0; next < most && Date.now() < end; next += atOnce) {
    const keys = await Promise.all(Array.from({ length: atOnce }, (_, i) => derive(next + i)));
    const found = keys.findIndex((key) => key.startsWith(keyPrefix));
    if (found >= 0) return btoa(JSON.stringify({ challenge, solution: { counter: next + found, derivedKey: keys[found] } }));
  }
  throw new Error("not solved");
}

const bytes = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
const hex = (key) => Array.from(key, (byte) => byte.toString(16).padStart(2, "0")).join("");
