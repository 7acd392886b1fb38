package deliver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tipbox/intake"
	"tipbox/intake/spool"
)

// counted returns how often each address got each tip.
func counted(log []delivery) map[string]int {
	got := map[string]int{}
	for _, d := range log {
		got[string(d.id)+" "+d.to]++
	}
	return got
}

func (b *box) wantOnce(addresses ...string) {
	b.Helper()
	got := counted(b.relay.delivered())
	for _, a := range addresses {
		if got[a] != 1 {
			b.Errorf("%s got it %d times", a, got[a])
		}
		delete(got, a)
	}
	if len(got) > 0 {
		b.Errorf("delivered too: %v", got)
	}
}

func (b *box) desk() *spool.Control {
	b.Helper()
	d, err := spool.OpenControl(b.dir)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { d.Close() })
	return d
}

// reopen is a restart, or what is left after a crash: nothing in memory.
func (b *box) reopen() {
	b.close()
	b.open()
}

func TestRefusedForGoodIsHeld(t *testing.T) {
	refuse := func(m *Mail) error {
		if m.To == "b@example.vn" {
			return &PermanentError{Code: 550, Step: "RCPT", Err: errors.New("no such user b@example.vn")}
		}
		return nil
	}
	inBubble(t, &relay{send: refuse}, func(b *box) {
		id := b.put(1, unit("two"))
		synctest.Wait()
		b.wantOnce(string(id)+" a@example.vn", string(id)+" c@example.vn")
		if st := b.spool.Status(); st.Held != 1 || st.Waiting != 0 {
			b.Errorf("status %+v", st)
		}
		if h := b.run.Health(); h.Held != 1 {
			b.Errorf("health %+v", h)
		}
		if log := b.logs.String(); !strings.Contains(log, string(id)) || !strings.Contains(log, "code=550") || strings.Contains(log, "example.vn") {
			b.Errorf("log:\n%s", log)
		}
		b.reopen()
		time.Sleep(24 * time.Hour)
		b.wantOnce(string(id)+" a@example.vn", string(id)+" c@example.vn")

		// The operator mends the address and releases the tip: only b gets it.
		b.relay.to(nil, nil)
		if err := b.desk().Release(id); err != nil {
			b.Fatal(err)
		}
		time.Sleep(rescan + time.Second)
		synctest.Wait()
		b.wantOnce(string(id)+" a@example.vn", string(id)+" b@example.vn", string(id)+" c@example.vn")
		if st := b.spool.Status(); st.Held+st.Waiting != 0 {
			b.Errorf("status %+v", st)
		}
	})
}

// TestRetryWhileMailing: an address refuses, and while the next one's mail is on
// its way a person asks to try again. Nobody is forgotten over it.
func TestRetryWhileMailing(t *testing.T) {
	refused := false
	inBubble(t, &relay{
		send: func(m *Mail) error {
			if m.To == "b@example.vn" && !refused {
				refused = true
				return &PermanentError{Code: 550, Step: "RCPT"}
			}
			return nil
		},
		slow: func(_ context.Context, m *Mail) {
			if m.To == "c@example.vn" {
				time.Sleep(2 * rescan)
			}
		},
	}, func(b *box) {
		id := b.put(1, unit("two"))
		time.Sleep(time.Minute)
		if err := b.desk().Retry(id); err != nil {
			b.Fatal(err)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		b.wantOnce(string(id)+" a@example.vn", string(id)+" b@example.vn", string(id)+" c@example.vn")
		if st := b.spool.Status(); st.Held+st.Waiting != 0 {
			b.Errorf("status %+v", st)
		}
	})
}

// TestHeldAndReleasedUnseen: an operator holds and releases tips quicker than the
// spool is looked at, while the runner gets to one that is held at that moment.
func TestHeldAndReleasedUnseen(t *testing.T) {
	inBubble(t, &relay{slow: func(context.Context, *Mail) { time.Sleep(time.Minute) }}, func(b *box) {
		ids := []intake.ID{b.put(1), b.put(2), b.put(3)}
		time.Sleep(10 * time.Second)
		desk := b.desk()
		var held []intake.ID
		for _, id := range ids { // one is on its way and has been read
			if err := desk.Hold(id); err != nil {
				b.Fatal(err)
			}
			held = append(held, id)
		}
		time.Sleep(2 * time.Minute)
		for _, id := range held {
			if err := desk.Release(id); err != nil && !errors.Is(err, spool.ErrNotHere) {
				b.Fatal(err)
			}
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		b.wantOnce(string(ids[0])+" one@example.vn", string(ids[1])+" one@example.vn", string(ids[2])+" one@example.vn")
		if b.waiting() != 0 {
			b.Errorf("%d waiting", b.waiting())
		}
	})
}

// TestBackBeforeForgotten: a refused tip was held and released again before the
// runner has put it out of its mind.
func TestBackBeforeForgotten(t *testing.T) {
	inBubble(t, &relay{dial: down}, func(b *box) {
		id := b.put(1)
		synctest.Wait()
		b.run.mu.Lock()
		l := b.run.in[id].(*lane)
		b.run.mu.Unlock()
		l.mu.Lock()
		p := l.parcels[id]
		l.mu.Unlock()
		b.run.forget(l, p)
		b.relay.to(nil, nil)
		time.Sleep(time.Hour)
		synctest.Wait()
		b.wantOnce(string(id) + " one@example.vn")
	})
}

func TestDeferredAddressAlone(t *testing.T) {
	later := func(m *Mail) error {
		switch m.To {
		case "a@example.vn":
			return &DeferredError{Reason: Reply4xx}
		case "c@example.vn":
			return &PermanentError{Code: 554, Step: "DATA"}
		}
		return nil
	}
	for _, crash := range []bool{false, true} {
		t.Run(fmt.Sprint("crash ", crash), func(t *testing.T) {
			inBubble(t, &relay{send: later}, func(b *box) {
				id := b.put(1, unit("two"))
				synctest.Wait()
				b.wantOnce(string(id) + " b@example.vn")
				if h := b.run.Health(); h.Held != 1 || b.waiting() != 1 {
					b.Errorf("while one address is tried and one refuses: %+v", h)
				}
				if crash {
					b.reopen()
					synctest.Wait()
				}
				b.relay.to(nil, func(m *Mail) error {
					if m.To == "c@example.vn" {
						return &PermanentError{Code: 554, Step: "DATA"}
					}
					return nil
				})
				time.Sleep(2 * time.Minute)
				synctest.Wait()
				b.wantOnce(string(id)+" a@example.vn", string(id)+" b@example.vn")
				if st := b.spool.Status(); st.Held != 1 || st.Waiting != 0 {
					b.Errorf("status %+v", st)
				}
			})
		})
	}
}

func TestDroppedConnections(t *testing.T) {
	for name, err := range map[string]error{"dropped": io.ErrUnexpectedEOF, "unknown": errors.New("odd")} {
		t.Run(name, func(t *testing.T) {
			// One mail breaks every conversation; the others get through, once each.
			poison := intake.ID("TB-0000-0013")
			inBubble(t, &relay{send: func(m *Mail) error {
				if m.ID == poison {
					return err
				}
				return nil
			}}, func(b *box) {
				for n := range 40 {
					b.put(n)
				}
				time.Sleep(10 * time.Minute)
				synctest.Wait()
				if got := counted(b.relay.delivered()); len(got) != 39 || b.waiting() != 1 {
					b.Errorf("%d of 39 delivered, %d waiting", len(got), b.waiting())
				}
				for a, n := range counted(b.relay.delivered()) {
					if n != 1 {
						b.Errorf("%s got it %d times", a, n)
					}
				}
				b.relay.to(nil, nil)
				time.Sleep(time.Hour)
				synctest.Wait()
				if b.waiting() != 0 {
					b.Error("the last tip is not delivered")
				}
			})
		})
	}
	t.Run("always", func(t *testing.T) {
		inBubble(t, &relay{send: func(*Mail) error { return io.EOF }}, func(b *box) {
			for n := range 100 {
				b.put(n)
			}
			synctest.Wait()
			if len(b.relay.dialled()) != maxBroken {
				b.Errorf("a server that drops everything was dialled %d times at once", len(b.relay.dialled()))
			}
			b.relay.to(nil, nil)
			time.Sleep(10 * time.Minute)
			synctest.Wait()
			if got := counted(b.relay.delivered()); len(got) != 100 || b.waiting() != 0 {
				b.Errorf("%d of 100 delivered", len(got))
			}
		})
	})
}

func TestUnitWithoutAddressWaits(t *testing.T) {
	inBubble(t, &relay{}, func(b *box) {
		b.put(1, unit("gone"))
		b.put(2, unit("two"), func(e *intake.Envelope) { e.Audience = intake.Oversight })
		time.Sleep(50 * time.Hour)
		synctest.Wait()
		if b.waiting() != 2 || len(b.relay.delivered()) != 0 || len(b.relay.dialled()) != 0 {
			b.Errorf("%d waiting, %d dials", b.waiting(), len(b.relay.dialled()))
		}
		h := b.run.Health()
		for _, u := range h.Units {
			if u.OldestDays != 2 || u.Reason != NoAddress {
				b.Errorf("health of %+v", u)
			}
		}
	})
}

func TestOperatorBesideTheRunner(t *testing.T) {
	inBubble(t, &relay{dial: down}, func(b *box) {
		b.directory.Unit("one").LaterWindow = 100 * time.Hour
		one, two := b.put(1), b.put(2)
		later := b.put(3, func(e *intake.Envelope) { e.NotBefore = time.Now().Add(100 * time.Hour).Truncate(time.Second) })
		time.Sleep(24 * time.Hour)
		desk := b.desk()
		if err := desk.Hold(one); err != nil {
			b.Fatal(err)
		}
		time.Sleep(rescan)
		synctest.Wait()
		b.relay.to(nil, nil)
		if err := errors.Join(desk.Retry(two), desk.Retry(later)); err != nil {
			b.Fatal(err)
		}
		if err := desk.Retry(one); !errors.Is(err, spool.ErrNotHere) {
			b.Errorf("retrying a held tip: %v", err)
		}
		time.Sleep(rescan)
		synctest.Wait()
		b.wantOnce(string(two) + " one@example.vn")
		if err := desk.Release(one); err != nil {
			b.Fatal(err)
		}
		time.Sleep(rescan)
		synctest.Wait()
		b.wantOnce(string(one)+" one@example.vn", string(two)+" one@example.vn")
		time.Sleep(100 * time.Hour)
		synctest.Wait()
		b.wantOnce(string(one)+" one@example.vn", string(two)+" one@example.vn", string(later)+" one@example.vn")
		if b.waiting() != 0 {
			b.Errorf("%d waiting", b.waiting())
		}
	})
}

// TestSentAgain: a delivered tip is kept sealed, and a person has it mailed once
// more, to all; a crash between delivery and the copy's being put away costs a
// second mail at most.
func TestSentAgain(t *testing.T) {
	inBubble(t, &relay{}, func(b *box) {
		b.keep = 7 * 24 * time.Hour
		b.reopen()
		id := b.put(1, unit("two"), func(e *intake.Envelope) { e.Urgent = true })
		synctest.Wait()
		time.Sleep(24 * time.Hour)
		if days, err := b.desk().Sent(); err != nil || len(days) != 1 || days[0] != (spool.SentDay{Day: "2000-01-01", Tips: 1}) {
			b.Fatalf("%v, %v", days, err)
		}
		if err := b.desk().Resend(id); err != nil {
			b.Fatal(err)
		}
		time.Sleep(rescan)
		synctest.Wait()
		log := b.relay.delivered()
		for to, n := range counted(log) {
			if n != 2 {
				b.Errorf("%s got it %d times", to, n)
			}
		}
		if len(log) != 6 || log[0].sealed != log[5].sealed || b.waiting() != 0 {
			b.Errorf("%d mails, %d waiting", len(log), b.waiting())
		}
	})
}
