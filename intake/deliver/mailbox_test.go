package deliver

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tipbox/intake"
)

// probing lets the runner ask the server and the mailboxes every ten minutes.
func (b *box) probing() {
	b.Helper()
	b.end()
	b.run.o.Probe = 10 * time.Minute
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan struct{})
	go func() { defer close(done); b.run.Run(ctx) }()
	b.end = func() { cancel(); <-done } // in a bubble
	synctest.Wait()
}

// says makes the relay answer for one address from now on.
func (r *relay) says(to string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before := r.box
	r.box = func(address string) error {
		if address == to {
			return err
		}
		if before != nil {
			return before(address)
		}
		return nil
	}
}

// Every mailbox is asked once a day, and one that takes no mail every hour, until
// it does; health and the log say so, and never at a moment that is a tip's.
func TestMailboxesAreAsked(t *testing.T) {
	all := []string{"a@example.vn", "b@example.vn", "c@example.vn", "inspector@example.vn", "one@example.vn"}
	r := &relay{}
	inBubble(t, r, func(b *box) {
		r.says("b@example.vn", &DeferredError{Reason: Full})
		b.probing()
		if got := r.asked(); !slices.Equal(got, all) {
			b.Errorf("asked at first: %v", got)
		}
		want := []MailboxHealth{{"two", "b@example.vn", Full}}
		if h := b.run.Health(); !slices.Equal(h.Mailboxes, want) {
			b.Errorf("health says %+v", h.Mailboxes)
		}
		if log := b.logs.String(); strings.Count(log, "\n") != 1 || !strings.Contains(log, "unit=two") || !strings.Contains(log, "reason=full") || strings.Contains(log, "@") {
			b.Errorf("log:\n%s", log)
		}
		time.Sleep(5*time.Hour + time.Minute)
		synctest.Wait()
		if got := r.asked(); !slices.Equal(got, []string{"b@example.vn", "b@example.vn", "b@example.vn", "b@example.vn", "b@example.vn"}) {
			b.Errorf("asked in five hours: %v", got)
		}
		r.says("b@example.vn", nil)
		time.Sleep(time.Hour)
		synctest.Wait()
		if h := b.run.Health(); len(h.Mailboxes) != 0 || strings.Count(b.logs.String(), "\n") != 2 {
			b.Errorf("health says %+v\n%s", h.Mailboxes, b.logs.String())
		}
		r.asked()
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if got := r.asked(); len(got) != len(all) {
			b.Errorf("asked in a day: %v", got)
		}
	})
}

// A server that does not know us yet says "later" to everybody once; what it
// refuses for good is told at once, and where it goes away nothing is said of
// the mailboxes.
func TestWhatMailboxesSay(t *testing.T) {
	r := &relay{}
	inBubble(t, r, func(b *box) {
		r.says("a@example.vn", &DeferredError{Reason: Reply4xx})
		r.says("b@example.vn", &PermanentError{Code: 550, Step: "RCPT", Err: errors.New("no such user")})
		r.says("c@example.vn", io.EOF)
		b.probing()
		if h := b.run.Health(); !slices.Equal(h.Mailboxes, []MailboxHealth{{"two", "b@example.vn", Refused}}) {
			b.Errorf("health says %+v", h.Mailboxes)
		}
		time.Sleep(time.Hour + time.Minute)
		synctest.Wait()
		if h := b.run.Health(); !slices.Equal(h.Mailboxes, []MailboxHealth{{"two", "a@example.vn", Reply4xx}, {"two", "b@example.vn", Refused}}) {
			b.Errorf("after an hour health says %+v", h.Mailboxes)
		}
	})
}

// What a lone tip meets is told by the next midnight, or by a probe of our own
// that meets the same, and moves nothing before that.
func TestPassingRefusalIsNotToldByTheTip(t *testing.T) {
	for _, reason := range []string{Reply4xx, Full, Limit, Blocked, Later} {
		t.Run(reason, func(t *testing.T) {
			inBubble(t, &relay{send: func(*Mail) error { return &DeferredError{Reason: reason} }}, func(b *box) {
				time.Sleep(time.Hour)
				id := b.put(1)
				for range 22 {
					synctest.Wait()
					if h := b.run.Health(); h.Held != 0 || len(h.Units) > 0 || b.logs.String() != "" {
						b.Fatalf("told: %+v\n%s", h, b.logs.String())
					}
					time.Sleep(time.Hour)
				}
				time.Sleep(2 * time.Hour)
				synctest.Wait()
				if h := b.run.Health(); len(h.Units) != 1 || h.Units[0].Reason != reason || !strings.Contains(b.logs.String(), "reason="+reason) {
					b.Errorf("not told the day after: %+v\n%s", h.Units, b.logs.String())
				}
				b.relay.to(nil, nil)
				time.Sleep(time.Hour + 10*time.Minute)
				synctest.Wait()
				b.wantOnce(string(id) + " one@example.vn")
			})
		})
	}
}

// What is held for good is tried once a day, at the same moment for all of it,
// whenever it came; what a person holds is not.
func TestHeldIsTriedOnceADay(t *testing.T) {
	r := &relay{send: func(m *Mail) error {
		return &PermanentError{Code: 550, Step: "RCPT", Err: errors.New("no such user")}
	}}
	inBubble(t, r, func(b *box) {
		var ids []intake.ID
		for n := range 3 {
			ids = append(ids, b.put(n))
			time.Sleep(37 * time.Minute)
		}
		kept := b.put(9)
		synctest.Wait()
		if err := b.desk().Hold(kept); err != nil {
			b.Fatal(err)
		}
		tries := make(map[time.Duration]int)
		b.relay.to(nil, func(m *Mail) error {
			tries[time.Since(r.start)]++
			if m.ID == kept {
				b.Error("what a person holds is tried")
			}
			return &PermanentError{Code: 550, Step: "RCPT", Err: errors.New("no such user")}
		})
		for day := range 3 {
			time.Sleep(24 * time.Hour)
			synctest.Wait()
			r.mu.Lock()
			if len(tries) != day+1 {
				b.Errorf("on day %d tried at %v", day, tries)
			}
			r.mu.Unlock()
			if st := b.spool.Status(); st.Held != 4 {
				b.Errorf("status %+v", st)
			}
		}
		for at, n := range tries {
			if n != len(ids) {
				b.Errorf("%d of %d tried at %v", n, len(ids), at)
			}
		}
		b.relay.to(nil, nil)
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		b.wantOnce(string(ids[0])+" one@example.vn", string(ids[1])+" one@example.vn", string(ids[2])+" one@example.vn")
		if st := b.spool.Status(); st.Held != 1 || st.Waiting != 0 {
			b.Errorf("status %+v", st)
		}
	})
}

// An address that refuses a tip is tried again once a day also while the tip
// waits for another address.
func TestRefusedWhileAnotherWaits(t *testing.T) {
	r := &relay{send: func(m *Mail) error {
		switch m.To {
		case "a@example.vn":
			return &DeferredError{Reason: Full}
		case "b@example.vn":
			return &PermanentError{Code: 550, Step: "RCPT", Err: errors.New("no such user")}
		}
		return nil
	}}
	inBubble(t, r, func(b *box) {
		id := b.put(1, unit("two"))
		synctest.Wait()
		b.relay.to(nil, func(m *Mail) error {
			if m.To == "a@example.vn" {
				return &DeferredError{Reason: Full}
			}
			return nil
		})
		time.Sleep(24*time.Hour + 2*rescan)
		synctest.Wait()
		b.wantOnce(string(id)+" b@example.vn", string(id)+" c@example.vn")
	})
}
