package deliver

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"tipbox/intake"
)

func TestStuckUnitDelaysNoOther(t *testing.T) {
	inBubble(t, &relay{slow: func(ctx context.Context, m *Mail) {
		if m.To == "one@example.vn" {
			<-ctx.Done()
		}
	}}, func(b *box) {
		stuck := b.put(1)
		two := b.put(2, unit("two"))
		about := b.put(3, func(e *intake.Envelope) { e.Audience = intake.Oversight })
		synctest.Wait()
		b.wantOnce(string(two)+" a@example.vn", string(two)+" b@example.vn", string(two)+" c@example.vn", string(about)+" inspector@example.vn")
		if _, ok := b.spool.Lookup(stuck); !ok {
			b.Error("the stuck tip is gone")
		}
		// A mail that takes for ever is given up, and tried again.
		time.Sleep(b.run.o.SendTime + 30*time.Second)
		b.relay.mu.Lock()
		b.relay.slow = nil
		b.relay.mu.Unlock()
		time.Sleep(40 * time.Minute)
		synctest.Wait()
		if b.waiting() != 0 {
			b.Error("the tip is not delivered when the server has come to")
		}
	})
}

// TestSlowServer: one that takes as long for each step as RFC 5321 section
// 4.5.3.2 lets it gets a tip once, also a large one over a bad line.
func TestSlowServer(t *testing.T) {
	r := &relay{
		dial: func() error { time.Sleep(25 * time.Minute); return nil },                 // greeting, EHLO, STARTTLS, EHLO, AUTH
		slow: func(context.Context, *Mail) { time.Sleep((15 + 24 + 10) * time.Minute) }, // MAIL, RCPT, DATA; 4 MiB in base64 at 4 KiB/s; the reply
	}
	inBubble(t, r, func(b *box) {
		id := b.put(1)
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		b.wantOnce(string(id) + " one@example.vn")
		if len(r.dialled()) != 1 {
			b.Errorf("%d connections", len(r.dialled()))
		}
	})
}

func TestShutdownLetsAMailFinish(t *testing.T) {
	inBubble(t, &relay{slow: func(context.Context, *Mail) { time.Sleep(5 * time.Second) }}, func(b *box) {
		for n := range 10 {
			b.put(n)
		}
		time.Sleep(7 * time.Second) // in the middle of the second
		begun := time.Now()
		b.end()
		if took := time.Since(begun); took != 3*time.Second {
			b.Errorf("the end took %v, want the 3 s that the mail on its way needs", took)
		}
		if len(b.relay.delivered()) != 2 || b.waiting() != 8 {
			b.Errorf("%d delivered, %d waiting", len(b.relay.delivered()), b.waiting())
		}
		b.reopen()
		time.Sleep(time.Minute)
		synctest.Wait()
		for a, n := range counted(b.relay.delivered()) {
			if n != 1 {
				b.Errorf("%s got it %d times", a, n)
			}
		}
		if b.waiting() != 0 {
			b.Errorf("%d waiting after the restart", b.waiting())
		}
	})
}

func TestShutdownDoesNotWaitForEver(t *testing.T) {
	inBubble(t, &relay{slow: func(ctx context.Context, _ *Mail) { <-ctx.Done() }}, func(b *box) {
		b.put(1)
		synctest.Wait()
		begun := time.Now()
		b.end()
		if took := time.Since(begun); took != 10*time.Second {
			b.Errorf("the end took %v, want the grace", took)
		}
		if b.waiting() != 1 || b.relay.open != 0 {
			b.Errorf("%d waiting, %d connections open", b.waiting(), b.relay.open)
		}
	})
}
