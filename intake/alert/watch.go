package alert

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// lookEvery is how often the box is looked at.
	lookEvery = time.Minute
	// remindEvery is how often what goes on is told again.
	remindEvery = 24 * time.Hour
	// calmFor is how long nothing is told again that went away and came back.
	calmFor = time.Hour
	// retryEvery is between notices that no channel took.
	retryEvery = 5 * time.Minute
	// longestNotice is how many characters a notice has at most: Zalo takes 2,000.
	longestNotice = 1500
)

// Finding is something that is wrong with the box. It must not hang on a tip: a
// notice has a time.
type Finding struct {
	Key  string // what it is, for as long as it is
	Text string // a line for the operator
}

// WatchOptions are the parts of a Watch, all needed.
type WatchOptions struct {
	Channels []*Channel // tried in this order until one takes the notice
	Look     func(context.Context) []Finding
}

// Watch tells the operator what is wrong with the box: at once, then daily, and
// when it is over.
type Watch struct {
	o     WatchOptions
	known map[string]*known
	next  time.Time // no notice before

	mu     sync.Mutex
	failed string // why the last notice reached nobody
}

// known is something that was found.
type known struct {
	text  string
	there bool      // at the last look
	told  time.Time // zero: not yet
	owed  bool      // it came back, and that was not told yet
}

// NewWatch returns a watch that looks once Run runs.
func NewWatch(o WatchOptions) *Watch { return &Watch{o: o, known: make(map[string]*known)} }

// Run looks until ctx ends.
func (w *Watch) Run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		w.look(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (w *Watch) look(ctx context.Context) {
	now := time.Now()
	wrong, over := w.news(w.o.Look(ctx), now)
	if len(wrong)+len(over) == 0 || now.Before(w.next) || ctx.Err() != nil {
		return
	}
	if !w.send(ctx, notice(wrong, over)) {
		w.next = now.Add(retryEvery)
		return
	}
	for _, k := range wrong {
		k.told, k.owed = now, false
	}
	for _, k := range over {
		k.owed = false
	}
}

// news takes in what was found, and returns what is to be told.
func (w *Watch) news(found []Finding, now time.Time) (wrong, over []*known) {
	there := make(map[string]bool)
	for _, f := range found {
		there[f.Key] = true
		k := w.known[f.Key]
		if k == nil {
			k = &known{there: true, owed: true}
			w.known[f.Key] = k
		}
		k.text = f.Text
		if !k.there {
			// It is owed unless its end is still to be told: then nothing is.
			k.there, k.owed = true, !k.owed
		}
		age := now.Sub(k.told)
		if k.told.IsZero() || k.owed && age >= calmFor || age >= remindEvery {
			wrong = append(wrong, k)
		}
	}
	for key, k := range w.known {
		switch {
		case there[key]:
			continue
		case k.there:
			k.there, k.owed = false, !k.owed
		case !k.owed && now.Sub(k.told) >= calmFor:
			delete(w.known, key)
		}
		if k.owed {
			over = append(over, k)
		}
	}
	byText := func(a, b *known) int { return cmp.Compare(a.text, b.text) }
	slices.SortFunc(wrong, byText)
	slices.SortFunc(over, byText)
	return wrong, over
}

// notice is a notice's text.
func notice(wrong, over []*known) string {
	var b strings.Builder
	part := func(head string, all []*known) {
		if len(all) > 0 {
			b.WriteString(head + "\n")
		}
		for _, k := range all {
			b.WriteString("- " + k.text + "\n")
		}
	}
	part("Hòm thư cần người xem / the tip box needs someone:", wrong)
	part("Đã hết / over:", over)
	return cut(strings.TrimSpace(b.String()), longestNotice)
}

func (w *Watch) send(ctx context.Context, text string) bool {
	reason := ""
	for _, c := range w.o.Channels {
		err := c.Send(ctx, Message{Text: text})
		if err == nil {
			reason = ""
			break
		}
		reason = c.Kind + ": " + Reason(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failed = reason
	return reason == ""
}

// Health returns why the last notice reached nobody, by name, or "".
func (w *Watch) Health() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.failed
}
