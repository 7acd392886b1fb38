package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestBoard(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"b.md": "\ufeffHai\r\n", "a.md": "Một", "tra-loi.md": "K7Q-2PX", "z.MD": "Ba", "ghi-chu.txt": "x", ".an.md": "x",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	with := func(dir string) string { return strings.Replace(good, "id = ", "board_dir = \""+dir+"\"\nid = ", 1) }
	cfg, err := parse(t, with(dir))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range cfg.Directory.Units()[0].Board {
		got = append(got, string(n))
	}
	if strings.Join(got, "|") != "Một|Hai\n|Ba|K7Q-2PX" || len(cfg.BoardFiles) != 4 {
		t.Errorf("%q, %v", got, cfg.BoardFiles)
	}
	if _, err := parse(t, with(dir+"/khong-co")); err == nil || !strings.Contains(err.Error(), "units[0].board_dir: ") {
		t.Errorf("no folder: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "b.md"), make([]byte, maxNotice+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := parse(t, with(dir)); err == nil || !strings.Contains(err.Error(), "b.md") {
		t.Errorf("a file that is no text: %v", err)
	}
	for i := range maxNotices {
		if err := os.WriteFile(filepath.Join(dir, strings.Repeat("n", i+1)+".md"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := parse(t, with(dir)); err == nil || !strings.Contains(err.Error(), "expected at most 40") {
		t.Errorf("too many: %v", err)
	}
}
