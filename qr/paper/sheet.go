// Package paper puts a locked identity on a sheet of paper, as QR codes and as
// lines to be typed, and gets it back from a photo of the sheet or from what
// was typed.
//
// What stands on the sheet is the age file, without armor, and eight bytes of
// its SHA-256, cut into lines of 20 bytes. A line is written in base32 (RFC 4648)
// with a check of its own, and a code holds a run of lines, so that either can
// stand in for the other where the paper has suffered.
package paper

import (
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
)

// MaxSize is the size in bytes of the largest identity file that goes on a
// sheet. One of tipbox's own has about 330.
const MaxSize = 792

// ErrTooLarge is returned for an identity file larger than MaxSize.
var ErrTooLarge = errors.New("too large for a sheet of paper")

const (
	lineSize   = 20 // bytes: 32 letters
	codeLines  = 10 // a code of 200 bytes has version 13: modules of 1 mm at 8 cm
	sumSize    = 8
	checkSize  = 4 // letters, 20 bits
	groupSize  = 4 // letters
	codePrefix = "TIPBOX1"
)

// alphabet has neither 0, 1, 8 nor 9, and a QR code holds its letters in 5.5 bits.
var alphabet = base32.StdEncoding.WithPadding(base32.NoPadding)

// sum returns what tells that a sheet was read right, and all from one sheet.
func sum(locked []byte) []byte {
	s := sha256.Sum256(append([]byte("tipbox/v1/paper\x00"), locked...))
	return s[:sumSize]
}

// split returns the lines' bytes.
func split(locked []byte) ([][]byte, error) {
	if len(locked) > MaxSize {
		return nil, fmt.Errorf("%d bytes: %w", len(locked), ErrTooLarge)
	}
	all := append(append([]byte(nil), locked...), sum(locked)...)
	var lines [][]byte
	for len(all) > 0 {
		n := min(lineSize, len(all))
		lines = append(lines, all[:n])
		all = all[n:]
	}
	return lines, nil
}

// check returns the letters that tell whether the nth of total lines was typed right.
func check(n, total int, line []byte) string {
	s := sha256.Sum256(fmt.Appendf(nil, "tipbox/v1/paper line\x00%d/%d\x00%s", n, total, line))
	return alphabet.EncodeToString(s[:])[:checkSize]
}

// typed returns the nth of total lines as it is printed: its number and groups
// of letters, the last of them the check.
func typed(n, total int, line []byte) (label string, groups []string) {
	letters := alphabet.EncodeToString(line)
	for len(letters) > groupSize {
		groups = append(groups, letters[:groupSize])
		letters = letters[groupSize:]
	}
	return fmt.Sprintf("%02d/%02d", n, total), append(groups, letters, check(n, total, line))
}

// code is a run of lines that stand in one QR code.
type code struct{ first, last, total int }

func codes(total int) []code {
	count := (total + codeLines - 1) / codeLines
	each := (total + count - 1) / count // alike, so that none is denser than it must be
	var list []code
	for first := 1; first <= total; first += each {
		list = append(list, code{first, min(first+each-1, total), total})
	}
	return list
}

// text returns what the code says, all of it in a QR code's alphanumeric set.
func (c code) text(lines [][]byte) string {
	var data []byte
	for _, line := range lines[c.first-1 : c.last] {
		data = append(data, line...)
	}
	return fmt.Sprintf("%s:%02d-%02d/%02d:%s", codePrefix, c.first, c.last, c.total, alphabet.EncodeToString(data))
}

// parseCode reads a code's text; ok is false where it is not one of a sheet.
func parseCode(text string) (c code, lines [][]byte, ok bool) {
	head, letters, _ := strings.Cut(strings.TrimPrefix(text, codePrefix+":"), ":")
	if _, err := fmt.Sscanf(head, "%d-%d/%d", &c.first, &c.last, &c.total); err != nil || !strings.HasPrefix(text, codePrefix) {
		return c, nil, false
	}
	data, err := alphabet.DecodeString(letters)
	count := c.last - c.first + 1
	if err != nil || c.first < 1 || count < 1 || c.last > c.total || c.total > maxLines ||
		len(data) > count*lineSize || len(data) <= (count-1)*lineSize || c.last < c.total && len(data) != count*lineSize {
		return c, nil, false
	}
	for len(data) > 0 {
		n := min(lineSize, len(data))
		lines = append(lines, data[:n])
		data = data[n:]
	}
	return c, lines, true
}

const maxLines = (MaxSize + sumSize + lineSize - 1) / lineSize
