package deliver

import (
	"errors"
	"maps"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tipbox/intake"
)

// tallied is a Tally that notes what it is told.
type tallied struct {
	mu  sync.Mutex
	all map[string]int
}

func (t *tallied) note(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all == nil {
		t.all = make(map[string]int)
	}
	t.all[what]++
}

func (t *tallied) Delivered(unit string, lane intake.Lane) { t.note(unit + " " + string(lane)) }
func (t *tallied) Held(unit string, id intake.ID)          { t.note(unit + " held " + string(id)) }

// TestTally: each tip is told once it is delivered, and only then, held ones each time
// that they are refused; of one for the oversight nothing is told, whatever becomes of it.
func TestTally(t *testing.T) {
	refuse := func(m *Mail) error {
		switch {
		case m.To == "b@example.vn", m.To == "inspector@example.vn" && m.ID == "TB-0000-0005":
			return &PermanentError{Code: 550, Step: "RCPT", Err: errors.New("no such user")}
		case m.To == "one@example.vn" && m.ID == "TB-0000-0006":
			return down()
		}
		return nil
	}
	past := func(e *intake.Envelope) { e.Audience = intake.Oversight }
	inBubble(t, &relay{send: refuse}, func(b *box) {
		for n := range 3 {
			b.put(10+n, bulkTip(0, false))
			b.put(20+n, bulkTip(0, false), past)
		}
		b.put(1)
		b.put(2)
		b.put(3, past)
		b.put(4, unit("two")) // to a, b and c, of which b refuses
		b.put(5, past)
		b.put(6)
		time.Sleep(25 * time.Hour)
		synctest.Wait()
		b.relay.to(nil, nil)
		want := map[string]int{"one ": 2, "one bulk": 3, "two held TB-0000-0004": 2}
		b.told.mu.Lock()
		defer b.told.mu.Unlock()
		if !maps.Equal(b.told.all, want) {
			b.Errorf("told %v, want %v", b.told.all, want)
		}
	})
}
