package deliver

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"tipbox/intake"
	"tipbox/intake/spool"
)

func TestOrder(t *testing.T) {
	inBubble(t, &relay{dial: down}, func(b *box) {
		var came []intake.ID
		for n := range 60 {
			urgent := n%6 == 5
			id := b.put(n, func(e *intake.Envelope) { e.Urgent = urgent })
			if !urgent {
				came = append(came, id)
			}
			time.Sleep(time.Second)
		}
		b.relay.to(nil, nil)
		dials := len(b.relay.dialled())
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if len(b.relay.dialled()) != dials+1 {
			b.Errorf("%d connections for what was due", len(b.relay.dialled())-dials)
		}
		log := b.relay.delivered()
		if len(log) != 60 {
			b.Fatalf("%d delivered", len(log))
		}
		var went []intake.ID
		for i, d := range log {
			if d.urgent != (i < 10) {
				b.Fatalf("urgent ones are not first: %v", log)
			}
			if !d.urgent {
				went = append(went, d.id)
			}
		}
		if slices.Equal(came, went) { // by chance once in 50!
			b.Error("mails that went together went in the order in which the tips came")
		}
	})
}

// TestUrgentMeanwhile: an urgent tip waits for the mail that is on its way, not
// for all that came before it, and goes over the same connection.
func TestUrgentMeanwhile(t *testing.T) {
	r := &relay{slow: func(context.Context, *Mail) { time.Sleep(time.Minute) }}
	inBubble(t, r, func(b *box) {
		for n := range 45 {
			b.put(n)
		}
		time.Sleep(90 * time.Second) // in the middle of the second
		id := b.put(45, func(e *intake.Envelope) { e.Urgent = true })
		time.Sleep(time.Hour)
		synctest.Wait()
		log := r.delivered()
		if len(log) != 46 || len(r.dialled()) != 1 {
			b.Errorf("%d delivered over %d connections", len(log), len(r.dialled()))
		}
		if i := slices.IndexFunc(log, func(d delivery) bool { return d.id == id }); i != 2 || log[i].at != 3*time.Minute {
			b.Errorf("the urgent tip went as number %d: %v", i+1, log)
		}
	})
}

// TestFewConnections: where all connections are taken by units with much to mail,
// another unit has its turn, and an urgent tip does not wait for one.
func TestFewConnections(t *testing.T) {
	r := &relay{most: 1, slow: func(context.Context, *Mail) { time.Sleep(time.Minute) }}
	inBubble(t, r, func(b *box) {
		for n := range 2 * turn {
			b.put(n)
		}
		time.Sleep(90 * time.Second) // in the middle of the second
		other := b.put(2*turn, unit("two"))
		about := func(e *intake.Envelope) { e.Audience = intake.Oversight }
		waits := b.put(2*turn+1, about)
		synctest.Wait()
		urgent := b.put(2*turn+2, about, func(e *intake.Envelope) { e.Urgent = true })
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		log := r.delivered()
		if len(log) != 2*turn+5 {
			b.Errorf("%d mails", len(log))
		}
		for id, want := range map[intake.ID]time.Duration{urgent: 150 * time.Second, other: (turn + 1) * time.Minute, waits: (turn + 4) * time.Minute} {
			i := slices.IndexFunc(log, func(d delivery) bool { return d.id == id })
			if i < 0 || log[i].at != want {
				b.Errorf("%s went at %v, want %v", id, log[max(i, 0)].at, want)
			}
		}
	})
}

// TestWhoGoesFirst: of two tips that wait together either may go first. With two
// it shows the best: a small map has its keys in the order in which they came.
func TestWhoGoesFirst(t *testing.T) {
	const trials = 1000
	now, first := time.Now(), 0
	for range trials {
		l := newLane(laneKey{unit: "one"}, 0)
		for _, id := range []intake.ID{"TB-0000-0001", "TB-0000-0002"} {
			l.add(spool.Entry{Envelope: intake.Envelope{ID: id}}, now)
		}
		if p, _ := l.pick(now); p.ID == "TB-0000-0001" {
			first++
		}
	}
	if first < 400 || first > 600 { // more than six standard deviations
		t.Errorf("the tip that came first went first %d times in %d", first, trials)
	}
}
