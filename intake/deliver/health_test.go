package deliver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"net/textproto"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

func TestReason(t *testing.T) {
	wrap := func(err error) error { return fmt.Errorf("sending: %w", err) }
	for want, errs := range map[string][]error{
		DialRefused: {&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}},
		Unresolved:  {&net.DNSError{Err: "no such host", IsNotFound: true}},
		Timeout:     {context.DeadlineExceeded, os.ErrDeadlineExceeded, &net.DNSError{IsTimeout: true, UnwrapErr: context.DeadlineExceeded}},
		Dropped:     {io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, net.ErrClosed},
		BadTLS:      {tls.RecordHeaderError{}, &tls.CertificateVerificationError{Err: errors.New("x")}, tls.AlertError(40)},
		BadAuth:     {&DeferredError{Reason: BadAuth, Err: &textproto.Error{Code: 535}}},
		Reply4xx:    {&textproto.Error{Code: 400}, &textproto.Error{Code: 451}, &textproto.Error{Code: 499}},
		ReplyOdd:    {&textproto.Error{Code: 550}, &textproto.Error{Code: 500}, &textproto.Error{Code: 354}}, // permanent only where the transport says so
		Stopping:    {context.Canceled},
		Other:       {errors.New("odd")},
	} {
		for _, err := range errs {
			if got := Reason(wrap(err)); got != want {
				t.Errorf("%T %v: %q, want %q", err, err, got, want)
			}
		}
	}
}

// scrape returns the numbers that Prometheus sees.
func scrape(t *testing.T, reg *prometheus.Registry) string {
	t.Helper()
	page := httptest.NewRecorder()
	promhttp.HandlerFor(reg, promhttp.HandlerOpts{}).ServeHTTP(page, httptest.NewRequest("GET", "/metrics", nil))
	var lines []string
	for line := range strings.Lines(page.Body.String()) {
		if !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "tipbox_spool_free_bytes") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// TestSortedWhileDelivered: sort had looked a tip up, for a person who asked to
// try it again, when it was delivered and forgotten. Health does not wait for it.
func TestSortedWhileDelivered(t *testing.T) {
	inBubble(t, &relay{slow: func(context.Context, *Mail) { time.Sleep(time.Minute) }}, func(b *box) {
		id := b.put(1)
		time.Sleep(time.Second)
		b.run.mu.Lock()
		l := b.run.in[id]
		b.run.mu.Unlock()
		known, _ := b.spool.Lookup(id)
		time.Sleep(time.Hour)
		b.run.mu.Lock()
		b.run.in[id] = l
		b.run.mu.Unlock()
		l.add(known, time.Now())
		time.Sleep(48 * time.Hour)
		synctest.Wait()
		b.wantOnce(string(id) + " one@example.vn")
		if h := b.run.Health(); len(h.Units) != 1 || h.Units[0].OldestDays != 0 {
			b.Errorf("health waits for a delivered tip: %+v", h.Units)
		}
	})
}

// TestALoneTipShowsNowhere: neither health nor metrics nor the log change
// within the day when one tip comes, waits, is deferred or delivered.
func TestALoneTipShowsNowhere(t *testing.T) {
	for name, dial := range map[string]func() error{"server up": nil, "server down": down} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, &relay{dial: dial}, func(b *box) {
				reg := prometheus.NewRegistry()
				reg.MustRegister(b.run.attempts, gauges{b.run})
				look := func() string {
					h := b.run.Health()
					h.Spool.Free, h.Spool.Waiting = 0, 0 // the spool's own counts are exact, and not shown
					return fmt.Sprintf("%+v\n%s%s", h, scrape(t, reg), b.logs.String())
				}
				before := look()
				b.put(1)
				for range 23 {
					synctest.Wait()
					if now := look(); now != before {
						b.Fatalf("before:\n%s\nwith one tip:\n%s", before, now)
					}
					time.Sleep(time.Hour)
				}
				time.Sleep(2 * time.Hour)
				synctest.Wait()
				h := b.run.Health()
				if dial == nil {
					if u := h.Units[0]; u.LastSuccess != "2000-01-01" || !strings.Contains(scrape(t, reg), `attempts_total{result="accepted"} 1`) {
						b.Errorf("the day after: %+v\n%s", u, scrape(t, reg))
					}
					return
				}
				if u := h.Units[0]; u.OldestDays != 1 || u.Reason != DialRefused || !strings.Contains(scrape(t, reg), "oldest_due_days 1") {
					b.Errorf("the day after: %+v\n%s", u, scrape(t, reg))
				}
			})
		})
	}
}
