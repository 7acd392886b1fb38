package alert

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"tipbox/intake/alert/setting"
)

// beatEvery is between two heartbeats: what watches for them takes minutes.
const beatEvery = 5 * time.Minute

// Heartbeat calls an outside watcher as long as the box can take tips, so that its
// silence speaks: also where the machine or its network is gone.
type Heartbeat struct {
	URL       string // GET; {token} in it stands for the token
	TokenFile string // path; "" for none
	Well      func(context.Context) bool

	mu     sync.Mutex
	failed string
}

// Run beats until ctx ends.
func (h *Heartbeat) Run(ctx context.Context) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		if h.Well(ctx) {
			err := h.Beat(ctx)
			h.mu.Lock()
			h.failed = Reason(err)
			h.mu.Unlock()
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Beat calls once and returns an *Error where that was not taken.
func (h *Heartbeat) Beat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	token, err := readToken(h.TokenFile)
	if err != nil {
		return err
	}
	a, err := do(ctx, http.MethodGet, strings.ReplaceAll(h.URL, setting.Token, url.PathEscape(token)), nil, nil)
	if err == nil {
		err = a.taken()
	}
	if err != nil {
		return asError(err, token)
	}
	return nil
}

// Health returns why the last beat was not taken, by name, or "".
func (h *Heartbeat) Health() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.failed
}
