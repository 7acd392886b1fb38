package open_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"tipbox/crypto/open"
)

// A mail of a megabyte could take gigabytes: its subject was the name of each of
// thousands of attachments, and stood in the complaint about each.
func TestHostileMail(t *testing.T) {
	for name, part := range map[string]string{
		"sealed": "--x\r\n\r\nage-encryption.org/v1\n%d\r\n",
		"named":  "--x\r\nContent-Disposition: attachment; filename=\"" + strings.Repeat("ă", 5000) + ".age\"\r\n\r\nage-encryption.org/v1\n%d\r\n",
		"junk":   "--x\r\nContent-Disposition: attachment; filename=a.age\r\n\r\n%d\r\n",
	} {
		var mail strings.Builder
		fmt.Fprintf(&mail, "Subject: %s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n", strings.Repeat("n", 500_000))
		for i := range 1500 {
			fmt.Fprintf(&mail, part, i)
		}
		path := filepath.Join(t.TempDir(), "mail.eml")
		if err := os.WriteFile(path, []byte(mail.String()+"--x--\r\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		found, told, last := 0, 0, error(nil)
		for src, err := range open.Sources(path) {
			if n := utf8.RuneCountInString(src.Name); n > len(path)+250 {
				t.Fatalf("%s: a name of %d characters", name, n)
			}
			if err == nil {
				found++
				continue
			}
			told, last = told+1, err
		}
		if found+told != 1001 || !errors.Is(last, open.ErrTooLarge) {
			t.Errorf("%s: %d tips and %d complaints, the last: %v", name, found, told, last)
		}
	}
}
