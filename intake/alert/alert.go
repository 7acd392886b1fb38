// Package alert wakes people. An alert says that an urgent tip has come and
// nothing else; a notice tells the operator what is wrong with the box itself.
// Both go by channels, a file each. What goes wrong with one has a name out of a
// fixed set: tokens stand in URLs, and errors of net/http quote URLs.
package alert

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"tipbox/intake/alert/setting"
	"tipbox/intake/deliver"
	"tipbox/intake/pasted"
)

// Message is what a channel brings to a person.
type Message struct {
	Text string // a line or more, Vietnamese first
	Link string // to the page with the button "I know"; "" for none
	Wake bool   // it is to wake someone, and not only to be read some time
}

// plain is the message where there is only text.
func (m Message) plain() string {
	if m.Link == "" {
		return m.Text
	}
	return m.Text + "\n" + m.Link
}

// sender speaks one kind's protocol.
type sender interface {
	send(ctx context.Context, token string, m Message) error
}

// kinds are how each kind of channel is made; what it wants stands in package setting.
var kinds = map[string]func(setting.Channel) sender{
	"ntfy": newNtfy, "gotify": newGotify, "telegram": newTelegram, "zalo": newZalo, "webhook": newWebhook, "command": newCommand,
}

// sendTime bounds one message. A channel that hangs must not keep the next one
// from being tried.
const sendTime = 20 * time.Second

// Channel is a way to a person.
type Channel struct {
	Kind      string
	tokenFile string
	sender    sender
}

// New returns the channel, or a *setting.Error.
func New(s setting.Channel) (*Channel, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	return &Channel{Kind: s.Kind, tokenFile: s.TokenFile, sender: kinds[s.Kind](s)}, nil
}

// Send brings a message to the channel and returns an *Error where it was not
// taken.
func (c *Channel) Send(ctx context.Context, m Message) error {
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	token, err := readToken(c.tokenFile)
	if err != nil {
		return err
	}
	if err := c.sender.send(ctx, token, m); err != nil {
		return asError(err, token)
	}
	return nil
}

func readToken(path string) (string, error) {
	token, err := pasted.Password(path)
	if err != nil {
		return "", &Error{Reason: NoToken, Said: err.Error()}
	}
	return token, nil
}

// Names of the reasons why a message was not taken, besides those of package deliver.
const (
	NoToken = "token-file" // it cannot be read
	Server  = "server"     // the service has a fault of its own
	Command = "command"    // the program failed, or is not there
)

// Error is why a channel did not take a message.
type Error struct {
	Reason string        // of the names here and in package deliver
	Wait   time.Duration // for so long the service wants to be left alone; 0 where it did not say
	Said   string        // by the service, without the token: for tipbox check, and for no log
}

func (e *Error) Error() string {
	if e.Said == "" {
		return e.Reason
	}
	return e.Reason + ": " + e.Said
}

// asError makes an *Error of any, and takes the token out of it.
func asError(err error, token string) *Error {
	var known *Error
	var quoted *url.Error
	switch {
	case errors.As(err, &known):
	case errors.As(err, &quoted): // with the whole URL
		known = &Error{Reason: deliver.Reason(quoted.Err), Said: quoted.Err.Error()}
	default:
		known = &Error{Reason: deliver.Reason(err), Said: err.Error()}
	}
	if token != "" {
		for _, form := range []string{token, url.PathEscape(token), url.QueryEscape(token)} {
			known.Said = strings.ReplaceAll(known.Said, form, "…")
		}
	}
	return known
}

// Reason returns the name of what is wrong, "" for nil.
func Reason(err error) string {
	var known *Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &known):
		return known.Reason
	}
	return deliver.Reason(err)
}
