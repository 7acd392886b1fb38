package desk

import (
	"fmt"
	"strings"

	"tipbox/cmd/internal/table"
	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/book"
	"tipbox/crypto/open"
)

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
