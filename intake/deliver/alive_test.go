package deliver

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// TestAlive: each day at the unit's hour all its addresses get the mail, tips or not;
// what fails is tried again for some hours, and then not before the next day.
func TestAlive(t *testing.T) {
	r := &relay{}
	inBubble(t, r, func(b *box) {
		b.alive = r.start.Add(2 * time.Hour).Local().Format("15:04")
		b.reopen()
		step := func(wait time.Duration, want ...string) {
			b.Helper()
			time.Sleep(wait)
			synctest.Wait()
			var got []string
			for _, d := range r.delivered() {
				if d.id != "" || d.sealed != "" {
					b.Errorf("%+v", d)
				}
				got = append(got, d.to[:1])
			}
			if slices.Sort(got); !slices.Equal(got, want) {
				b.Errorf("after %v: %v, want %v", time.Since(r.start), got, want)
			}
			r.mu.Lock()
			defer r.mu.Unlock()
			r.log = nil
		}
		step(2*time.Hour - time.Second)
		step(time.Second, "a", "b", "c")
		step(24*time.Hour - time.Second)
		step(time.Second, "a", "b", "c")
		r.to(down, nil) // a morning without the mail server
		step(25 * time.Hour)
		r.to(nil, func(m *Mail) error {
			if m.To == "b@example.vn" {
				return &PermanentError{Code: 550, Step: "RCPT"}
			}
			return nil
		})
		step(2*time.Hour, "a", "c")
		r.to(nil, nil)
		step(2*time.Hour, "b")
		r.to(down, nil) // a whole day
		step(19*time.Hour + aliveFor + time.Hour)
		r.to(nil, nil)
		step(16 * time.Hour)
		step(2*time.Hour, "a", "b", "c")
	})
}

func TestNextAlive(t *testing.T) {
	at := func(text string) time.Time {
		when, err := time.ParseInLocation("2006-01-02 15:04:05", text, time.Local)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	for now, want := range map[string]string{
		"2026-11-29 06:59:59": "2026-11-29 07:00:00",
		"2026-11-29 07:00:00": "2026-11-30 07:00:00",
		"2026-12-31 23:00:00": "2027-01-01 07:00:00",
	} {
		if got := nextAlive("07:00", at(now)); !got.Equal(at(want)) {
			t.Errorf("after %s: %v", now, got)
		}
	}
}
