// "Sealed tip, version 1": byte for byte what crypto/plaintext writes, which
// crypto/plaintext/testdata/vectors.json holds for both.

/** The size classes of a padded tip in bytes, smallest first. */
export const sizes = [16, 256, 512, 1024, 2048, 4096].map((n) => n * 1024);

const wordBytes = 39;
const maxNameBytes = 300;
const base64Line = 57;
const paddingColumn = 78;

const titles = {
  suggestion: "Góp ý, kiến nghị",
  report: "An ninh, trật tự, môi trường",
  crime: "Tố giác tội phạm",
};
const token = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

const utf8 = new TextEncoder();

/** The tip does not fit the largest size class. */
export class TooLarge extends Error {}

/**
 * Returns the padded MIME message of a tip {id, unit, site, siteName, mailbox,
 * urgent, lang, message, place, time, photos, reply, passed}. id is "" for a tip
 * sealed in the browser; texts are clean (text.js); photos are Uint8Arrays; reply is
 * {recipient, lookup, tag, at} of a receipt, {code, at}, or nothing; passed is
 * {by, on, note} of a tip that one unit passes on to another. Throws TooLarge.
 */
export function plaintext(tip, boundary = randomBoundary()) {
  const whole = utf8.encode(message(tip, boundary));
  const size = sizes.find((s) => whole.length <= s);
  if (!size) throw new TooLarge();
  const out = new Uint8Array(size).fill(0x20);
  out.set(whole);
  for (let i = whole.length + paddingColumn; i < size; i += paddingColumn + 1) out[i] = 0x0a;
  if (size > whole.length) out[size - 1] = 0x0a;
  return out;
}

/**
 * Returns how many bytes each of n photos may have so that a tip with the
 * longest text still fits the largest size class.
 */
export function photoRoom(n) {
  const each = Math.floor((sizes[sizes.length - 1] - sizes[0]) / n) - 256;
  return Math.floor(each / ((base64Line / 3) * 4 + 2)) * base64Line;
}

function message(tip, boundary) {
  const { passed } = tip;
  const note = passed && passed.note.trim();
  for (const value of [tip.unit, tip.site, tip.mailbox, ...(passed ? [passed.by] : [])]) {
    if (!token.test(value)) throw new Error("cannot stand in a tip's header");
  }
  const lines = [
    "From: nguoi-bao-tin@tipbox.invalid",
    `To: ${tip.unit}@tipbox.invalid`,
    `Subject: ${encodedWords(subject(tip))}`,
    "MIME-Version: 1.0",
    "Tipbox-Version: 1",
    ...(tip.id ? [`Tipbox-Id: ${tip.id}`] : []),
    `Tipbox-Unit: ${tip.unit}`,
    `Tipbox-Site: ${tip.site}`,
    `Tipbox-Mailbox: ${tip.mailbox}`,
    `Tipbox-Urgent: ${tip.urgent ? "yes" : "no"}`,
    ...(tip.lang ? [`Tipbox-Lang: ${token.test(tip.lang) ? tip.lang : "und"}`] : []),
    ...(passed ? [`Tipbox-Passed-By: ${passed.by}`, `Tipbox-Passed-On: ${passed.on}`] : []),
    ...(tip.reply ? reply(tip.reply) : []),
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    "Content-Transfer-Encoding: 8bit",
    "",
  ];
  const part = (kind, text) => lines.push(`--${boundary}`, `Content-Type: ${kind}; charset=utf-8`, "Content-Transfer-Encoding: 8bit", "", text.normalize("NFC").replace(/\n/g, "\r\n"));
  if (note) part("text/markdown", note);
  part("text/plain", body(tip));
  tip.photos.forEach((photo, i) => {
    lines.push(
      `--${boundary}`,
      "Content-Type: image/jpeg",
      `Content-Disposition: attachment; filename="anh-${i + 1}.jpg"`,
      "Content-Transfer-Encoding: base64",
      "",
    );
    for (let at = 0; at < photo.length; at += base64Line) {
      lines.push(btoa(String.fromCharCode(...photo.subarray(at, at + base64Line))));
    }
  });
  lines.push(`--${boundary}--`, "");
  return lines.join("\r\n");
}

// Whom to answer, and where: of a receipt, in the sealed tip alone.
function reply({ code, recipient, lookup, tag, at }) {
  const how = recipient ? [`Tipbox-Reply-To: ${recipient}`, `Tipbox-Reply-Lookup: ${lookup}`, `Tipbox-Reply-Tag: ${tag}`] : [`Tipbox-Reply-Code: ${code}`];
  return [...how, `Tipbox-Reply-At: ${at}`];
}

function body(tip) {
  let text = tip.message;
  if (tip.place) text += `\nỞ đâu: ${tip.place}`;
  if (tip.time) text += `\nKhi nào: ${tip.time}`;
  return text;
}

function subject(tip) {
  const title = titles[tip.mailbox] || "";
  let name = tip.siteName.normalize("NFC");
  if (utf8.encode(name).length > maxNameBytes) {
    name = `${pieces(name, maxNameBytes)[0]}…`;
  }
  return name ? `${title} – ${name}` : title;
}

// RFC 2047 encoded words of whole characters, one a line.
function encodedWords(text) {
  return pieces(text, wordBytes)
    .map((piece) => `=?utf-8?b?${btoa(String.fromCharCode(...utf8.encode(piece)))}?=`)
    .join("\r\n ");
}

// Cuts the text into pieces of at most max bytes of UTF-8 and whole characters.
function pieces(text, max) {
  const out = [];
  let piece = "";
  let length = 0;
  for (const char of text) {
    const n = utf8.encode(char).length;
    if (length + n > max) {
      out.push(piece);
      piece = "";
      length = 0;
    }
    piece += char;
    length += n;
  }
  return piece ? [...out, piece] : out;
}

// 26 letters and digits of base32, 130 bits, like Go's rand.Text.
function randomBoundary() {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return Array.from(crypto.getRandomValues(new Uint8Array(26)), (b) => alphabet[b & 31]).join("");
}
