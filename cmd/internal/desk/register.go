package desk

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"

	"tipbox/cmd/internal/table"
	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/open"
)

// The register is the post's book: a CSV file (RFC 4180) in UTF-8 with the byte
// order mark that Excel wants. Officers edit it, so everything that stands in it
// stays, columns of their own among it.
var registerHeader = []string{"Mã tin", "Đơn vị", "Nơi dán", "Hòm thư", "Khẩn", "Dòng đầu", "Ngày mở", "Trạng thái"}

// The columns of the register.
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

const (
	statusNew      = "mới"
	firstLineRunes = 80
)

// register is a read register file.
type register struct {
	comma   rune // as it was found: Excel saves with the system's list separator
	records [][]string
}

// addToRegister enters the tips that the register does not have yet, and returns
// these. A lock beside the file keeps two officers' commands from
// undoing each other; it ends with its process, whatever happens to that.
func addToRegister(path string, tips []opened) (added []opened, err error) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // a link to the post's register stays one
	}
	lock := path + ".lock"
	release, err := lockedfile.MutexAt(lock).Lock()
	if err != nil {
		return nil, fmt.Errorf("locking the register: %w", err)
	}
	defer release()
	r, err := readRegister(path)
	if errors.Is(err, fs.ErrNotExist) {
		r, err = &register{comma: ',', records: [][]string{registerHeader}}, nil
	}
	if err != nil {
		return nil, err
	}
	known := make(map[string]bool)
	for _, rec := range r.rows() {
		known[rec[columnID]] = true
	}
	for _, tip := range tips {
		if known[tip.ref] {
			continue
		}
		known[tip.ref] = true
		r.records = append(r.records, registerRow(&tip, time.Now()))
		added = append(added, tip)
	}
	if len(added) == 0 {
		return nil, nil
	}
	return added, table.Replace(path, r.comma, r.records, "sổ", "register")
}

func registerRow(tip *opened, now time.Time) []string {
	urgent := "không"
	if tip.Urgent {
		urgent = "KHẨN"
	}
	first, _, _ := strings.Cut(strings.TrimSpace(tip.Text), "\n")
	first = open.VisibleLine(first)
	if runes := []rune(first); len(runes) > firstLineRunes {
		first = string(runes[:firstLineRunes-1]) + "…"
	}
	return table.Inert([]string{
		tip.ref, open.VisibleLine(tip.Unit), siteTitle(tip.Tip), mailboxTitle(tip.Tip),
		urgent, first, now.Format(time.DateOnly), statusNew,
	})
}

// readRegister reads and checks the file; fs.ErrNotExist is in the chain where
// there is none.
func readRegister(path string) (*register, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the register: %w", err)
	}
	text := strings.TrimPrefix(string(b), table.BOM)
	r := &register{comma: ','}
	for _, comma := range ",;\t" {
		if strings.HasPrefix(strings.TrimLeft(text, `"`), registerHeader[0]+string(comma)) ||
			strings.HasPrefix(text, `"`+registerHeader[0]+`"`+string(comma)) {
			r.comma = comma
		}
	}
	in := csv.NewReader(strings.NewReader(text))
	in.Comma, in.FieldsPerRecord = r.comma, -1
	if r.records, err = in.ReadAll(); err != nil {
		return nil, terminal.Hint(fmt.Errorf("reading the register: %s: %w", path, err),
			"mở sổ bằng Excel, sửa dòng đó, lưu dạng CSV UTF-8", "mend the line with a spreadsheet, save as CSV UTF-8")
	}
	if len(r.records) == 0 || len(r.records[0]) < len(registerHeader) ||
		!slices.Equal(r.records[0][:len(registerHeader)], registerHeader) {
		return nil, terminal.Hint(fmt.Errorf("%s: không phải sổ tin / not a register of tips", path),
			"dòng đầu phải là: "+strings.Join(registerHeader, ","), "name a new file, or give it back its first line")
	}
	return r, nil
}

// rows yields the tips' lines, each with all columns.
func (r *register) rows() [][]string {
	var rows [][]string
	for _, rec := range r.records[1:] {
		for len(rec) < len(registerHeader) {
			rec = append(rec, "")
		}
		if rec[columnID] != "" {
			rows = append(rows, rec)
		}
	}
	return rows
}
