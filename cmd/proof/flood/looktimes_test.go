//go:build unix && flood

package flood

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tipbox/cmd/internal/boxtest"
	"tipbox/crypto/receipt"
)

const (
	lookRounds = 4
	lookFor    = 15 * time.Second
	lookEach   = 5 * time.Millisecond  // a flood's looks
	postEach   = 50 * time.Millisecond // people's posts
)

// TestFloodLookups has people send while 200 a second look for replies, and while
// nobody does, in turns, so that what else the machine does slows both; and once more
// while 200 a second have the server open them. It tells the p50 and p99 of a post.
func TestFloodLookups(t *testing.T) {
	for _, store := range []string{"disk", "Redis"} {
		t.Run(store, func(t *testing.T) {
			b := newLookBox(t, store == "Redis")
			waits := make(map[string][]time.Duration)
			looks := make(map[string]*lookCount)
			names := []string{"without", "with script", "without script"}
			for _, name := range names {
				looks[name] = new(lookCount)
			}
			var n atomic.Int64
			for range lookRounds {
				for _, name := range names {
					ctx, cancel := context.WithTimeout(t.Context(), lookFor)
					var running sync.WaitGroup
					if name != "without" {
						running.Go(func() { b.flood(ctx, name == "with script", looks[name]) })
					}
					waits[name] = append(waits[name], b.posts(t, ctx, &n)...)
					running.Wait()
					cancel()
				}
			}
			for _, percent := range []int{50, 90, 99} {
				var line string
				for _, name := range names {
					slices.Sort(waits[name])
					p := waits[name][(len(waits[name])-1)*percent/100]
					line += fmt.Sprintf("%s %v (%.2f), ", name, p.Round(10*time.Microsecond), float64(p)/float64(waits["without"][(len(waits["without"])-1)*percent/100]))
				}
				t.Logf("p%d of a post, of %d: %s", percent, len(waits["without"]), line)
			}
			seconds := (lookRounds * lookFor).Seconds()
			for _, name := range names[1:] {
				t.Logf("%s: %.0f looks a second answered, %.0f asked to come again, %.0f not asked for", name,
					float64(looks[name].found.Load())/seconds, float64(looks[name].busy.Load())/seconds, float64(looks[name].late.Load())/seconds)
			}
		})
	}
}

type lookCount struct{ found, busy, late atomic.Int64 }

// flood looks for codes, some of which there are.
func (b *lookBox) flood(ctx context.Context, script bool, count *lookCount) {
	count.late.Add(pace(ctx, lookEach, math.MaxInt, func(n int) {
		kind := kinds[n%len(kinds)]
		code, lookup := b.typed[kind], b.codes[kind].Lookup
		if kind == "unknown" {
			code, lookup = receipt.NewCode(), receipt.Lookup{byte(n), byte(n >> 8)}
		}
		switch status, _, _, err := b.look(ctx, script, code, lookup); {
		case err == nil && status == http.StatusOK:
			count.found.Add(1)
		case err == nil:
			count.busy.Add(1)
		}
	}))
}

// posts has people send until the time is over, and returns how long each post took.
func (b *lookBox) posts(t *testing.T, ctx context.Context, n *atomic.Int64) []time.Duration {
	var mu sync.Mutex
	var waits []time.Duration
	if late := pace(ctx, postEach, math.MaxInt, func(int) {
		v := &boxtest.Villager{URL: b.url + "/t/ncs01", Line: b.line}
		f := boxtest.Report(fmt.Sprintf("Tin thật %d.", n.Add(1)))
		token, _, err := v.Page(t.Context())
		if err != nil {
			t.Error(err)
			return
		}
		f.Fields["token"] = token
		began := time.Now()
		answer, err := v.Send(t.Context(), f)
		took := time.Since(began)
		if err != nil || !answer.Taken() {
			t.Errorf("not thanked: %v, %v", answer, err)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		waits = append(waits, took)
	}); late > 0 {
		t.Errorf("%d people were not asked how long they wait", late)
	}
	return waits
}

// TestLookTimes asks for codes of each kind in turns, in an order drawn each time, and
// holds that how long the answer takes tells none from "unknown" better than one run of
// "unknown" from another: by the AUC, the chance that of two answers the slower one is of
// the kind, 0.5 for a guess.
func TestLookTimes(t *testing.T) {
	for _, store := range []string{"disk", "Redis"} {
		b := newLookBox(t, store == "Redis")
		for _, way := range []struct {
			name      string
			script    bool
			workers   int
			each, all int
		}{{"with script", true, 4, 100, 400}, {"without script", false, 4, 20, 80}} {
			t.Run(store+", "+way.name, func(t *testing.T) {
				times := make(map[string][]float64)
				var mu sync.Mutex
				var workers sync.WaitGroup
				for range way.workers {
					workers.Go(func() {
						for range way.each {
							for _, i := range rand.Perm(len(kinds)) {
								kind := kinds[i]
								began := time.Now()
								status, _, _, err := b.look(t.Context(), way.script, b.typed[kind], b.codes[kind].Lookup)
								took := time.Since(began).Seconds()
								if err != nil || status != http.StatusOK {
									t.Errorf("%s: %d, %v", kind, status, err)
									return
								}
								mu.Lock()
								times[kind] = append(times[kind], took)
								mu.Unlock()
							}
						}
					})
				}
				workers.Wait()
				if t.Failed() {
					return
				}
				// The standard deviation of the AUC of two samples of one kind: see Mann and
				// Whitney's U.
				spread := math.Sqrt(float64(2*way.all+1) / (12 * float64(way.all) * float64(way.all)))
				for _, kind := range kinds {
					slices.Sort(times[kind])
					is := auc(times[kinds[0]], times[kind])
					t.Logf("%s: median %.2f ms, p99 %.2f ms, AUC %.3f", kind, 1000*times[kind][way.all/2], 1000*times[kind][way.all*99/100], is)
					if math.Abs(is-0.5) > 4*spread {
						t.Errorf("%s: AUC %.3f, where one kind's spread is %.3f", kind, is, spread)
					}
				}
			})
		}
	}
}

// auc is the chance that of one of each the second is the larger; half of ties count.
func auc(first, second []float64) float64 {
	var larger float64
	for _, y := range second {
		for _, x := range first {
			switch {
			case y > x:
				larger++
			case y == x:
				larger += 0.5
			}
		}
	}
	return larger / float64(len(first)*len(second))
}
