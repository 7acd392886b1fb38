package config

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"tipbox/intake"
	"tipbox/intake/durable"
	"tipbox/intake/pasted"
)

// printedName is a file beside tipbox.toml with the codes whose posters may hang:
// CSV with the columns code, unit, first printed. Such a code belongs to its unit for
// good, or a tip that was meant for one would be read by another.
const printedName = "printed.csv"

// printed says to which unit a code was printed, and when first.
type printed struct{ unit, day string }

// readPrinted returns what was printed, by code; nothing where there is no file.
func readPrinted(config string) (map[string]printed, error) {
	all := make(map[string]printed)
	text, err := pasted.File(filepath.Join(filepath.Dir(config), printedName))
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading which codes were printed: %w", err)
	}
	rows, err := csv.NewReader(bytes.NewReader([]byte(text))).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("reading which codes were printed: %s: %w", printedName, err)
	}
	for _, row := range rows {
		if len(row) >= 3 && codePattern.MatchString(row[0]) && row[0] != "code" {
			all[row[0]] = printed{row[1], row[2]}
		}
	}
	return all, nil
}

// NotePrinted notes that posters of the sites were printed, in printed.csv beside the
// configuration.
func NotePrinted(config string, sites []*intake.Site, day time.Time) error {
	all, err := readPrinted(config)
	if err != nil {
		return err
	}
	before := len(all)
	for _, s := range sites {
		if _, known := all[s.Code]; !known {
			all[s.Code] = printed{s.Unit.ID, day.Format(time.DateOnly)}
		}
	}
	if len(all) == before {
		return nil
	}
	rows := [][]string{{"code", "unit", "printed"}}
	for _, code := range slices.SortedFunc(maps.Keys(all), func(a, b string) int {
		return cmp.Or(cmp.Compare(all[a].unit, all[b].unit), cmp.Compare(a, b))
	}) {
		rows = append(rows, []string{code, all[code].unit, all[code].day})
	}
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil { // into memory: it cannot fail
		return err
	}
	if err := durable.Replace(filepath.Join(filepath.Dir(config), printedName), b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("noting which codes were printed: %w", err)
	}
	return nil
}

// moved finds codes that were printed for another unit.
func (c *checker) moved(key string, s site, unit string) {
	if c.printed == nil {
		all, err := readPrinted(filepath.Join(c.dir, "tipbox.toml"))
		if err != nil {
			c.bad("", "%v", err)
			all = make(map[string]printed)
		}
		c.printed = all
	}
	if was, ok := c.printed[s.Code]; ok && was.unit != unit {
		c.bad(key+".code", "%q was printed for unit %s on %s, and its posters may hang: expected a code of its own here (%s notes what was printed)", s.Code, was.unit, was.day, printedName)
	}
}
