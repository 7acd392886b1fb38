// Bytes as text of one character a byte, which searches and expressions work on.

/** Returns the bytes as such a text. (TextDecoder's "latin1" is another code.) */
export function binary(bytes) {
  const pieces = [];
  for (let at = 0; at < bytes.length; at += 8192) pieces.push(String.fromCharCode.apply(null, bytes.subarray(at, at + 8192)));
  return pieces.join("");
}

/** Returns the bytes of such a text. */
export function bytesOf(text) {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Returns what such a text says in UTF-8. */
export const utf8 = (text) => new TextDecoder().decode(bytesOf(text));

/** Returns the number of up to four bytes, the lowest first. */
export function little(text, at, size = 4) {
  let n = 0;
  for (let i = size - 1; i >= 0; i--) n = n * 256 + (text.charCodeAt(at + i) & 255);
  return n;
}
