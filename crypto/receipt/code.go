package receipt

import (
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	// Digits is how many decimal digits a code has, the last two for checking.
	Digits       = 20
	numberDigits = Digits - 2
	checkModulus = 97
)

// ErrCheck says that a digit is wrong, or that two have changed places.
var ErrCheck = errors.New("the check digits do not fit")

// LengthError says that a code has too few or too many digits.
type LengthError struct{ Digits int }

func (e *LengthError) Error() string {
	return fmt.Sprintf("a code has %d digits, this one %d", Digits, e.Digits)
}

// LetterError says that something stands in a code that is no digit.
type LetterError struct{ Letter rune }

func (e *LetterError) Error() string {
	return fmt.Sprintf("a code has digits alone, and no %q", e.Letter)
}

// Code is 20 digits: 18 random ones, and two by which a typing error is found.
type Code string

// NewCode draws a code.
func NewCode() Code {
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(numberDigits), nil)
	n, err := rand.Int(rand.Reader, limit) // draws anew what is not below the limit
	if err != nil {
		panic(err) // crypto/rand never fails
	}
	return complete(fmt.Sprintf("%0*d", numberDigits, n))
}

// complete returns the code of a number: ISO 7064, MOD 97-10, so that the 20 digits
// are 1 modulo 97.
func complete(number string) Code {
	return Code(fmt.Sprintf("%s%02d", number, checkModulus+1-modulo(number+"00")))
}

// modulo returns the number's rest; its digits are all that it holds.
func modulo(digits string) (rest int) {
	for _, d := range digits {
		rest = (rest*10 + int(d-'0')) % checkModulus
	}
	return rest
}

// Parse reads a code as people type it: in groups, with blanks or dashes, in
// full-width digits. It returns a *LetterError, a *LengthError or ErrCheck.
func Parse(typed string) (Code, error) {
	var digits strings.Builder
	for _, r := range norm.NFKC.String(typed) {
		switch {
		case r >= '0' && r <= '9':
			digits.WriteRune(r)
		case !between(r):
			return "", &LetterError{r}
		}
	}
	code := Code(digits.String())
	switch {
	case len(code) != Digits:
		return "", &LengthError{len(code)}
	case code != complete(string(code[:numberDigits])):
		return "", ErrCheck
	}
	return code, nil
}

// between reports whether people, or their keyboards, put r between digits.
func between(r rune) bool {
	return unicode.IsSpace(r) || unicode.In(r, unicode.Cf, unicode.Pd) || strings.ContainsRune("\u2212.·", r)
}

// Rows returns the code as it is shown and copied: 4-4-4 over 4-4.
func (c Code) Rows() [2]string {
	return [2]string{string(c[:4] + " " + c[4:8] + " " + c[8:12]), string(c[12:16] + " " + c[16:])}
}
