package smtp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"slices"
	"strconv"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"tipbox/intake/deliver"
)

const (
	// nullPath is the return path of mails that nobody waits for an answer to
	// (RFC 5321 section 4.5.5): no bounce with a tip's id travels around.
	nullPath = "<>"
	// quitTimeout bounds the politeness of Close.
	quitTimeout = 2 * time.Second
	chunk       = 64 << 10
)

// conn is one conversation. It is for one goroutine.
type conn struct {
	t    *Transport
	raw  *bounded // beneath TLS: closing it ends every wait
	smtp *smtp.Client

	path   string // the return path; nullPath only until the server has refused it
	stale  bool   // a refused transaction is still open on the server
	broken bool   // nothing more can be said on this connection
}

// Send mails m, as deliver.Conn says.
func (c *conn) Send(ctx context.Context, m *deliver.Mail) error {
	if c.broken {
		return deferred(deliver.Dropped, errors.New("connection is broken already"))
	}
	to, err := angled(m.To)
	if err != nil {
		return deferred(deliver.NoAddress, fmt.Errorf("address of a unit: %w", err))
	}
	body, err := c.t.sender.compose(m, c.t.o.Now())
	if err != nil {
		return deferred(deliver.Other, err)
	}
	if err := c.fits(len(body)); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = c.raw.Close() })
	err = c.send(to, body)
	if !stop() {
		c.broken = true
		if err != nil {
			return deferred(deliver.Reason(ctx.Err()), err)
		}
	}
	return c.verdict(err)
}

var _ deliver.Asker = (*conn)(nil)

// Ask begins a mail and takes it back, as deliver.Asker says. It begins with the
// sender's address, or with that for bounces: a server may refuse the null path
// and take our mail all the same.
func (c *conn) Ask(ctx context.Context) error { return c.ask(ctx, "") }

// AskFor goes one step further than Ask: to RCPT, as deliver.Asker says.
func (c *conn) AskFor(ctx context.Context, to string) error {
	path, err := angled(to)
	if err != nil {
		return deferred(deliver.NoAddress, fmt.Errorf("address of a unit: %w", err))
	}
	return c.ask(ctx, path)
}

func (c *conn) ask(ctx context.Context, to string) error {
	path := c.path
	if path == nullPath {
		path = c.t.sender.path
	}
	stop := context.AfterFunc(ctx, func() { _ = c.raw.Close() })
	err := c.reset()
	if err == nil {
		err = c.step("MAIL", c.t.o.CommandTimeout, func() error { return c.smtp.Mail(path) })
	}
	if err == nil && to != "" {
		c.stale = true
		err = c.step("RCPT", c.t.o.CommandTimeout, func() error { return c.smtp.Rcpt(to) })
	}
	if err == nil {
		c.stale = true
		err = c.reset()
	}
	if !stop() {
		c.broken = true
		if err != nil {
			return deferred(deliver.Reason(ctx.Err()), err)
		}
	}
	return c.verdict(err)
}

// fits refuses, as the server would, a message over the size that it has
// announced (RFC 1870): some servers cut the line instead, and that would be
// tried again forever.
func (c *conn) fits(size int) error {
	_, announced := c.smtp.Extension("SIZE")
	if most, err := strconv.Atoi(announced); err == nil && most > 0 && size > most {
		return &deliver.PermanentError{Code: 552, Step: "MAIL", Err: fmt.Errorf("message of %d bytes: the server takes %d", size, most)}
	}
	return nil
}

// send tries with the null return path and, where the server refuses that, with
// the sender's address. Many servers look at the return path only when they see
// RCPT, or the whole message, so a refusal there may be about it as well. An
// address for bounces is the operator's choice and has no other to fall back on.
func (c *conn) send(to string, body []byte) error {
	err := c.transact(c.path, to, body)
	var first *refusal
	if c.path != nullPath || !errors.As(err, &first) || !first.maybeOfSender() {
		return err
	}
	c.stale = true
	if c.reset() != nil {
		c.broken = true
		return first
	}
	err = c.transact(c.t.sender.path, to, body)
	var second *refusal
	refusedAgain := errors.As(err, &second)
	if err == nil || first.step == "MAIL" && refusedAgain && second.step != "MAIL" {
		c.path = c.t.sender.path // the null path is not to be tried again on this connection
	}
	if refusedAgain && !second.ofSession() && (first.passes() != "" || second.step == "MAIL" && first.step != "MAIL") {
		return first // the sender's address fared no better: it is not what counts
	}
	return err
}

// transact holds one mail transaction (RFC 5321 section 3.3). It returns nil as
// soon as the server has taken the mail over: there is no RSET behind it that
// could fail and make the mail go out twice.
func (c *conn) transact(path, to string, body []byte) error {
	if err := c.reset(); err != nil {
		return err
	}
	patience := c.t.o.CommandTimeout
	if err := c.step("MAIL", patience, func() error { return c.smtp.Mail(path) }); err != nil {
		return err
	}
	if err := c.step("RCPT", patience, func() error { return c.smtp.Rcpt(to) }); err != nil {
		return err
	}
	var w io.WriteCloser
	if err := c.step("DATA", patience, func() (err error) { w, err = c.smtp.Data(); return err }); err != nil {
		return err
	}
	for part := range slices.Chunk(body, chunk) {
		if err := c.step("DATA", patience, func() error { _, err := w.Write(part); return err }); err != nil {
			return fmt.Errorf("sending the message: %w", err)
		}
	}
	return c.step("DATA", c.t.o.DataTimeout, w.Close)
}

// reset ends a transaction that was refused half-way.
func (c *conn) reset() error {
	if !c.stale {
		return nil
	}
	var refused *refusal
	err := c.step("RSET", c.t.o.CommandTimeout, c.smtp.Reset)
	if errors.As(err, &refused) {
		// It must be taken (section 4.1.1.5). Whatever is wrong, it is not the next mail.
		return deferred(deliver.ReplyOdd, err)
	}
	c.stale = err != nil
	return err
}

// step takes one step of the conversation within the timeout. A reply that is
// not the hoped-for one comes as a *refusal.
func (c *conn) step(name string, timeout time.Duration, do func() error) error {
	if err := c.smtp.UpdateDeadline(timeout); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	err := do()
	if c.raw.endless {
		return errEndless // go-mail takes what it has read so far for the reply
	}
	var reply *textproto.Error
	if errors.As(err, &reply) {
		return &refusal{name, reply}
	}
	return err
}

// refusal is a reply that is not the hoped-for one.
type refusal struct {
	step  string
	reply *textproto.Error
}

func (r *refusal) Error() string { return "refused at " + r.step + ": " + r.reply.Error() }
func (r *refusal) Unwrap() error { return r.reply }

// maybeOfSender reports whether the refusal may be about the return path. A
// "later" to the whole message is not worth sending it twice.
func (r *refusal) maybeOfSender() bool {
	return !r.ofSession() && (r.reply.Code >= 500 || r.reply.Code >= 400 && r.step != "DATA")
}

// ofSession reports whether the reply is about the conversation and would be
// the same for any mail: it closes (421), does not know or expect the command
// (500, 502, 503), or wants a login or encryption (RFC 3207 section 4, RFC 4954
// section 6). A tip must not be put on hold for that.
func (r *refusal) ofSession() bool {
	return slices.Contains([]int{421, 500, 502, 503, 530, 534, 535, 538}, r.reply.Code)
}

// passes returns why the refusal may be over at the next try, or "" where it is final.
func (r *refusal) passes() string {
	switch code := r.reply.Code; {
	case code >= 400 && code < 500:
		return deliver.Reply4xx
	case code >= 500 && code < 600:
		return passing(r.reply)
	}
	return ""
}

// verdict turns what happened into what deliver.Conn promises, and notes
// whether the connection can be used again.
func (c *conn) verdict(err error) error {
	if err == nil {
		return nil
	}
	var r *refusal
	if !errors.As(err, &r) || r.step == "RSET" {
		c.broken = true
		return deferred(reasonOf(err), err)
	}
	c.stale = true
	switch why := r.passes(); {
	case r.ofSession():
		c.broken = true
		return deferred(r.sessionReason(), err)
	case why != "":
		return deferred(why, err)
	case r.reply.Code >= 500 && r.reply.Code < 600:
		return &deliver.PermanentError{Code: r.reply.Code, Step: r.step, Err: err}
	}
	c.broken = true
	return deferred(deliver.ReplyOdd, err)
}

func (r *refusal) sessionReason() string {
	switch r.reply.Code {
	case 421:
		return deliver.Dropped
	case 500, 502, 503:
		return deliver.ReplyOdd
	}
	return deliver.BadAuth
}

// reasonOf is deliver.Reason for what is not a reply.
func reasonOf(err error) string {
	var garbled textproto.ProtocolError
	if errors.As(err, &garbled) {
		return deliver.ReplyOdd
	}
	return deliver.Reason(err)
}

// Close says QUIT where the conversation stands well, and closes the connection.
func (c *conn) Close() error {
	if !c.broken && c.smtp.UpdateDeadline(quitTimeout) == nil {
		_ = c.smtp.Quit() // the mails are with the server: what it says now changes nothing
	}
	c.broken = true
	if err := c.raw.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("closing the connection to the mail server: %w", err)
	}
	return nil
}
