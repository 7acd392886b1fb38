package patrol

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/table"
	"tipbox/intake"
	"tipbox/intake/pasted"
)

// seenName is a file beside tipbox.toml: of each site's code, the week in which a patrol
// last had a genuine poster of it in a photo. It says nothing of any sender: the photos
// are officers', and it is written where they are looked at, never on the server.
const seenName = "seen.csv"

// missing is the verdict on a site that no patrol has photographed for too long.
const missing = "missing"

var weekPattern = regexp.MustCompile(`^\d{4}-W\d\d$`)

// week writes an ISO week (ISO 8601), in which later ones sort later.
func week(t time.Time) string {
	year, n := t.ISOWeek()
	return fmt.Sprintf("%04d-W%02d", year, n)
}

// readSeen returns the last week of each code; none where there is no file.
func readSeen(cfg *config.Config) (map[string]string, error) {
	seen := make(map[string]string)
	text, err := pasted.File(filepath.Join(filepath.Dir(cfg.Path), seenName))
	if errors.Is(err, fs.ErrNotExist) {
		return seen, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading which posters were photographed when: %w", err)
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("reading which posters were photographed when: %s: %w", seenName, err)
	}
	for _, row := range rows {
		if len(row) > 1 && weekPattern.MatchString(row[1]) {
			seen[row[0]] = row[1]
		}
	}
	return seen, nil
}

// noteSeen adds the codes of today's genuine posters.
func noteSeen(cfg *config.Config, codes map[string]bool, now time.Time) error {
	seen, err := readSeen(cfg)
	if err != nil {
		return err
	}
	before := maps.Clone(seen)
	for code := range codes {
		seen[code] = max(seen[code], week(now))
	}
	if maps.Equal(before, seen) {
		return nil
	}
	rows := [][]string{{"code", "week"}}
	for _, code := range slices.Sorted(maps.Keys(seen)) {
		rows = append(rows, []string{code, seen[code]})
	}
	return table.Replace(filepath.Join(filepath.Dir(cfg.Path), seenName), ',', rows, "bảng "+seenName, "table "+seenName)
}

// missingSites returns a finding for each site that takes tips and of which no genuine
// poster was photographed in this week and the weeks before it.
func missingSites(cfg *config.Config, weeks int, now time.Time) (all []finding, err error) {
	seen, err := readSeen(cfg)
	if err != nil {
		return nil, err
	}
	for _, u := range cfg.Directory.Units() {
		for _, site := range u.Sites {
			last := seen[site.Code]
			if !site.IsWithdrawn(now) && last < week(now.AddDate(0, 0, -7*weeks)) {
				all = append(all, finding{verdict: missing, link: cfg.Link(site), note: notSeen(site, last)})
			}
		}
	}
	return all, nil
}

func notSeen(site *intake.Site, last string) string {
	if last == "" {
		return placeOf(site) + ": chưa có ảnh nào / never photographed"
	}
	return fmt.Sprintf("%s: ảnh thật gần nhất ở tuần %s / last photographed genuine in week %[2]s", placeOf(site), last)
}
