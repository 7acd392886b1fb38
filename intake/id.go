package intake

import (
	"encoding/base32"
	"fmt"
	"regexp"
	"strings"
)

// ID names a tip: "TB-XXXX-XXXX", 40 bits in Crockford's base32
// (https://www.crockford.com/base32.html), which has no I, L, O, U to misread
// over the telephone.
type ID string

var (
	crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)
	idPattern = regexp.MustCompile(`^TB-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$`)
)

func newID(b [5]byte) ID {
	s := crockford.EncodeToString(b[:])
	return ID("TB-" + s[:4] + "-" + s[4:])
}

// ParseID reads an id as a person types it: in any case, with I and L for 1 and
// O for 0, with or without "TB-" and dashes.
func ParseID(s string) (ID, error) {
	t := strings.ToUpper(strings.TrimSpace(s))
	t = strings.TrimPrefix(t, "TB-")
	t = strings.NewReplacer("-", "", " ", "", "I", "1", "L", "1", "O", "0").Replace(t)
	if len(t) == 8 {
		if id := ID("TB-" + t[:4] + "-" + t[4:]); id.Valid() {
			return id, nil
		}
	}
	return "", fmt.Errorf("%q is not a tip's id: expected TB-XXXX-XXXX", s)
}

// Valid reports whether id is written as a tip's id is.
func (id ID) Valid() bool { return idPattern.MatchString(string(id)) }
