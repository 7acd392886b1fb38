// The reader's parts in Node: what needs no page.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { armor } from "age-encryption";
import { clock, mailDate } from "../src/reader/date.js";
import { Desk } from "../src/reader/desk.js";
import { Idle, lockAfter, warnBefore } from "../src/reader/idle.js";
import { latin, sniff } from "../src/reader/kind.js";
import { decode, parameters, split } from "../src/reader/mime.js";
import { contents, open } from "../src/reader/open.js";
import { cleanPhoto } from "../src/reader/photo.js";
import { strings } from "../src/reader/strings.js";
import { parseTip } from "../src/reader/tip.js";
import { parseIdentities, unlock } from "../src/reader/unlock.js";
import { unwrap } from "../src/reader/unwrap.js";
import { line, runs } from "../src/reader/visible.js";
import { scrypt } from "@noble/hashes/scrypt.js";
import { plaintext } from "../src/seal/plaintext.js";
import { example, lock, mail, makeKey, root, sealTip, sealTo, test } from "./support.mjs";

const bytes = (text) => new TextEncoder().encode(text);
const code = (wanted) => (err) => assert.equal(err.code, wanted) ?? true;
const derive = async (passphrase, salt, logN) => scrypt(passphrase, salt, { N: 2 ** logN, r: 8, p: 1, dkLen: 32 });
const file = (name, content, lastModified = 0) => ({ name, lastModified, size: content.length, arrayBuffer: async () => Uint8Array.from(content).buffer });
const jpeg = new Uint8Array([0xff, 0xd8, 0xff, 0xd9, ...Array(200).keys()]);

const attachments = async (content) => (await unwrap("thu.eml", content)).flatMap(({ found }) => found);

const pq = await makeKey();
const classic = await makeKey(true);

test("a tip comes out as it went in", () => {
  const tip = parseTip(plaintext({ ...example, urgent: true, message: "một\n\n--hai\n.\n", place: "cầu", time: "đêm", photos: [jpeg, jpeg.slice(0, 57)] }));
  assert.deepEqual({ ...tip, photos: tip.photos.map((p) => [...p]) }, {
    id: "TB-7F3K-9QMX", unit: "na-co-sa", site: "ncs01", mailbox: "report", urgent: true, lang: "vi",
    siteName: "Nhà văn hóa bản Na Cô Sa 1", replyTo: null, passed: null, warnings: [],
    text: "một\n\n--hai\n.\n\nỞ đâu: cầu\nKhi nào: đêm", photos: [[...jpeg], [...jpeg.slice(0, 57)]],
  });
});

test("what is not a tip is said to be none", () => {
  const good = new TextDecoder().decode(plaintext({ ...example, photos: [jpeg] }));
  const change = (from, to) => {
    assert.ok(good.includes(from), from);
    return bytes(good.replace(from, to));
  };
  for (const [name, content] of Object.entries({
    "plain text": bytes("Xin chào"),
    "nothing": new Uint8Array(0),
    "another mail": change("Tipbox-Version: 1\r\n", ""),
    "no version": change("Tipbox-Version: 1", "Tipbox-Version: 0"),
    "no multipart": change("multipart/mixed", "text/plain"),
    "no boundary": change("boundary=", "border="),
  })) assert.equal(parseTip(content), null, name);

  const warned = {
    "no end": [change(/--\w+--\r\n/.exec(good)[0], ""), "incomplete", 1],
    "HTML first": [change("text/plain", "text/html"), "otherpart,incomplete", 1],
    "a part that is no photo": [change("image/jpeg", "image/svg+xml"), "otherpart", 0],
    "broken base64": [change("base64\r\n\r\n", "base64\r\n\r\n!"), "incomplete", 1],
    "too many photos": [plaintext({ ...example, photos: [jpeg, jpeg, jpeg, jpeg] }), "otherpart", 3],
    "newer": [change("Tipbox-Version: 1", "Tipbox-Version: 2"), "newertip", 1],
  };
  for (const [name, [content, warnings, photos]] of Object.entries(warned)) {
    const tip = parseTip(content);
    assert.equal(tip.warnings.join(), warnings, name);
    assert.equal(tip.photos.length, photos, name);
  }
  assert.equal(parseTip(change("Tipbox-Id: TB-", "Tipbox-Id: ../")).id, "");
});

test("the parser survives every cut and a flip of every byte of a header", () => {
  const whole = plaintext({ ...example, photos: [jpeg] });
  const end = new TextDecoder("latin1").decode(whole).lastIndexOf("--") + 4;
  for (let i = 0; i < end; i++) {
    parseTip(whole.slice(0, i));
    parseTip(Object.assign(whole.slice(), { [i]: whole[i] ^ 0x20 }));
  }
});

test("long runs of like characters do not keep the parser busy", () => {
  // Hours, where the search begins anew at every character.
  const blanks = " ".repeat(4 << 20);
  assert.deepEqual(latin(decode(bytes(`a${blanks}b \t\r\nc =\r\nd${blanks}`), "quoted-printable").content), `a${blanks}b\r\nc d`);
  const field = (text) => split(bytes(`${text}\n\n`), 1 << 22)?.fields.get("a");
  const long = blanks.slice(0, 1 << 20);
  assert.deepEqual(field(`a:${long}x${long}y${long}\r`), [`x${long}y`]);
  assert.equal(field(`a:${long}x${long}\ry`), undefined);
  assert.deepEqual(field(`a:${long}`), [""]);
  assert.deepEqual(field(`a: x${"\r\n ".repeat(1 << 18)}y`), [`x${" ".repeat(1 << 18)}y`]);
  assert.equal(field("a:x\n".repeat(1 << 18)).length, 1 << 18);
  assert.deepEqual(parameters(`a/b; ${"c".repeat(1 << 20)}; d="e\\"f" ;g=h`).params, { d: 'e"f', g: "h" });
});

test("kinds of files are told by their content", async () => {
  const kinds = {
    sealed: await sealTip([pq.recipient]),
    locked: await lock(pq.identity, "x"),
    identity: bytes(`# created\n${classic.identity}\n`),
    recipients: bytes(`# na-co-sa\n${pq.recipient}\n`),
    mail: mail([]),
  };
  for (const [kind, content] of Object.entries(kinds)) assert.equal(sniff(content).kind, kind);
  const armored = bytes(`\ufeff# giữ kỹ\r\n\r\n${armor.encode(kinds.locked).replace(/\n/g, "\r\n")}`);
  assert.equal(sniff(armored).kind, "locked");
  const utf16 = new Uint8Array(Buffer.from(`\ufeff${pq.identity}\r\n`, "utf16le"));
  assert.equal(sniff(utf16).kind, "identity");
  const bad = {
    empty: new Uint8Array(0), zip: bytes("PK\x03\x04…"), archive: bytes("Rar!\x1a\x07"), outlook: Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1]),
    notsealed: bytes("Xin chào"), agenewer: bytes("age-encryption.org/v2\n-> x\n"), truncated: kinds.sealed.subarray(0, 700),
    webpage: bytes("<!DOCTYPE html><title>Hộp thư</title>"), damaged: bytes(`${armor.encode(kinds.sealed).replace("\nY", "\n!")}`),
  };
  for (const [wanted, content] of Object.entries(bad)) assert.throws(() => sniff(content), code(wanted), wanted);
  assert.throws(() => sniff(bytes(armor.encode(kinds.sealed).slice(0, 900))), code("truncated"));
  assert.throws(() => sniff(bytes("age-encryption.org/v1")), code("truncated"));
});

test("each way of not opening has its own word", async () => {
  const sealed = await sealTip([pq.recipient, (await makeKey()).recipient]);
  const { tip, exact } = await open(new Uint8Array([...sealed, 1, 2, 3]), [pq.identity]);
  assert.deepEqual([tip.id, exact.length], [example.id, sealed.length], "without what a mail system put behind it");
  const flipped = sealed.slice();
  flipped[sealed.length - 100] ^= 1;
  await assert.rejects(open(flipped, [pq.identity]), code("damaged"));
  await assert.rejects(open(sealed.subarray(0, sealed.length - 1), [pq.identity]), code("truncated"));
  await assert.rejects(open(sealed.subarray(0, 6000), [pq.identity]), code("truncated"));
  await assert.rejects(open(sealed, [(await makeKey()).identity]), code("wrongkey"));
  await assert.rejects(open(sealed, [classic.identity]), code("wrongkind"));
  await assert.rejects(open(await sealTip([classic.recipient]), [pq.identity]), code("wrongkind"));
  const text = await open(await sealTo([pq.recipient], "chỉ là chữ\n"), [pq.identity]);
  assert.deepEqual([text.tip, text.text, text.warnings], [null, "chỉ là chữ", ["nottip"]]);
  await assert.rejects(open(await sealTo([pq.recipient], Uint8Array.from([0xff, 0xd8, 0xff])), [pq.identity]), code("nottext"));
});

test("identity files", async () => {
  assert.deepEqual(parseIdentities(bytes(`# a\r\n${pq.identity}\r\n\r\n${classic.identity}`)), [pq.identity, classic.identity]);
  assert.throws(() => parseIdentities(bytes(pq.recipient)), code("recipients"));
  assert.throws(() => parseIdentities(bytes("AGE-PLUGIN-YUBIKEY-1QQPQ")), code("plugin"));
  assert.throws(() => parseIdentities(bytes(pq.identity.slice(0, -3))), code("identitydamaged"));
  assert.throws(() => parseIdentities(bytes("# nothing\n")), code("notidentity"));

  const locked = await lock(pq.identity, "năm con trâu");
  assert.deepEqual(await unlock(locked, "năm con trâu".normalize("NFD"), derive), [pq.identity]);
  await assert.rejects(unlock(locked, "nam con trau", derive), code("wrongpassphrase"));
  const flipped = locked.slice();
  flipped[locked.length - 5] ^= 1;
  await assert.rejects(unlock(flipped, "năm con trâu", derive), code("identitydamaged"));
  const text = new TextDecoder("latin1").decode(locked);
  await assert.rejects(unlock(Uint8Array.from(text.replace(" 12\n", " 30\n"), (c) => c.charCodeAt(0)), "năm con trâu", derive), code("heavy"));
});

test("mails give up their sealed files", async () => {
  const sealed = await sealTip([pq.recipient]);
  const [one] = await attachments(mail([{ name: "TB-7F3K-9QMX.age", bytes: sealed }]));
  assert.equal(one.name, "TB-7F3K-9QMX.age");
  assert.deepEqual([...one.bytes], [...sealed]);
  assert.equal((await attachments(mail([{ name: "a.age", bytes: sealed }, { name: "b.age", bytes: sealed }]))).length, 2);

  const nameless = Buffer.from(mail([{ name: "x.age", bytes: sealed }]).toString().replace('; name="x.age"', "").replace(';\r\n filename="x.age"', ""));
  assert.equal((await attachments(nameless))[0].name, "[Hòm thư] Tin mới TB-7F3K-9QMX", "the subject stands in");
  const broken = Buffer.from(mail([{ name: "x.age", bytes: sealed }, { name: "y.age", bytes: sealed }]).toString().replace("YWdl", "!!!!"));
  const [{ found, wrong }] = await unwrap("thu.eml", broken);
  assert.deepEqual([found.map(({ name }) => name), wrong], [["y.age"], [{ name: "x.age", code: "notsealed", date: undefined }]]);
});

test("a hostile mail takes no more than its bounds", async () => {
  const many = `Subject: ${"n".repeat(500_000)}\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n${"--x\r\n\r\nage-encryption.org/v1\n1\r\n".repeat(1500)}--x--`;
  const [{ found, wrong }] = await unwrap("a.eml", bytes(many));
  assert.deepEqual([found.length, wrong.map(({ code: what }) => what)], [1000, ["toolarge"]]);
  assert.ok(found.every(({ name }) => name.length <= 201));
  const oid = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07";
  const flood = (line, head) => Uint8Array.from(Buffer.from(head + line.repeat((2 << 20) / line.length), "latin1"));
  for (const line of [
    " ", ">", "=", "a=\r\n", "--", "--x", "\n--x", "--x \t", "\r", "begin 644 a\n", "begin 644 a\nend\n", "From \n\n", "From a 00:00 2000\nX-A:\n", "<", "a b=\"", "; a=b", "a*0=",
    "PK\x01\x02", "\x04\x80", "YWdlLWVuY3J5cHRpb24ub3JnL3Yx", "-----BEGIN AGE ENCRYPTED FILE-----\n", "age-encryption.org/v1\n-> ", "TB-0000-0000 ",
  ]) {
    for (const head of [
      "", "Subject: ", "Subject: x\r\n", "Subject: x\r\nContent-Transfer-Encoding: base64\r\n\r\n", "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
      "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n", "Content-Type: ", "\x78\x9f>\"", `0\x80${oid}\x02${oid}\x01\xa0\x80\x24\x80`,
    ]) await unwrap("a.eml", flood(line, head)); // in the time that a test has
  }
});

test("a mailbox of mails gives up the sealed files of each", async () => {
  // The mailbox of crypto/open's TestSources.
  const one = async (id) => `Subject: x\nContent-Disposition: attachment; filename=${id}.age\nContent-Transfer-Encoding: base64\n\n${Buffer.from(await sealTip([classic.recipient], { id, message: id })).toString("base64")}\n`;
  const box = `From a Mon Nov 23\n${await one("TB-4444-4444")}\nFrom b Mon Nov 23\nSubject: chào\n\nFrom the text\n\nFrom c Mon\n${await one("TB-5555-5555")}`;
  const whole = mail([{ name: "TB-6666-6666.age", bytes: await sealTip([classic.recipient], { id: "TB-6666-6666" }) }]).toString();
  const thunderbird = `From - Mon Nov 23 08:00:00 2026\r\nX-Mozilla-Status: 0001\r\n${whole}\r\nFrom - Mon Nov 23 08:01:00 2026\r\n${whole.replaceAll("TB-6666-6666", "TB-7777-7777")}`;
  for (const content of [box, box.replace(/\n/g, "\r\n")]) {
    const desk = new Desk();
    await desk.add([file("khoa", bytes(classic.identity)), file("Inbox", bytes(content))]);
    assert.deepEqual(desk.opened.map((tip) => `${tip.id} ${tip.opened.text}`), ["TB-4444-4444 TB-4444-4444", "TB-5555-5555 TB-5555-5555"]);
    assert.deepEqual(desk.allProblems, []);
    assert.deepEqual(desk.aside, [{ name: "chào", mail: "Inbox", code: "mailempty" }], "named and counted");
  }
  assert.deepEqual((await attachments(bytes(thunderbird))).map(({ name }) => name), ["TB-6666-6666.age", "TB-7777-7777.age"]);
});

test("the Date of a mail is taken where it is one, from the mail alone", async () => {
  const at = Date.UTC(2026, 10, 23, 8, 57, 9);
  const known = JSON.parse(readFileSync(join(root, "..", "..", "crypto", "unwrap", "testdata", "dates.json"))); // Go is held to it too
  for (const [value, ms] of Object.entries(known)) assert.equal(mailDate([value]), ms === null ? undefined : ms, value.slice(0, 60));
  assert.equal(mailDate([`23${" ".repeat(99_999)}x`]), undefined);
  assert.equal(mailDate(undefined), undefined);
  assert.equal(mailDate(["23 Nov 2026 10:00 +0700", "24 Nov 2026 10:00 +0700"]), undefined, "two say nothing");
  assert.match(clock(at), /^\d\d:57 2[234]\/11\/2026$/);

  const sealed = await sealTip([pq.recipient]);
  const plain = mail([{ name: "x.age", bytes: sealed }]).toString();
  const dated = (text, date) => `Date: ${date}\r\n${text}`;
  const dates = async (text) => (await attachments(Buffer.from(text))).map(({ date }) => date);
  const [first, second] = ["22 Nov 2026 15:57:09 +0700", "23 Nov 2026 15:57:09 +0700"];
  assert.deepEqual(await dates(plain), [undefined]);
  assert.deepEqual(await dates(dated(plain, second)), [at]);
  assert.deepEqual(await dates(dated(plain, "<script>")), [undefined]);
  assert.deepEqual(await dates(dated(plain, second).replaceAll("--OUTER\r\n", `--OUTER\r\nDate: ${first}\r\n`)), [at], "a part's own Date is none");
  const forwarded = `Date: ${first}\r\nSubject: Fwd\r\nContent-Type: message/rfc822\r\n\r\n`;
  assert.deepEqual(await dates(forwarded + dated(plain, second)), [at], "the mail that was forwarded");
  assert.deepEqual(await dates(forwarded + plain), [undefined]);
  assert.deepEqual(await dates(`From a\n${dated(plain, second)}\nFrom b\n${plain}`), [at, undefined]);

  const desk = new Desk();
  await desk.add([file("khoa", bytes(pq.identity)), file("x.age", sealed), file("thu.eml", bytes(dated(plain, second)))]);
  assert.deepEqual(desk.opened.map((tip) => tip.date), [at], "the same tip in a mail tells the file's date");
});

test("hidden characters are named, honest ones left alone", () => {
  const show = (text, limit) => runs(text, limit).map((r) => r.text ?? (r.mark ? `<${r.mark}>` : `<+${r.more}>`)).join("");
  assert.equal(show("a\u202egpj.exe\u202c"), "a<U+202E>gpj.exe<U+202C>");
  assert.equal(show("x\u200b\u200b\u200by\u00ad\u2066z\ufeff\u0000\u0085\u3164\u{e0041}\u{e000}\r"), "x<U+200B×3>y<U+00AD><U+2066>z<U+FEFF><U+0000><U+0085><U+3164><U+E0041><U+E000><U+000D>");
  const honest = "Phản ánh:\n\tnước bẩn 👨‍👩‍👧 ❤️ 1️⃣ ພາ\u200bສາ ខ្មែរ\u200bខ្មែរ Hmoob";
  assert.equal(show(honest), honest);
  assert.equal(show("abcdef", 4), "abcd<+2>");
  assert.equal(line("  một\n\nhai\u202e ba ", 9), "một hai[U+202E] …");
});

test("a photo of too many pixels or scans is not decoded", async () => {
  const photo = (width, height, scans) => Uint8Array.from([
    0xff, 0xd8, 0xff, 0xc2, 0, 11, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0,
    ...Array(scans).fill([0xff, 0xda, 0, 8, 1, 1, 0, 1, 63, 0, 0]).flat(), 0xff, 0xd9,
  ]);
  for (const [width, height, scans] of [[65535, 65535, 1], [5001, 5000, 1], [16001, 1, 1], [4992, 4992, 17], [640, 480, 33]]) {
    await assert.rejects(cleanPhoto(photo(width, height, scans)), code("photobomb"), `${width}×${height}, ${scans}`);
  }
  for (const [width, height, scans] of [[4992, 4992, 16], [640, 480, 32]]) {
    await assert.rejects(cleanPhoto(photo(width, height, scans)), ReferenceError, "goes on to the canvas, which Node has none of");
  }
});

test("the page locks after ten idle minutes, also after a sleep", () => {
  let now = 1e12;
  const events = [];
  const idle = new Idle({ now: () => now, warn: (on) => events.push(on), lock: () => events.push("lock") });
  idle.check();
  idle.touch();
  assert.deepEqual(events, []);
  idle.start();
  now += lockAfter - warnBefore - 1;
  idle.check();
  now += 1;
  idle.check();
  idle.touch();
  assert.deepEqual(events, [false, true, true, false]);
  now += lockAfter - 1;
  idle.check();
  assert.equal(events.at(-1), true);
  now += 8 * 3600_000;
  idle.touch(); // the lid is opened and a key pressed: too late
  assert.equal(events.at(-1), "lock");
  idle.touch();
  idle.check();
  assert.equal(events.filter((e) => e === "lock").length, 1);
});

test("the desk sorts what is dropped, opens once, puts urgent first", async () => {
  const desk = new Desk();
  const tips = [
    file("TB-AAAA-AAAA.age", await sealTip([pq.recipient], { id: "TB-AAAA-AAAA" }), 1),
    file("TB-BBBB-BBBB.age", await sealTip([pq.recipient], { id: "TB-BBBB-BBBB" }), 2),
    file("TB-CCCC-CCCC.age", await sealTip([pq.recipient], { id: "", urgent: true }), 0),
    file("old.age", await sealTip([classic.recipient], { id: "TB-DDDD-DDDD" }), 9),
  ];
  const twice = await tips[0].arrayBuffer();
  await desk.add([...tips, file("thư.eml", mail([{ name: "TB-AAAA-AAAA.age", bytes: Buffer.from(twice) }])), file("a.zip", bytes("PK\x03\x04")), file("pub", bytes(pq.recipient)), { name: "4GB.age", size: 2 ** 32 }]);
  assert.equal(desk.waiting.length, 4);
  await desk.add([file("khoa", await lock(pq.identity, "a"))]);
  await assert.rejects(desk.unlock("", derive), code("nopassphrase"));
  await assert.rejects(desk.unlock(" \u00a0 ", derive), code("blankpassphrase"));
  await assert.rejects(desk.unlock("b", derive), code("wrongpassphrase"));
  await desk.unlock("a", derive);
  assert.deepEqual(desk.opened.map((tip) => tip.id), ["TB-CCCC-CCCC", "TB-BBBB-BBBB", "TB-AAAA-AAAA"]);
  assert.deepEqual(desk.allProblems.map((p) => p.code), ["wrongkind", "zip", "toolarge"]);
  await desk.add([file("khoa-cu", bytes(classic.identity)), file("tin.age", tips.length && bytes("Xin chào"))], { asKey: true });
  assert.equal(desk.opened.length, 4);
  assert.deepEqual(desk.allProblems.map((p) => p.code), ["notidentity", "zip", "toolarge"]);
  assert.equal(desk.keyFiles.at(-1).state, "clear");
});

test("what was wrong is taken back when the file or the key is right, and told newest first", async () => {
  const sealed = await sealTip([pq.recipient], { id: "TB-AAAA-AAAA" });
  const other = await sealTip([classic.recipient], { id: "TB-BBBB-BBBB" });
  const desk = new Desk();
  const said = () => desk.allProblems.map((p) => `${p.name} ${p.code}`);
  await desk.add([file("anh.jpg", jpeg)], { asKey: true });
  await desk.add([file("a.zip", bytes("PK\x03\x04")), file("pub", bytes(pq.recipient))]);
  assert.deepEqual(said(), ["a.zip zip", "pub recipients", "anh.jpg notidentity"]);
  await desk.add([file("khoa", bytes(pq.identity))], { asKey: true });
  assert.deepEqual(said(), ["a.zip zip"], "the right key settles the wrong ones");

  await desk.add([file("a.zip", bytes("PK\x03\x04"))]);
  assert.deepEqual(said(), ["a.zip zip"], "once, however often it is chosen");
  await desk.add([file("a.zip", bytes("PK\x03\x04")), file("a.zip", bytes(""))]);
  assert.deepEqual(said(), ["a.zip zip", "a.zip empty"], "two of one name are both told");
  await desk.add([file("a.zip", sealed), file("thu.eml", mail([]))]);
  assert.deepEqual(said(), ["thu.eml mailempty"]);
  assert.equal(desk.opened.length, 1);
  await desk.add([file("thu (1).eml", mail([{ name: "tin.age", bytes: other }]))]);
  assert.deepEqual(said(), ["tin.age wrongkind"]);

  // A download that was cut off is replaced by the whole one; a tip for another key is not.
  const [first, second] = [await sealTip([pq.recipient], { id: "TB-CCCC-CCCC" }), await sealTip([pq.recipient], { id: "TB-DDDD-DDDD" })];
  await desk.add([file("TB-CCCC-CCCC.age", first.subarray(0, 9000))]);
  const { turn } = desk.allProblems[0];
  await desk.add([file("TB-CCCC-CCCC.age", first.subarray(0, 9000))]);
  assert.ok(desk.allProblems[0].turn > turn, "told again");
  await desk.add([file("TB-CCCC-CCCC (1).age", first), file("thu.eml", mail([{ name: "tin.age", bytes: second }]))]);
  assert.deepEqual(said(), ["tin.age wrongkind"]);
  assert.equal(desk.opened.length, 3);
  await desk.add([file("khoa-cu", bytes(classic.identity))]);
  assert.deepEqual(said(), []);
});

test("the id of the name that the server gave goes before the one inside", async () => {
  const [a, b] = ["TB-AAAA-AAAA", "TB-BBBB-BBBB"];
  const rows = [ // name, id inside, id shown ("" is made from the bytes), warned of
    [`${b}.age`, a, b, true],
    [`${a}.age`, a, a, false],
    [`${a} (1).age`, "", a, false],
    ["tb-aaaa-aaaa.AGE", b, a, true],
    ["tin.age", a, a, false],
    [`${a} ${b}.age`, b, b, false], // two ids in a name name nothing
    [`${a} ${a.toLowerCase()}.age`, b, a, true],
    [`${a}A.age`, b, b, false],
    [`X${a}.age`, b, b, false],
    ["TB-UUUU-UUUU.age", b, b, false], // no U in an id
    ["tin.age", "", "", false],
  ];
  for (const inMail of [false, true]) {
    for (const [name, inside, shown, warned] of rows) {
      const sealed = await sealTip([classic.recipient], { id: inside });
      const desk = new Desk();
      // The name of the mail's own file says nothing.
      await desk.add([file("khoa", bytes(classic.identity)), inMail ? file("TB-CCCC-CCCC.eml", mail([{ name, bytes: sealed }])) : file(name, sealed)]);
      const [entry] = desk.opened;
      const made = `X-${createHash("sha256").update(sealed).digest("hex").slice(0, 8).toUpperCase()}`;
      assert.equal(entry.id, shown || made, name);
      assert.deepEqual(entry.opened.warnings, warned ? ["otherid"] : [], name);
    }
  }
  const desk = new Desk();
  await desk.add([file("khoa", bytes(classic.identity)), file(`${a}.age`, await sealTo([classic.recipient], "chữ"))]);
  assert.equal(desk.opened[0].id, a, "what is no tip has its file's id");
});

test("of a folder everything left out is named, and what may have held a tip is a problem", async () => {
  const desk = new Desk();
  const sealed = await sealTip([pq.recipient], { id: "TB-AAAA-AAAA" });
  const inside = [
    file("TB-AAAA-AAAA.age", sealed), file("anh.png", bytes("\x89PNG")), file("khoa", bytes(classic.identity)), file("thu.eml", bytes("Subject: chào\n\nx")),
    file("tra-loi.eml", bytes("Subject: Re: TB-BBBB-BBBB\n\nx")), { name: "phim.mp4", size: 2 ** 32 }, { name: "thung.mbox", size: 2 ** 32 },
    file("hom-thu", mail([{ name: "TB-CCCC-CCCC.age", bytes: await sealTip([pq.recipient], { id: "TB-CCCC-CCCC" }) }])),
  ].map((f) => Object.assign(f, { ofFolder: true }));
  await desk.add([...inside, file("pq", bytes(pq.identity))]);
  assert.deepEqual(desk.opened.map((tip) => tip.id), ["TB-AAAA-AAAA", "TB-CCCC-CCCC"]);
  assert.deepEqual(desk.aside.map((f) => `${f.name} ${f.code}`), ["anh.png notsealed", "khoa identity", "thu.eml mailempty", "phim.mp4 toolarge"]);
  assert.deepEqual(desk.allProblems.map((p) => `${p.name} ${p.code}`), ["tra-loi.eml mailempty", "thung.mbox toolarge"]);
  assert.deepEqual(desk.keyFiles.map((key) => key.name), ["pq"], "a folder's key files are chosen by hand");
  await desk.add([file("thu.eml", bytes("Subject: chào\n\nx"))]);
  assert.deepEqual(desk.allProblems[0].code, "mailempty", "a file that was picked is answered for");
});

test("a sealed file that comes again under another id is one tip, and told", async () => {
  const sealed = await sealTip([pq.recipient], { id: "" });
  const behind = Uint8Array.from([...sealed, ...Array(30).fill(7)]);
  for (const keyFirst of [true, false]) {
    const desk = new Desk();
    const key = file("pq", bytes(pq.identity));
    const tips = [file("TB-AAAA-AAAA.age", sealed), file("TB-AAAA-AAAA (1).age", sealed), file("thu.eml", mail([{ name: "TB-BBBB-BBBB.age", bytes: behind }])), file("TB-CCCC-CCCC.age", sealed)];
    await desk.add(keyFirst ? [key] : tips);
    await desk.add(keyFirst ? tips : [key]);
    assert.deepEqual(desk.opened.map((tip) => [tip.id, tip.others.sort(), tip.opened.warnings]), [["TB-AAAA-AAAA", ["TB-BBBB-BBBB", "TB-CCCC-CCCC"], ["replay"]]]);
  }
  const desk = new Desk();
  await desk.add([file("pq", bytes(pq.identity)), file("TB-AAAA-AAAA.age", sealed), file("TB-AAAA-AAAA (1).age", sealed), file("tin.age", sealed)]);
  assert.deepEqual(desk.opened[0].opened.warnings, [], "the same mail twice is none");
});

test("both languages say everything, and every problem that the code can raise", () => {
  const paths = (object, prefix = "") => Object.entries(object).flatMap(([key, value]) => (typeof value === "object" ? paths(value, `${prefix}${key}.`) : [`${prefix}${key}:${typeof value}`]));
  assert.deepEqual(paths(strings.vi).sort(), paths(strings.en).sort());
  // A feature has its words beside it; one without is not in the page.
  const said = (f) => !f.includes("/") || existsSync(join(root, "src", "reader", f.split("/")[0], "strings.js"));
  const sources = readdirSync(join(root, "src", "reader"), { recursive: true }).filter((f) => f.endsWith(".js") && said(f)).map((f) => readFileSync(join(root, "src", "reader", f), "utf8")).join("\n");
  const raised = new Set([...sources.matchAll(/Problem\(([^;]*)\)/g)].flatMap(([, args]) => [...args.matchAll(/"([a-z]+)"/g)].map((m) => m[1])));
  assert.ok(raised.size > 20);
  for (const problem of raised) {
    for (const lang of ["vi", "en"]) {
      assert.ok(strings[lang].problem[problem]?.title && strings[lang].problem[problem].hint, `${lang} ${problem}`);
    }
  }
  // One name for the officer's key, and no word of what is inside it.
  const values = (object) => Object.values(object).flatMap((value) => (typeof value === "object" ? values(value) : [String(value)]));
  for (const said of values(strings.vi)) assert.doesNotMatch(said, /khóa bí mật|khóa riêng|AGE-SECRET|AGE ENCRYPTED/);
  // A unit's box is a hòm thư; a hộp thư is where e-mail lies.
  assert.match(strings.vi.otherMailbox("x"), /^Hòm thư/);
  for (const [, warning] of sources.matchAll(/(?:\bwarnings\.(?:add|push)|\bwarn)\("([a-z]+)"\)|warnings: \["(nottip)"\]/g)) {
    if (warning) assert.ok(strings.vi.warnings[warning], warning);
  }
  const word = (path) => path.split(".").reduce((object, key) => object?.[key], strings.vi);
  for (const used of new Set([...sources.matchAll(/\bt\.([a-zA-Z0-9]+(?:\.[a-zA-Z0-9]+)?)/g)].map((m) => m[1]))) {
    const [first] = used.split(".");
    assert.ok(typeof word(first) === "object" ? word(used) : word(first), used);
  }
});

// What crypto/plaintext makes of its corpus, this parser must make of it too.
test("the Go parser's corpus gives the same tips", () => {
  const dir = join(root, "..", "..", "crypto", "plaintext", "testdata");
  const wanted = JSON.parse(readFileSync(join(dir, "tips.json"), "utf8"));
  const warnings = {
    nottip: "sealed to this key, but not a tip", nottext: "sealed to this key, but not a tip and not text",
    newertip: "written by a newer version", incomplete: "a part of the tip cannot be read",
    otherpart: "an attachment that tips do not have was left out",
  };
  const names = readdirSync(join(dir, "tips"));
  assert.deepEqual(names.sort(), Object.keys(wanted).sort());
  for (const name of names) {
    let got;
    try {
      got = contents(new Uint8Array(readFileSync(join(dir, "tips", name))));
    } catch (err) {
      assert.equal(err.code, "nottext", `${name}: ${err.stack}`);
      got = { tip: null, text: "", warnings: ["nottext"] };
    }
    const tip = got.tip || { id: "", unit: "", site: "", siteName: "", mailbox: "", urgent: false, lang: "", photos: [] };
    const mark = (_, code, count) => `⟨U+${code}⟩`.repeat(count || 1);
    const visible = runs(got.text, Infinity).map((run) => run.text ?? run.mark.replace(/^U\+([0-9A-F]+)(?:×(\d+))?$/, mark)).join("");
    assert.deepEqual({
      ID: tip.id, Unit: tip.unit, Site: tip.site, SiteName: tip.siteName, Mailbox: tip.mailbox, Urgent: tip.urgent, Lang: tip.lang,
      Visible: visible, Photos: tip.photos.map((photo) => Buffer.from(photo).toString("latin1")), Warnings: got.warnings.map((w) => warnings[w]).sort(),
      ...(tip.passed ? { Passed: { By: tip.passed.by, On: tip.passed.on, Note: tip.passed.note } } : {}),
    }, { ...wanted[name], Warnings: wanted[name].Warnings.sort() }, name);
  }
});

// All features' styles stand in one sheet: a class that one of them styles wherever it
// stands, and another one means otherwise, is a screen that looks broken.
test("no feature's style falls on another's, but for what they share", () => {
  const shared = new Set(["chip", "chips", "history", "panel", "prints", "text"]);
  const dir = join(root, "src", "reader");
  const files = readdirSync(dir, { recursive: true });
  const feature = (file) => (file.includes("/") ? file.split("/")[0] : "");
  const read = (file) => readFileSync(join(dir, file), "utf8");
  const used = files.filter((file) => file.endsWith(".js")).map((file) => [file, new Set([...read(file).matchAll(/class: [^,}]*?"([^"]+)"/g)].flatMap(([, names]) => names.split(/\s+/)))]);
  let styled = 0;
  for (const sheet of files.filter((file) => file.endsWith(".css") && feature(file))) {
    const css = read(sheet).replace(/\/\*.*?\*\//gs, "").replace(/@[a-z-]+[^{;]*[{;]/g, "");
    for (const selector of [...css.matchAll(/([^{}]+)\{/g)].flatMap(([, list]) => list.split(","))) {
      const [, name] = /^\s*[a-z0-9]*\.([\w-]+)/.exec(selector) || [];
      if (!name || shared.has(name)) continue;
      styled++;
      for (const [file, names] of used) assert.ok(feature(file) === feature(sheet) || !names.has(name), `${sheet} styles every ${selector.trim()}, and ${file} has another`);
    }
  }
  assert.ok(styled > 20);
});
