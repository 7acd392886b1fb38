// Package qr turns a link into a QR code and reads QR codes back from photos,
// and tells whether what a photo shows is one of our links.
package qr

import (
	"fmt"

	qrcode "github.com/skip2/go-qrcode"
)

// QuietZone is the width in modules of the empty border that ISO/IEC 18004
// asks for around a symbol.
const QuietZone = 4

// maxVersionH is the largest version at which level H is chosen. Above it the
// modules of H get so small that Q reads better at the same printed size.
const maxVersionH = 4

// Level is the error correction of a symbol.
type Level string

// The levels in use. L and M do not survive a torn or covered poster.
const (
	LevelH Level = "H" // restores about 30 % of a symbol
	LevelQ Level = "Q" // about 25 %
)

// Symbol is a QR code: a square of dark and light modules, without the quiet zone.
type Symbol struct {
	Link  string
	Level Level

	size int
	dark []bool
}

// New returns the symbol of a link: level H up to version 4, else Q. It fails
// where the link is empty or longer than any symbol holds.
func New(link string) (*Symbol, error) {
	level := LevelH
	code, err := qrcode.New(link, qrcode.Highest) // the library's names: High is Q, Highest is H
	if err != nil || code.VersionNumber > maxVersionH {
		level = LevelQ
		code, err = qrcode.New(link, qrcode.High)
	}
	if err != nil {
		return nil, fmt.Errorf("making the QR code of %q: %w", link, err)
	}
	code.DisableBorder = true // only heeded before the first Bitmap
	rows := code.Bitmap()
	s := &Symbol{Link: link, Level: level, size: len(rows), dark: make([]bool, 0, len(rows)*len(rows))}
	for _, row := range rows {
		s.dark = append(s.dark, row...)
	}
	return s, nil
}

// Size returns the number of modules of a side, without the quiet zone.
func (s *Symbol) Size() int { return s.size }

// Version returns the symbol's version, 1 to 40.
func (s *Symbol) Version() int { return (s.size - 17) / 4 }

// Dark reports whether the module in column x and row y is dark; outside the
// symbol everything is light.
func (s *Symbol) Dark(x, y int) bool {
	return x >= 0 && y >= 0 && x < s.size && y < s.size && s.dark[y*s.size+x]
}
