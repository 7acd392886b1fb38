package smtp

import (
	"bytes"
	"testing"
	"time"

	"tipbox/intake"
	"tipbox/intake/deliver"
	"tipbox/intake/deliver/smtp/smtptest"
)

const (
	user = "tip"
	pass = "mật khẩu: 12 %"
)

// settings are the options that fit the server.
func settings(t *testing.T, s *smtptest.Server) Options {
	t.Helper()
	return Options{
		Host: s.Host, Port: s.Port, TLS: StartTLS, CAFile: s.CAFile,
		Username: user, Password: always(pass), From: "hom-thu@example.vn",
		CommandTimeout: 20 * time.Second, DataTimeout: 20 * time.Second, // a broken test ends soon
	}
}

// always is a password that does not change.
func always(password string) func() (string, error) {
	return func() (string, error) { return password, nil }
}

// server starts a server that wants STARTTLS and the login.
func server(t *testing.T, answer func(smtptest.Event) smtptest.Answer) *smtptest.Server {
	return smtptest.Start(t, smtptest.Options{Username: user, Password: pass, Answer: answer})
}

func transport(t *testing.T, o Options) *Transport {
	t.Helper()
	tr, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func dial(t *testing.T, tr *Transport) *conn {
	t.Helper()
	c, err := tr.Dial(t.Context())
	if err != nil {
		t.Fatalf("dialling: %v: %v", err, cause(err))
	}
	t.Cleanup(func() { c.Close() })
	return c.(*conn)
}

// tip returns a mail whose id ends in the two characters.
func tip(end string) *deliver.Mail {
	return &deliver.Mail{
		ID: intake.ID("TB-7K3M-9Q" + end), To: "truc-ban@example.vn",
		Sealed: bytes.Repeat([]byte("age-encryption.org/v1 \x00\xff\r\n.\r\n"), 600),
	}
}

// hurry makes what stalls time out soon; whether at the stalled step or, on a
// slow machine, at an earlier one is the same to the tests.
func hurry(tr *Transport) {
	tr.o.CommandTimeout, tr.o.DataTimeout = 50*time.Millisecond, 50*time.Millisecond
}

// cause unwraps to the innermost error, for messages of tests.
func cause(err error) error {
	for {
		u, ok := err.(interface{ Unwrap() error })
		if !ok || u.Unwrap() == nil {
			return err
		}
		err = u.Unwrap()
	}
}
