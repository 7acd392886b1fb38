//go:build unix

package check

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tipbox/cmd/internal/config"
)

// TestCheckReadable: root is told what the user of tipbox serve cannot read, and which
// folders and files keep them out.
func TestCheckReadable(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("needs root: it gives files to others")
	}
	const nobody = 65534
	// Not in the test's own folder, into which nobody may look.
	dir, err := os.MkdirTemp("", "tipbox-readable-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	cfg := &config.Config{Path: filepath.Join(dir, "etc", "tipbox.toml"), DataDir: filepath.Join(dir, "data"), RecipientsFiles: []string{filepath.Join(dir, "etc", "keys", "a")}}
	cfg.SMTP.PasswordFile = filepath.Join(dir, "etc", "none")
	for _, d := range []string{cfg.DataDir, filepath.Dir(cfg.RecipientsFiles[0])} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range []string{cfg.Path, cfg.RecipientsFiles[0]} {
		if err := os.WriteFile(f, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.Chmod(dir, 0o755))
	if got := checkReadable(cfg); len(got) != 0 {
		t.Errorf("where root serves: %+v", got)
	}
	must(os.Chown(cfg.DataDir, nobody, nobody))
	want := func(files ...string) {
		t.Helper()
		got := checkReadable(cfg)
		if len(got) != len(files) {
			t.Errorf("%d findings, want %d: %+v", len(got), len(files), got)
			return
		}
		for i, at := range files {
			if !strings.Contains(got[i].Hint, " "+at+" && chmod g+rX "+at) {
				t.Errorf("%+v, want %s", got[i], at)
			}
		}
	}
	etc, keys, file := filepath.Dir(cfg.Path), filepath.Dir(cfg.RecipientsFiles[0]), cfg.RecipientsFiles[0]
	want(etc+" "+keys+" "+file, etc+" "+cfg.Path)
	must(os.Chown(etc, 0, nobody))
	must(os.Chmod(etc, 0o750))
	want(keys+" "+file, cfg.Path)
	for _, f := range []string{cfg.Path, file, keys} {
		must(os.Chown(f, 0, nobody))
		must(os.Chmod(f, 0o750))
	}
	want()
}
