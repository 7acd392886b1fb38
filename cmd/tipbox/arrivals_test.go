package main

import (
	"bytes"
	"net"
	"net/http"
	"net/mail"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"filippo.io/age"

	"tipbox/crypto/keys"
	"tipbox/crypto/open"
	"tipbox/intake/deliver/smtp/smtptest"
	"tipbox/intake/porttest"
	"tipbox/intake/waittest"
)

// What every proof of "nothing is lost" needs: a box that takes a flood, and an
// officer who tells which tips have arrived.

// wide are limits that one address on loopback does not meet.
const wide = `
[limits]
sender = { count = 1000000, per = "1h", burst = 1000000 }
site   = { count = 1000000, per = "1h", burst = 1000000 }
all    = { count = 1000000, per = "1h", burst = 1000000 }
`

// officer has the key to what a box seals.
type officer struct {
	t        testing.TB
	ids      *keys.Identities
	identity string // file, in clear
}

// recruit makes a key, in clear, and the flags of tipbox init for its recipient.
func recruit(t testing.TB) (*officer, []string) {
	t.Helper()
	key, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	ids, err := keys.ParseIdentities([]byte(key.String()+"\n"), keys.UnlockOptions{})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	identity, recipients := filepath.Join(dir, "identity"), filepath.Join(dir, "recipients")
	for path, content := range map[string]string{identity: key.String(), recipients: key.Recipient().String()} {
		if err := os.WriteFile(path, []byte(content+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return &officer{t, ids, identity}, []string{"--recipients", recipients}
}

// arrived is what has come of one tip.
type arrived struct {
	mails int
	ids   map[string]bool // Message-IDs: more than one would be more than one tip
}

// read opens mails and returns what has arrived, by the tip's text.
func (o *officer) read(mails []smtptest.Mail) map[string]*arrived {
	o.t.Helper()
	all := make(map[string]*arrived)
	for _, m := range mails {
		header, err := mail.ReadMessage(bytes.NewReader(m.Data))
		if err != nil {
			o.t.Fatal(err)
		}
		tip, err := open.Open(attachment(o.t, m.Data), o.ids)
		if err != nil || len(tip.Warnings) > 0 {
			o.t.Fatalf("a mail that does not open: %v, %v", err, tip)
		}
		a := all[tip.Text]
		if a == nil {
			a = &arrived{ids: make(map[string]bool)}
			all[tip.Text] = a
		}
		a.mails++
		a.ids[header.Header.Get("Message-Id")] = true
	}
	return all
}

// want holds what arrived to the tips that were acknowledged: each there, each
// one tip, and in as many mails as allowed. It returns how many tips are lost,
// and how many mails are duplicates.
func (o *officer) want(mails []smtptest.Mail, texts []string, mostMails int) (lost, duplicates int) {
	o.t.Helper()
	all := o.read(mails)
	for _, text := range texts {
		switch a := all[text]; {
		case a == nil:
			if lost++; lost <= 10 {
				o.t.Errorf("lost: %q", text)
			}
		case len(a.ids) != 1:
			o.t.Errorf("%q came as %d tips: %v", text, len(a.ids), a.ids)
		case a.mails > mostMails:
			o.t.Errorf("%q came in %d mails", text, a.mails)
		default:
			duplicates += a.mails - 1
		}
	}
	if len(all) != len(texts) {
		o.t.Errorf("%d different tips have come, %d were acknowledged", len(all), len(texts))
	}
	return lost, duplicates
}

// newVillager returns a villager with a line, and so a connection, of their own.
func newVillager(t testing.TB, url string) *villager {
	line := &http.Transport{}
	t.Cleanup(line.CloseIdleConnections)
	return &villager{client: *waittest.Client(line), url: url}
}

// freeAddr returns an address on which a server can come back after a crash.
func freeAddr(t testing.TB) string {
	t.Helper()
	return net.JoinHostPort("127.0.0.1", porttest.FreePort(t))
}

// mailServer is a healthy mail server that wants the login that initBox writes.
func mailServer(t testing.TB, answer func(smtptest.Event) smtptest.Answer) *smtptest.Server {
	t.Helper()
	return smtptest.Start(t, smtptest.Options{Username: "tip", Password: "mat-khau", Answer: answer})
}

// through has a mail server, or what stands in its place, reached by a proxy.
func through(s *smtptest.Server, addr string) *smtptest.Server {
	_, port, _ := net.SplitHostPort(addr)
	n, _ := strconv.Atoi(port)
	return &smtptest.Server{Host: s.Host, Port: n, CAFile: s.CAFile}
}
