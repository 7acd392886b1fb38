package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/porttest"
	"tipbox/intake/waittest"
)

// TestWhoseFormAnswers: a poster that leads to another tip box is no link of
// ours, although a form answers, looks the same and belongs to the same unit.
func TestWhoseFormAnswers(t *testing.T) {
	t.Parallel()
	mails := boxtest.MailServer(t, nil)
	_, flags := boxtest.Recruit(t)
	config, other := boxtest.Init(t, mails, boxtest.Wide, fixedPort(t, flags)...), boxtest.Init(t, mails, boxtest.Wide, flags...)
	box := boxtest.Serve(t, config)
	boxtest.Rewrite(t, other, `"http://127.0.0.1"`, `"`+box.URL+`"`)
	check := func(config string) (string, bool) {
		t.Helper()
		out, err := waittest.Command(t, boxtest.Binary(t), "check", "-c", config).CombinedOutput()
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
	boxtest.Serve(t, other).Stop() // makes its secret
	if out, ok := check(other); ok || !strings.Contains(out, foreign) {
		t.Errorf("another's form:\n%s", out)
	}
}

// TestCheckWantsARestart: a box that was started before its configuration, keys
// or languages were changed seals and mails as they were.
func TestCheckWantsARestart(t *testing.T) {
	t.Parallel()
	_, flags := boxtest.Recruit(t)
	config := boxtest.Init(t, boxtest.MailServer(t, nil), boxtest.Wide, fixedPort(t, flags)...)
	dir := filepath.Dir(config)
	if err := os.Mkdir(filepath.Join(dir, "locale"), 0o700); err != nil {
		t.Fatal(err)
	}
	boxtest.Rewrite(t, config, "\n[http]", "locale_dir = \"locale\"\n[http]")
	box := boxtest.Serve(t, config)
	check := func(after string, stale bool) {
		t.Helper()
		out, err := waittest.Command(t, boxtest.Binary(t), "check", "-c", config).CombinedOutput()
		if (err != nil) != stale || strings.Contains(string(out), "hint: it goes on with the old ones") != stale {
			t.Errorf("after %s: %v\n%s", after, err, out)
		}
	}
	check("the start", false)
	locale, err := os.ReadFile("../../templates/locales/en.json")
	if err != nil {
		t.Fatal(err)
	}
	for change, do := range map[string]func(){
		"another address": func() { boxtest.Rewrite(t, config, "truc-ban@", "truc-chi-huy@") },
		"one more key": func() {
			_, more := boxtest.Recruit(t)
			boxtest.Tipbox(t, "keys", "add", "-c", config, "na-co-sa", more[1])
		},
		"a language": func() {
			if err := os.WriteFile(filepath.Join(dir, "locale", "en.json"), locale, 0o600); err != nil {
				t.Fatal(err)
			}
		},
	} {
		do()
		check(change, true)
		box.Stop()
		box = boxtest.Serve(t, config)
		check(change+" and a restart", false)
	}
}

// fixedPort adds to the flags of tipbox init a link that a box answers after a restart too.
func fixedPort(t *testing.T, flags []string) []string {
	t.Helper()
	addr := "127.0.0.1:" + porttest.FreePort(t)
	return append(flags[:len(flags):len(flags)], "--base-url", "http://"+addr, "--listen", addr)
}
