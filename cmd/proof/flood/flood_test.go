// Package flood floods a box and looks at what becomes of the honest senders: on
// a simulated clock for hours (these tests), and the real binary for a minute
// (make flood).
package flood

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"text/tabwriter"
	"time"
)

// address is one of 2^24 networks that nobody else has.
func address(n int) netip.Addr {
	return netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)})
}

// within48 is one of the lines within an IPv6 /48.
func within48(n int) netip.Addr {
	return netip.AddrFrom16([16]byte{0x20, 1, 0x0d, 0xb8, 0x12, 0x34, byte(n >> 8), byte(n), 15: 1})
}

// villager is an honest sender from a network that has sent nothing yet.
func villager(n int) sender { return sender{"a", address(1<<22 + n)} }

// carrier is one address behind which the village's telephones are.
var carrier = netip.MustParseAddr("100.64.7.7")

// floods are what the box is held to: a botnet of a thousand networks at 200 posts
// a second, and other shapes; all of it, and the room of the lane, so many times
// smaller.
func floods(smaller int) []flood {
	each, networks := 5*time.Millisecond*time.Duration(smaller), 1000/smaller
	botnet := func(n int) sender { return sender{"a", address(n % networks)} }
	inside := func(int) sender { return sender{"a", carrier} }
	all := []flood{
		{name: "nothing", every: time.Hour, from: botnet},
		{name: "botnet", every: each, networks: networks, from: botnet},
		{name: "botnet, 1 core", every: each, networks: networks, from: botnet, cores: 1},
		{name: "botnet, 16 cores", every: each, networks: networks, from: botnet, cores: 16},
		{name: "all marked urgent, 16 cores", every: each, networks: networks, from: botnet, urgent: true, cores: 16},
		{name: "4 networks, a try a second", every: time.Second, networks: 4, from: func(n int) sender { return sender{"a", address(n % 4)} }},
		{name: "25 of 26 sites, 16 cores", every: each, networks: networks, cores: 16,
			from: func(n int) sender { return sender{fmt.Sprint("b", n%25), address(n % networks)} }},
		{name: "4 MiB blobs", every: each, networks: networks, from: botnet, photos: true},
		{name: "an IPv6 /48, 16 cores", every: each, networks: 1, cores: 16, from: func(n int) sender { return sender{"a", within48(n)} }},

		{name: "botnet, 16 cores; people on 4 addresses", every: each, networks: networks, from: botnet, cores: 16, told: true,
			honest: func(n int) sender { return sender{"a", address(1<<22 + n%4)} }},
		{name: "a phone on the village's address", every: time.Second, networks: 1, from: inside, honest: inside, told: true},
		{name: "it has 1 core", every: time.Second, networks: 1, from: inside, cores: 1, honest: inside, told: true},
		{name: "people have no script", every: time.Second, networks: 1, from: inside, cores: 1, honest: inside, told: true, plain: true},

		{name: "without lanes: botnet", every: each, networks: networks, from: botnet, without: lanes, told: true},
		{name: "without ranks: botnet, 16 cores", every: each, networks: networks, from: botnet, cores: 16, without: ranks, told: true},
		{name: "proofs cost nothing: botnet", every: each, networks: networks, from: botnet, without: work, told: true},
	}
	for i := range all {
		all[i].smaller = smaller
		all[i].cores /= float64(smaller)
		if all[i].honest == nil {
			all[i].honest = villager
		}
	}
	return all
}

// TestFloodOnTheClock is item 8 of "a flood must not cost the village" for an hour
// on a simulated clock, with a twentieth of the flood against a twentieth of the
// room. make flood runs the whole of it for six, and what is told only.
func TestFloodOnTheClock(t *testing.T) {
	held := slices.DeleteFunc(floods(20), func(f flood) bool { return f.told })
	report(t, held, 1)
}

// hold holds what came of a flood to what is promised.
func (r row) hold(t *testing.T, f flood, hours float64) {
	t.Helper()
	fail := func(format string, args ...any) {
		t.Helper()
		t.Errorf("%s: %s", f.name, fmt.Sprintf(format, args...))
	}
	for _, h := range [][2]int{{r.thanked, r.sent}, {r.elseThanked, r.elsewhere}} {
		if h[0]*100 < h[1]*99 {
			fail("%d of %d honest senders were thanked", h[0], h[1])
		}
	}
	begun := time.Duration(max(1, (f.networks+299)/300))
	if _, most := longest(r.waits); most > begun*digestEvery {
		fail("an honest tip waited for %v", most)
	}
	if _, most := longest(r.urgent); most > begun*urgentEvery {
		fail("an honest urgent tip waited for %v", most)
	}
	if most := int(hours*4) + 1; r.digests > most || r.urgents > 3*most {
		fail("%d digests, %d urgent ones", r.digests, r.urgents)
	}
	if r.disk > bulkMax/int64(f.smaller) {
		fail("%d bytes on the disk", r.disk)
	}
}

func report(t *testing.T, all []flood, hours float64) {
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "flood\tthanked\telsewhere\twait p99, most\turgent\tstill wait\tdigests\turgent\tin front\tattack: taken\tproofs\tcores used\tdisk MiB\t")
	minutes := func(waits []time.Duration) string {
		p99, most := longest(waits)
		return fmt.Sprintf("%.0f, %.0f min", p99.Minutes(), most.Minutes())
	}
	for _, f := range all {
		t.Run(f.name, func(t *testing.T) {
			var r row
			synctest.Test(t, func(t *testing.T) { r = simulate(t, f, hours) })
			line := fmt.Sprintf("%s\t%d of %d\t%d of %d\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%.2f\t%d\t", f.name, r.thanked, r.sent, r.elseThanked, r.elsewhere,
				minutes(r.waits), minutes(r.urgent), r.unmailed, r.digests, r.urgents, r.front, r.taken, r.proofs,
				float64(r.proofs)*secondsOfWork/hours/3600, r.disk>>20)
			t.Log(strings.ReplaceAll(line, "\t", " | "))
			fmt.Fprintln(w, line)
			if !f.told {
				r.hold(t, f, hours)
			}
		})
	}
	w.Flush()
	t.Log("\n" + table.String())
}
