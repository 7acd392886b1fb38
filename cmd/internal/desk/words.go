package desk

import (
	"fmt"
	"time"

	"tipbox/crypto/book"
	"tipbox/crypto/open"
	"tipbox/intake"
)

// What officers read for the words of the book.
var (
	statusWords = map[string]string{
		book.StatusNew: "mới", book.StatusChecking: "đang xác minh", book.StatusDone: "đã xong", book.StatusDropped: "không xử lý",
	}
	kindWords = map[string]string{
		book.KindCrime: "tội phạm", book.KindOrder: "an ninh, trật tự", book.KindSuggestion: "góp ý",
		book.KindPetition: "khiếu nại, tố cáo", book.KindNone: "không thuộc loại nào",
	}
	outcomeWords = map[string]string{
		"confirmed": "đúng", "partly": "đúng một phần", "unfounded": "không đúng", "unclear": "không rõ",
	}
	stepWords = map[string]string{
		"classify": "phân loại", "handOver": "chuyển cơ quan có thẩm quyền", "procuracy": "báo viện kiểm sát", "assign": "phân công", "resolve": "giải quyết",
	}
	conflictWords = map[string]string{
		book.ConflictID:  "có dòng sổ trùng mã mà khác nội dung, giữ cả hai / two lines with one id differ; both are kept",
		book.ConflictN:   "có dòng sổ đánh số nhảy cóc: thiếu dòng trước, hoặc ghi sai / a line's number leaves a gap",
		book.ConflictSum: "có tệp khác đến dưới cùng mã, thành một tin riêng / another sealed file came under its id and is a tip of its own",
	}
)

// mailboxWord returns the box's name, as in printTip.
func mailboxWord(mailbox string) string {
	if title := intake.Mailbox(mailbox).Title(); title != "" {
		return title
	}
	return open.VisibleLine(mailbox)
}

// hour shows a time of the book: 09:10 29/11/2026.
func hour(at string) string {
	t, ok := book.ParseTime(at)
	if !ok {
		return ""
	}
	return t.Format("15:04 02/01/2006")
}

// left says how far away a deadline is.
func left(at string, now time.Time) string {
	t, ok := book.ParseTime(at)
	if !ok {
		return ""
	}
	what, d := "còn", t.Sub(now)
	if d < 0 {
		what, d = "quá hạn", -d
	}
	switch {
	case d < time.Hour:
		return what + " dưới 1 giờ"
	case d < 48*time.Hour:
		return fmt.Sprintf("%s %d giờ", what, int(d.Hours()))
	}
	return fmt.Sprintf("%s %d ngày", what, int(d.Hours()/24))
}

// over reports whether nothing is left to be done with a tip.
func over(s *book.State) bool {
	return s.Status == book.StatusDone || s.Status == book.StatusDropped || s.DuplicateOf != ""
}
