package limit

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"
)

func newTestSenders(rule Rule, now func() time.Time) *senders {
	s := newSenders(rule, now)
	s.draw = even
	return s
}

// spend takes as a tip does that goes as far in front as it may.
func (s *senders) spend(addr string) reach {
	a, _ := netip.ParseAddr(addr)
	r := s.reserve(a)
	switch {
	case r.front:
		s.settle(r, allowed{front: true})
		return inFront
	case r.bulk:
		s.settle(r, allowed{bulk: true})
		return inBulk
	}
	s.settle(r, allowed{})
	return beyond
}

func TestSenders(t *testing.T) {
	minutely := func(burst int) Rule { return Rule{Count: 60, Per: time.Hour, Burst: burst} }
	type step struct {
		addr string
		n    int // how many times; default 1
		wait time.Duration
		want reach
	}
	for name, c := range map[string]struct {
		rule  Rule
		steps []step
	}{
		"one address": {minutely(2), []step{
			{addr: "192.0.2.1", n: 2, want: inFront},
			{addr: "192.0.2.1", n: 20, want: inBulk},
			{addr: "192.0.2.1", want: beyond},
			{addr: "192.0.2.2", want: inFront},
			{wait: duration(leastClosed)},
			{addr: "192.0.2.1", n: 2, want: inFront},
			{addr: "192.0.2.1", want: inBulk},
		}},
		"IPv4 written as IPv6": {minutely(1), []step{
			{addr: "::ffff:192.0.2.1", want: inFront}, {addr: "192.0.2.1", want: inBulk}, {addr: "::ffff:192.0.2.2", want: inFront},
		}},
		"no address": {minutely(1), []step{{want: inFront}, {want: inBulk}}},
		"one line's /64": {minutely(1), []step{
			{addr: "2001:db8:0:1::1", want: inFront},
			{addr: "2001:db8:0:1:ffff::2", want: inBulk},
			{addr: "2001:db8:0:2::1", want: inFront},
			{addr: "fe80::1%eth0", want: inFront},
			{addr: "fe80::2%eth1", want: inBulk},
		}},
		"a /56 has four times as much": {minutely(1), []step{
			{addr: "2001:db8:0:1::1", want: inFront},
			{addr: "2001:db8:0:2::1", want: inFront},
			{addr: "2001:db8:0:3::1", want: inFront},
			{addr: "2001:db8:0:4::1", want: inFront},
			{addr: "2001:db8:0:5::1", want: inBulk},
			{addr: "2001:db8:0:100::1", want: inFront},
		}},
		"a /48 has sixteen times as much": {minutely(1), []step{
			{addr: "2001:db8:0:1::1", want: inFront}, {addr: "2001:db8:0:101::1", want: inFront},
			{addr: "2001:db8:0:201::1", want: inFront}, {addr: "2001:db8:0:301::1", want: inFront},
			{addr: "2001:db8:0:401::1", want: inFront}, {addr: "2001:db8:0:501::1", want: inFront},
			{addr: "2001:db8:0:601::1", want: inFront}, {addr: "2001:db8:0:701::1", want: inFront},
			{addr: "2001:db8:0:801::1", want: inFront}, {addr: "2001:db8:0:901::1", want: inFront},
			{addr: "2001:db8:0:a01::1", want: inFront}, {addr: "2001:db8:0:b01::1", want: inFront},
			{addr: "2001:db8:0:c01::1", want: inFront}, {addr: "2001:db8:0:d01::1", want: inFront},
			{addr: "2001:db8:0:e01::1", want: inFront}, {addr: "2001:db8:0:f01::1", want: inFront},
			{addr: "2001:db8:0:1001::1", want: inBulk},
			{addr: "2001:db8:1:1001::1", want: inFront},
		}},
		"a /64 that is over its limit spends nothing of the others": {minutely(1), []step{
			{addr: "2001:db8:0:1::1", want: inFront},
			{addr: "2001:db8:0:1::1", n: 9, want: inBulk},
			{addr: "2001:db8:0:2::1", want: inFront},
			{addr: "2001:db8:0:3::1", want: inFront},
			{addr: "2001:db8:0:4::1", want: inFront},
		}},
		"midnight brings no fresh budget": {minutely(40), []step{
			{wait: 12*time.Hour - time.Second},
			{addr: "192.0.2.1", n: 40, want: inFront},
			{addr: "192.0.2.1", want: inBulk},
			{wait: time.Second},
			{addr: "192.0.2.1", want: inBulk},
			{wait: duration(leastClosed)},
			{addr: "192.0.2.1", n: 5, want: inFront}, // what came back in the five minutes
			{addr: "192.0.2.1", want: inBulk},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			clock := noon()
			s := newTestSenders(c.rule, clock.now)
			for i, st := range c.steps {
				clock.forward(st.wait)
				if st.want == 0 {
					continue
				}
				for n := range max(1, st.n) {
					if got := s.spend(st.addr); got != st.want {
						t.Fatalf("step %d, time %d, %+v: got %v", i, n, st, got)
					}
				}
			}
		})
	}
}

// TestSettle: what is reserved and not used is given back, and nothing else.
func TestSettle(t *testing.T) {
	clock := noon()
	s := newTestSenders(Rule{Count: 60, Per: time.Hour, Burst: 1}, clock.now)
	a := netip.MustParseAddr("2001:db8::1")
	for range 30 {
		s.settle(s.reserve(a), allowed{})
	}
	if len(s.lines) != 0 {
		t.Errorf("%d networks are known by what was given back", len(s.lines))
	}
	if r := s.reserve(a); !r.front || !r.bulk {
		t.Errorf("not whole again: %+v", r)
	}
}

// TestYesterdaysKey: what is swept at midnight is not what a flooder of the evening
// is known by; that goes once nothing of the evening counts any more.
func TestYesterdaysKey(t *testing.T) {
	clock := noon()
	s := newTestSenders(designRules.Sender, clock.now)
	clock.forward(12*time.Hour - time.Second)
	for range designRules.Sender.Burst {
		if got := s.spend("192.0.2.1"); got != inFront {
			t.Fatalf("in the evening: %v", got)
		}
	}
	clock.forward(time.Second)
	s.forget()
	if got := s.spend("192.0.2.1"); got != inBulk {
		t.Errorf("at midnight: %v", got)
	}
	clock.forward(3 * time.Hour)
	s.spend("192.0.2.2")
	s.forget()
	if len(s.lines) != 1 || len(s.days) != 1 {
		t.Errorf("three hours later %d networks and %d days are known", len(s.lines), len(s.days))
	}
}

// TestSendersAreBounded floods from ever new addresses for two hours: what is
// kept stays under what a sender's window holds, and is gone, the keys with it,
// when it is over.
func TestSendersAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSenders(designRules.Sender, time.Now)
		most := 0
		for i := range uint64(100_000) {
			var addr [16]byte
			binary.BigEndian.PutUint64(addr[:], i<<16)
			s.settle(s.reserve(netip.AddrFrom16(addr)), allowed{front: true})
			s.mu.Lock()
			most = max(most, len(s.lines))
			s.mu.Unlock()
			time.Sleep(2 * time.Hour / 100_000)
		}
		// A sender who sent once is whole again after a minute, and swept out in the
		// next: three networks each of 100,000 / 120 a minute.
		if most > 2*3*100_000/120+3 || most < 1000 {
			t.Errorf("%d networks at most", most)
		}
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		if len(s.lines) != 0 || len(s.days) != 0 || s.sweep != nil {
			t.Errorf("hours later there are %d networks and %d days", len(s.lines), len(s.days))
		}
	})
}
