package config

import (
	"fmt"
	"net/mail"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// limit has the bounds of package limit, which counts whole microseconds.
func (c *checker) limit(key string, l limit) Limit {
	const longest = 1 << 50 // microseconds
	per, err := time.ParseDuration(l.Per)
	if err != nil || per <= 0 {
		c.bad(key+".per", "%q: expected a duration, such as 1h or 10m", l.Per)
	}
	if l.Count < 1 {
		c.bad(key+".count", "%d: expected 1 or more", l.Count)
	}
	if l.Burst < 1 {
		c.bad(key+".burst", "%d: expected 1 or more", l.Burst)
	}
	if err != nil || per <= 0 || l.Count < 1 || l.Burst < 1 {
		return Limit{}
	}
	switch each := per.Microseconds() / int64(l.Count); {
	case each < 1000:
		c.bad(key+".per", "%q for %d: expected at least a millisecond for each", l.Per, l.Count)
	case each > longest/int64(l.Burst):
		c.bad(key+".burst", "%d: expected fewer: once spent, they would take over 35 years to come back", l.Burst)
	}
	return Limit{l.Count, per, l.Burst}
}

func (c *checker) languages(key string, tags []string) []string {
	for i, tag := range tags {
		if c.tag(fmt.Sprintf("%s[%d]", key, i), tag); slices.Index(tags, tag) < i {
			c.bad(fmt.Sprintf("%s[%d]", key, i), "%q stands twice", tag)
		}
	}
	return tags
}

// tag takes BCP 47 tags in their canonical writing, by which files are named.
func (c *checker) tag(key, tag string) {
	if t, err := language.Raw.Parse(tag); err != nil {
		c.bad(key, "%q: expected a language tag, such as vi, en or mww", tag)
	} else if t.String() != tag {
		c.bad(key, "%q: expected the language's usual tag, %s", tag, t)
	}
}

func (c *checker) address(key, s string) {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s {
		c.bad(key, "%q: expected a mail address, such as truc-ban@example.vn", s)
	}
}

var sizePattern = regexp.MustCompile(`^([1-9][0-9]{0,8}) ?(KiB|MiB|GiB)$`)

// size reads a size such as "256 MiB" and returns bytes. None may be 0: nobody
// who writes it can mean the default, which 0 is elsewhere.
func (c *checker) size(key, s string) uint64 {
	m := sizePattern.FindStringSubmatch(s)
	if m == nil {
		c.bad(key, "%q: expected a size above 0, such as 256 MiB", s)
		return 0
	}
	n, _ := strconv.ParseUint(m[1], 10, 32) // nine digits at most
	return n << map[string]int{"KiB": 10, "MiB": 20, "GiB": 30}[m[2]]
}

var daysPattern = regexp.MustCompile(`^(?:0|(\d{1,2})d)$`)

// days reads a number of days, such as 7d, or 0.
func (c *checker) days(key, s string) time.Duration {
	m := daysPattern.FindStringSubmatch(s)
	if m == nil {
		c.bad(key, "%q: expected a number of days up to 99, such as 7d, or 0", s)
		return 0
	}
	n, _ := strconv.Atoi("0" + m[1]) // two digits at most
	return time.Duration(n) * 24 * time.Hour
}

// mirror reads spool.mirror. Within data_dir it would go with it, and around it each
// would hold the other.
func (c *checker) mirror(p, dataDir string) string {
	dir := c.path(p)
	if dir == "" {
		return ""
	}
	within := func(a, b string) bool {
		rel, err := filepath.Rel(sameFile(b), sameFile(a))
		return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
	}
	if within(dir, dataDir) || within(dataDir, dir) {
		c.bad("spool.mirror", "%q: expected a directory apart from data_dir, on another disk", p)
	}
	return dir
}

// names checks one name in several languages, at most so long that it fits the
// poster and the sealed tip's header.
func (c *checker) names(key string, names map[string]string) {
	if len(names) == 0 {
		c.bad(key, "missing: expected a name in at least one language, such as { vi = \"…\" }")
	}
	for lang, name := range names {
		k := key + "." + lang
		c.tag(k, lang)
		switch n := utf8.RuneCountInString(name); {
		case strings.TrimSpace(name) == "":
			c.bad(k, "empty")
		case n > 120:
			c.bad(k, "has %d characters: expected at most 120", n)
		case strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }):
			c.bad(k, "%q: expected one line without control characters", name)
		}
	}
}

// phone checks a telephone number; "" is none.
func (c *checker) phone(key, number string) {
	if number != "" && !phonePattern.MatchString(number) {
		c.bad(key, "%q: expected one telephone number, such as 0215 000 000 or +84 215 000 000", number)
	}
}

// dialled is what is dialled of a number as people write it.
func dialled(phone string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, phone)
}

// path makes a path of the file relative to it; "" stays "".
func (c *checker) path(p string) string {
	if p == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(c.dir, p)
}
