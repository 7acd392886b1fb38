// What is said on the page of the day.
export const strings = {
  vi: {
    screen: "Hôm nay",
    urgent: "Khẩn, chưa xong",
    overdue: "Quá hạn",
    due: "Đến hạn hôm nay",
    new: "Tin mới, chưa đọc",
    unsorted: "Đã đọc, chưa phân loại",
    waiting: "Người gửi đang chờ trả lời",
    all: (n) => `Xem cả ${n} tin`,
    nothing: "Hôm nay không có việc gì phải làm gấp.",
    noTips: "Sổ chưa có tin nào. Thả tệp .age, thư .eml hoặc cả thư mục vào trang này.",
  },
  en: {
    screen: "Today",
    urgent: "Urgent, not finished",
    overdue: "Overdue",
    due: "Due today",
    new: "New, unread",
    unsorted: "Read, of no kind yet",
    waiting: "The sender waits for an answer",
    all: (n) => `See all ${n}`,
    nothing: "Nothing is pressing today.",
    noTips: "There is no tip in the book. Drop .age files, .eml mails or a whole folder on this page.",
  },
};
