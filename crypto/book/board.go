package book

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tipbox/crypto/receipt"
)

// What keeps the answers from being written out.
var (
	ErrTooSoon  = errors.New("the board has changed within a week")
	ErrNoNotice = errors.New("the answers are too long for a notice")
)

const (
	// MaxNotice is how many bytes a notice of a board may have.
	MaxNotice = 32 << 10
	// boardWeeks is how many weeks an answer stands on the board, beside that in which
	// it was given: about as long as a reply waits for its sender.
	boardWeeks = 13
	week       = 7 * 24 * time.Hour
)

// Notice is what a unit tells on its board: short answers, for whoever knows a tag.
type Notice struct {
	Week string // its first day, YYYY-MM-DD
	Rows []Row
	Sum  string // SHA-256 of the rows, in hex: whether anything has changed
}

// Row is a tag, as people see it, and the answer for it.
type Row struct {
	Tag  string `json:"tag"`
	Text string `json:"text"`
}

// Notice returns what stands on the board in the week of now, sorted by tag: it says
// nothing of which answer is new. Of several tips with one tag, a sender's who wrote
// again, the last answer counts.
func (b *Book) Notice(now time.Time) *Notice {
	monday := monday(now)
	last := make(map[string]*State)
	for _, s := range b.States(Law) {
		if old := last[s.Tag]; s.Tag != "" && (old == nil || later(s, old)) {
			last[s.Tag] = s
		}
	}
	n := &Notice{Week: monday.Format(time.DateOnly)}
	for tag, s := range last {
		at, _ := ParseTime(s.BoardAt)
		if text := oneLine(s.Board); text != "" && !at.Before(monday.Add(-boardWeeks*week)) {
			n.Rows = append(n.Rows, Row{receipt.ShowTag(tag), text})
		}
	}
	slices.SortFunc(n.Rows, func(x, y Row) int { return strings.Compare(x.Tag, y.Tag) })
	sum := sha256.New()
	for _, r := range n.Rows {
		fmt.Fprintf(sum, "%s %s\n", r.Tag, r.Text)
	}
	n.Sum = hex.EncodeToString(sum.Sum(nil))
	return n
}

func later(x, y *State) bool {
	ax, _ := ParseTime(x.BoardAt)
	ay, _ := ParseTime(y.BoardAt)
	return cmp.Or(ax.Compare(ay), strings.Compare(x.ID, y.ID)) > 0
}

func monday(t time.Time) time.Time {
	t = t.In(zone)
	return time.Date(t.Year(), t.Month(), t.Day()-(int(t.Weekday())+6)%7, 0, 0, 0, 0, zone)
}

// oneLine returns the text as it can stand in a line, without what turns its
// surroundings around (https://www.unicode.org/reports/tr9/).
func oneLine(text string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case r == 0xfeff, r == 0x061c, r == 0x200e, r == 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return -1
		case r < ' ', r >= 0x7f && r < 0xa0:
			return ' '
		}
		return r
	}, text)), " ")
}

// Ready returns ErrTooSoon where the board was changed less than a week before now,
// and the notice would change it again: who looks at it often would see which answer
// came on which day, and so when somebody was written to. A clock that is ahead of
// now by more than a day stops nothing.
func (n *Notice) Ready(last Published, now time.Time) error {
	at, ok := ParseTime(last.At)
	if ok && last.Sum != n.Sum && now.Before(at.Add(week)) && at.Before(now.Add(24*time.Hour)) {
		return ErrTooSoon
	}
	return nil
}

// marks are the characters that CommonMark may read as markup within a line.
var marks = strings.NewReplacer(`\`, `\\`, "`", "\\`", `*`, `\*`, `_`, `\_`, `[`, `\[`, `]`, `\]`, `<`, `\<`, `>`, `\>`, `&`, `\&`)

// Markdown returns the notice as tra-loi.md, or ErrNoNotice where it is too long.
func (n *Notice) Markdown() (string, error) {
	var b strings.Builder
	day, _ := time.Parse(time.DateOnly, n.Week)
	fmt.Fprintf(&b, "# Trả lời của đơn vị\n\nTuần từ ngày %s. Mỗi câu trả lời ghi cạnh một dấu: sáu chữ và số, hiện dưới mã 20 số khi gửi tin, và ở trang “Xem trả lời” khi gõ mã. Dấu không mở được gì.\n\n", day.Format("2/1/2006"))
	if len(n.Rows) == 0 {
		b.WriteString("Tuần này chưa có câu trả lời nào.\n")
	}
	for _, r := range n.Rows {
		fmt.Fprintf(&b, "- **%s** %s\n", r.Tag, marks.Replace(r.Text))
	}
	if b.Len() > MaxNotice {
		return "", fmt.Errorf("%w: %d bytes, at most %d", ErrNoNotice, b.Len(), MaxNotice)
	}
	return b.String(), nil
}
