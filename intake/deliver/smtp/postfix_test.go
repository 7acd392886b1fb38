package smtp

import (
	"bytes"
	"net/mail"
	"path/filepath"
	"strings"
	"testing"

	"tipbox/intake/deliver"
	"tipbox/intake/deliver/smtp/postfixtest"
	text "tipbox/templates/mail"
)

// TestPostfix hands mails to a real Postfix that wants STARTTLS, a login and a
// sender of its own, and reads them back from a real Dovecot.
func TestPostfix(t *testing.T) {
	t.Parallel()
	relay := postfixtest.Start(t, "hom-thu@example.vn", "truc-ban", "chi-huy")
	o := Options{
		Host: relay.Host, Port: relay.Port, TLS: StartTLS, CAFile: relay.CAFile,
		Username: relay.Username, Password: always(relay.Password), From: "hom-thu@example.vn",
	}
	tr := transport(t, o)

	c := dial(t, tr)
	m := tip("01")
	m.To, m.Urgent = "truc-ban@don.test", true
	check(t, c.Send(t.Context(), m), "", 0, "")
	gone := tip("02")
	gone.To = "nobody@don.test"
	check(t, c.Send(t.Context(), gone), "", 550, "rcpt")
	elsewhere := tip("03")
	elsewhere.To = "truc-ban@elsewhere.test"
	elsewhere.Sealed = make([]byte, 12<<20) // Postfix takes 10 MB
	check(t, c.Send(t.Context(), elsewhere), "", 552, "mail")
	second := tip("04")
	second.To, second.Sealed = "chi-huy@don.test", bytes.Repeat([]byte("sealed"), 700_000)
	check(t, c.Send(t.Context(), second), "", 0, "")
	check(t, c.Send(t.Context(), m), "", 0, "") // as after a crash: the same mail again
	if err := c.Close(); err != nil {
		t.Error(err)
	}

	mails := relay.Fetch(t, "truc-ban", 2)
	var ids []string
	for _, raw := range mails {
		ids = append(ids, received(t, raw, m))
	}
	if ids[0] != ids[1] {
		t.Errorf("one tip has two Message-IDs: %q", ids)
	}
	received(t, relay.Fetch(t, "chi-huy", 1)[0], second)
	if found, err := filepath.Glob(filepath.Join(relay.Maildir("truc-ban"), "[cn]*", "*")); len(found) < 2 {
		t.Errorf("the Maildir has %q: %v", found, err)
	}

	// The logins that only odd servers insist on.
	without := o
	without.Username, without.Password = "", nil
	for _, mechanism := range []string{"LOGIN", "SCRAM-SHA-256", "CRAM-MD5"} {
		c := dial(t, transport(t, without))
		auth, err := login(mechanism, relay.Username, relay.Password, relay.Host)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.smtp.Auth(auth); err != nil {
			t.Errorf("%s: %v", mechanism, err)
		}
	}
	check(t, dial(t, transport(t, without)).Send(t.Context(), m), "", 553, "rcpt") // not logged in

	o.Password = always("another")
	if _, err := transport(t, o).Dial(t.Context()); deliver.Reason(err) != deliver.BadAuth {
		t.Errorf("wrong password: %v, expected %s", err, deliver.BadAuth)
	}
}

// received holds a mail that has been through real mail servers to what was
// sent, and returns its Message-ID.
func received(t *testing.T, raw []byte, m *deliver.Mail) string {
	t.Helper()
	got := open(t, raw)
	if !bytes.Equal(got.sealed, m.Sealed) || got.name != string(m.ID)+".age" {
		t.Errorf("attachment %q of %d bytes is not the sealed tip", got.name, len(got.sealed))
	}
	if got.text != text.Text(string(m.ID)) {
		t.Errorf("text:\n%s", got.text)
	}
	if path := got.header.Get("Return-Path"); path != "<>" {
		t.Errorf("return path %q", path)
	}
	if by := got.header["Received"]; len(by) != 1 || !strings.Contains(by[0], "from example.vn (") || !strings.Contains(by[0], "with ESMTPSA") {
		t.Errorf("received %q", by)
	}
	if _, err := mail.ParseDate(got.header.Get("Date")); err != nil {
		t.Errorf("date: %v", err)
	}
	if got.header.Get("Auto-Submitted") != "auto-generated" {
		t.Errorf("headers %v", got.header)
	}
	return got.header.Get("Message-Id")
}
