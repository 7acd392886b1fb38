// Package flood floods a box and looks at what becomes of the honest senders: on
// a simulated clock for hours (these tests), and the real binary for a minute
// (make flood).
package flood

import (
	"fmt"
	"net/netip"
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

func botnet(n int) sender { return sender{"a", address(n % 1000)} }

// villager is an honest sender from a network that has sent nothing yet.
func villager(n int) sender { return sender{"a", address(1<<22 + n)} }

// carrier is one address behind which the village's telephones are.
var carrier = netip.MustParseAddr("100.64.7.7")

// floods are what the box is held to.
func floods() []flood {
	const botnetEvery = 5 * time.Millisecond
	inside := func(int) sender { return sender{"a", carrier} }
	return []flood{
		{name: "nothing", every: time.Hour, networks: 0, from: botnet, honest: villager},
		{name: "botnet, no script", every: botnetEvery, networks: 1000, from: botnet, honest: villager},
		{name: "botnet, 1 core", every: botnetEvery, networks: 1000, from: botnet, cores: 1, honest: villager},
		{name: "botnet, 16 cores", every: botnetEvery, networks: 1000, from: botnet, cores: 16, honest: villager},
		{name: "botnet, proofs for nothing", every: botnetEvery, networks: 1000, from: botnet, honest: villager, without: work},
		{name: "all marked urgent, 1 core", every: botnetEvery, networks: 1000, from: botnet, urgent: true, cores: 1, honest: villager},
		{name: "4 networks, a try a second", every: time.Second, networks: 4, from: func(n int) sender { return sender{"a", address(n % 4)} }, honest: villager},
		{name: "25 of 26 sites, 16 cores", every: botnetEvery, networks: 1000, cores: 16, honest: villager,
			from: func(n int) sender { return sender{fmt.Sprint("b", n%25), address(n % 1000)} }},
		{name: "4 MiB blobs", every: botnetEvery, networks: 1000, from: botnet, photos: true, honest: villager},
		{name: "an IPv6 /48, 1 core", every: botnetEvery, networks: 1, cores: 1, honest: villager, from: func(n int) sender {
			return sender{"a", netip.AddrFrom16([16]byte{0x20, 1, 0x0d, 0xb8, 0x12, 0x34, byte(n >> 8), byte(n), 0, 0, 0, 0, 0, 0, 0, 1})}
		}},
		{name: "a phone behind the village's address", every: time.Second, networks: 1, from: inside, cores: 0.25, honest: inside, own: true},
		{name: "the same, honest without script", every: time.Second, networks: 1, from: inside, cores: 0.25, honest: inside, own: true, plain: true},
	}
}

// TestFloodOnTheClock is item 8 of "a flood must not cost the village", for an hour
// on a simulated clock.
func TestFloodOnTheClock(t *testing.T) {
	report(t, floods(), 1)
}

func report(t *testing.T, all []flood, hours float64) {
	rows := make([]row, len(all))
	for i, f := range all {
		began := time.Now()
		synctest.Test(t, func(t *testing.T) { rows[i] = simulate(t, f, hours) })
		t.Logf("%s took %v", f.name, time.Since(began))
	}
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "flood\tthanked\telsewhere\twait p99, most\turgent\tstill waits\tdigests\turgent\tin front\tattack taken\tcores used\tdisk MiB\t")
	minutes := func(waits []time.Duration) string {
		p99, most := longest(waits)
		return fmt.Sprintf("%.0f, %.0f min", p99.Minutes(), most.Minutes())
	}
	for i, r := range rows {
		fmt.Fprintf(w, "%s\t%d of %d\t%d of %d\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%.1f\t%d\t\n", all[i].name, r.thanked, r.sent, r.elseThanked, r.elsewhere,
			minutes(r.waits), minutes(r.urgent), r.unmailed, r.digests, r.urgents, r.front, r.taken, float64(r.proofs)*secondsOfWork/hours/3600, r.disk>>20)
	}
	w.Flush()
	t.Log("\n" + table.String())
}
