package deliver

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tipbox/intake"
)

// plain seals nothing, so that a test can tell tips apart.
type plain struct{}

func (plain) Seal(t *intake.Tip) ([]byte, error) { return []byte(t.Message), nil }
func (plain) PhotoRoom(int) int                  { return 0 }
func (plain) Check([]byte) error                 { return nil }

// willing limits nothing and remembers no form.
type willing struct{}

func (willing) Take(context.Context, intake.Ask) (intake.Grant, error) { return willing{}, nil }
func (willing) Mark(*intake.Envelope)                                  {}
func (willing) Kept(int64)                                             {}
func (willing) Void(context.Context, bool)                             {}
func (willing) Claim(context.Context, intake.FormMark, intake.TipMark) (int, bool, func(bool)) {
	return 0, false, func(bool) {}
}

// distance is the Kolmogorov–Smirnov statistic of two samples.
func distance(a, b []float64) float64 {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	var i, j int
	var d float64
	for i < len(a) && j < len(b) {
		x := min(a[i], b[j])
		for i < len(a) && a[i] == x {
			i++
		}
		for j < len(b) && b[j] == x {
			j++
		}
		d = max(d, math.Abs(float64(i)/float64(len(a))-float64(j)/float64(len(b))))
	}
	return d
}

// alike reports whether two samples can be of one distribution; samples that
// are fail once in a million times.
func alike(a, b []float64) bool {
	n := float64(len(a)) * float64(len(b)) / float64(len(a)+len(b))
	return distance(a, b) < math.Sqrt(-math.Log(1e-6/2)/2/n)
}

func TestAlikeCanTell(t *testing.T) {
	draw := func(f func() float64) []float64 {
		s := make([]float64, 1000)
		for i := range s {
			s[i] = f()
		}
		return s
	}
	uniform := draw(rand.Float64)
	if !alike(uniform, draw(rand.Float64)) {
		t.Error("two uniform samples are called unlike")
	}
	for name, f := range map[string]func() float64{
		"shorter":     func() float64 { return rand.Float64() * 0.8 },
		"exponential": func() float64 { return min(rand.ExpFloat64()/2, 1) },
		"on the hour": func() float64 { return math.Floor(rand.Float64()*6) / 6 },
	} {
		if alike(uniform, draw(f)) {
			t.Errorf("%s: called like a uniform sample", name)
		}
	}
}

// TestLaterTellsNothing sends 2,000 tips for later, in bursts as after a
// village meeting, with a restart in between: how long each waits is uniform in
// the unit's window and does not depend on when it came.
func TestLaterTellsNothing(t *testing.T) {
	const tips, window = 2000, 6 * time.Hour
	r := &relay{}
	inBubble(t, r, func(b *box) {
		key, err := intake.NewFormKey(make([]byte, 32))
		if err != nil {
			b.Fatal(err)
		}
		came := make([]time.Duration, tips)
		for n := range came {
			if n == tips/2 {
				b.reopen()
			}
			if n%100 == 0 {
				time.Sleep(29 * time.Minute)
			}
			time.Sleep(rand.N(2 * time.Second))
			came[n] = time.Since(r.start)
			service := intake.NewService(intake.Options{Key: key, Limits: willing{}, Forms: willing{}, Spool: b.spool})
			site := b.directory.Site("one1")
			if _, err := service.Submit(b.Context(), &intake.Submission{
				Site: site, Token: service.Token(site), Mailbox: intake.Report, Delivery: intake.Later,
				Message: fmt.Sprintf("tin %d", n),
			}); err != nil {
				b.Fatal(err)
			}
		}
		time.Sleep(window)
		synctest.Wait()
		log := r.delivered()
		if len(log) != tips {
			b.Fatalf("%d of %d delivered by the end of the window", len(log), tips)
		}
		var waits, early, late, inBurst, atBurstEnd []float64
		for _, d := range log {
			var n int
			if _, err := fmt.Sscanf(strings.TrimSpace(d.sealed), "tin %d", &n); err != nil {
				b.Fatal(err)
			}
			w := float64(d.at-came[n]) / float64(window)
			waits = append(waits, w)
			if n < tips/2 {
				early = append(early, w)
			} else {
				late = append(late, w)
			}
			if n%100 < 50 {
				inBurst = append(inBurst, w)
			} else {
				atBurstEnd = append(atBurstEnd, w)
			}
		}
		uniform := make([]float64, 100*tips)
		for i := range uniform {
			uniform[i] = (float64(i) + 0.5) / float64(len(uniform))
		}
		if !alike(waits, uniform) {
			b.Errorf("the waits are not uniform: distance %.3f", distance(waits, uniform))
		}
		if !alike(early, late) || !alike(inBurst, atBurstEnd) {
			b.Errorf("the waits depend on when a tip came: distances %.3f, %.3f", distance(early, late), distance(inBurst, atBurstEnd))
		}
		b.Logf("distance from uniform %.4f, early from late %.4f", distance(waits, uniform), distance(early, late))
	})
}
