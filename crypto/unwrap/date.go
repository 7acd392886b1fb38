package unwrap

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

var (
	// aDate is how mail programs write a Date (RFC 5322, 3.3).
	aDate  = regexp.MustCompile(`(?i)^(?:([a-z]{3}), )?(\d{1,2}) ([a-z]{3}) (20\d\d) (\d\d):(\d\d)(?::(\d\d))? (?:([+-]\d{4})|GMT|UTC?)(?: \([a-z0-9 +:/-]{1,40}\))?$`)
	blanks = regexp.MustCompile(`[ \t]+`)
)

// mailDate returns the time that a mail's Date names, zero where it is none. A stranger
// may have written it: only the form that mail programs write is taken, in the reader's
// script as well (date.js).
func mailDate(value string) time.Time {
	if len(value) > 100 {
		return time.Time{}
	}
	m := aDate.FindStringSubmatch(blanks.ReplaceAllString(strings.TrimSpace(value), " "))
	if m == nil {
		return time.Time{}
	}
	zone := m[8]
	if zone == "" {
		zone = "+0000"
	}
	second := m[7]
	if second == "" {
		second = "00"
	}
	day := strings.ToLower(fmt.Sprintf("%02s %s %s %s:%s:%s %s", m[2], m[3], m[4], m[5], m[6], second, zone))
	t, err := time.Parse("02 Jan 2006 15:04:05 -0700", day)
	if err != nil || zone[1:3] > "14" || zone[3:] > "59" || m[1] != "" && !strings.EqualFold(t.Format("Mon"), m[1]) {
		return time.Time{}
	}
	return t
}
