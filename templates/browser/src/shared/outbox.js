// The file in which a desk, which has no network, hands its replies to the page /o
// or to tipbox reply. docs/formats.md, "Outbox".
import { sealedSize } from "./reply.js";

/** Returns the text of the file: replies are [{lookup, sealed}] for one unit with its pass. */
export function writeOutbox({ base_url, pass, replies }) {
  const coded = replies.map(({ lookup, sealed }) => ({ lookup, sealed: btoa(String.fromCharCode(...sealed)) }));
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
        const sealed = Uint8Array.from(atob(reply.sealed), (char) => char.charCodeAt(0));
        if (!/^[0-9a-f]{32}$/.test(reply.lookup) || sealed.length !== sealedSize) throw new Error("this is no reply");
        return { lookup: reply.lookup, sealed };
      }),
    };
  } catch {
    return null;
  }
}
