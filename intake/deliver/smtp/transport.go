// Package smtp hands mails with sealed tips to the operator's mail server
// (RFC 5321), over TLS and with a login. The message is made by go-mail and the
// conversation is held by go-mail's smtp client, one step at a time: only so is
// it known which step was refused, whether the server had the mail already when
// the line broke, and when to try without the null return path.
package smtp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"tipbox/intake"
	"tipbox/intake/deliver"
	"tipbox/intake/pasted"
)

// The ways of encrypting, as in tipbox.toml.
const (
	TLS      = "tls"      // from the first byte (RFC 8314), port 465
	StartTLS = "starttls" // required, never optional (RFC 3207), port 587
	None     = "none"     // to loopback only
)

// anonymous is the name for EHLO where the sender's domain is no host name.
const anonymous = "tipbox.invalid"

// ErrGreeting is in Dial's error where the connection stands, and the mail server
// does not greet us on it.
var ErrGreeting = errors.New("reading the greeting")

// Options say where the mail server is and how to talk to it.
type Options struct {
	Host     string
	Port     int
	TLS      string // TLS, StartTLS or None
	Username string // "" for no login
	// Password and CAFile are asked at each dial, so that a changed password or
	// certificate needs no restart.
	Password func() (string, error) // nil for no login
	CAFile   string                 // PEM; "" for the system's certificate authorities
	From     string                 // the address that mails come from
	// Bounces is the address that the mail server reports to when it cannot
	// deliver what it has taken over. "" is the null return path: no report with
	// a tip's id travels around, but none tells either that a tip got lost.
	Bounces string

	// DialTimeout bounds the TCP connection; default 30 s.
	DialTimeout time.Duration
	// CommandTimeout bounds the wait for each reply; default 5 minutes, the least
	// that RFC 5321 section 4.5.3.2 asks for: a relay may look names up that long.
	CommandTimeout time.Duration
	// DataTimeout bounds the wait for the reply to a whole message; default 10
	// minutes, as there: to give up earlier is what makes duplicates.
	DataTimeout time.Duration

	Now func() time.Time // for Date; default time.Now
}

// Transport opens connections to one mail server. It is safe for many goroutines.
type Transport struct {
	o      Options
	sender sender
	path   string // the return path to begin with, in angle brackets
	helo   string
}

var _ deliver.Transport = (*Transport)(nil)

// New returns the transport, or an error where the options contradict
// themselves. It does not connect.
func New(o Options) (*Transport, error) {
	s, err := newSender(o.From)
	switch {
	case err != nil:
		return nil, err
	case o.Host == "":
		return nil, errors.New("mail server has no host")
	case o.Port < 1 || o.Port > 65535:
		return nil, fmt.Errorf("mail server has port %d: expected 1 to 65535", o.Port)
	case o.TLS != TLS && o.TLS != StartTLS && o.TLS != None:
		return nil, fmt.Errorf("mail server has tls %q: expected %s, %s or %s", o.TLS, TLS, StartTLS, None)
	case (o.Username == "") != (o.Password == nil):
		return nil, errors.New("mail server has a username without a password, or the other way round")
	}
	path := nullPath
	if o.Bounces != "" {
		if path, err = angled(o.Bounces); err != nil {
			return nil, fmt.Errorf("address for bounces %q: %w", o.Bounces, err)
		}
	}
	o.DialTimeout = withDefault(o.DialTimeout, 30*time.Second)
	o.CommandTimeout = withDefault(o.CommandTimeout, 5*time.Minute)
	o.DataTimeout = withDefault(o.DataTimeout, 10*time.Minute)
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Transport{o: o, sender: s, path: path, helo: heloName(s.domain)}, nil
}

// heloName is how the client names itself. Not by the host's name, which would
// stand in Received for good, but by the sender's domain: it stands in From
// anyway, it resolves, and with a null return path it is the name that SPF
// looks at (RFC 7208 section 2.4).
func heloName(domain string) string {
	for _, r := range domain {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.", r) {
			return anonymous // an address literal, which would be checked against ours
		}
	}
	return domain
}

// Dial connects, encrypts and logs in.
func (t *Transport) Dial(ctx context.Context) (deliver.Conn, error) {
	dialer := net.Dialer{Timeout: t.o.DialTimeout}
	if t.o.TLS == None {
		dialer.Control = loopbackOnly
	}
	tcp, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(t.o.Host, strconv.Itoa(t.o.Port)))
	if err != nil {
		return nil, fmt.Errorf("connecting to the mail server: %w", err)
	}
	raw := &bounded{Conn: tcp}
	// go-mail leaves the connection open where a later step fails, and looks at
	// no context once it is connected.
	stop := context.AfterFunc(ctx, func() { _ = raw.Close() })
	c := &conn{t: t, raw: raw, path: t.path}
	err = c.start(ctx)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		_ = raw.Close()
		if ctx.Err() != nil {
			err = deferred(deliver.Reason(ctx.Err()), err)
		}
		return nil, err
	}
	return c, nil
}

// start takes a fresh connection to the point where mail can be sent.
func (c *conn) start(ctx context.Context) error {
	t := c.t
	if err := c.raw.SetDeadline(time.Now().Add(t.o.CommandTimeout)); err != nil {
		return fmt.Errorf("setting a deadline: %w", err)
	}
	conf, err := t.tlsConfig()
	if err != nil {
		return deferred(deliver.BadTLS, err)
	}
	var stream net.Conn = c.raw
	if t.o.TLS == TLS {
		encrypted := tls.Client(c.raw, conf)
		if err := encrypted.HandshakeContext(ctx); err != nil {
			return blame(deliver.BadTLS, fmt.Errorf("TLS handshake: %w", err))
		}
		stream = encrypted
	}
	if c.smtp, err = smtp.NewClient(stream, t.o.Host); err != nil {
		return blame("", fmt.Errorf("%w: %w", ErrGreeting, err))
	}
	c.smtp.SkipSMTPUTF8(true)
	if err := c.step("EHLO", t.o.CommandTimeout, func() error { return c.smtp.Hello(t.helo) }); err != nil {
		return blame("", fmt.Errorf("saying EHLO: %w", err))
	}
	if t.o.TLS == StartTLS {
		if offered, _ := c.smtp.Extension("STARTTLS"); !offered {
			return deferred(deliver.BadTLS, errors.New("the mail server offers no STARTTLS"))
		}
		if err := c.step("STARTTLS", t.o.CommandTimeout, func() error { return c.smtp.StartTLS(conf) }); err != nil {
			return blame(deliver.BadTLS, fmt.Errorf("STARTTLS: %w", err))
		}
	}
	if t.o.Username == "" {
		return nil
	}
	pass, err := t.o.Password()
	if err == nil && pass == "" {
		err = errors.New("the password is empty")
	}
	if err != nil {
		return deferred(deliver.BadAuth, fmt.Errorf("reading the password: %w", err))
	}
	auth, err := login(c.logins(), t.o.Username, pass, t.o.Host)
	if err != nil {
		return deferred(deliver.BadAuth, err)
	}
	if err := c.step("AUTH", t.o.CommandTimeout, func() error { return c.smtp.Auth(auth) }); err != nil {
		return blame(deliver.BadAuth, fmt.Errorf("logging in: %w", err))
	}
	return nil
}

func (t *Transport) tlsConfig() (*tls.Config, error) {
	conf := &tls.Config{ServerName: t.o.Host, MinVersion: tls.VersionTLS12}
	if t.o.CAFile == "" || t.o.TLS == None {
		return conf, nil
	}
	pem, err := pasted.File(t.o.CAFile)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate authorities: %w", err)
	}
	conf.RootCAs = x509.NewCertPool()
	if !conf.RootCAs.AppendCertsFromPEM([]byte(pem)) {
		return nil, fmt.Errorf("%s holds no certificate", t.o.CAFile)
	}
	return conf, nil
}

// logins returns the ways of logging in that the server offers. Before RFC 2554
// they were announced as AUTH=LOGIN, and old servers, and new ones for the sake
// of old clients, still do.
func (c *conn) logins() string {
	_, offered := c.smtp.Extension("AUTH")
	for _, first := range mechanisms {
		if ok, more := c.smtp.Extension("AUTH=" + first); ok {
			offered += " " + first + " " + more
		}
	}
	return offered
}

// mechanisms are the ways of logging in that are known here, the preferred first.
var mechanisms = []string{"PLAIN", "LOGIN", "SCRAM-SHA-256", "CRAM-MD5"}

// login returns the login by the best mechanism that the server offers. PLAIN
// comes first: TLS with a checked certificate, or loopback, protects it, and it
// is the one that works whatever way the server keeps its passwords, while many
// offer SCRAM or CRAM without having what it takes.
func login(offered, user, pass, host string) (smtp.Auth, error) {
	offers := func(mechanism string) bool {
		for m := range strings.FieldsSeq(offered) {
			if strings.EqualFold(m, mechanism) {
				return true
			}
		}
		return false
	}
	// start has seen to it that the connection is encrypted, or is to loopback.
	const secure = true
	switch {
	case offers("PLAIN"):
		return smtp.PlainAuth("", user, pass, host, secure), nil
	case offers("LOGIN"):
		return smtp.LoginAuth(user, pass, host, secure), nil
	case offers("SCRAM-SHA-256"):
		return smtp.ScramSHA256Auth(user, pass), nil
	case offers("CRAM-MD5"):
		return smtp.CRAMMD5Auth(user, pass), nil
	}
	return nil, fmt.Errorf("the mail server offers no login that is known here, only %q", offered)
}

// loopbackOnly refuses, before the first packet, a name that turns out to be
// elsewhere.
func loopbackOnly(_, address string, _ syscall.RawConn) error {
	if host, _, err := net.SplitHostPort(address); err != nil || !intake.IsLoopback(host) {
		return deferred(deliver.BadTLS, errors.New("the mail server is not on loopback and tls is none"))
	}
	return nil
}

// blame names the reason for a failed step of Dial: reason where the server
// refused the step, but what happened where it was too slow or went away.
func blame(reason string, err error) error {
	switch r := reasonOf(err); {
	case reason == "", r == deliver.Timeout, r == deliver.Dropped, r == deliver.Stopping:
		return deferred(r, err)
	}
	return deferred(reason, err)
}

func deferred(reason string, err error) error {
	return &deliver.DeferredError{Reason: reason, Err: err}
}

func withDefault(d, or time.Duration) time.Duration {
	if d <= 0 {
		return or
	}
	return d
}
