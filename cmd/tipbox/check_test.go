package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestWhoseFormAnswers: a poster that leads to another tip box is no link of
// ours, although a form answers, looks the same and belongs to the same unit.
func TestWhoseFormAnswers(t *testing.T) {
	t.Parallel()
	mails := mailServer(t, nil)
	_, flags := recruit(t)
	config, other := initBox(t, mails, wide, flags...), initBox(t, mails, wide, flags...)
	box := serve(t, config)
	check := func(config string) (string, bool) {
		t.Helper()
		text, err := os.ReadFile(config)
		if err != nil {
			t.Fatal(err)
		}
		text = []byte(strings.Replace(string(text), `"http://127.0.0.1"`, `"`+box.url+`"`, 1))
		if err := os.WriteFile(config, text, 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(binary(t), "check", "-c", config).CombinedOutput()
		return string(out), err == nil
	}
	if out, ok := check(config); !ok || !strings.Contains(out, "answers with the form\n") {
		t.Errorf("its own form:\n%s", out)
	}
	const foreign = "answers with the form of another tipbox"
	if out, ok := check(other); ok || !strings.Contains(out, foreign) {
		t.Errorf("another's form, before the first start:\n%s", out)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(other), "data")); err == nil {
		t.Error("check made data_dir")
	}
	if err := serve(t, other).stop(t); err != nil { // makes its secret
		t.Fatal(err)
	}
	if out, ok := check(other); ok || !strings.Contains(out, foreign) {
		t.Errorf("another's form:\n%s", out)
	}
}
