package smtp

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"strings"
	"testing"

	"tipbox/intake/deliver"
	"tipbox/intake/deliver/smtp/smtptest"
	"tipbox/intake/waittest"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	good := Options{Host: "mail.example.vn", Port: 587, TLS: StartTLS, From: "hom-thu@example.vn"}
	if _, err := New(good); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*Options){
		"host":     func(o *Options) { o.Host = "" },
		"port":     func(o *Options) { o.Port = 65536 },
		"starttls": func(o *Options) { o.TLS = "maybe" },
		"password": func(o *Options) { o.Username = "tip" },
		"username": func(o *Options) { o.Password = always(pass) },
		"from":     func(o *Options) { o.From = "hom-thu" },
		"bounces":  func(o *Options) { o.Bounces = "<>" },
		"ASCII":    func(o *Options) { o.From = "hòm-thư@example.vn" },
	} {
		o := good
		change(&o)
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestHeloName(t *testing.T) {
	t.Parallel()
	for domain, want := range map[string]string{
		"example.vn":     "example.vn",
		"Mail-1.Example": "Mail-1.Example",
		"localhost":      "localhost",
		"[192.0.2.1]":    "tipbox.invalid",
	} {
		if got := heloName(domain); got != want {
			t.Errorf("%s: EHLO %s, expected %s", domain, got, want)
		}
	}
}

// TestDialDefers: whatever keeps us out is a deferral with its own name, and
// never the tip's fault.
func TestDialDefers(t *testing.T) {
	t.Parallel()
	at, say := smtptest.At, smtptest.Say
	tests := []struct {
		name   string
		answer func(smtptest.Event) smtptest.Answer
		server func(*smtptest.Options)
		client func(*Options)
		reason string
	}{
		{name: "banner 554", answer: at(smtptest.Connect, smtptest.SayAndDrop("554 5.3.2 no service here")), reason: deliver.ReplyOdd},
		{name: "banner 421", answer: at(smtptest.Connect, smtptest.SayAndDrop("421 4.3.2 too busy")), reason: deliver.Reply4xx},
		{name: "banner is not SMTP", answer: at(smtptest.Connect, say("HTTP/1.1 400 Bad Request")), reason: deliver.ReplyOdd},
		{name: "dropped at once", answer: at(smtptest.Connect, smtptest.Drop), reason: deliver.Dropped},
		{name: "EHLO refused", answer: at(smtptest.Hello, say("550 5.7.1 not you")), reason: deliver.ReplyOdd},
		{name: "dropped at EHLO", answer: at(smtptest.Hello, smtptest.Drop), reason: deliver.Dropped},
		{name: "STARTTLS not offered", server: func(o *smtptest.Options) { o.Encryption = smtptest.Plain }, reason: deliver.BadTLS},
		{name: "STARTTLS refused", answer: at(smtptest.Encrypt, say("454 4.7.0 TLS not available")), reason: deliver.BadTLS},
		{name: "dropped in the handshake", answer: at(smtptest.Encrypt, smtptest.SayAndDrop("220 go ahead")), reason: deliver.Dropped},
		{name: "unknown authority", client: func(o *Options) { o.CAFile = "" }, reason: deliver.BadTLS},
		{name: "certificate for another host", client: func(o *Options) { o.Host = "localhost" }, reason: deliver.BadTLS},
		{name: "no CA file", client: func(o *Options) { o.CAFile += ".gone" }, reason: deliver.BadTLS},
		{name: "empty CA file", client: func(o *Options) { o.CAFile = os.DevNull }, reason: deliver.BadTLS},
		{name: "TLS to a STARTTLS port", client: func(o *Options) { o.TLS = TLS }, reason: deliver.BadTLS},
		{name: "unknown authority, TLS", server: func(o *smtptest.Options) { o.Encryption = smtptest.TLS },
			client: func(o *Options) { o.TLS, o.CAFile = TLS, "" }, reason: deliver.BadTLS},
		{name: "wrong password", server: func(o *smtptest.Options) { o.Password = "another" }, reason: deliver.BadAuth},
		{name: "login not now", answer: at(smtptest.Login, say("454 4.7.0 temporary authentication failure")), reason: deliver.BadAuth},
		{name: "no login offered", server: func(o *smtptest.Options) { o.Username = "" }, reason: deliver.BadAuth},
		{name: "unknown logins only", server: func(o *smtptest.Options) { o.Mechanisms = "GSSAPI XOAUTH2" }, reason: deliver.BadAuth},
		{name: "dropped at the login", answer: at(smtptest.Login, smtptest.Drop), reason: deliver.Dropped},
		{name: "no password", client: func(o *Options) { o.Password = func() (string, error) { return "", fs.ErrNotExist } }, reason: deliver.BadAuth},
		{name: "empty password", client: func(o *Options) { o.Password = always("") }, reason: deliver.BadAuth},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			so := smtptest.Options{Username: user, Password: pass, Answer: test.answer}
			if test.server != nil {
				test.server(&so)
			}
			co := settings(t, smtptest.Start(t, so))
			if test.client != nil {
				test.client(&co)
			}
			c, err := transport(t, co).Dial(t.Context())
			if err == nil {
				c.Close()
				t.Fatal("let in")
			}
			if got := deliver.Reason(err); got != test.reason {
				t.Errorf("reason %q, expected %q: %v: %v", got, test.reason, err, cause(err))
			}
			var final *deliver.PermanentError
			if errors.As(err, &final) {
				t.Errorf("final: %v", err)
			}
		})
	}
}

func TestDialRefused(t *testing.T) {
	t.Parallel()
	srv := server(t, nil)
	o := settings(t, srv)
	srv.Close()
	if _, err := transport(t, o).Dial(t.Context()); deliver.Reason(err) != deliver.DialRefused {
		t.Errorf("%v, expected %s", err, deliver.DialRefused)
	}
}

// TestDialStalls: a server that does not go on at some step is given up, by the
// timeout or, at once, when the context ends.
func TestDialStalls(t *testing.T) {
	t.Parallel()
	for _, step := range []smtptest.Step{smtptest.Connect, smtptest.Hello, smtptest.Encrypt, smtptest.Login} {
		t.Run(string(step), func(t *testing.T) {
			tr := transport(t, settings(t, server(t, smtptest.At(step, smtptest.Stall))))
			hurry(tr)
			if _, err := tr.Dial(t.Context()); deliver.Reason(err) != deliver.Timeout {
				t.Errorf("%v: %v, expected %s", err, cause(err), deliver.Timeout)
			}

			ctx, cancel := context.WithCancel(t.Context())
			tr = transport(t, settings(t, server(t, func(e smtptest.Event) smtptest.Answer {
				if e.Step != step {
					return smtptest.Usual
				}
				cancel()
				return smtptest.Stall
			})))
			if _, err := tr.Dial(ctx); deliver.Reason(err) != deliver.Stopping {
				t.Errorf("cancelled: %v: %v, expected %s", err, cause(err), deliver.Stopping)
			}
		})
	}
}

// TestDialNoneIsLoopback: without TLS nothing leaves the machine, whatever the
// host is called.
func TestDialNoneIsLoopback(t *testing.T) {
	t.Parallel()
	srv := smtptest.Start(t, smtptest.Options{Encryption: smtptest.Plain, Username: user, Password: pass})
	o := settings(t, srv)
	o.TLS, o.CAFile, o.Host = None, "", "localhost"
	if err := dial(t, transport(t, o)).Send(t.Context(), tip("L1")); err != nil {
		t.Error(err)
	}
	o.Host = "192.0.2.1" // RFC 5737: nobody's
	if _, err := transport(t, o).Dial(t.Context()); deliver.Reason(err) != deliver.BadTLS {
		t.Errorf("%v, expected %s", err, deliver.BadTLS)
	}
}

// TestDialIgnoresInjectedReplies: what someone on the way adds in clear behind
// the reply to STARTTLS is not taken for something said under TLS.
func TestDialIgnoresInjectedReplies(t *testing.T) {
	t.Parallel()
	injected := "220 go ahead\r\n250-mail.test\r\n250 AUTH XOAUTH2"
	srv := server(t, smtptest.At(smtptest.Encrypt, smtptest.Say(injected)))
	c := dial(t, transport(t, settings(t, srv)))
	if _, offered := c.smtp.Extension("AUTH"); offered != "PLAIN LOGIN" {
		t.Errorf("the server offers %q", offered)
	}
}

func TestDialTLS(t *testing.T) {
	t.Parallel()
	srv := smtptest.Start(t, smtptest.Options{Encryption: smtptest.TLS, Username: user, Password: pass})
	o := settings(t, srv)
	o.TLS = TLS
	if err := dial(t, transport(t, o)).Send(t.Context(), tip("T1")); err != nil {
		t.Fatal(err)
	}
	if m := srv.Mails()[0]; !m.Encrypted || m.User != user {
		t.Errorf("encrypted %v, user %q", m.Encrypted, m.User)
	}
}

// TestLogins: PLAIN wherever it is offered, LOGIN for old servers, none where
// there is no username.
func TestLogins(t *testing.T) {
	t.Parallel()
	for offered, want := range map[string]string{
		"CRAM-MD5 LOGIN PLAIN": "AUTH PLAIN",
		"plain":                "AUTH PLAIN",
		"GSSAPI LOGIN":         "AUTH LOGIN",
		"=LOGIN":               "AUTH LOGIN", // the old way
		"=LOGIN PLAIN":         "AUTH PLAIN",
		"=PLAIN LOGIN":         "AUTH PLAIN",
		"=CRAM-MD5 LOGIN":      "AUTH LOGIN",
	} {
		srv := smtptest.Start(t, smtptest.Options{Username: user, Password: pass, Mechanisms: offered})
		dial(t, transport(t, settings(t, srv)))
		if got := logins(srv); len(got) != 1 || got[0] != want {
			t.Errorf("offered %s: %q, expected %s", offered, got, want)
		}
	}
	srv := smtptest.Start(t, smtptest.Options{})
	o := settings(t, srv)
	o.Username, o.Password = "", nil
	dial(t, transport(t, o))
	if got := logins(srv); len(got) != 0 {
		t.Errorf("logged in without a username: %q", got)
	}
}

func logins(srv *smtptest.Server) (found []string) {
	for _, line := range srv.Commands() {
		if strings.HasPrefix(line, "AUTH") {
			found = append(found, line)
		}
	}
	return found
}

// TestPasswordIsReadAnew: a password that is changed on both sides needs no restart.
func TestPasswordIsReadAnew(t *testing.T) {
	t.Parallel()
	o := settings(t, server(t, nil))
	now := pass
	o.Password = func() (string, error) { return now, nil }
	tr := transport(t, o)
	dial(t, tr)
	now = "of yesterday"
	if _, err := tr.Dial(t.Context()); deliver.Reason(err) != deliver.BadAuth {
		t.Errorf("%v, expected %s", err, deliver.BadAuth)
	} else if strings.Contains(err.Error()+cause(err).Error(), "yesterday") {
		t.Errorf("the password is in the error: %v", err)
	}
	now = pass
	dial(t, tr)
}

// TestDialLeavesNothingOpen: go-mail leaves a connection open where a later
// step of dialling fails.
func TestDialLeavesNothingOpen(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ended := make(chan error, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			ended <- err
			return
		}
		defer c.Close()
		buf := make([]byte, 1000)
		c.Write([]byte("220 mail.test\r\n"))
		c.Read(buf)
		c.Write([]byte("250 mail.test\r\n")) // no STARTTLS
		for err == nil {
			_, err = c.Read(buf)
		}
		ended <- err
	}()
	o := Options{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, TLS: StartTLS, From: "a@example.vn"}
	if _, err := transport(t, o).Dial(t.Context()); deliver.Reason(err) != deliver.BadTLS {
		t.Errorf("%v, expected %s", err, deliver.BadTLS)
	}
	waittest.For(t, ended, "the end of a connection that go-mail gave up")
}
