package templates

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRecordings: a unit's recording is found, and what is not one is named.
func TestRecordings(t *testing.T) {
	for name, c := range map[string]struct {
		file, data, want string
	}{
		"MP3":       {"form.mp3", "ID3\x04rest", ""},
		"Opus":      {"form.opus", "OggSrest", ""},
		"too large": {"form.mp3", "ID3" + strings.Repeat("x", 100_000), "has 100003 bytes, at most 100000"},
		"disguised": {"form.mp3", "<html>", "is not sound"},
		"unknown":   {"thanks.wav", "RIFF", "is no recording of a page"},
	} {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "vi"), 0o700); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "vi", c.file)
		if err := os.WriteFile(path, []byte(c.data), 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := Load(Options{LocaleDir: dir})
		if c.want == "" {
			if err != nil || string(p.Offer(nil)[0].Spoken.Data) != c.data || !strings.HasPrefix(p.Offer(nil)[0].Spoken.Kind, "audio/") {
				t.Errorf("%s: %v", name, err)
			}
		} else if err == nil || !strings.Contains(err.Error(), path+": "+c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
