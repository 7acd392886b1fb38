package passphrase

import (
	"slices"
	"strconv"
	"strings"
)

// What comes to everybody's mind here.
var common = func() map[string]bool {
	all := make(map[string]bool)
	for word := range strings.FieldsSeq("matkhau password pass admin vietnam viet nam bienphong bien phong congan hom thu homthu khoa mat khau don tram anh yeu em tipbox dienbien laichau hello iloveyou toi cua nguyen van thi tran pham giang") {
		all[word] = true
	}
	return all
}()

// rows are keys that lie side by side, there and back, twice over.
var rows = func() (rows []string) {
	for _, row := range []string{"qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "01234567890", "147258369"} {
		back := []byte(row)
		slices.Reverse(back)
		rows = append(rows, row+row, string(back)+string(back))
	}
	return rows
}()

func known(part string) bool {
	return common[part] || len(part) > 2 && (distinct(part) == 1 || slices.ContainsFunc(rows, func(row string) bool { return strings.Contains(row, part) }))
}

// ofPart is what the letters or digits between two blanks are worth, in bits. Of two
// thousand syllables a few hundred are what people think of.
func ofPart(part string) (bits float64) {
	size := float64(len([]rune(part)))
	if digits(part) {
		if len(part) == 4 && (strings.HasPrefix(part, "19") || strings.HasPrefix(part, "20")) {
			return 5
		}
		return min(10, 2.5*size)
	}
	for rest := part; rest != ""; {
		n := syllable(rest)
		if n == 0 {
			return min(40, 4.5*size)
		}
		if common[rest[:n]] {
			bits += 2
		} else {
			bits += 7
		}
		rest = rest[n:]
	}
	return bits
}

const (
	vowels = "aeiouy"
	begins = "bcdghklmnpqrstvx"
	ends   = "cmnpt"
)

// syllable returns how long the Vietnamese syllable is that the text begins with, 0 for none.
func syllable(text string) int {
	run := func(from int, of string) (n int) {
		for n < 3 && from+n < len(text) && strings.IndexByte(of, text[from+n]) >= 0 {
			n++
		}
		return n
	}
	n := run(0, begins)
	v := run(n, vowels)
	if v == 0 {
		return 0
	}
	n += v
	for _, end := range []string{"ng", "nh", "ch"} {
		if strings.HasPrefix(text[n:], end) {
			return n + 2
		}
	}
	if n < len(text) && strings.IndexByte(ends, text[n]) >= 0 && run(n+1, vowels) == 0 {
		n++
	}
	return n
}

// isDate reports whether there is nothing but a day in any order, or a telephone number.
func isDate(text, bare string) bool {
	if !digits(bare) {
		return false
	}
	if bare[0] == '0' && (len(bare) == 10 || len(bare) == 11) {
		return true
	}
	var ways [][]string
	if parts := strings.FieldsFunc(text, func(r rune) bool { return r < '0' || r > '9' }); len(parts) == 3 {
		ways = append(ways, parts)
	}
	switch len(bare) {
	case 6:
		ways = append(ways, []string{bare[:2], bare[2:4], bare[4:]})
	case 8:
		ways = append(ways, []string{bare[:2], bare[2:4], bare[4:]}, []string{bare[:4], bare[4:6], bare[6:]})
	}
	return slices.ContainsFunc(ways, func(way []string) bool {
		var n [3]int
		for i, part := range way {
			n[i], _ = strconv.Atoi(part)
		}
		return fits(n[0], n[1], n[2]) || fits(n[2], n[1], n[0]) || fits(n[1], n[0], n[2])
	})
}

func fits(d, m, y int) bool {
	return d >= 1 && d <= 31 && m >= 1 && m <= 12 && (y >= 1900 && y < 2100 || y < 100)
}
