package limit

import (
	"sync"
	"sync/atomic"
	"testing"

	"tipbox/intake"
	"tipbox/intake/redis/redistest"
)

// TestClaimAcrossServers sends the same form to two servers at once: one does the
// work, the other waits and finds it done; and of what differs three are taken.
func TestClaimAcrossServers(t *testing.T) {
	server := redistest.Start(t)
	servers := []running{start(t, designRules, server.URL(), ample), start(t, designRules, server.URL(), ample)}
	for _, l := range servers {
		l.wantKind(t, "")
		l.stopProbing()
	}
	for pair := range 20 {
		form := intake.FormMark{1, byte(pair)}
		var did, again atomic.Int32
		var wg sync.WaitGroup
		for _, l := range servers {
			wg.Go(func() {
				_, served, done := l.Claim(t.Context(), form, intake.TipMark{1})
				if served {
					again.Add(1)
				} else {
					did.Add(1)
				}
				done(!served)
			})
		}
		wg.Wait()
		if did.Load() != 1 || again.Load() != 1 {
			t.Fatalf("pair %d: %d did the work, %d found it done", pair, did.Load(), again.Load())
		}
	}
	form := intake.FormMark{2}
	var taken atomic.Int32
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			n, served, done := servers[i%2].Claim(t.Context(), form, intake.TipMark{byte(i)})
			if safe := !served && n < intake.FormTips; safe {
				taken.Add(1)
				done(true)
			} else {
				done(false)
			}
		})
	}
	wg.Wait()
	if taken.Load() != intake.FormTips {
		t.Errorf("%d different tips of one form", taken.Load())
	}
}

// TestClaimOfTheDead: what a server that died has claimed is free when the claim
// ends; and a claim that ended meanwhile is not let go of for another.
func TestClaimOfTheDead(t *testing.T) {
	server := redistest.Start(t)
	l := start(t, designRules, server.URL(), ample)
	l.wantKind(t, "")
	l.stopProbing()
	form := intake.FormMark{1}
	if claimed, _, err := l.redis.claim(t.Context(), form, "of the dead"); !claimed || err != nil {
		t.Fatal(claimed, err)
	}
	if left, err := l.redis.client.PTTL(t.Context(), claimKey(form)).Result(); err != nil || left <= 0 || left > claimLife {
		t.Errorf("the claim ends in %v, %v", left, err)
	}
	if err := l.redis.release(t.Context(), form, "of another"); err != nil {
		t.Fatal(err)
	}
	if claimed, _, _ := l.redis.claim(t.Context(), form, "of the living"); claimed {
		t.Fatal("let go of by another")
	}
	do(t, server, "PEXPIRE", claimKey(form), "300")
	n, again, done := l.Claim(t.Context(), form, intake.TipMark{1})
	if n != 0 || again {
		t.Errorf("served %d, %v", n, again)
	}
	if got, _ := server.Do("EXISTS", claimKey(form)); got != ":1" {
		t.Error("not claimed after it ended")
	}
	done(true)
	if got, _ := server.Do("EXISTS", claimKey(form)); got != ":0" {
		t.Error("still claimed after it was done")
	}
}
