//go:build !desk

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"tipbox/cmd/internal/config"
)

// startedFile is where tipbox serve leaves the sum of what it has read at its
// start, for tipbox check to compare: a key retired since then is still sealed to.
func startedFile(cfg *config.Config) string { return filepath.Join(cfg.DataDir, "started-with") }

// startSum is the sum of all that tipbox serve reads at its start only: the
// configuration, the recipients and the languages.
func startSum(cfg *config.Config) []byte {
	h := sha256.New()
	add := func(name, path string) {
		b, _ := os.ReadFile(path) // what cannot be read is told by whoever needs it
		fmt.Fprintf(h, "%s %d\n", name, len(b))
		h.Write(b)
	}
	add("", cfg.Path)
	for _, path := range cfg.RecipientsFiles {
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

// checkStarted finds a tipbox serve that was not started anew since something
// was changed that it reads at its start.
func checkStarted(cfg *config.Config) []checked {
	sum, err := os.ReadFile(startedFile(cfg))
	if err != nil || bytes.Equal(sum, startSum(cfg)) {
		return nil // not served yet, or not to be read, which checkDisk tells
	}
	return []checked{{"serve", "the configuration, a recipients file or a language was changed since tipbox serve was started",
		"it goes on with the old ones, retired keys among them: restart it (systemctl restart tipbox)"}}
}
