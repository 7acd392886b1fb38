package box

import (
	"context"
	"fmt"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"tipbox/cmd/internal/config"
	"tipbox/intake/admin"
	"tipbox/intake/alert"
	"tipbox/intake/alert/setting"
	"tipbox/intake/spool"
)

// callers are who is called: for urgent tips, and when the box itself needs someone.
type callers struct {
	acks  *alert.Acks
	bells *alert.Bells
	asked *alert.Asked
	watch *alert.Watch     // nil where the operator has no channel
	beat  *alert.Heartbeat // nil for none
}

// Acks makes the tokens of alerts, which hang on the secrets. shared may be nil.
func Acks(secrets [][]byte, shared alert.Shared) (*alert.Acks, error) {
	return alert.NewAcks(secrets, shared)
}

// AlertLink returns the link of an alert.
func AlertLink(cfg *config.Config, token string) string {
	return cfg.BaseURL.String() + config.AlertPath(token)
}

func (b *Box) newCallers(secrets [][]byte, r prometheus.Registerer) (*callers, error) {
	acks, err := Acks(secrets, b.limits)
	if err != nil {
		return nil, err
	}
	c := &callers{acks: acks}
	c.bells = alert.NewBells(alert.Options{
		Acks: acks, Registerer: r,
		Link: func(token string) string { return AlertLink(b.cfg, token) },
	})
	c.asked = &alert.Asked{Channels: func() map[string][]*alert.Channel { return b.current.Load().ringers.By }}
	operator := b.cfg.Operator
	if len(operator.Channels) > 0 {
		channels, err := channels(operator.Channels)
		if err != nil {
			return nil, err
		}
		c.watch = alert.NewWatch(alert.WatchOptions{Channels: channels, Look: b.findings})
	}
	if operator.HeartbeatURL != "" {
		c.beat = &alert.Heartbeat{
			URL: operator.HeartbeatURL, TokenFile: operator.HeartbeatTokenFile,
			Well: func(context.Context) bool { return spoolStatus(b.spool.Status()).State != admin.Unready },
		}
	}
	return c, nil
}

// Ringers are the channels of a configuration.
type Ringers struct {
	Receivers []alert.Receiver
	By        map[string][]*alert.Channel // by whom they are for, in words; the operator's too
}

// RingersOf makes the channels of a configuration, which has been checked.
func RingersOf(cfg *config.Config) (*Ringers, error) {
	r := &Ringers{By: make(map[string][]*alert.Channel)}
	for _, a := range cfg.Alerts {
		made, err := channels(a.Channels)
		if err != nil {
			return nil, err
		}
		r.Receivers = append(r.Receivers, alert.Receiver{Unit: a.Unit, Audience: a.Audience, Channels: made})
		r.By[a.Whom()] = made
	}
	made, err := channels(cfg.Operator.Channels)
	if err != nil {
		return nil, err
	}
	r.By["the operator"] = made
	return r, nil
}

func channels(all []setting.Channel) (out []*alert.Channel, err error) {
	for _, s := range all {
		c, err := alert.New(s)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// run calls until ctx ends.
func (c *callers) run(ctx context.Context, running interface{ Go(func()) }) {
	running.Go(func() { c.bells.Run(ctx) })
	running.Go(func() { c.asked.Run(ctx) })
	if c.watch != nil {
		running.Go(func() { c.watch.Run(ctx) })
	}
	if c.beat != nil {
		running.Go(func() { c.beat.Run(ctx) })
	}
}

// status is the callers' part of health. That nobody has answered is a line in it, and
// no state: monitoring keeps a state with its time, and that would be the tip's.
func (c *callers) status() admin.Status {
	unanswered, wrong := c.bells.Health()
	wrong = append(wrong, c.asked.Health()...)
	if c.watch != nil && c.watch.Health() != "" {
		wrong = append(wrong, "the operator's own: "+c.watch.Health())
	}
	if c.beat != nil && c.beat.Health() != "" {
		wrong = append(wrong, "heartbeat: "+c.beat.Health())
	}
	s := admin.Status{Detail: strings.Join(append(unanswered, wrong...), "; ")}
	if len(wrong) > 0 {
		s.State = admin.Degraded
	}
	return s
}

// findings are what the operator is called for: what our own probes found. Never
// that a tip waits, is held, or was not answered: a call has a time, and that would
// tell when the tip came.
func (b *Box) findings(ctx context.Context) (all []alert.Finding) {
	add := func(key, text string) { all = append(all, alert.Finding{Key: key, Text: text}) }
	if s := spoolStatus(b.spool.Status()); s.State != admin.OK {
		add("spool "+s.State.String(), "spool: "+s.Detail)
	}
	if st := b.spool.Status(); mirrorStatus(st).State != admin.OK && st.Mirror != spool.Behind {
		add("mirror", "mirror: "+mirrorStatus(st).Detail)
	}
	h := b.runner.Health()
	if h.Server != "" {
		add("mail", "mail server: "+h.Server)
	}
	for _, m := range h.Mailboxes {
		add("mailbox "+m.Unit+" "+m.Address, fmt.Sprintf("mailbox %s of %s: %s", m.Address, m.Unit, m.Reason))
	}
	if why := b.limits.Degraded(); why != "" {
		add("redis", "redis: "+redisStatus(why, 0).Detail)
	}
	if s := secretStatus(b.limits.Siblings()); s.State != admin.OK {
		add("secret", "secret: "+s.Detail)
	}
	for _, wrong := range b.calls.asked.Health() {
		add("channel "+wrong, "alerts by "+wrong)
	}
	for _, p := range b.self.parts() {
		if s := p.Probe(ctx); s.State != admin.OK {
			add(p.Name, p.Name+": "+s.Detail)
		}
	}
	return all
}
