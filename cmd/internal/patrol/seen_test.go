package patrol

import (
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"tipbox/cmd/internal/config"
	"tipbox/intake"
)

// TestMissing: a site is missing once its last genuine photo is from a week that is more
// than so many before this one, over the turn of a year of 53 weeks as well; a clock that
// was set back takes nothing away.
func TestMissing(t *testing.T) {
	t.Parallel()
	site := &intake.Site{Code: "ncs01", Name: intake.Names{"vi": "Chợ"}}
	d, err := intake.NewDirectory([]*intake.Unit{{ID: "na-co-sa", Sites: []*intake.Site{site}}})
	if err != nil {
		t.Fatal(err)
	}
	cfg := &config.Config{Path: filepath.Join(t.TempDir(), "tipbox.toml"), Directory: d, BaseURL: &url.URL{Scheme: "https", Host: "tip.example.vn"}}
	sunday := time.Date(2026, 12, 27, 9, 0, 0, 0, time.Local) // of week 52
	for _, when := range []time.Time{sunday, sunday.AddDate(0, 0, -70)} {
		if err := noteSeen(cfg, map[string]bool{"ncs01": true}, when); err != nil {
			t.Fatal(err)
		}
	}
	for days, want := range map[int]int{0: 0, 1: 0, 14: 0, 15: 1} {
		gone, err := missingSites(cfg, 2, sunday.AddDate(0, 0, days))
		if err != nil || len(gone) != want {
			t.Errorf("%d days later: %v, %v", days, gone, err)
		}
	}
}
