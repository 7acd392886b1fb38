// The table of what units say, for Excel: as crypto/counts writes it.
import { boxes, kinds, other, outcomes, results, spans, states } from "./count.js";

const words = {
  numbers: { tips: "Số tin", urgent: "Tin khẩn", duplicates: "Tin trùng", passed: "Đã chuyển đơn vị khác", answered: "Đã trả lời" },
  boxes: ["Hòm góp ý", "Hòm an ninh", "Hòm tố giác", "Hòm khác"],
  states: ["Mới", "Đang xác minh", "Đã xong", "Không xử lý"],
  kinds: ["Loại tố giác tội phạm", "Loại an ninh, trật tự, môi trường", "Loại góp ý", "Loại khiếu nại, kiến nghị", "Loại không có việc gì"],
  outcomes: ["Đúng", "Đúng một phần", "Không đúng", "Không rõ"],
  results: ["Số người bị bắt", "Số vụ thu giữ", "Số vụ xử phạt", "Số người được giúp"],
  handling: ["Xong trong 1 ngày", "Xong trong 3 ngày", "Xong trong 7 ngày", "Xong trong 20 ngày", "Xong trong 60 ngày", "Xong lâu hơn"],
};
const names = { boxes: [...boxes, other], states, kinds, outcomes, results, handling: spans };

const columns = [
  ...Object.entries(words.numbers).map(([name, head]) => ({ head, of: (week) => week[name] })),
  ...["boxes", "states", "kinds", "outcomes", "results", "handling"].flatMap((map) => names[map].map((name, i) => ({ head: words[map][i], of: (week) => week[map][name] || 0 }))),
];

/** Returns a head, then a row a unit and week, all text. */
export function rows(units) {
  const sites = [...new Set(units.flatMap(({ weeks }) => weeks.flatMap((week) => Object.keys(week.sites))))].sort();
  const head = ["Tuần từ ngày", "Đơn vị", ...columns.map((column) => column.head), ...sites.map((site) => `Nơi dán ${site}`)];
  return [head, ...units.flatMap(({ unit, weeks }) => weeks.map((week) => [
    week.week.split("-").reverse().join("/"), unit, ...columns.map((column) => String(column.of(week))), ...sites.map((site) => String(week.sites[site] || 0)),
  ]))];
}

/** Returns the rows as CSV (RFC 4180) with the byte order mark that Excel wants. Nothing in them begins a formula: they are days, ids and numbers. */
export const csv = (all) => `\ufeff${all.map((row) => row.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell)).join(",")).join("\r\n")}\r\n`;
