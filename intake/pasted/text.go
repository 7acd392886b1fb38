// Package pasted is the one rule for what people paste: files in whatever encoding
// their editor wrote, values with characters in them that nobody sees or that look
// like others.
package pasted

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	utf16 "golang.org/x/text/encoding/unicode"
)

// EncodingError says that a file is no text that we can read.
type EncodingError struct{ Line int } // the first line that is none, 0 for the whole file

// Error says how the file is to be saved.
func (e *EncodingError) Error() string {
	if e.Line == 0 {
		return "this is no text file"
	}
	return fmt.Sprintf("line %d is not UTF-8: save the file as UTF-8 (Notepad: Save as, Encoding: UTF-8)", e.Line)
}

// Text returns a text file's content as UTF-8, its lines ending in a line feed:
// from UTF-8 and UTF-16, with a byte order mark, as Notepad and PowerShell write
// them, or without. It returns an *EncodingError for what is neither.
func Text(b []byte) (string, error) {
	order := utf16.LittleEndian
	switch mark := func(m string) bool { return bytes.HasPrefix(b, []byte(m)) }; {
	case mark("\xff\xfe"):
	case mark("\xfe\xff"):
		order = utf16.BigEndian
	default:
		// No text has NUL bytes, but UTF-16 has one for each ASCII character.
		zeros := [2]int{}
		for i, c := range b {
			if c == 0 {
				zeros[i%2]++
			}
		}
		if zeros == [2]int{} {
			return lineFeeds(bytes.TrimPrefix(b, []byte("\ufeff")))
		}
		if zeros[0] > zeros[1] {
			order = utf16.BigEndian
		}
	}
	if n := len(b) - 1; n%2 == 0 && strings.IndexByte("\x00\r\n", b[n]) >= 0 {
		b = b[:n] // a line end that another program put behind it
	}
	if len(b)%2 != 0 {
		return "", &EncodingError{}
	}
	text, err := utf16.UTF16(order, utf16.UseBOM).NewDecoder().Bytes(b)
	if err != nil || bytes.ContainsRune(text, 0) || bytes.ContainsRune(text, utf8.RuneError) {
		return "", &EncodingError{}
	}
	return lineFeeds(text)
}

func lineFeeds(b []byte) (string, error) {
	text := strings.ReplaceAll(strings.ReplaceAll(string(b), "\r\n", "\n"), "\r", "\n")
	for line, n := range lines(text) {
		if !utf8.ValidString(line) {
			return "", &EncodingError{n}
		}
	}
	return text, nil
}

func lines(text string) func(func(string, int) bool) {
	return func(yield func(string, int) bool) {
		n := 0
		for line := range strings.SplitSeq(text, "\n") {
			if n++; !yield(line, n) {
				return
			}
		}
	}
}

// File returns the content of a text file as Text does. It returns an
// *EncodingError with the path, or what reading met.
func File(path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	text, err := Text(b)
	if err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	return text, nil
}

// ErrHidden is returned for a password that holds what nobody can type.
var ErrHidden = errors.New("the first line holds a character that nobody sees")

// FirstLine returns the first line of a text file as it is there, without what
// ends it. No file has "". It returns an *EncodingError or what reading met.
func FirstLine(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	text, err := File(file)
	if err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(text, "\n")
	return line, nil
}

// Password is FirstLine for a password: blanks around it, which editors and web
// pages add, are no part of it. It returns ErrHidden as well.
func Password(file string) (string, error) {
	line, err := FirstLine(file)
	if err != nil {
		return "", err
	}
	line = Trim(line)
	if i := strings.IndexFunc(line, Hidden); i >= 0 {
		r, _ := utf8.DecodeRuneInString(line[i:])
		return "", fmt.Errorf("%s: %w: U+%04X is %s: type it again", file, ErrHidden, r, what(r))
	}
	return line, nil
}

// Trim takes spaces of all kinds, and what nobody sees, from both ends.
func Trim(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || Hidden(r) })
}

// Line returns a line without what nobody sees: hidden characters are dropped, all
// spaces are plain ones, and there are none around it.
func Line(s string) string {
	runes := []rune(s)
	out := make([]rune, 0, len(runes))
	for i, r := range runes {
		var before, after rune
		if i > 0 {
			before = runes[i-1]
		}
		if i+1 < len(runes) {
			after = runes[i+1]
		}
		switch {
		case unicode.IsSpace(r):
			out = append(out, ' ')
		case !dropped(r) || Belongs(before, r, after):
			out = append(out, r)
		}
	}
	return strings.TrimSpace(string(out))
}

// dropped are the hidden characters that writing programs put in between. Others,
// such as those that turn lines round, nobody gets by accident.
func dropped(r rune) bool {
	switch r {
	case 0x00ad, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2060, 0xfeff:
		return true
	}
	return false
}
