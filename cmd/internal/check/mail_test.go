package check

import (
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tipbox/cmd/internal/config"
	"tipbox/intake"
	"tipbox/intake/deliver/smtp/smtptest"
)

// TestMailHints: what check says of a mail server leads to what is wrong.
func TestMailHints(t *testing.T) {
	t.Parallel()
	tls := smtptest.Start(t, smtptest.Options{Encryption: smtptest.TLS})
	plain := smtptest.Start(t, smtptest.Options{})
	good := config.SMTP{Host: tls.Host, Port: tls.Port, TLS: "tls", CAFile: tls.CAFile, From: "hom-thu@example.vn", Bounces: "hom-thu@example.vn"}
	dir := t.TempDir()
	port := hangingUp(t)
	for name, c := range map[string]struct {
		change     func(*config.SMTP)
		text, hint string
	}{
		"good":            {func(*config.SMTP) {}, "takes mail from us", ""},
		"the other TLS":   {func(s *config.SMTP) { s.TLS, s.Port = "starttls", port }, ": dropped: ", `set smtp.tls = "tls"`},
		"no CA file":      {func(s *config.SMTP) { s.CAFile = filepath.Join(dir, "ca.pem") }, "open " + filepath.Join(dir, "ca.pem") + ": no such file", "mend smtp.ca_file"},
		"no password":     {func(s *config.SMTP) { s.Username, s.PasswordFile = "tip", filepath.Join(dir, "smtp") }, "no such file", "put the password alone"},
		"an unknown CA":   {func(s *config.SMTP) { s.CAFile = "" }, "certificate signed by unknown authority", "nobody that this machine knows vouches for its certificate: name its authority, in PEM, in smtp.ca_file"},
		"another name":    {func(s *config.SMTP) { s.Host = "localhost" }, "not localhost", "its certificate is for example.com, "},
		"no TLS there":    {func(s *config.SMTP) { s.Port, s.CAFile = plain.Port, "" }, ": tls: ", "wrong way of encrypting for this port"},
		"nobody is there": {func(s *config.SMTP) { s.Port = 1 }, "refused-dial", "nobody answers there"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := &config.Config{SMTP: good, Directory: new(intake.Directory)}
			c.change(&cfg.SMTP)
			if found := checkMail(cfg)[0]; !strings.Contains(found.Text, c.text) || !strings.Contains(found.Hint, c.hint) || c.hint == "" && found.Hint != "" {
				t.Errorf("%+v", found)
			}
		})
	}
}

// TestCheckMailboxes: each address is asked for, and said which takes nothing and why.
func TestCheckMailboxes(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t, smtptest.Options{Encryption: smtptest.TLS, Answer: func(e smtptest.Event) smtptest.Answer {
		if e.Step != smtptest.Recipient {
			return smtptest.Usual
		}
		return map[string]smtptest.Answer{
			"gone@example.vn": smtptest.Say("550 5.1.1 no such user"), "full@example.vn": smtptest.Say("552 5.2.2 mailbox full"),
			"new@example.vn": smtptest.Say("450 4.7.1 greylisted, try again"),
		}[e.To]
	}})
	unit := &intake.Unit{ID: "na-co-sa", Receivers: map[intake.Audience]intake.Receiver{
		intake.ToUnit:    {Mail: []string{"well@example.vn", "gone@example.vn", "full@example.vn"}},
		intake.Oversight: {Mail: []string{"new@example.vn"}},
	}}
	d, err := intake.NewDirectory([]*intake.Unit{unit})
	if err != nil {
		t.Fatal(err)
	}
	found := checkMail(&config.Config{Directory: d, CountsMail: []string{"gone@example.vn"}, SMTP: config.SMTP{
		Host: server.Host, Port: server.Port, TLS: "tls", CAFile: server.CAFile, From: "hom-thu@example.vn", Bounces: "hom-thu@example.vn",
	}})
	var got []string
	for _, f := range found[1:] {
		got = append(got, fmt.Sprint(f.Text, " ", f.Warning))
	}
	want := []string{
		"gone@example.vn of counts.mail takes no mail: refused for good (550) false",
		"gone@example.vn of na-co-sa takes no mail: refused for good (550) false",
		"full@example.vn of na-co-sa takes no mail: full false",
		"new@example.vn of na-co-sa takes no mail: 4xx true",
	}
	if !slices.Equal(got, want) || len(server.Mails()) != 0 {
		t.Errorf("%q, want %q", got, want)
	}
}

// hangingUp returns a port that hangs up without a word, as a server does, some
// time later, that waits for TLS.
func hangingUp(t *testing.T) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.Close()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}
