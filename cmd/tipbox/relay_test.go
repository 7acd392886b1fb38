package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tipbox/intake/deliver/smtp/postfixtest"
	"tipbox/intake/deliver/smtp/smtptest"
)

// TestThroughPostfix sends tips through a real Postfix, with STARTTLS and a
// login, into a Maildir, which tipbox open reads as the officer's computer has it.
func TestThroughPostfix(t *testing.T) {
	t.Parallel()
	const from, mailbox = "hom-thu@na-co-sa.example", "truc-ban"
	relay := postfixtest.Start(t, from, mailbox)
	officer, flags := recruit(t)
	config := initBox(t, &smtptest.Server{Host: relay.Host, Port: relay.Port, CAFile: relay.CAFile}, wide,
		append(flags, "--mail", mailbox+"@"+postfixtest.Domain, "--smtp-user", relay.Username)...)
	if err := os.WriteFile(filepath.Join(filepath.Dir(config), "secrets", "smtp"), []byte(relay.Password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	box := serve(t, config)
	texts := []string{"Tin qua máy chủ thư thật.", "Tin thứ hai, có ảnh."}
	for i, text := range texts {
		tip := report(text)
		if i == 1 {
			tip.photos = [][]byte{photograph(t, 4, 1024, 768)}
		}
		a, err := newVillager(t, box.url+"/t/ncs01").write(t.Context(), tip)
		if err != nil || a.status != http.StatusOK {
			t.Fatalf("%v, answer %+v\n%s", err, a, box.stderr)
		}
	}
	relay.Fetch(t, mailbox, len(texts)) // over IMAP: both are there
	if err := box.stop(t); err != nil {
		t.Errorf("tipbox serve ended with %v\n%s", err, box.stderr)
	}
	if n := countSpool(t, config); n != 0 {
		t.Errorf("%d tips are still in the spool", n)
	}
	out := t.TempDir()
	text := tipbox(t, "open", "-i", officer.identity, "-o", out, relay.Maildir(mailbox))
	for _, want := range texts {
		if strings.Count(text, want) != 1 {
			t.Errorf("tipbox open of the Maildir does not print %q once:\n%s", want, text)
		}
	}
	if photos, _ := filepath.Glob(filepath.Join(out, "*", "anh-1.jpg")); len(photos) != 1 {
		t.Errorf("photos: %v", photos)
	}
}
