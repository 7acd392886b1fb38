package desk

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/book"
	"tipbox/crypto/open"
)

// Show prints the tips: the urgent ones and what is due first.
func (c *Book) Show(t *terminal.Terminal) error {
	b, err := c.open(t)
	if err != nil {
		return err
	}
	check := b.Check()
	if !b.Vouched() { // they are to be heard from somebody else
		check = "hỏi qua điện thoại / ask by telephone"
	}
	now := time.Now()
	states := b.States(book.Law)
	todo := slices.DeleteFunc(slices.Clone(states), over)
	shown := todo
	if c.All {
		shown = states
	}
	slices.SortStableFunc(shown, byNeed)
	var out bytes.Buffer
	fmt.Fprintf(&out, "Sổ tin / book: %s · %d tin, %d chưa xong / %s, %[3]d to do\nKý tự của sổ / its characters: %[5]s\n",
		open.VisibleLine(b.Unit), len(states), len(todo), terminal.Counted(len(states), "tip"), check)
	wide := t.Columns(columns)
	for _, s := range shown {
		showTip(&out, s, now, wide)
	}
	if n := len(states) - len(shown); n > 0 {
		fmt.Fprintf(&out, "\nvà %d tin đã xong: thêm --all để xem / and %s that are over: add --all\n", n, terminal.Counted(n, "tip"))
	}
	tell(t, b, now)
	_, err = t.Out.Write(out.Bytes())
	return err
}

// byNeed orders tips: urgent ones first, then by what is due; what is over last.
func byNeed(a, b *book.State) int {
	yes := func(is bool) int {
		if is {
			return 0
		}
		return 1
	}
	due := func(s *book.State) int64 {
		if t, ok := book.ParseTime(s.Due.At); ok {
			return t.Unix()
		}
		return 1 << 40
	}
	return cmp.Or(
		cmp.Compare(yes(!over(a)), yes(!over(b))), cmp.Compare(yes(a.Urgent), yes(b.Urgent)), cmp.Compare(due(a), due(b)))
}

// showTip prints three lines of a tip, and what is odd about it.
func showTip(out *bytes.Buffer, s *book.State, now time.Time, wide int) {
	words := []string{s.ID}
	if s.Urgent {
		words = append(words, "KHẨN")
	}
	words = append(words, statusWords[s.Status])
	if !s.Seen {
		words = append(words, "chưa xem")
	}
	if s.Due.Next != "" {
		words = append(words, stepWords[s.Due.Next]+": "+left(s.Due.At, now))
	}
	fmt.Fprintf(out, "\n%s\n", strings.Join(words, " · "))
	words = []string{mailboxWord(s.Mailbox)}
	for _, word := range []string{s.Site, hour(s.Received), s.To} {
		if word != "" {
			words = append(words, open.VisibleLine(word))
		}
	}
	for _, line := range broken(strings.Join(words, " · "), wide-len("  ")) {
		fmt.Fprintln(out, "  "+line)
	}
	first, _, more := strings.Cut(strings.TrimSpace(s.Text), "\n")
	pieces := broken(open.VisibleLine(first), wide-len([]rune("  "+mark+"…")))
	if len(pieces) > 1 || more {
		pieces[0] += "…"
	}
	fmt.Fprintln(out, "  "+strings.TrimRight(mark+pieces[0], " "))
	var told []string
	for _, conflict := range s.Conflicts {
		if !slices.Contains(told, conflict.Why) {
			told = append(told, conflict.Why)
			fmt.Fprintln(out, "  CHÚ Ý: "+conflictWords[conflict.Why])
		}
	}
}

// tell warns of lines that count for nothing or come from a wrong clock.
func tell(t *terminal.Terminal, b *book.Book, now time.Time) {
	odd, future := 0, 0
	for _, e := range b.Events() {
		at, ok := book.ParseTime(e.At)
		switch {
		case e.Odd():
			odd++
		case ok && at.After(now.Add(24*time.Hour)):
			future++
		}
	}
	if odd > 0 {
		t.Warn("%d dòng sổ viết sai, giữ nguyên nhưng không tính / %s of the book count for nothing", odd, terminal.Counted(odd, "odd line"))
	}
	if future > 0 {
		t.Warn("%d dòng sổ ghi ngày giờ ở tương lai: xem lại đồng hồ máy / %s from the future: look at the PCs' clocks", future, terminal.Counted(future, "line"))
	}
}
