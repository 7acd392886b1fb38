// A sender's code and a unit's reply, as crypto/receipt has them in Go.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { scrypt } from "@noble/hashes/scrypt.js";
import { Receipt } from "../src/seal/receipt.js";
import { complete, derive, hex, newCode, readCode, rows, salt, showTag } from "../src/shared/receipt.js";
import { maxText, openSlots, parseReply, replyPlaintext, sealedSize, sealReply, size, slotName, stock } from "../src/shared/reply.js";
import { makeKey, root, test } from "./support.mjs";

const vectors = JSON.parse(readFileSync(join(root, "..", "..", "crypto", "receipt", "testdata", "vectors.json"), "utf8"));
const bytes = (base64) => new Uint8Array(Buffer.from(base64, "base64"));
const masterOf = (code, base) => scrypt(code, salt(base), { N: 2 ** 15, r: 8, p: 1, dkLen: 32 });
const lower = (reply) => Object.fromEntries(Object.entries(reply).map(([name, value]) => [name.toLowerCase(), value]));

test("codes are made, shown and read as the server does it", () => {
  for (const { number, code, rows: shown } of vectors.codes) {
    assert.equal(complete(number), code);
    assert.deepEqual(rows(code), shown);
  }
  assert.ok(vectors.typed.length > 10);
  for (const { typed, code, error } of vectors.typed) assert.deepEqual(readCode(typed), error ? { error } : { code }, JSON.stringify(typed));
  const drawn = new Set(Array.from({ length: 200 }, newCode));
  assert.equal(drawn.size, 200);
  drawn.forEach((code) => assert.deepEqual(readCode(rows(code).join("\n")), { code }));
});

test("a code's lookup, tag and key are the server's", async () => {
  for (const { code, base_url: base, master, lookup, tag, shown, identity, recipient } of vectors.derived) {
    assert.equal(hex(masterOf(code, base)), master);
    assert.deepEqual(await derive(bytes(Buffer.from(master, "hex"))), { lookup, tag, identity, recipient });
    assert.equal(showTag(tag), shown);
  }
});

test("replies are written, sealed and opened as with the stock library", async () => {
  const kinds = new Set();
  for (const { name, code, base_url: base, reply, message, sealed } of vectors.replies) {
    const { identity, recipient } = await derive(masterOf(code, base));
    const plain = replyPlaintext(lower(reply));
    assert.equal(new TextDecoder().decode(plain).slice(0, message.length), message, name);
    assert.equal(plain.length, sealedSize - 200, name);
    const text = reply.Text.normalize("NFC");
    const slots = bytes(sealed);
    assert.equal(slots.length, sealedSize);
    for (const slot of [slots, await sealReply(lower(reply), recipient)]) {
      assert.equal(slot.length, sealedSize);
      const [{ slot: itself, ...read }] = await openSlots(slot, identity);
      assert.deepEqual(read, { ...lower(reply), text }, name);
      assert.match(slotName(itself), /^[0-9a-f]{32}$/);
    }
    kinds.add(reply.Answer);
  }
  assert.ok(kinds.has("") && [...kinds].filter(Boolean).every((kind) => stock.includes(kind)));
});

test("of eight slots those are opened that are for the code, in their order", async () => {
  const { code, base_url: base } = vectors.derived[0];
  const { identity, recipient } = await derive(masterOf(code, base));
  const other = await makeKey(true);
  const base0 = { unit: "na-co-sa", site: "ncs01", on: "2026-11-29" };
  const slots = [
    crypto.getRandomValues(new Uint8Array(sealedSize)),
    await sealReply({ ...base0, text: "ba", number: 2 }, recipient),
    await sealReply({ ...base0, text: "của người khác" }, other.recipient),
    await sealReply({ ...base0, text: "hai", number: 1 }, recipient),
    await sealReply({ ...base0, answer: "received", on: "2026-11-28", number: 9 }, recipient),
  ];
  const opened = await openSlots(Uint8Array.from(slots.flatMap((slot) => [...slot])), identity);
  assert.deepEqual(opened.map(({ answer, text }) => answer || text), ["received", "hai", "ba"]);
});

test("what is no reply is neither written nor read", () => {
  const good = { unit: "na-co-sa", site: "ncs01", on: "2026-11-29", text: "x" };
  assert.equal(size("ữ".repeat(1000)), maxText);
  for (const wrong of [{ text: " \n" }, { text: "ữ".repeat(1001) }, { text: "x".repeat(20_000) }, { site: "a\r\nb" }, { unit: "" }, { on: "hôm nay" }, { answer: "a b" }]) {
    assert.throws(() => replyPlaintext({ ...good, ...wrong }), JSON.stringify(wrong));
  }
  for (const text of ["", "xin chào", "Tipbox-Reply: x\r\n\r\n", "Subject: x\r\n\r\nTipbox-Reply: 1\r\n\r\n"]) {
    assert.equal(parseReply(new TextEncoder().encode(text)), null, text);
  }
});

test("a tip waits for its code, but not for long", async () => {
  const { code, base_url: at, master, lookup, tag, recipient } = vectors.derived[0];
  const made = { code, at, lookup, tag, recipient };
  assert.deepEqual(await new Receipt(async () => bytes(Buffer.from(master, "hex")), at, code).within(1000), made);
  const never = () => new Promise(() => {});
  assert.deepEqual(await new Receipt(never, at, code).within(1), { code, at }, "a code that is on paper already is not lost");
  assert.equal(await new Receipt(never, at, "").within(1), null);
  assert.equal(await new Receipt(() => Promise.reject(new Error("no worker")), at, "").within(1000), null);
});
