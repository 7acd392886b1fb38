package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"

	"tipbox/crypto/keys"
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
	bom            = "\ufeff"
)

// register is a read register file.
type register struct {
	path    string
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
		r, err = &register{path: path, comma: ',', records: [][]string{registerHeader}}, nil
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
	return added, r.write()
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
	row := []string{
		tip.ref, open.VisibleLine(tip.Unit), siteTitle(tip.Tip), mailboxTitle(tip.Tip),
		urgent, first, now.Format(time.DateOnly), statusNew,
	}
	for i := range row {
		row[i] = inert(row[i])
	}
	return row
}

// formula finds what a spreadsheet would take for the beginning of a formula
// (https://owasp.org/www-community/attacks/CSV_Injection): at the start of the
// cell, and behind whatever it may take for the cell's end, since Excel splits
// at semicolons in many countries. It reads the full-width signs of East Asian
// keyboards as well.
var formula = regexp.MustCompile(`(^|[;,\t\r\n"|])([ '"]*)([=+\-@\t\r＝＋－＠])`)

// inert returns the cell so that no spreadsheet takes any part of it for a formula.
func inert(cell string) string { return formula.ReplaceAllString(cell, "$1$2'$3") }

// readRegister reads and checks the file; fs.ErrNotExist is in the chain where
// there is none.
func readRegister(path string) (*register, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the register: %w", err)
	}
	text := strings.TrimPrefix(string(b), bom)
	r := &register{path: path, comma: ','}
	for _, comma := range ",;\t" {
		if strings.HasPrefix(strings.TrimLeft(text, `"`), registerHeader[0]+string(comma)) ||
			strings.HasPrefix(text, `"`+registerHeader[0]+`"`+string(comma)) {
			r.comma = comma
		}
	}
	in := csv.NewReader(strings.NewReader(text))
	in.Comma, in.FieldsPerRecord = r.comma, -1
	if r.records, err = in.ReadAll(); err != nil {
		return nil, hint(fmt.Errorf("reading the register: %s: %w", path, err),
			"mở sổ bằng Excel, sửa dòng đó, lưu dạng CSV UTF-8", "mend the line with a spreadsheet, save as CSV UTF-8")
	}
	if len(r.records) == 0 || len(r.records[0]) < len(registerHeader) ||
		!slices.Equal(r.records[0][:len(registerHeader)], registerHeader) {
		return nil, hint(fmt.Errorf("%s: không phải sổ tin / not a register of tips", path),
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

// write replaces the file: whoever reads it sees the old one or the new one.
func (r *register) write() error {
	var b bytes.Buffer
	b.WriteString(bom)
	out := csv.NewWriter(&b)
	out.Comma, out.UseCRLF = r.comma, true
	if err := out.WriteAll(r.records); err != nil {
		return fmt.Errorf("writing the register: %w", err)
	}
	if err := replaceFile(r.path, b.Bytes(), 0o600); err != nil {
		return hint(fmt.Errorf("writing the register: %w", err),
			"đóng sổ trong Excel rồi chạy lại", "close the register in Excel and run this again")
	}
	return nil
}

// replaceFile puts data in the place of the file, durably and all at once. A new
// file gets the mode, an old one keeps its own, and its owner. Only one process may do
// so at a time.
func replaceFile(path string, data []byte, mode fs.FileMode) (err error) {
	aside := path + ".new"
	defer func() {
		if err != nil {
			_ = os.Remove(aside) // the error that matters is the first
		}
	}()
	if err := writeSynced(aside, data); err != nil {
		return err
	}
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
		keepOwner(aside, info)
	}
	if err := os.Chmod(aside, mode); err != nil {
		return err
	}
	if err := os.Rename(aside, path); err != nil {
		return err
	}
	return keys.SyncDir(filepath.Dir(path))
}

// writeSynced writes the file anew and sees to it that it is on the disk.
func writeSynced(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}
