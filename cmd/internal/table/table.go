// Package table writes tables that open in Excel and run nothing there: CSV
// (RFC 4180) in UTF-8 with the byte order mark that Excel wants.
package table

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"regexp"

	"tipbox/cmd/internal/terminal"
	"tipbox/intake/durable"
)

// BOM is the byte order mark by which Excel knows UTF-8.
const BOM = "\ufeff"

// formula finds what a spreadsheet would take for the beginning of a formula
// (https://owasp.org/www-community/attacks/CSV_Injection): at the start of the
// cell, and behind whatever it may take for the cell's end, since Excel splits
// at semicolons in many countries. It reads the full-width signs of East Asian
// keyboards as well.
var formula = regexp.MustCompile(`(^|[;,\t\r\n"|])([ '"]*)([=+\-@\t\r＝＋－＠])`)

// Inert returns the row so that no spreadsheet takes any part of a cell for a formula.
func Inert(row []string) []string {
	inert := make([]string, len(row))
	for i, cell := range row {
		inert[i] = formula.ReplaceAllString(cell, "$1$2'$3")
	}
	return inert
}

// Write writes the rows with comma between their cells.
func Write(w io.Writer, comma rune, rows [][]string) error {
	if _, err := io.WriteString(w, BOM); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.Comma, out.UseCRLF = comma, true
	return out.WriteAll(rows)
}

// Replace puts the rows in the place of the file that officers call by the two
// names, all of them or nothing.
func Replace(path string, comma rune, rows [][]string, vi, en string) error {
	var b bytes.Buffer
	err := Write(&b, comma, rows)
	if err == nil {
		err = durable.Replace(path, b.Bytes(), 0o600)
	}
	if err != nil {
		return terminal.Hint(fmt.Errorf("writing the %s: %w", en, err),
			"đóng "+vi+" trong Excel rồi chạy lại", "close the "+en+" in Excel and run this again")
	}
	return nil
}
