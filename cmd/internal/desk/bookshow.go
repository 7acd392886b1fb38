package desk

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"tipbox/cmd/internal/table"
	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/book"
	"tipbox/crypto/open"
)

// Book is tipbox book: what it is given.
type Book struct {
	File           BookFile
	Identity       []string
	PassphraseFile string
	All            bool     // show: what is over as well
	Output         string   // export: the CSV file, "" for stdout
	Files          []string // merge: other copies; import: registers
}

// open unlocks the identities and reads the book for looking at it.
func (c *Book) open(t *terminal.Terminal) (*book.Book, error) {
	ids, err := unlockAll(t, c.Identity, c.PassphraseFile)
	if err != nil {
		return nil, err
	}
	return c.File.Read(t, ids)
}

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
	pieces := broken(open.VisibleLine(first), wide-len("  "+mark)+2)
	if len(pieces) > 1 || more {
		pieces[0] = strings.TrimRight(pieces[0], " ") + "…"
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

// exportHeader are the columns of a register of reports.
var exportHeader = []string{
	"Số", "Mã tin", "Nhận lúc", "Cán bộ vào sổ", "Danh tính người báo", "Đến bằng", "Ở đâu", "Khi nào", "Nội dung",
	"Phân loại", "Giao cho", "Hạn", "Trạng thái", "Kết quả", "Chuyển cho", "Đã trả lời",
}

// Export writes the book as a table for Excel.
func (c *Book) Export(t *terminal.Terminal) error {
	b, err := c.open(t)
	if err != nil {
		return err
	}
	rows := [][]string{exportHeader}
	for i, s := range b.States(book.Law) {
		rows = append(rows, exportRow(i+1, s))
	}
	if c.Output == "" {
		return table.Write(t.Out, ',', rows)
	}
	if err := table.Replace(c.Output, ',', rows, "bảng", "table"); err != nil {
		return err
	}
	t.Say("%s: %d tin, KHÔNG còn niêm phong: cất kỹ, xong việc thì xóa / %s, no longer sealed: lock it away, delete it when done",
		c.Output, len(rows)-1, terminal.Counted(len(rows)-1, "tip"))
	return nil
}

func exportRow(n int, s *book.State) []string {
	received := hour(s.Received)
	if s.ReceivedConfirmed {
		received += " (cán bộ xác nhận)"
	}
	kind := kindWords[s.Kind]
	if s.Kind == book.KindCrime && !s.Competent {
		kind += ", không thuộc thẩm quyền"
	}
	var due, passed, answered string
	if s.Due.Next != "" {
		due = stepWords[s.Due.Next] + " trước " + hour(s.Due.At)
	}
	for _, p := range s.Passes {
		passed += "; " + p.To
	}
	if s.Replies > 0 {
		answered = "có"
	}
	status := statusWords[s.Status]
	if s.DuplicateOf != "" {
		status = "trùng với " + s.DuplicateOf
	}
	site := "hòm thư QR"
	if s.Site != "" {
		site += ", nơi dán " + s.Site
	}
	row := []string{
		fmt.Sprint(n), s.ID, received, s.EnteredBy, "không nêu danh tính", site, s.Where, s.When, s.Text,
		kind, s.To, due, status, outcome(s), strings.TrimPrefix(passed, "; "), answered,
	}
	for i, cell := range row {
		row[i] = open.Visible(cell)
	}
	return table.Inert(row)
}

// outcome says what came of a tip: "đúng; bắt 1, xử phạt 2".
func outcome(s *book.State) string {
	words := outcomeWords[s.Outcome]
	for _, c := range []struct {
		name string
		n    int
	}{{"bắt", s.Counts.Arrests}, {"thu giữ", s.Counts.Seizures}, {"xử phạt", s.Counts.Fines}, {"giúp đỡ", s.Counts.Helped}} {
		if c.n > 0 {
			words += fmt.Sprintf("; %s %d", c.name, c.n)
		}
	}
	return strings.TrimPrefix(words, "; ")
}

// Merge takes other copies of the book in.
func (c *Book) Merge(t *terminal.Terminal) error {
	ids, err := unlockAll(t, c.Identity, c.PassphraseFile)
	if err != nil {
		return err
	}
	added := 0
	err = c.File.Update(t, ids, func(b *book.Book) error {
		added = 0
		for _, path := range c.Files {
			other := BookFile{Path: path}
			copied, _, err := other.load(ids)
			if err != nil {
				return Advise(err)
			}
			n, err := b.Merge(copied)
			if err != nil {
				return Advise(fmt.Errorf("%s: %w", open.VisibleLine(path), err))
			}
			added += n
		}
		return nil
	})
	if err != nil {
		return err
	}
	t.Say("%s: thêm %d dòng từ bản khác / %s from other copies", c.File.Path, added, terminal.Counted(added, "line"))
	return nil
}
