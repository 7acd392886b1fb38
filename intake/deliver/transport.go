package deliver

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"os"
	"slices"
	"syscall"
	"time"

	"tipbox/intake"
)

// Attachment is a sealed tip in a mail.
type Attachment struct {
	ID     intake.ID
	Sealed []byte // shared between mails: not to be changed
}

// Mail is one sealed tip, or a digest of many, on its way to one address.
type Mail struct {
	ID     intake.ID
	To     string       // a mail address of the unit or of its oversight
	Urgent bool         // the subject is to say so: the sender marked it and the unit allows it
	Sealed []byte       // shared between mails: not to be changed
	Digest []Attachment // then ID and Sealed are not set
	// Reply is the unit's reply pass, of the half-year that Half names; both are ""
	// where senders are not answered.
	Half, Reply string
	// Page is the week's counts, with which no tip goes.
	Page *Page
	// Alive names, by day and unit, a mail that says that the box is alive, and has
	// nothing else.
	Alive string
}

// Page is the page of a week's counts.
type Page struct {
	Monday time.Time // with which the week began
	Totals string    // in a few lines
	PDF    []byte
}

// Transport opens connections to the mail server.
type Transport interface {
	// Dial connects, encrypts and logs in. Whatever its error, it is a deferral:
	// a server that lets no one in has not judged any tip.
	Dial(ctx context.Context) (Conn, error)
}

// Conn is one conversation with the mail server, for one goroutine.
type Conn interface {
	// Send returns nil once the server has taken the mail over, also where the
	// conversation broke after that; a *PermanentError where it finally refused
	// this mail to this address; else a deferral. The connection is used again
	// after nil, after a *PermanentError and where the reason is PutOff, and after
	// nothing else.
	//
	// ctx is cancelled when the server shuts down and its grace is over, or when
	// the mail takes too long; Send then gives up at once.
	Send(ctx context.Context, m *Mail) error
	// Close ends the conversation, politely where that is possible at once.
	Close() error
}

// Asker is a Conn that can be asked whether the server would take mail from us.
// Some let anyone in and only then want a login.
type Asker interface {
	// Ask sends nothing. Its errors are those of Send, none of them about a tip.
	Ask(ctx context.Context) error
	// AskFor asks the same of mail to one address.
	AskFor(ctx context.Context, to string) error
}

// PermanentError is the server's final refusal of a mail (RFC 5321 section
// 4.2.1: a 5yz reply to MAIL, RCPT or DATA that does not pass by its nature). It
// puts the tip on hold for a person to decide. Nothing else is permanent, not even
// a 5yz reply to the greeting, STARTTLS or AUTH: those say nothing about the tip.
type PermanentError struct {
	Code int    // 500 to 599
	Step string // "MAIL", "RCPT" or "DATA"
	Err  error  // what the server said; shown to the operator by no log
}

func (e *PermanentError) Error() string {
	return fmt.Sprintf("refused for good at %s with %d", e.Step, e.Code)
}

// Unwrap returns what the server said.
func (e *PermanentError) Unwrap() error { return e.Err }

// Names of the reasons for a deferral, as health and metrics show them.
const (
	DialRefused = "refused-dial" // nobody listens, or no way there
	Unresolved  = "dns"          // the server's name is not found
	Timeout     = "timeout"
	Dropped     = "dropped" // the connection ended in the middle
	BadTLS      = "tls"     // no STARTTLS, bad certificate, failed handshake
	BadAuth     = "auth"    // the server does not accept the login
	Reply4xx    = "4xx"     // the server said "later" to this mail
	Full        = "full"    // the mailbox, or the mail server's disk
	Limit       = "limit"   // we have sent too much, or the mailbox got too much, for now
	Blocked     = "blocked" // by a blocklist or a bad name, for now
	Later       = "later"   // the server said "later" in words, with a number that says "never"
	ReplyOdd    = "protocol"
	NoAddress   = "no-address" // the configuration has no address for the tip
	Unreadable  = "unreadable" // the tip's file cannot be read
	Flooded     = "flooded"    // many others of the bulk lane go first
	Stopping    = "stopping"   // the server is being shut down
	Other       = "other"
)

// PutOff reports whether the reason is the server's own answer to one mail: it
// talks to us, and may well take the next.
func PutOff(reason string) bool {
	return slices.Contains([]string{Reply4xx, Full, Limit, Blocked, Later}, reason)
}

// DeferredError is a deferral whose reason the transport knows.
type DeferredError struct {
	Reason string // one of the names of this package
	Err    error
}

func (e *DeferredError) Error() string { return "deferred (" + e.Reason + ")" }

// Unwrap returns the cause. It may hold what the server said, so it is not logged.
func (e *DeferredError) Unwrap() error { return e.Err }

// Reason returns the name of the reason for a deferral: what a *DeferredError
// says, else what can be told from the errors of package net, crypto/tls and
// net/textproto, else Other. The set of names is closed and holds nothing of
// what the server said.
func Reason(err error) string {
	var (
		deferred  *DeferredError
		reply     *textproto.Error
		dns       *net.DNSError
		netErr    net.Error
		record    tls.RecordHeaderError
		cert      *tls.CertificateVerificationError
		alert     tls.AlertError
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
	)
	switch {
	case errors.As(err, &deferred):
		return deferred.Reason
	case errors.As(err, &reply) && reply.Code >= 400 && reply.Code < 500:
		return Reply4xx
	case errors.As(err, &reply):
		return ReplyOdd
	case errors.As(err, &record), errors.As(err, &cert), errors.As(err, &alert),
		errors.As(err, &authority), errors.As(err, &host):
		return BadTLS
	case errors.Is(err, context.Canceled):
		return Stopping
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return Timeout
	case errors.As(err, &dns):
		return Unresolved
	case errors.As(err, &netErr) && netErr.Timeout():
		return Timeout
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return DialRefused
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return Dropped
	}
	return Other
}
