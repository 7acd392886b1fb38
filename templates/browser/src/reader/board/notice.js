// What stands on the unit's board: short answers, each beside a tag. crypto/book does the
// same in Go; crypto/book/testdata/vectors.json holds both.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { showTag } from "../../shared/receipt.js";
import { parseTime, time } from "../book/times.js";

const day = 86_400_000;
const week = 7 * day;
const weeks = 13; // that an answer stands there, beside the one in which it was given
const maxNotice = 32 << 10;

const bidi = /[\ufeff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
// eslint-disable-next-line no-control-regex
const control = /[\0-\x1f\x7f-\x9f]/g;

/** Returns the text as it can stand in a line, without what turns its surroundings around. */
export const oneLine = (text) => text.replace(bidi, "").replace(control, " ").replace(/\s+/g, " ").trim();

// The beginning of the week that ms is in, by Vietnam's clock.
function monday(ms) {
  const today = parseTime(`${time(ms).slice(0, 10)}T00:00:00+07:00`);
  return today - ((new Date(today + 7 * 3_600_000).getUTCDay() + 6) % 7) * day;
}

/**
 * Returns what stands on the board in the week of now, sorted by tag, so that it says
 * nothing of which answer is new: {week, rows: [{tag, text}], sum}. Of several tips with
 * one tag, a sender's who wrote again, the last answer counts.
 */
export function notice(book, now) {
  const begin = monday(now);
  const last = new Map();
  const later = (a, b) => parseTime(a.boardAt) - parseTime(b.boardAt) || (a.id < b.id ? -1 : 1);
  for (const state of book.states()) {
    if (state.tag && (!last.has(state.tag) || later(state, last.get(state.tag)) > 0)) last.set(state.tag, state);
  }
  const rows = [...last.values()].filter((state) => oneLine(state.board) && parseTime(state.boardAt) >= begin - weeks * week)
    .map(({ tag, board }) => ({ tag: showTag(tag), text: oneLine(board) })).sort((a, b) => (a.tag < b.tag ? -1 : 1));
  return { week: time(begin).slice(0, 10), rows, sum: bytesToHex(sha256(utf8ToBytes(rows.map(({ tag, text }) => `${tag} ${text}\n`).join("")))) };
}

/**
 * Returns when the notice may be written out, 0 for now: not within a week of the last
 * change. Who looks at the board often would see which answer came on which day, and so
 * when somebody was written to. A clock that is ahead by more than a day stops nothing.
 */
export function readyAt({ sum }, { at, sum: written }, now) {
  const last = parseTime(at);
  return written !== sum && now < last + week && last < now + day ? last + week : 0;
}

/** Returns a day as people write it, 2026-11-03 → 3/11/2026. */
export const dayWords = (on) => on.split("-").reverse().map(Number).join("/");

/** What is said of tags wherever they stand. */
export const tagWords = "Mỗi câu trả lời ghi cạnh một dấu: sáu chữ và số, hiện dưới mã 20 số khi gửi tin, và ở trang “Xem trả lời” khi gõ mã. Dấu không mở được gì.";

// What CommonMark may read as markup within a line.
const escape = (text) => text.replace(/[\\`*_[\]<>&]/g, "\\$&");

/** Returns the notice as tra-loi.md, "" where it is too long for one. */
export function markdown({ week: on, rows }) {
  const lines = rows.map(({ tag, text }) => `- **${tag}** ${escape(text)}\n`).join("") || "Tuần này chưa có câu trả lời nào.\n";
  const text = `# Trả lời của đơn vị\n\nTuần từ ngày ${dayWords(on)}. ${tagWords}\n\n${lines}`;
  return utf8ToBytes(text).length > maxNotice ? "" : text;
}
