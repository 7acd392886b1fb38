package check

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tipbox/cmd/internal/config"
	"tipbox/intake/waittest"
)

// A mirror that is not there, not ours, in memory or on the same disk saves nothing.
func TestCheckMirror(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cfg := &config.Config{DataDir: filepath.Join(dir, "data")}
	if found := checkMirror(cfg); len(found) != 0 {
		t.Errorf("without a mirror: %+v", found)
	}
	cfg.Spool.Mirror = filepath.Join(dir, "mirror")
	wants := func(verdict, text, hint string) {
		t.Helper()
		found := checkMirror(cfg)
		if len(found) != 1 || found[0].Verdict() != verdict || !strings.Contains(found[0].Text, text) || !strings.Contains(found[0].Hint, hint) {
			t.Errorf("%+v, want %s: %s; %s", found, verdict, text, hint)
		}
	}
	wants("problem", "mirror is not there", "mount its disk")
	for _, d := range []string{cfg.DataDir, cfg.Spool.Mirror} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	own := filepath.Join(cfg.DataDir, "spool", "mirror.json")
	mark := func(path, id string) {
		t.Helper()
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(`{"id":"`+id+`"}`), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	mark(own, "1")
	wants("problem", "has no mirror.json", "delete "+own)
	mark(filepath.Join(cfg.Spool.Mirror, "mirror.json"), "2")
	wants("problem", "of another spool", "spool adopt")
	if err := os.Remove(filepath.Join(cfg.Spool.Mirror, "mirror.json")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(own); err != nil {
		t.Fatal(err)
	}
	wants("warning", "on the same file system as data_dir", "mount another disk")
	cfg.Spool.MinFree = 1 << 60
	wants("problem", "less than spool.min_free", "make room")
	if left, err := os.ReadDir(cfg.Spool.Mirror); err != nil || len(left) > 0 {
		t.Errorf("left there: %v, %v", left, err)
	}
	if os.Geteuid() != 0 {
		t.Skip("needs root: it mounts a disk in memory")
	}
	mount := func(args ...string) {
		t.Helper()
		if out, err := waittest.Command(t, args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	mount("mount", "-t", "tmpfs", "tmpfs", cfg.Spool.Mirror)
	t.Cleanup(func() { mount("umount", "-l", cfg.Spool.Mirror) })
	wants("problem", "in memory (tmpfs)", "another disk")
}
