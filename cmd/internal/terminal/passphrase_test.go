package terminal_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"tipbox/cmd/internal/terminal"
)

func TestFirstLine(t *testing.T) {
	file := filepath.Join(t.TempDir(), "smtp")
	for written, want := range map[string]string{
		"": "", "mật khẩu: 12 %": "mật khẩu: 12 %", "of today\n": "of today", "of today\r\n": "of today", // as Notepad ends a line
		"of today\nof yesterday\n": "of today", " of today \n": " of today ", "\nof today": "",
	} {
		if err := os.WriteFile(file, []byte(written), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := terminal.FirstLine(file); got != want || err != nil {
			t.Errorf("%q: %q, %v", written, got, err)
		}
	}
	if got, err := terminal.FirstLine(""); got != "" || err != nil {
		t.Errorf("no file: %q, %v", got, err)
	}
	if _, err := terminal.FirstLine(file + ".gone"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is gone: %v", err)
	}
}
