package alert

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"tipbox/intake/deliver"
)

const (
	// askEvery is how often a channel that is well is asked.
	askEvery = 24 * time.Hour
	// askSoon is the same of one that is not.
	askSoon = time.Hour
)

// asker is a sender that can be asked whether it would take a message.
type asker interface {
	ask(ctx context.Context, token string) error
}

// Ask finds what is wrong with a channel, as far as that shows without anybody being
// called: a token that is no good, a service that is not there, a program that is
// missing. It returns an *Error.
func (c *Channel) Ask(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	token, err := readToken(c.tokenFile)
	if err != nil {
		return err
	}
	a, ok := c.sender.(asker)
	if !ok {
		return nil
	}
	if err := a.ask(ctx, token); err != nil {
		return asError(err, token)
	}
	return nil
}

// ask asks who the bot is: https://core.telegram.org/bots/api#getme.
func (b *bot) ask(ctx context.Context, token string) error {
	a, err := post(ctx, b.base+"/bot"+url.PathEscape(token)+"/getMe", nil, map[string]any{})
	if err != nil {
		return err
	}
	return a.bot()
}

// ask asks whether the topic may be used: https://docs.ntfy.sh/subscribe/api/#authentication.
func (n *ntfy) ask(ctx context.Context, token string) error {
	header := map[string]string{}
	if token != "" {
		header["Authorization"] = "Bearer " + token
	}
	a, err := do(ctx, http.MethodGet, n.base+n.topic+"/auth", header, nil)
	if err != nil {
		return err
	}
	return a.taken()
}

// ask asks whether the server is well: with an application's token nothing else can be
// asked. https://gotify.net/api-docs#/health.
func (g *gotify) ask(ctx context.Context, _ string) error {
	a, err := do(ctx, http.MethodGet, strings.TrimSuffix(g.address, "/message")+"/health", nil, nil)
	if err != nil {
		return err
	}
	return a.taken()
}

func (c *command) ask(context.Context, string) error {
	if _, err := exec.LookPath(c.args[0]); err != nil {
		return &Error{Reason: Command, Said: err.Error()}
	}
	return nil
}

// Asked asks channels on a clock of its own, so that a token that ran out shows before
// an urgent tip needs it: once a day, and hourly while one is not well.
type Asked struct {
	// Channels returns those there are, by whom they are for.
	Channels func() map[string][]*Channel

	mu    sync.Mutex
	state map[*Channel]*asked
}

type asked struct {
	what   string
	next   time.Time
	said   string // the last answer, "" for well
	reason string // what is told
}

// Run asks until ctx ends.
func (a *Asked) Run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		a.look(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (a *Asked) look(ctx context.Context) {
	now := time.Now()
	state := make(map[*Channel]*asked)
	a.mu.Lock()
	for whom, channels := range a.Channels() {
		for _, c := range channels {
			if state[c] = a.state[c]; state[c] == nil {
				state[c] = &asked{what: fmt.Sprintf("%s: %s", whom, c.Kind)}
			}
		}
	}
	a.state = state
	a.mu.Unlock()
	for c, s := range state {
		if s.next.After(now) {
			continue
		}
		said := Reason(c.Ask(ctx))
		if ctx.Err() != nil {
			return
		}
		a.mu.Lock()
		s.next = now.Add(askEvery)
		told := said
		if said != "" {
			s.next = now.Add(askSoon)
			if s.said == "" && slices.Contains(passing, said) {
				told = "" // once is nothing, in a network
			}
		}
		s.said, s.reason = said, told
		a.mu.Unlock()
	}
}

// passing are the reasons that are told only the second time.
var passing = []string{deliver.Timeout, deliver.Unresolved, deliver.DialRefused, deliver.Dropped, deliver.Limit, Server}

// Health returns which channels are not well, and why by name, in a fixed order.
func (a *Asked) Health() (wrong []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, s := range a.state {
		if s.reason != "" {
			wrong = append(wrong, s.what+": "+s.reason)
		}
	}
	slices.Sort(wrong)
	return slices.Compact(wrong)
}
