package alert

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tipbox/intake/deliver"
)

// TestWatch: what is wrong is told once, then daily; what is over is told; what
// comes and goes is told once an hour at most, and that it is over likewise; what reached nobody is tried again.
func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var found []Finding
		find := func(keys ...string) {
			mu.Lock()
			defer mu.Unlock()
			found = nil
			for _, k := range keys {
				found = append(found, Finding{k, k + " is wrong"})
			}
		}
		log := &calls{began: time.Now()}
		var down atomic.Bool
		p := &phone{name: "A", log: log, fail: func() error {
			if down.Load() {
				return &Error{Reason: deliver.Timeout}
			}
			return nil
		}}
		w := NewWatch(WatchOptions{
			Channels: []*Channel{{Kind: "a", sender: &phone{log: log, fail: func() error { return &Error{Reason: deliver.BadAuth} }}}, {Kind: "b", sender: p}},
			Look:     func(context.Context) []Finding { mu.Lock(); defer mu.Unlock(); return found },
		})
		ctx, end := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { w.Run(ctx); close(done) }()
		step := func(wait time.Duration, want, says string) {
			t.Helper()
			time.Sleep(wait)
			if got := log.take(); got != want || want != "" && log.latest().Text != says {
				t.Errorf("after %v: %q, says %q; want %q, %q", time.Since(log.began), got, log.latest().Text, want, says)
			}
		}
		const wrong, over = "Hòm thư cần người xem / the tip box needs someone:\n- ", "Đã hết / over:\n- "
		step(10*time.Minute+time.Second, "", "")
		find("disk", "clock")
		step(time.Hour, "A@11", wrong+"clock is wrong\n- disk is wrong")
		step(24*time.Hour, "A@1451", wrong+"clock is wrong\n- disk is wrong")
		find("disk")
		step(time.Minute, "A@1511", over+"clock is wrong")
		find("clock") // the disk is over, the clock comes back
		step(30*time.Minute, "A@1512", wrong+"clock is wrong\n"+over+"disk is wrong")
		for range 20 { // comes and goes
			find("clock", "disk")
			time.Sleep(2 * time.Minute)
			find("clock")
			time.Sleep(time.Minute)
		}
		find("clock", "disk")
		step(time.Hour, "A@1542 A@1544 A@1602", wrong+"disk is wrong")
		find()
		down.Store(true)
		step(20*time.Minute, "", "")
		if got := w.Health(); got != "b: timeout" {
			t.Error(got)
		}
		down.Store(false)
		step(6*time.Minute, "A@1682", over+"clock is wrong\n- disk is wrong")
		if got := w.Health(); got != "" {
			t.Error(got)
		}
		end()
		<-done
	})
}

func TestNoticeIsBounded(t *testing.T) {
	var all []*known
	for range 200 {
		all = append(all, &known{text: strings.Repeat("ư", 40)})
	}
	if got := []rune(notice(all, nil)); len(got) != longestNotice {
		t.Errorf("%d characters", len(got))
	}
}

func TestHeartbeat(t *testing.T) {
	status, got := http.StatusOK, ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Method + " " + r.URL.Path
		w.WriteHeader(status)
	}))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("3f2a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h := &Heartbeat{URL: server.URL + "/ping/{token}", TokenFile: file}
	if err := h.Beat(t.Context()); err != nil || got != "GET /ping/3f2a" {
		t.Errorf("%v, %s", err, got)
	}
	status = http.StatusNotFound
	if err := h.Beat(t.Context()); Reason(err) != deliver.Refused {
		t.Error(err)
	}
	h.URL = "http://127.0.0.1:1/{token}"
	if err := h.Beat(t.Context()); Reason(err) != deliver.DialRefused || strings.Contains(err.Error(), "3f2a") {
		t.Error(err)
	}
}

// TestHeartbeatIsSilent where the box takes no tips.
func TestHeartbeatIsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		h := &Heartbeat{URL: "http://127.0.0.1:1/", Well: func(context.Context) bool { asked++; return false }}
		ctx, end := context.WithTimeout(t.Context(), time.Hour-time.Second)
		defer end()
		h.Run(ctx)
		if asked != 12 || h.Health() != "" {
			t.Errorf("asked %d times, %q", asked, h.Health())
		}
	})
}
