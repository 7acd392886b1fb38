package box

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tipbox/cmd/internal/config"
)

// startedFile is where tipbox serve leaves the sum of what it has read at its
// start or at a reload, for tipbox check to compare: a key retired since then is still sealed to.
func startedFile(cfg *config.Config) string { return filepath.Join(cfg.DataDir, "started-with") }

// StartedAt returns when tipbox serve was last started or reloaded, as the clock was then, and
// false where that is not known.
func StartedAt(cfg *config.Config) (time.Time, bool) {
	info, err := os.Stat(startedFile(cfg))
	if err != nil {
		return time.Time{}, false
	}
	return info.ModTime(), true
}

// startSum is the sum of all that tipbox serve reads at those times only: the
// configuration, what it includes, the recipients, the sites and the languages.
func startSum(cfg *config.Config) []byte {
	h := sha256.New()
	add := func(name, path string) {
		b, _ := os.ReadFile(path) // what cannot be read is told by whoever needs it
		fmt.Fprintf(h, "%s %d\n", name, len(b))
		h.Write(b)
	}
	add("", cfg.Path)
	for _, path := range slices.Concat(cfg.Included, cfg.RecipientsFiles, cfg.SitesFiles, cfg.BoardFiles) {
		add("", path)
	}
	if cfg.LocaleDir != "" {
		locales := os.DirFS(cfg.LocaleDir)
		for _, pattern := range []string{"*.json", "*/form.*"} {
			names, _ := fs.Glob(locales, pattern)
			for _, name := range names {
				add(name, filepath.Join(cfg.LocaleDir, name))
			}
		}
	}
	return []byte(hex.EncodeToString(h.Sum(nil)) + "\n")
}

// Changed reports whether something was changed that tipbox serve reads at its
// start or a reload only, since it did so. One that has not run yet, or whose notes we may
// not read, has nothing changed.
func Changed(cfg *config.Config) bool {
	sum, err := os.ReadFile(startedFile(cfg))
	return err == nil && !bytes.Equal(sum, startSum(cfg))
}
