package desk

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/book"
	"tipbox/crypto/open"
	"tipbox/intake"
	"tipbox/intake/pasted"
)

// registerHeader are the columns of the CSV register of earlier releases. Officers added
// columns of their own behind them.
var registerHeader = []string{"Mã tin", "Đơn vị", "Nơi dán", "Hòm thư", "Khẩn", "Dòng đầu", "Ngày mở", "Trạng thái"}

// The columns of a register.
const (
	columnID = iota
	columnUnit
	columnSite
	columnMailbox
	columnUrgent
	columnFirstLine
	columnOpened
	columnStatus
)

// maxRegister bounds a register that is read: a hundred thousand tips are 20 MB.
const maxRegister = 64 << 20

// statusRead are the words for a state that registers have had, by officers' habit too.
var statusRead = map[string]string{
	"mới": book.StatusNew, "": book.StatusNew,
	"đang xác minh": book.StatusChecking, "đang xử lý": book.StatusChecking, "đang làm": book.StatusChecking,
	"đã xong": book.StatusDone, "xong": book.StatusDone, "đã xử lý": book.StatusDone,
	"không xử lý": book.StatusDropped, "bỏ": book.StatusDropped,
}

// register is a read register.
type register struct {
	header []string
	rows   [][]string
}

// Import takes registers of earlier releases into the book. Done again it changes
// nothing.
func (c *Book) Import(t *terminal.Terminal) error {
	var registers []*register
	for _, path := range c.Files {
		r, err := readRegister(path)
		if err != nil {
			return err
		}
		registers = append(registers, r)
	}
	ids, err := unlockAll(t, c.Identity, c.PassphraseFile)
	if err != nil {
		return err
	}
	var units []string
	for _, r := range registers {
		for _, row := range r.rows {
			units = append(units, row[columnUnit])
		}
	}
	if err := c.File.claim(units); err != nil {
		return err
	}
	added, unread := 0, 0
	err = c.File.Update(t, ids, func(b *book.Book) error {
		added, unread = 0, 0
		imported := fromRegisters(b)
		for _, r := range registers {
			for _, row := range r.rows {
				id, ok := rowID(row[columnID])
				switch {
				case !ok:
					unread++
				case !imported[id]:
					imported[id] = true
					added++
					c.importRow(b, id, r.header, row)
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if unread > 0 {
		t.Warn("%d dòng không có mã tin, không nhập / not taken in, for want of an id: %s", unread, terminal.Counted(unread, "line"))
	}
	t.Say("%s: nhập %d tin từ sổ cũ / %s from old registers", c.File.Path, added, terminal.Counted(added, "tip"))
	if added > 0 {
		t.Say("Sổ cũ KHÔNG niêm phong: xem lại bằng tipbox book show, rồi xóa sổ cũ. / The old registers are not sealed: look at the book, then delete them.")
	}
	return nil
}

// fromRegisters returns the ids that have come from a register already.
func fromRegisters(b *book.Book) map[string]bool {
	ids := make(map[string]bool)
	for _, e := range b.Events() {
		if enter, ok := e.What.(book.Enter); ok && enter.Sum == "" {
			ids[e.Tip] = true
		}
	}
	return ids
}

// importRow enters a row, its state, and as notes what officers have added.
func (c *Book) importRow(b *book.Book, id string, header, row []string) {
	by, now := c.File.officer(), time.Now()
	enter := book.Enter{
		Unit: row[columnUnit], Site: siteCode(row[columnSite]), Mailbox: mailboxCode(row[columnMailbox]),
		Urgent: strings.EqualFold(row[columnUrgent], "KHẨN"), Text: book.First(row[columnFirstLine]),
	}
	if day, ok := parseDay(row[columnOpened]); ok {
		enter.Received, enter.Confirmed = book.Time(day), true
	}
	b.Append(id, by, now, enter)
	b.Append(id, by, now, book.Seen{}) // who entered it had opened it
	note := func(text string) { b.Append(id, by, now, book.Note{Text: text}) }
	status, known := statusRead[strings.ToLower(row[columnStatus])]
	switch {
	case !known:
		note("Trạng thái trong sổ cũ: " + row[columnStatus])
	case status != book.StatusNew:
		b.Append(id, by, now, book.Status{Status: status})
	}
	for i := len(registerHeader); i < len(row); i++ {
		if row[i] == "" {
			continue
		}
		name := "Sổ cũ"
		if i < len(header) && header[i] != "" {
			name = header[i]
		}
		note(name + ": " + row[i])
	}
}

// readRegister reads a register as tipbox wrote it or as Excel has saved it: with
// commas, semicolons or tabs, in UTF-8 or, as "Unicode Text", in UTF-16, and with a
// line that tells Excel what stands between the cells.
func readRegister(path string) (*register, error) {
	wrong := func(err error) error {
		return terminal.Hint(fmt.Errorf("reading the register: %s: %w", open.VisibleLine(path), err),
			"mở sổ bằng Excel, lưu dạng CSV UTF-8 hoặc Unicode Text; dòng đầu phải là: "+strings.Join(registerHeader, ","),
			"open it with a spreadsheet and save it as CSV UTF-8 or Unicode Text, its first line as above")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, Advise(fmt.Errorf("reading the register: %w", err))
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxRegister+1))
	if err == nil && len(raw) > maxRegister {
		err = errors.New("tệp quá lớn / too large")
	}
	var text string
	if err == nil {
		text, err = pasted.Text(raw)
	}
	if err != nil {
		return nil, wrong(err)
	}
	text = text[len(sepLine.FindString(text)):]
	in := csv.NewReader(strings.NewReader(text))
	in.Comma, in.FieldsPerRecord = separator(text), -1
	rows, err := in.ReadAll()
	if err != nil {
		return nil, wrong(err)
	}
	for _, row := range rows {
		for i, cell := range row {
			row[i] = strings.TrimSpace(written.ReplaceAllString(cell, "$1"))
		}
	}
	if len(rows) == 0 || len(rows[0]) < len(registerHeader) || !slices.Equal(rows[0][:len(registerHeader)], registerHeader) {
		return nil, wrong(errors.New("không phải sổ tin / not a register of tips"))
	}
	r := &register{header: rows[0]}
	for _, row := range rows[1:] {
		for len(row) < len(registerHeader) {
			row = append(row, "")
		}
		if strings.Join(row, "") != "" {
			r.rows = append(r.rows, row)
		}
	}
	return r, nil
}

var (
	// sepLine is what tells Excel how cells are parted.
	sepLine = regexp.MustCompile(`^"?(?i:sep)=.?"?[,;\t]*\n`)
	// written is the beginning of a cell that package table made harmless.
	written = regexp.MustCompile(`^'([=+\-@＝＋－＠])`)
)

// separator returns what stands behind the first name of the header.
func separator(text string) rune {
	for _, comma := range ",;\t" {
		for _, name := range []string{registerHeader[0], `"` + registerHeader[0] + `"`} {
			if strings.HasPrefix(text, name+string(comma)) {
				return comma
			}
		}
	}
	return ','
}

var madeUp = regexp.MustCompile(`^X-[0-9A-F]{8}$`)

// rowID returns the id of a row, the tip's or one that tipbox made.
func rowID(cell string) (string, bool) {
	if id, err := intake.ParseID(cell); err == nil {
		return string(id), true
	}
	cell = strings.ToUpper(cell)
	return cell, madeUp.MatchString(cell)
}

// siteCode returns the code of a site as registers have it: Nhà văn hóa (ncs01).
func siteCode(cell string) string {
	if i := strings.LastIndexByte(cell, '('); i >= 0 && strings.HasSuffix(cell, ")") {
		return cell[i+1 : len(cell)-1]
	}
	return cell
}

// mailboxCode returns the box that has the title, or the title.
func mailboxCode(cell string) string {
	for _, m := range []intake.Mailbox{intake.Suggestion, intake.Report, intake.Crime} {
		if m.Title() == cell {
			return string(m)
		}
	}
	return cell
}

// parseDay reads a day as tipbox wrote it or as Excel in Vietnam rewrites it.
func parseDay(s string) (time.Time, bool) {
	for _, layout := range []string{time.DateOnly, "2/1/2006", "2-1-2006", "2.1.2006"} {
		if day, err := time.ParseInLocation(layout, s, vietnam); err == nil {
			return day, true
		}
	}
	return time.Time{}, false
}
