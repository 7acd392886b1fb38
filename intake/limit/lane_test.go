package limit

import (
	"fmt"
	"math"
	"net/netip"
	"testing"
	"time"

	"tipbox/intake"
)

// newTestLane returns a lane of 64 KiB, whose shares are what they are called.
func newTestLane(clock *fakeClock) *bulkLane {
	b := newBulkLane(64<<10, plenty, clock.now)
	b.draw = even
	return b
}

func plenty() int64 { return math.MaxInt64 }

func wanted(site string, kib int64, photo bool) want {
	return want{site: site, sender: villager, bytes: kib << 10, photo: photo}
}

func tipID(n int) intake.ID { return intake.ID(fmt.Sprintf("TB-0000-%04d", n)) }

func TestLaneFill(t *testing.T) {
	for name, c := range map[string]struct {
		before []want
		asks   want
		fill   fill
	}{
		"empty":                         {nil, wanted("a", 1, false), takesAll},
		"a photo":                       {nil, wanted("a", 10, true), takesAll},
		"a photo beyond photos' share":  {nil, wanted("a", 17, true), takesText},
		"photos have their share":       {[]want{wanted("b", 6, true), wanted("c", 6, true), wanted("d", 3, true)}, wanted("a", 1, true), takesText},
		"but texts are taken":           {[]want{wanted("b", 6, true), wanted("c", 6, true), wanted("d", 3, true)}, wanted("a", 1, false), takesText},
		"an eighth and a half full":     {[]want{wanted("b", 6, false), wanted("c", 7, false)}, wanted("a", 1, false), takesText},
		"no photos where it is":         {[]want{wanted("b", 6, false), wanted("c", 7, false)}, wanted("a", 1, true), takesText},
		"three eighths full":            {[]want{wanted("b", 12, false), wanted("c", 13, false)}, wanted("a", 1, false), takesFew},
		"seven eighths full":            {[]want{wanted("b", 28, false), wanted("c", 29, false)}, wanted("a", 1, false), takesNone},
		"a fifth of the site's":         {[]want{wanted("a", 7, false)}, wanted("a", 1, false), takesProven},
		"other sites don't mind":        {[]want{wanted("b", 7, false)}, wanted("a", 1, false), takesAll},
		"three eighths of the site's":   {[]want{wanted("a", 13, false)}, wanted("a", 1, false), takesFew},
		"seven eighths of the site's":   {[]want{wanted("a", 29, false)}, wanted("a", 1, false), takesNone},
		"full":                          {[]want{wanted("b", 32, false), wanted("c", 32, false)}, wanted("a", 1, false), takesNone},
		"what is found at the start":    {[]want{wanted("", 32, false), wanted("c", 32, false)}, wanted("a", 1, false), takesNone},
		"more than the lane ever takes": {nil, wanted("a", 65, false), takesNone},
	} {
		t.Run(name, func(t *testing.T) {
			b := newTestLane(noon())
			for i, w := range c.before {
				if room, entered := b.add(tipID(i), w); !room || !entered {
					t.Fatal("no room for", w)
				}
			}
			if got, _, _ := b.ask(c.asks); got != c.fill {
				t.Errorf("takes %d, want %d", got, c.fill)
			}
			for i := range c.before {
				b.gone(tipID(i))
			}
			if b.total.bytes != 0 || b.photos.bytes != 0 || b.site("a").bytes != 0 || len(b.tips) != 0 {
				t.Errorf("left over: %+v", b.total)
			}
		})
	}
}

// TestLaneHardBounds: however it came that the lane takes a tip, its bounds hold.
func TestLaneHardBounds(t *testing.T) {
	b := newTestLane(noon())
	if room, _ := b.add(tipID(1), wanted("a", 32, false)); !room {
		t.Error("a site does not get its half")
	}
	if room, _ := b.add(tipID(2), wanted("a", 1, false)); room {
		t.Error("a site got more than half")
	}
	if room, _ := b.add(tipID(3), wanted("b", 32, false)); !room {
		t.Error("the lane is not used up")
	}
	if room, _ := b.add(tipID(4), wanted("c", 1, false)); room {
		t.Error("the lane got more than there is")
	}
	b.resize(tipID(3), 8<<10)
	if room, _ := b.add(tipID(4), wanted("c", 24, false)); !room {
		t.Error("what a tip did not need is not free again")
	}
	if room, entered := b.add(tipID(1), wanted("b", 0, false)); !room || entered {
		t.Error("a tip was entered twice")
	}
	b.found(tipID(5), 1<<10)
	b.resize(tipID(6), 1<<10) // of a tip that is gone already
	if b.total.bytes != 65<<10 {
		t.Errorf("%d bytes", b.total.bytes)
	}
}

func TestLaneRank(t *testing.T) {
	clock := noon()
	b := newTestLane(clock)
	rank := func(addr string) int {
		_, _, rank := b.ask(want{site: "a", sender: netip.MustParseAddr(addr), bytes: 1})
		return rank
	}
	send := func(addr string, n int) {
		for range n {
			b.add(tipID(1), want{site: "a", sender: netip.MustParseAddr(addr)})
		}
	}
	for sent, want := range []int{0, 1, 2, 2, 3} {
		if got := rank("192.0.2.1"); got != want {
			t.Errorf("after %d tips the rank is %d, want %d", sent, got, want)
		}
		send("192.0.2.1", 1)
	}
	send("192.0.2.1", 1000)
	if got := rank("192.0.2.1"); got != intake.MaxRank {
		t.Errorf("after a thousand tips the rank is %d", got)
	}
	send("2001:db8:0:1::1", 1)
	for addr, want := range map[string]int{"192.0.2.2": 0, "2001:db8:0:ff01::1": 1, "2001:db8:1::1": 0} {
		if got := rank(addr); got != want {
			t.Errorf("%s has the rank %d, want %d", addr, got, want)
		}
	}
	clock.forward(24 * time.Hour)
	if got := rank("2001:db8:0:1::1"); got != 1 {
		t.Errorf("the next day the rank is %d", got)
	}
	clock.forward(24 * time.Hour)
	if got := rank("2001:db8:0:1::1"); got != 0 {
		t.Errorf("two days later the rank is %d", got)
	}
	send("2001:db8:0:1::1", 1)
	clock.forward(72 * time.Hour)
	if got := rank("2001:db8:0:1::1"); got != 0 {
		t.Errorf("after days without a tip the rank is %d", got)
	}
}

// TestBlobClosesNothing: that a large tip finds no room is no reason to take no
// small ones.
func TestBlobClosesNothing(t *testing.T) {
	b := newTestLane(noon())
	for _, photo := range []bool{true, false} {
		if got, _, _ := b.ask(wanted("a", 40, photo)); got != takesNone {
			t.Errorf("a blob: takes %d", got)
		}
	}
	if got, _, _ := b.ask(wanted("a", 1, false)); got != takesAll {
		t.Errorf("after the blobs: takes %d", got)
	}
}

// TestFew: a network has sent few until it has sent some number that is its own
// that day.
func TestFew(t *testing.T) {
	b := newBulkLane(1<<30, plenty, noon().now)
	bounds := make(map[int]int)
	for n := range 500 {
		sent := 0
		for ; ; sent++ {
			w := want{site: "a", sender: address(n), bytes: 1}
			if _, few, _ := b.ask(w); !few {
				break
			}
			b.add(tipID(n), w)
		}
		bounds[sent]++
	}
	for n := range mostFew + 2 {
		if (bounds[n] > 0) != (n >= leastFew && n <= mostFew) {
			t.Errorf("after %d tips %d of 500 networks had sent more than few", n, bounds[n])
		}
	}
}

// TestLaneAndTheDisk: the lane never has more than a quarter of what is free, its
// own bytes among it, however much it may have.
func TestLaneAndTheDisk(t *testing.T) {
	disk := int64(128 << 10)
	b := newTestLane(noon())
	b.free = func() int64 { return disk - b.total.bytes }
	for n, site := range []string{"a", "b", "c", "d"} {
		room, _ := b.add(tipID(n), wanted(site, 10, false))
		if room != (n < 3) {
			t.Errorf("tip %d: room %v", n, room)
		}
	}
}
