package paper

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tipbox/qr"
	"tipbox/qr/scan"
)

// What can be wrong with what was read of a sheet.
var (
	ErrNoCode     = errors.New("the picture shows no code of a backup sheet that can be read")
	ErrNoLine     = errors.New("the text holds no line of a backup sheet")
	ErrTwoSheets  = errors.New("read from two different sheets")
	ErrWrongSum   = errors.New("the checksum of the sheet is wrong: read from two sheets perhaps")
	ErrVietnamese = errors.New("letters with Vietnamese marks")
)

// TypoError names the typed lines whose check is wrong.
type TypoError struct {
	Lines []int
	Err   error // ErrVietnamese where that is why, else nil
}

func (e *TypoError) Error() string { return "mistyped: line " + numbers(e.Lines) }

// Unwrap returns why, where it is known.
func (e *TypoError) Unwrap() error { return e.Err }

// MissingError names the lines of the sheet that nothing read so far has.
type MissingError struct {
	Lines []int
	Total int
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("not read yet: line %s of %d", numbers(e.Lines), e.Total)
}

// numbers writes ascending numbers as "1, 4-7".
func numbers(list []int) string {
	var parts []string
	for i := 0; i < len(list); {
		j := i
		for j+1 < len(list) && list[j+1] == list[j]+1 {
			j++
		}
		if j > i {
			parts = append(parts, fmt.Sprintf("%d-%d", list[i], list[j]))
		} else {
			parts = append(parts, strconv.Itoa(list[i]))
		}
		i = j + 1
	}
	return strings.Join(parts, ", ")
}

// Reading gathers what photos and typed text have of one sheet, in any order.
// The zero Reading is ready for use.
type Reading struct {
	total int
	lines map[int][]byte
}

// AddFile reads the codes in all pictures of a file: a photo, or the scanned pages
// of a TIFF or PDF. It returns ErrNoCode, ErrTwoSheets, or why package scan left
// out a picture that may have held a code.
func (r *Reading) AddFile(file []byte) error {
	var found bool
	var unread error
	for picture, err := range scan.Pictures(file) {
		if err == nil {
			err = r.AddPhoto(picture)
		}
		switch {
		case err == nil:
			found = true
		case errors.Is(err, ErrTwoSheets):
			return err
		case !errors.Is(err, ErrNoCode) && unread == nil:
			unread = err
		}
	}
	switch {
	case found:
		return nil
	case unread != nil:
		return unread
	}
	return ErrNoCode
}

// AddPhoto reads the codes in a photo or scan of the sheet or of a part of it.
// It returns ErrNoCode or ErrTwoSheets.
func (r *Reading) AddPhoto(photo image.Image) error {
	found := false
	for _, f := range qr.Read(photo) {
		c, lines, ok := parseCode(f.Text)
		if !ok {
			continue
		}
		found = true
		for i, line := range lines {
			if err := r.add(c.first+i, c.total, line); err != nil {
				return err
			}
		}
	}
	if !found {
		return ErrNoCode
	}
	return nil
}

var lineLabel = regexp.MustCompile(`^\s*([0-9OoIl]{1,2})\s*/\s*([0-9OoIl]{1,2})[\s.:]*(\S.*?)\s*$`)

// AddText reads typed lines; what does not begin as a line of a sheet does is
// passed over. It returns ErrNoLine, ErrTwoSheets or a *TypoError with all
// lines that are wrong; the others are read.
func (r *Reading) AddText(text string) error {
	var typo TypoError
	found := false
	for line := range strings.Lines(text) {
		m := lineLabel.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		n, total := number(m[1]), number(m[2])
		if n < 1 || n > total || total > maxLines {
			continue
		}
		found = true
		data, err := parseLine(n, total, m[3])
		if err != nil {
			typo.Lines = append(typo.Lines, n)
			if errors.Is(err, ErrVietnamese) {
				typo.Err = err
			}
			continue
		}
		if err := r.add(n, total, data); err != nil {
			return err
		}
	}
	switch {
	case typo.Lines != nil:
		slices.Sort(typo.Lines)
		typo.Lines = slices.Compact(typo.Lines)
		return &typo
	case !found:
		return ErrNoLine
	}
	return nil
}

func number(s string) int {
	n, _ := strconv.Atoi(strings.NewReplacer("O", "0", "o", "0", "I", "1", "l", "1").Replace(s))
	return n
}

var errTypo = errors.New("the check is wrong")

// parseLine reads the letters of a line. Digits that no line has stand for the
// letters they look like.
func parseLine(n, total int, typed string) ([]byte, error) {
	typed = strings.NewReplacer(" ", "", "\t", "", "\u00a0", "", "-", "").Replace(strings.ToUpper(typed))
	if strings.IndexFunc(typed, func(r rune) bool { return r >= 0x80 }) >= 0 {
		return nil, ErrVietnamese
	}
	typed = strings.NewReplacer("0", "O", "1", "I", "8", "B").Replace(typed)
	if len(typed) <= checkSize {
		return nil, errTypo
	}
	letters, sum := typed[:len(typed)-checkSize], typed[len(typed)-checkSize:]
	data, err := alphabet.DecodeString(letters)
	if err != nil || len(data) > lineSize || alphabet.EncodeToString(data) != letters || check(n, total, data) != sum {
		return nil, errTypo
	}
	return data, nil
}

func (r *Reading) add(n, total int, line []byte) error {
	if r.lines == nil {
		r.lines, r.total = make(map[int][]byte), total
	}
	if have, ok := r.lines[n]; r.total != total || ok && !bytes.Equal(have, line) {
		return ErrTwoSheets
	}
	r.lines[n] = line
	return nil
}

// Locked returns the identity file, still locked, without armor. It returns a
// *MissingError or ErrWrongSum.
func (r *Reading) Locked() ([]byte, error) {
	var all []byte
	var missing []int
	for n := 1; n <= r.total; n++ {
		line, ok := r.lines[n]
		if !ok {
			missing = append(missing, n)
		}
		all = append(all, line...)
	}
	if missing != nil {
		return nil, &MissingError{missing, r.total}
	}
	if len(all) <= sumSize {
		return nil, ErrWrongSum
	}
	locked := all[:len(all)-sumSize]
	if !bytes.Equal(all[len(locked):], sum(locked)) {
		return nil, ErrWrongSum
	}
	return locked, nil
}
