package box

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestLoadSecrets(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "secret")
	made, err := LoadSecrets(path)
	if err != nil || len(made) != 1 || len(made[0]) != secretSize {
		t.Fatalf("%d secrets made, %v", len(made), err)
	}
	if again, err := LoadSecrets(path); err != nil || len(again) != 1 || !bytes.Equal(again[0], made[0]) {
		t.Errorf("the secret is not that of the first start: %v", err)
	}
	a, b := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 40)
	line := base64.StdEncoding.EncodeToString
	for text, want := range map[string][][]byte{
		line(a) + "\n" + line(b) + "\n":            {a, b},
		"\ufeff" + line(b) + "\r\n\r\n " + line(a): {b, a},
		line(a) + "\nx\n":                          nil,
		line(a) + "\n" + line(b[:8]) + "\n":        nil,
		"\n":                                       nil,
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := LoadSecrets(path)
		if (err == nil) != (want != nil) || len(got) != len(want) {
			t.Errorf("%q: %d secrets, %v", text, len(got), err)
			continue
		}
		for i := range want {
			if !bytes.Equal(got[i], want[i]) {
				t.Errorf("%q: secret %d is another", text, i)
			}
		}
		if err != nil && strings.Contains(err.Error(), line(a)) {
			t.Errorf("the error tells the secret: %v", err)
		}
	}
}

// TestFirstStarts: servers that share a secret's path and start for the first time
// at once have one secret.
func TestFirstStarts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shared", "secret")
	var all [8][][]byte
	var starts sync.WaitGroup
	for i := range all {
		starts.Go(func() {
			var err error
			if all[i], err = LoadSecrets(path); err != nil {
				t.Error(err)
			}
		})
	}
	starts.Wait()
	for i, secrets := range all {
		if len(secrets) != 1 || !bytes.Equal(secrets[0], all[0][0]) {
			t.Errorf("server %d has %d secrets, and not that of the first", i, len(secrets))
		}
	}
}
