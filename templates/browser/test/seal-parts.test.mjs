// The sealing script's parts in Node: what needs no page.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Decrypter } from "age-encryption";
import { parseTip } from "../src/reader/tip.js";
import { check } from "../src/seal/form.js";
import { photoRoom, plaintext, sizes, TooLarge } from "../src/seal/plaintext.js";
import { delays, post } from "../src/seal/post.js";
import { seal } from "../src/seal/seal.js";
import { cleanLine, cleanText, fits, maxMessageBytes, maxMessageChars } from "../src/seal/text.js";
import { solve } from "../src/shared/work.js";
import { isHEIC, isJPEG, measure, orientation, segments } from "../src/shared/jpeg.js";
import { decodeJPEG, readJPEG } from "../src/shared/jpegread.js";
import { encodeJPEG } from "../src/shared/jpegwrite.js";
import { shrink, turned } from "../src/shared/picture.js";
import { decodePNG, isPNG } from "../src/shared/pngread.js";
import { example, makeKey, root, test } from "./support.mjs";

const vectors = ["vectors.json", "reply-vectors.json"].flatMap((name) => JSON.parse(readFileSync(join(root, "..", "..", "crypto", "plaintext", "testdata", name), "utf8")));
const camera = new Uint8Array(readFileSync(join(root, "test", "data", "camera.jpg")));

test("the plaintext is the server's, byte for byte", () => {
  assert.ok(vectors.length >= 10);
  const lower = (object) => object && Object.fromEntries(Object.entries(object).map(([key, value]) => [key[0].toLowerCase() + key.slice(1), value]));
  for (const { Name, Boundary, Tip, Passed, Message, Size, SHA256 } of vectors) {
    const passed = lower(Passed);
    const tip = { ...lower(Tip), reply: lower(Tip.Reply) };
    const bytes = plaintext({ ...tip, passed, id: Tip.ID || "", photos: (Tip.Photos || []).map((photo) => new Uint8Array(Buffer.from(photo, "base64"))) }, Boundary);
    if (Message) assert.equal(new TextDecoder().decode(bytes).slice(0, Message.length), Message, Name);
    assert.equal(bytes.length, Size, Name);
    assert.equal(createHash("sha256").update(bytes).digest("hex"), SHA256, Name);
    assert.deepEqual(parseTip(bytes).replyTo, lower(Tip.Reply) || null, Name);
  }
});

test("three photos of the room fit, and one byte class more does not", () => {
  const longest = { ...example, message: "ệ".repeat(4000), place: "x".repeat(400), time: "y".repeat(400), siteName: "ệ".repeat(200) };
  const photos = (size) => Array.from({ length: 3 }, () => new Uint8Array(size));
  assert.equal(plaintext({ ...longest, photos: photos(photoRoom(3)) }).length, sizes.at(-1));
  assert.throws(() => plaintext({ ...longest, photos: photos(photoRoom(3) + 9000) }), TooLarge);
});

test("seals to one kind of recipients, and refuses to mix", async () => {
  for (const classic of [false, true]) {
    const [a, b] = [await makeKey(classic), await makeKey(classic)];
    const sealed = await seal({ ...example, id: "" }, [a.recipient, b.recipient]);
    const decrypter = new Decrypter();
    decrypter.addIdentity(b.identity);
    const text = await decrypter.decrypt(sealed, "text");
    assert.equal(text.length > 0 && text.includes("Tipbox-Id"), false);
    assert.ok(text.includes(example.message));
    const other = await makeKey(!classic);
    await assert.rejects(seal(example, [a.recipient, other.recipient]), /more than one kind/);
  }
  await assert.rejects(seal(example, []), /more than one kind/);
  await assert.rejects(seal(example, ["age1tag1qqqq"]), /more than one kind/);
});

test("seals in an engine that has nothing of what came after Chrome 78", () => {
  // What age-encryption or we might reach for; node itself keeps its own.
  const later = {
    Object: ["hasOwn", "groupBy"], Promise: ["any", "allSettled", "withResolvers", "try"], "String.prototype": ["replaceAll", "at", "isWellFormed", "toWellFormed"],
    "Array.prototype": ["at", "findLast", "findLastIndex", "toReversed", "toSorted", "toSpliced", "with"], Array: ["fromAsync"],
    "Object.getPrototypeOf(Uint8Array.prototype)": ["at", "findLast", "findLastIndex", "toReversed", "toSorted", "with"], Uint8Array: ["fromBase64", "fromHex"], "Uint8Array.prototype": ["toBase64", "toHex", "setFromBase64"],
    "ArrayBuffer.prototype": ["transfer", "transferToFixedLength", "resize"], crypto: ["randomUUID"], AbortSignal: ["any", "timeout"],
    globalThis: ["structuredClone", "AggregateError", "CompressionStream", "Iterator"],
  };
  const script = `
    const { generateHybridIdentity, identityToRecipient, Decrypter } = await import("age-encryption");
    const id = await generateHybridIdentity(), to = await identityToRecipient(id);
    await import("node:http"); // which Node loads late, and with what is deleted here
    for (const [name, keys] of Object.entries(${JSON.stringify(later)})) for (const key of keys) delete eval(name)[key];
    await import("./src/shared/polyfill.js");
    const { seal } = await import("./src/seal/seal.js");
    const sealed = await seal(${JSON.stringify(example)}, [to]);
    const decrypter = new Decrypter();
    decrypter.addIdentity(id);
    console.log(typeof [].at, (await decrypter.decrypt(sealed, "text")).includes(${JSON.stringify(example.message)}));`;
  assert.equal(execFileSync(process.execPath, ["--import", "./test/node18.mjs", "--input-type=module", "-e", script], { cwd: root, encoding: "utf8", timeout: 60_000 }).trim(), "undefined true");
});

test("what Chrome 78 does not know is used nowhere on the page, or asked for first", () => {
  const unknown = /\.(replaceChildren|replaceAll|at|findLast|toReversed|toSorted|hasOwn|groupBy|any|allSettled|checkVisibility|requestSubmit|showPicker|arrayBuffer|randomUUID|scrollTo\(\{|inert)\(|\b(structuredClone|ResizeObserver|createImageBitmap|OffscreenCanvas|WeakRef|CompressionStream)\b|\?\?=|\|\|=|&&=/g;
  for (const dir of ["seal", "shared", "replies", "worker"]) {
    for (const name of readdirSync(join(root, "src", dir))) {
      const found = (readFileSync(join(root, "src", dir, name), "utf8").replace(/\/\/.*|\/\*[\s\S]*?\*\//g, "").match(unknown) || []);
      assert.deepEqual(found, [], `${dir}/${name}`);
    }
  }
});

test("text is cleaned and bounded as the server does it", () => {
  assert.equal(cleanText(" \u00a0a\r\nb\rc\u0000\u0007\td \u3000\n"), "a\nb\nc\td");
  assert.equal(cleanText("Vie\u0323\u0302t"), "Việt");
  assert.equal(cleanText("\ufeffa"), "\ufeffa"); // not white space in Go
  assert.equal(cleanText("x\u0085"), "x"); // white space in Go, not in JavaScript
  assert.equal(cleanText("a\ud800b"), "a\ufffdb");
  assert.equal(cleanLine(" cầu\n treo\u2003 2 "), "cầu treo 2");
  assert.ok(fits("😀".repeat(3000), maxMessageChars, maxMessageBytes));
  assert.ok(!fits("ệ".repeat(4001), maxMessageChars, 1e6));
  assert.ok(!fits("\n".repeat(7001), 1e6, maxMessageBytes)); // a line end is two bytes in mail
  assert.deepEqual(check({ mailbox: "", message: "", place: "x".repeat(121), time: "" }), { mailbox: "mailbox_missing", message: "message_missing", place: "detail_too_long" });
  assert.deepEqual(check({ mailbox: "crime", message: "x", place: "", time: "ệ".repeat(120) }), {});
});

const drained = (work) => {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
};
const decoded = (bytes) => {
  const jpeg = readJPEG(bytes);
  return jpeg && drained(decodeJPEG(jpeg, 65_535));
};

test("a JPEG's measures, its turn, and where it ends", () => {
  assert.ok(isJPEG(camera) && !isHEIC(camera));
  assert.deepEqual(measure(camera), { width: 16, height: 12, scans: 1 });
  assert.equal(orientation(camera), 6);
  const trailer = Uint8Array.from([...camera, ...camera]);
  assert.deepEqual([...segments(trailer)].length, [...segments(camera)].length);
  assert.ok(isHEIC(new TextEncoder().encode("\0\0\0\x18ftypheic\0\0\0\0mif1heic")));
});

test("a JPEG may end or break anywhere, and is never looped over", () => {
  let shown = 0;
  for (let i = 0; i < camera.length; i++) {
    if (decoded(camera.subarray(0, i))) shown++;
    for (const flipped of [0x00, 0xff]) {
      const picture = decoded(Object.assign(camera.slice(), { [i]: flipped }));
      assert.ok(!picture || picture.width <= 65_535);
    }
  }
  assert.ok(shown >= 2, `of the shortened ones ${shown} show something`);
});

test("a JPEG says no more than the server's: the same segments, tables and sampling", () => {
  const server = new Uint8Array(readFileSync(join(root, "..", "..", "intake", "photo", "testdata", "server.jpg")));
  const picture = decoded(server);
  const ours = drained(encodeJPEG(picture, 85));
  const head = (bytes) => [...segments(bytes)].map(({ marker, content }) => [marker, Buffer.from(content).toString("hex")]);
  assert.deepEqual(head(ours), head(server));
  assert.deepEqual([...ours.subarray(-2)], [0xff, 0xd9]);
  const again = decoded(ours);
  const off = picture.data.reduce((sum, v, i) => sum + Math.abs(v - again.data[i]), 0) / picture.data.length;
  assert.ok(off < 2, `the picture is off by ${off}`);
  for (const quality of [75, 65, 50]) assert.ok(decoded(drained(encodeJPEG(picture, quality))));
});

test("pictures are made smaller and turned as on the server", () => {
  const picture = { width: 3, height: 2, data: Uint8ClampedArray.from([1, 2, 3, 4, 5, 6].flatMap((v) => [v * 40, v, 0, 255])) };
  const grid = ({ width, data }) => Array.from({ length: data.length / 4 / width }, (_, y) => Array.from({ length: width }, (_, x) => data[4 * (y * width + x) + 1]));
  const turns = { 1: [[1, 2, 3], [4, 5, 6]], 2: [[3, 2, 1], [6, 5, 4]], 3: [[6, 5, 4], [3, 2, 1]], 4: [[4, 5, 6], [1, 2, 3]], 5: [[1, 4], [2, 5], [3, 6]], 6: [[4, 1], [5, 2], [6, 3]], 7: [[6, 3], [5, 2], [4, 1]], 8: [[3, 6], [2, 5], [1, 4]] };
  for (const [turn, want] of Object.entries(turns)) assert.deepEqual(grid(turned(picture, Number(turn))), want, turn);
  const small = shrink({ width: 5, height: 5, data: new Uint8ClampedArray(100).map((_, i) => [(i >> 2) % 5 * 10, 0, 0, 255][i % 4]) }, 2);
  assert.deepEqual([small.width, small.height, small.data[0], small.data[4]], [2, 2, 8, 32]); // (0+10+20/2)/2.5, (20/2+30+40)/2.5
});

test("JPEGs and PNGs are read as the server reads them", async () => {
  const phone = join(root, "..", "..", "intake", "photo", "testdata", "phone");
  const shown = JSON.parse(readFileSync(join(phone, "shown.json"), "utf8"));
  let read = 0;
  for (const [name, look] of Object.entries(shown).filter(([name]) => /\.(png|jpg)$/.test(name) && name !== "no-photo.jpg")) {
    const bytes = new Uint8Array(readFileSync(join(phone, name)));
    const picture = isPNG(bytes) ? await decodePNG(bytes, 50e6) : decoded(bytes);
    assert.equal(Boolean(picture), Boolean(look), name);
    if (!picture) continue;
    assert.deepEqual([picture.width, picture.height], [look.W, look.H], name);
    look.Colours.forEach((colour, i) => {
      const at = 4 * (picture.width * ((picture.height >> 2) + (picture.height >> 1) * (i >> 1)) + (picture.width >> 2) + (picture.width >> 1) * (i % 2));
      colour.forEach((v, c) => assert.ok(Math.abs(v - picture.data[at + c]) <= 40, name));
    });
    read++;
  }
  assert.ok(read > 50);
  assert.equal(await decodePNG(new Uint8Array(readFileSync(join(phone, "whole.png"))), 100), null);
});

// A line, made of answers: a number is a status, "drop" no answer at all.
async function line(...answers) {
  const log = [];
  const outcome = await post({
    send: async () => {
      const answer = answers.shift();
      if (answer === "drop") throw new Error("no answer");
      if (answer === "stop") throw { stopped: true };
      const { status = answer, ...headers } = typeof answer === "object" ? answer : {};
      log.push(status);
      return { status, body: "thanks", header: (name) => headers[name] ?? (name === "Tipbox-Taken" && status === 200 ? "yes" : null) };
    },
    wait: async (ms) => log.push(`${ms / 1000}s`),
    waiting: (key, seconds) => log.push(seconds ? `${key}(${seconds})` : key || "line"),
    prove: async (challenge) => {
      log.push(`prove ${challenge}`);
      return challenge !== "hard";
    },
    load: async (url) => {
      log.push(`load ${url}`);
      const data = answers.shift();
      if (data === "drop") throw new Error("no answer");
      if (data === "stop") throw { stopped: true };
      return data;
    },
    reseal: async (data) => {
      log.push(`reseal ${data}`);
      if (data === "K9") throw new Error("no such recipients");
    },
    renew: (token) => log.push(`token ${token}`),
  });
  return { outcome, log: log.join(" ") };
}

test("only our own thanks are thanks", async () => {
  const portal = { status: 200, "Tipbox-Taken": "" };
  assert.deepEqual(await line(portal, 200), { outcome: { done: "thanks" }, log: "200 waiting 2s 200 line" });
});

test("posts until the line holds", async () => {
  assert.deepEqual(await line(200), { outcome: { done: "thanks" }, log: "200 line" });
  assert.deepEqual(await line("drop", 503, "drop", 200), { outcome: { done: "thanks" }, log: "waiting 2s 503 full(4) 4s waiting 8s 200 line" });
  const { log } = await line(...Array(9).fill("drop"), 200);
  assert.equal(log.split(" ").filter((s) => s.endsWith("s") && /\d/.test(s)).join(), [...delays, 60_000, 60_000, 60_000].map((ms) => `${ms / 1000}s`).join());
  assert.deepEqual((await line("drop", "stop")).outcome, { problem: "stopped" });
});

test("a changed key is noticed, a stale token renewed, each once or twice and never for ever", async () => {
  const moved = { status: 409, "Tipbox-Keys": "/s/new.json" };
  assert.deepEqual(await line(moved, "K2", 200), { outcome: { done: "thanks" }, log: "409 load /s/new.json line reseal K2 200 line" });
  assert.deepEqual((await line(moved, "K2", moved, "K3", moved)).outcome, { problem: "refused", page: "thanks" });
  const stale = { status: 403, "Tipbox-Token": "t2" };
  assert.deepEqual(await line(stale, 200), { outcome: { done: "thanks" }, log: "403 line token t2 200 line" });
  assert.deepEqual((await line(stale, stale)).outcome, { problem: "refused", page: "thanks" });
});

test("where the changed key does not come it is waited for, as for the line", async () => {
  const moved = { status: 409, "Tipbox-Keys": "/s/new.json" };
  assert.deepEqual(await line(moved, "drop", moved, "drop", moved, "drop", moved, "K2", 200), {
    outcome: { done: "thanks" },
    log: "409 load /s/new.json waiting 2s 409 load /s/new.json waiting 4s 409 load /s/new.json waiting 8s 409 load /s/new.json line reseal K2 200 line",
  });
  assert.deepEqual((await line(moved, "stop")).outcome, { problem: "stopped" });
  await assert.rejects(line(moved, "K9"), /no such recipients/);
});

test("refusals are told apart", async () => {
  assert.deepEqual((await line({ status: 429, "Tipbox-Text-First": "yes", "Retry-After": "120", "Tipbox-Token": "x" })).outcome, { problem: "refused", page: "thanks" });
  assert.deepEqual((await line(410)).outcome, { problem: "withdrawn" });
  assert.deepEqual((await line(413)).outcome, { photo: "photo_too_large" });
  assert.deepEqual((await line(422)).outcome, { problem: "refused", page: "thanks" });
});

test("work that is asked for is done and posted at once, three times in a row at most", async () => {
  const work = (challenge) => ({ status: 429, "Tipbox-Work": challenge, "Retry-After": "60" });
  assert.deepEqual(await line(work("a"), 200), { outcome: { done: "thanks" }, log: "429 line prove a 200 line" });
  assert.deepEqual(await line(work("hard"), 200), { outcome: { done: "thanks" }, log: "429 line prove hard crowded(60) 60s 200 line" });
  assert.deepEqual(await line(...Array(4).fill(work("a")), 200), { outcome: { done: "thanks" }, log: `${"429 line prove a ".repeat(3)}429 crowded(60) 60s 200 line` });
  // A server that asks for something else in between has not refused what was done.
  const { outcome, log } = await line(work("a"), work("b"), work("c"), 503, work("d"), "drop", work("e"), work("f"), work("g"), 422);
  assert.deepEqual(outcome, { problem: "refused", page: "thanks" });
  assert.deepEqual(log.match(/prove ./g), ["prove a", "prove b", "prove c", "prove d", "prove e", "prove f"]);
  assert.deepEqual((await line({ ...work("a"), status: 422 })).outcome, { problem: "refused", page: "thanks" });
});

test("work is done as ALTCHA's library does it, and what is no work is refused", async () => {
  const theirs = JSON.parse(atob(readFileSync(join(root, "..", "..", "intake", "limit", "testdata", "altcha.txt"), "utf8")));
  const ask = (change) => solve(btoa(JSON.stringify({ ...theirs.challenge, parameters: { ...theirs.challenge.parameters, ...change } })));
  const { challenge, solution } = JSON.parse(atob(await ask({})));
  assert.deepEqual(challenge, theirs.challenge);
  assert.deepEqual({ ...solution, time: 0 }, { ...theirs.solution, time: 0 });
  await assert.rejects(ask({ algorithm: "SHA-256" }), /another kind/);
  await assert.rejects(ask({ cost: 1, keyPrefix: "x" }), /not solved/); // ends, whatever is asked
  for (const rubbish of ["", "a", "Đ", "e30="]) await assert.rejects(solve(rubbish));
});

test("a limit is waited out as the server asks, and after five times it is for the sender to decide", async () => {
  const crowded = { status: 429, "Retry-After": "120", "Tipbox-Token": "x" };
  assert.deepEqual(await line(crowded, "drop", crowded, 200), { outcome: { done: "thanks" }, log: "429 crowded(120) 120s waiting 4s 429 crowded(120) 120s 200 line" });
  assert.deepEqual(await line(...Array(6).fill(crowded), 200), { outcome: { problem: "limited", after: 120 }, log: `${"429 crowded(120) 120s ".repeat(5)}429 line` });
  assert.deepEqual((await line(crowded, "stop")).outcome, { problem: "stopped" });
});

test("a server that takes nothing is waited for as it asks, within reason", async () => {
  const full = (after) => ({ status: 503, "Retry-After": after });
  assert.deepEqual(await line(full("30"), full("600"), full("99999"), full("Mon, 23 Nov 2026 10:00:00 GMT"), 502, 200), {
    outcome: { done: "thanks" },
    log: "503 full(30) 30s 503 full(600) 600s 503 full(900) 900s 503 full(15) 15s 502 full(30) 30s 200 line",
  });
});
