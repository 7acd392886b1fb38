package loss

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/deliver/smtp/postfixtest"
	"tipbox/intake/deliver/smtp/smtptest"
)

// TestThroughPostfix sends tips through a real Postfix, with STARTTLS and a
// login, into a Maildir, which tipbox open reads as the officer's computer has it.
func TestThroughPostfix(t *testing.T) {
	t.Parallel()
	const from, mailbox = "hom-thu@na-co-sa.example", "truc-ban"
	relay := postfixtest.Start(t, from, mailbox)
	officer, flags := boxtest.Recruit(t)
	config := boxtest.Init(t, &smtptest.Server{Host: relay.Host, Port: relay.Port, CAFile: relay.CAFile}, boxtest.Wide,
		append(flags, "--mail", mailbox+"@"+postfixtest.Domain, "--smtp-user", relay.Username)...)
	if err := os.WriteFile(filepath.Join(filepath.Dir(config), "secrets", "smtp"), []byte(relay.Password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	box := boxtest.Serve(t, config)
	texts := []string{"Tin qua máy chủ thư thật.", "Tin thứ hai, có ảnh."}
	for i, text := range texts {
		tip := boxtest.Report(text)
		if i == 1 {
			tip.Photos = [][]byte{boxtest.Photograph(t, 4, 1024, 768)}
		}
		a, err := boxtest.NewVillager(t, box.URL+"/t/ncs01").Write(t.Context(), tip)
		if err != nil || !a.Taken() {
			t.Fatalf("%v, answer %+v\n%s", err, a, box.Said)
		}
	}
	relay.Fetch(t, mailbox, len(texts)) // over IMAP: both are there
	box.Stop()
	if n := len(boxtest.Spool(t, config)); n != 0 {
		t.Errorf("%d tips are still in the spool", n)
	}
	out := t.TempDir()
	text := boxtest.Tipbox(t, "open", "-i", officer.Identity, "--passphrase-file", boxtest.PassphraseFile(t), "-o", out, relay.Maildir(mailbox))
	for _, want := range texts {
		if strings.Count(text, want) != 1 {
			t.Errorf("tipbox open of the Maildir does not print %q once:\n%s", want, text)
		}
	}
	if photos, _ := filepath.Glob(filepath.Join(out, "*", "anh-1.jpg")); len(photos) != 1 {
		t.Errorf("photos: %v", photos)
	}
}
