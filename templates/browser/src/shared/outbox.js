// The file in which a desk, which has no network, hands its replies to the page /o
// or to tipbox reply. docs/formats.md, "Outbox".
import { sealedSize } from "./reply.js";

const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
const unbase64 = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

/** Returns the text of the file: replies are [{lookup (hex), sealed}] for one unit with its pass. */
export function writeOutbox({ base_url, pass, replies }) {
  const coded = replies.map(({ lookup, sealed }) => ({ lookup: base64(lookup.match(/../g).map((pair) => parseInt(pair, 16))), sealed: base64(sealed) }));
  return `${JSON.stringify({ tipbox: "replies", v: 1, base_url, pass, replies: coded })}\n`;
}

/** Reads it: {base_url, pass, replies}, or null where the text is no such file. */
export function readOutbox(text) {
  try {
    const { tipbox, v, base_url, pass, replies } = JSON.parse(text.replace(/^\ufeff/, ""));
    if (tipbox !== "replies" || v !== 1 || typeof base_url !== "string" || typeof pass !== "string") return null;
    return {
      base_url, pass,
      replies: replies.map((reply) => {
        const lookup = Array.from(unbase64(reply.lookup), (byte) => byte.toString(16).padStart(2, "0")).join("");
        const sealed = unbase64(reply.sealed);
        if (lookup.length !== 32 || sealed.length !== sealedSize) throw new Error("this is no reply");
        return { lookup, sealed };
      }),
    };
  } catch {
    return null;
  }
}
