// The board on paper, beside the poster: who has no telephone knows a tag, and no more. In
// Vietnamese whatever the page's language, and of the day only the week.
import { unitName, unitOf } from "../addressbook.js";
import { h } from "../dom.js";
import { dayWords, tagWords } from "./notice.js";

/** Returns the sheet of a notice; paper is "a4" or "a3". What does not fit on one goes on to the next, with the same head and foot. */
export function boardSheet(app, { week, rows }, paper) {
  const { addressBook, book } = app;
  const { phone = "" } = unitOf(addressBook, book.unit) || {};
  const at = (addressBook.base_url || "").replace(/^https?:\/\//, "");
  const wide = (...children) => h("tr", {}, h("td", { colspan: "2" }, children));
  return h("section", { class: `wallboard ${paper}`, lang: "vi" }, h("table", {},
    h("thead", {}, wide(h("p", { class: "boardunit" }, unitName(addressBook, book.unit)), h("h2", {}, "Trả lời của đơn vị"), h("p", { class: "boardweek" }, `Tuần từ ngày ${dayWords(week)}`))),
    h("tbody", {}, rows.length > 0 ? rows.map(({ tag, text }) => h("tr", { class: "boardrow" }, h("th", { scope: "row" }, tag), h("td", { dir: "auto" }, text))) : wide(h("p", { class: "boardnone" }, "Tuần này chưa có câu trả lời nào."))),
    h("tfoot", {}, wide(
      h("p", {}, h("strong", {}, "Tìm dấu của mình: "), tagWords, at && ` Trang đó ở ${at}/r.`),
      h("p", { class: "boardcall" }, "Việc gấp xin gọi: ", h("strong", {}, "113"), phone && [" hoặc đơn vị ", h("strong", {}, phone)])))));
}
