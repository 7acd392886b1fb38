// Mails as webmail saves them (.eml), and mailboxes of mails as Thunderbird
// does (mbox): found in them is every sealed file, however the mail systems on
// the way have wrapped it.
import { mailDate } from "./date.js";
import { decode, multipart, parameters, split, words } from "./mime.js";
import { latin } from "./kind.js";
import { Problem } from "./problem.js";

const maxParts = 100;
const maxDepth = 8;

/**
 * Returns [{name, bytes, date}] of the attachments, of one mail or of all in an mbox,
 * that are sealed files or call themselves so; one that lost its name has its
 * mail's subject for it; date is that of the innermost mail around it, where it
 * has one. Throws the Problem mailempty where there is none.
 */
export function attachments(bytes) {
  const found = mails(bytes).flatMap(inMail);
  if (found.length === 0) throw new Problem("mailempty");
  return found;
}

// The mails of an mbox (RFC 4155), as crypto/open splits it: each begins with a
// "From " line after an empty line. No line of a sealed file can be one, so
// none has to be told from text that was quoted as ">From ".
function mails(bytes) {
  const text = latin(bytes);
  if (!text.startsWith("From ")) return [bytes];
  const starts = [...text.matchAll(/(?<=^|\n\r?\n)From [^\n]*\n?/g)];
  return starts.map(({ 0: line, index }, i) => bytes.subarray(index + line.length, starts[i + 1] ? starts[i + 1].index : bytes.length));
}

function inMail(mail) {
  const queue = [{ bytes: mail, depth: 0, isMail: true }];
  const found = [];
  let subject = "";
  for (let seen = 0; queue.length > 0 && seen < maxParts; seen++) {
    const { bytes: entity, depth, isMail, date: around } = queue.shift();
    const message = split(entity, 1 << 18);
    if (!message) continue;
    const get = (name) => (message.fields.get(name) || [""])[0];
    if (seen === 0) subject = words(get("subject"));
    const date = isMail ? mailDate(message.fields.get("date")) : around;
    const { type, params } = parameters(get("content-type"));
    if (type.startsWith("multipart/") && params.boundary && depth < maxDepth) {
      const { parts } = multipart(message.body, params.boundary, maxParts);
      queue.push(...parts.map((p) => ({ bytes: p, depth: depth + 1, date })));
      continue;
    }
    const { content } = decode(message.body, get("content-transfer-encoding"));
    const name = fileName(parameters(get("content-disposition")).params, params);
    if (type === "message/rfc822" && depth < maxDepth) {
      queue.push({ bytes: content, depth: depth + 1, isMail: true });
    } else if (type === "application/age" || /\.age$/i.test(name) || isAge(content)) {
      found.push({ name: name || subject, bytes: content, date });
    }
  }
  return found;
}

function isAge(bytes) {
  const head = latin(bytes, 64);
  return head.startsWith("age-encryption.org/") || head.startsWith("-----BEGIN AGE ENCRYPTED FILE-----");
}

function fileName(disposition, type) {
  const star = /^utf-8'[^']*'(.*)$/i.exec(disposition["filename*"] || type["name*"] || "");
  if (star) {
    try {
      return decodeURIComponent(star[1]);
    } catch {
      // not what it says; the plain name will do
    }
  }
  return words(disposition.filename || type.name || "");
}
