package deliver

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tipbox/intake"
	"tipbox/intake/spool"
)

// rings returns whom an urgent tip was told since this was last asked.
func (b *box) rings() string {
	synctest.Wait()
	b.rung.mu.Lock()
	defer b.rung.mu.Unlock()
	defer b.rung.b.Reset()
	return strings.ReplaceAll(strings.TrimSpace(b.rung.b.String()), "\n", ", ")
}

// TestUrgentIsTold: of an urgent tip at once, whether it can be mailed or not, and
// once; of nothing else; not when a tip is released or sent anew; after a restart of
// what still waits.
func TestUrgentIsTold(t *testing.T) {
	inBubble(t, &relay{}, func(b *box) {
		b.keep = 48 * time.Hour
		b.reopen()
		expect := func(what, want string) {
			b.Helper()
			if got := b.rings(); got != want {
				b.Errorf("%s: %q, want %q", what, got, want)
			}
		}
		b.put(1)
		b.put(2, func(e *intake.Envelope) { e.NotBefore = time.Now().Add(time.Hour) })
		expect("not urgent", "")
		sent := b.put(3, urgently)
		expect("urgent", "one unit 0s")
		b.put(4, urgently, func(e *intake.Envelope) { e.Audience = intake.Oversight })
		expect("about the unit", "one oversight 0s")
		b.relay.to(down, nil)
		held := b.put(5, urgently)
		expect("with the mail server away", "one unit 0s")
		control, err := spool.OpenControl(b.dir)
		if err != nil {
			b.Fatal(err)
		}
		defer control.Close()
		for _, do := range []func() error{
			func() error { return control.Hold(held) },
			func() error { return control.Release(held) },
			func() error { return control.Resend(sent) },
		} {
			if err := do(); err != nil {
				b.Fatal(err)
			}
			time.Sleep(2 * rescan)
			expect("by hand", "")
		}
		b.reopen()
		expect("after a restart", "one unit 1h30m0s, one unit 1h30m0s")
		if err := control.Hold(held); err != nil {
			b.Fatal(err)
		}
		if err := control.Hold(sent); err != nil {
			b.Fatal(err)
		}
		b.reopen()
		expect("held at a restart", "")
	})
}

// TestUrgentDigestIsTold: one alert a digest, when it goes.
func TestUrgentDigestIsTold(t *testing.T) {
	inBubble(t, &relay{}, func(b *box) {
		for n := range 30 {
			b.put(n, bulkTip(3, false))
			b.put(100+n, bulkTip(3, false), urgently)
		}
		if got := b.rings(); got != "" {
			b.Errorf("before its digest: %q", got)
		}
		time.Sleep(digestEveryUrgent)
		if got := b.rings(); strings.Count(got, "one unit") != 1 {
			b.Errorf("%q", got)
		}
		b.relay.to(down, nil)
		b.put(200, bulkTip(3, false), urgently)
		time.Sleep(2 * digestEveryUrgent)
		if got := b.rings(); strings.Count(got, "one unit") != 1 {
			b.Errorf("with the mail server away: %q", got)
		}
		b.reopen()
		if got := b.rings(); strings.Count(got, "one unit") != 1 {
			b.Errorf("after a restart: %q", got)
		}
	})
}
