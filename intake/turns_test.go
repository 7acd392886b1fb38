package intake

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// One form, one tip: sent twice at once, twice in a row, and twice with the
// store of used forms lost in between.
func TestSubmitTwiceIsOneTip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, service, site := newParts(t)
		p.slow = time.Second
		sub := good(service, site)
		ids := make([]ID, 3)
		var wg sync.WaitGroup
		for i := range ids {
			wg.Go(func() {
				again := *sub
				var err error
				if ids[i], err = service.Submit(t.Context(), &again); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		time.Sleep(5 * time.Minute)
		again := *sub
		later, err := service.Submit(t.Context(), &again)
		if err != nil {
			t.Fatal(err)
		}
		p.forget = true
		again = *sub
		lost, err := service.Submit(t.Context(), &again)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range append(ids, lost) {
			if id != later {
				t.Errorf("ids differ: %s and %s", id, later)
			}
		}
		if len(p.tips) != 1 || p.spent != 1 {
			t.Errorf("%d tips, %d spent: want 1 and 1", len(p.tips), p.spent)
		}
	})
}

// Back, edit, send again is a second tip; the fourth needs a fresh token.
func TestSubmitEditedIsAnotherTip(t *testing.T) {
	p, service, site := newParts(t)
	token := service.Token(site)
	for i, want := range []error{nil, nil, nil, ErrStaleForm} {
		sub := good(service, site)
		sub.Token, sub.Message = token, fmt.Sprintf("lần %d", i)
		if _, err := service.Submit(t.Context(), sub); !errors.Is(err, want) {
			t.Errorf("tip %d: got %v, want %v", i, err, want)
		}
	}
	first := good(service, site)
	first.Token, first.Message = token, "lần 0"
	if _, err := service.Submit(t.Context(), first); err != nil {
		t.Errorf("a served tip sent again is thanked also when the form is used up: %v", err)
	}
	if len(p.tips) != 3 {
		t.Errorf("%d tips, want 3", len(p.tips))
	}
}

// However many texts one form sends at the same moment, three become tips.
func TestSubmitEditedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, service, site := newParts(t)
		p.slow = time.Second
		token := service.Token(site)
		var stale atomic.Int32
		var wg sync.WaitGroup
		for i := range formWaiters + 1 {
			sub := good(service, site)
			sub.Token, sub.Message = token, fmt.Sprintf("lần %d", i)
			wg.Go(func() {
				if _, err := service.Submit(t.Context(), sub); errors.Is(err, ErrStaleForm) {
					stale.Add(1)
				} else if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if len(p.tips) != FormTips || stale.Load() != formWaiters+1-FormTips || len(service.turns.forms) != 0 || service.turns.waiting != 0 {
			t.Errorf("%d tips, %d asked to take a fresh form, %d turns left over", len(p.tips), stale.Load(), len(service.turns.forms))
		}
	})
}

// A form on which far too much is sent at once keeps nobody waiting for ever:
// what is too much, or would wait too long, is told to come again. The newest
// stay, for theirs is the answer that somebody looks at.
func TestSubmitFormFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, service, site := newParts(t)
		p.slow = turnWait * 2 / 3
		token := service.Token(site)
		const all = 10 * formWaiters
		errs := make([]error, all)
		var answered atomic.Int32
		var wg sync.WaitGroup
		begun := time.Now()
		for i := range all {
			sub := good(service, site)
			sub.Token, sub.Message = token, fmt.Sprintf("lần %d", i)
			wg.Go(func() { _, errs[i] = service.Submit(t.Context(), sub); answered.Add(1) })
			synctest.Wait() // they come one after another
		}
		if n := answered.Load(); n != all-1-formWaiters {
			t.Errorf("%d were turned away at once", n)
		}
		wg.Wait()
		if took := time.Since(begun); took > 2*turnWait {
			t.Errorf("the last was answered after %v", took)
		}
		for i, err := range errs { // the first, and the first of those that stayed
			if want := i == 0 || i == all-formWaiters; (err == nil) != want || err != nil && !errors.Is(err, ErrBusy) {
				t.Errorf("%d: %v", i, err)
			}
		}
		if len(service.turns.forms) != 0 || service.turns.waiting != 0 {
			t.Error("turns are left over")
		}
	})
}

// However many forms are flooded, few wait in all, and who sends one form twice
// still gets a turn.
func TestSubmitFloodOfForms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, service, site := newParts(t)
		p.slow = turnWait / 3
		var floods sync.WaitGroup
		flood := func(forms int) {
			for range forms {
				token := service.Token(site)
				for i := range 32 {
					sub := good(service, site)
					sub.Token, sub.Message = token, fmt.Sprintf("lần %d", i)
					floods.Go(func() { _, _ = service.Submit(t.Context(), sub) })
				}
			}
			synctest.Wait()
			service.turns.mu.Lock()
			waiting := service.turns.waiting
			service.turns.mu.Unlock()
			if waiting > allWaiters {
				t.Errorf("%d wait", waiting)
			}
		}
		flood(allWaiters / 2)
		twice := good(service, site)
		var honest sync.WaitGroup
		for range 2 {
			again := *twice
			honest.Go(func() {
				if _, err := service.Submit(t.Context(), &again); err != nil {
					t.Errorf("sent twice: %v", err)
				}
			})
		}
		synctest.Wait()
		flood(allWaiters / 4) // fewer forms than places in all: one with a single waiter is never the longest
		honest.Wait()
		floods.Wait()
		if len(service.turns.forms) != 0 || service.turns.waiting != 0 {
			t.Error("turns are left over")
		}
	})
}

// A turn that comes at the very moment at which its wait ends is not lost: those
// behind it would wait in vain.
func TestTurnComesTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ts := turns{forms: make(map[FormMark]*turn)}
		for range 100 {
			done, err := ts.wait(t.Context(), FormMark{})
			if err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			wg.Go(func() {
				if done, err := ts.wait(t.Context(), FormMark{}); err == nil {
					done()
				}
			})
			time.Sleep(turnWait)
			done()
			wg.Wait()
			if len(ts.forms) != 0 || ts.waiting != 0 {
				t.Fatal("a turn is left over")
			}
		}
	})
}
