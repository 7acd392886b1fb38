package deliver

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tipbox/intake"
	"tipbox/intake/spool"
)

func bulkTip(rank int, work bool) func(*intake.Envelope) {
	return func(e *intake.Envelope) { e.Lane, e.Rank, e.Work = intake.Bulk, rank, work }
}

func urgently(e *intake.Envelope) { e.Urgent = true }

// putLarge is put with so many bytes.
func (b *box) putLarge(n, bytes int, change ...func(*intake.Envelope)) intake.ID {
	b.Helper()
	e := intake.Envelope{ID: intake.ID(fmt.Sprintf("TB-0000-%04d", n)), Unit: "one", Audience: intake.ToUnit}
	for _, c := range change {
		c(&e)
	}
	if err := b.spool.Put(e, make([]byte, bytes)); err != nil {
		b.Fatal(err)
	}
	return e.ID
}

// wantOnceEach holds that each tip has reached each address once.
func (b *box) wantOnceEach(tips int, addresses ...string) {
	b.Helper()
	got := make(map[string]int)
	for _, d := range b.relay.delivered() {
		got[string(d.id)+" "+d.to]++
	}
	for key, n := range got {
		if n != 1 {
			b.Errorf("%s was mailed %d times", key, n)
		}
	}
	if len(got) != tips*len(addresses) || b.waiting() != 0 {
		b.Errorf("%d delivered, %d waiting", len(got), b.waiting())
	}
}

// TestDigests: a flood makes one mail in a quarter of an hour, and one in five
// minutes for what is urgent, each with all that waits; other tips don't wait for them.
func TestDigests(t *testing.T) {
	inBubble(t, &relay{}, func(b *box) {
		const tips = 600
		for n := range tips {
			change := []func(*intake.Envelope){bulkTip(3, false)}
			if n%3 == 0 {
				change = append(change, urgently)
			}
			b.put(n, change...)
			time.Sleep(4 * time.Second)
		}
		front := b.put(9000)
		synctest.Wait()
		if all := b.relay.delivered(); all[len(all)-1].id != front {
			b.Error("a tip within the limits waited for a digest")
		}
		time.Sleep(digestEvery)
		synctest.Wait()
		b.wantOnceEach(tips+1, "one@example.vn")
		var each [2][]time.Duration // not urgent, urgent
		for _, d := range b.relay.delivered() {
			i := 0
			if d.urgent {
				i = 1
			}
			if d.id != front && !slices.Contains(each[i], d.at) {
				each[i] = append(each[i], d.at)
			}
		}
		for i, every := range []time.Duration{digestEvery, digestEveryUrgent} {
			for n, at := range each[i][1:] {
				if gap := at - each[i][n]; gap != every {
					b.Errorf("%v between digests, want %v", gap, every)
				}
			}
			if len(each[i]) < int(tips*4*time.Second/every) {
				b.Errorf("digests at %v only", each[i])
			}
		}
		if digests, err := b.spool.Digests(); err != nil || len(digests) != 0 {
			b.Errorf("left over: %v, %v", digests, err)
		}
	})
}

// TestDigestOrder: the first tips of networks go first, then what brought work,
// then by rank; texts before photos.
func TestDigestOrder(t *testing.T) {
	inBubble(t, &relay{}, func(b *box) {
		const photo = 2 << 20 // three to a digest
		b.putLarge(1, photo, bulkTip(5, false))
		b.putLarge(2, photo, bulkTip(2, false))
		b.putLarge(3, photo, bulkTip(1, false))
		b.putLarge(4, photo, bulkTip(7, true))
		b.putLarge(5, photo, bulkTip(0, false))
		b.putLarge(6, 100, bulkTip(0, false))
		b.putLarge(7, 100, bulkTip(5, false))
		time.Sleep(4 * digestEvery)
		synctest.Wait()
		b.wantOnceEach(7, "one@example.vn")
		var order []string
		for _, d := range b.relay.delivered() {
			order = append(order, string(d.id[len(d.id)-1]))
		}
		// The small one of rank 5 fits beside the first three.
		if want := []string{"6", "5", "4", "3", "7", "2", "1"}; !slices.Equal(order, want) || len(b.relay.digests) != 2 {
			b.Errorf("order %v, want %v, in %d digests", order, want, len(b.relay.digests))
		}
	})
}

// TestDigestTooLarge: a digest that is refused is halved until it passes, and a
// single tip that is refused is held.
func TestDigestTooLarge(t *testing.T) {
	refusal := &PermanentError{Code: 552, Step: "DATA", Err: errors.New("too large")}
	r := &relay{send: func(m *Mail) error {
		for _, a := range m.Digest {
			if len(m.Digest) > 6 || a.ID == "TB-0000-0013" {
				return refusal
			}
		}
		return nil
	}}
	inBubble(t, r, func(b *box) {
		for n := range 40 {
			b.put(n, bulkTip(n%4, false))
		}
		time.Sleep(20 * digestEvery)
		synctest.Wait()
		if st := b.spool.Status(); st.Held != 1 || st.Waiting != 0 {
			b.Errorf("%+v", st)
		}
		b.wantOnceEach(39, "one@example.vn")
		for i, at := range r.digests[1:] {
			if gap := at - r.digests[i]; gap < digestEvery {
				b.Errorf("%v between digests", gap)
			}
		}
	})
}

// TestDigestToMany: who has a digest does not get it again while another address
// is deferred, also over a restart, and what comes meanwhile waits for the next.
func TestDigestToMany(t *testing.T) {
	r := &relay{send: func(m *Mail) error {
		if m.To == "b@example.vn" {
			return &DeferredError{Reason: Full}
		}
		return nil
	}}
	inBubble(t, r, func(b *box) {
		for n := range 10 {
			b.put(n, unit("two"), bulkTip(1, false))
		}
		time.Sleep(digestEvery)
		b.put(10, unit("two"), bulkTip(1, false))
		b.reopen()
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		if b.waiting() != 11 || len(r.digests) != 2 {
			b.Fatalf("%d waiting, %d digests", b.waiting(), len(r.digests))
		}
		r.to(nil, nil)
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		b.wantOnceEach(11, "a@example.vn", "b@example.vn", "c@example.vn")
	})
}

// TestDigestGoesAgain: after a crash, the same tips go in the same digest.
func TestDigestGoesAgain(t *testing.T) {
	var tried [][]intake.ID
	r := &relay{send: func(m *Mail) error {
		var ids []intake.ID
		for _, a := range m.Digest {
			ids = append(ids, a.ID)
		}
		tried = append(tried, ids)
		return &DeferredError{Reason: Dropped} // was it taken over? nobody knows
	}}
	inBubble(t, r, func(b *box) {
		for n := range 10 {
			b.put(n, bulkTip(n%3, false))
		}
		time.Sleep(digestEvery)
		for n := range 10 {
			b.put(10+n, bulkTip(0, false))
		}
		b.reopen()
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if len(tried) < 3 {
			b.Fatalf("%d tries", len(tried))
		}
		for _, ids := range tried {
			if !slices.Equal(ids, tried[0]) {
				b.Errorf("tried with %v, then with %v", tried[0], ids)
			}
		}
		r.to(nil, nil)
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		b.wantOnceEach(20, "one@example.vn")
	})
}

// TestDigestAndTheOperator: a tip that an operator holds leaves the digest that
// was begun, and is not deleted with it; a digest that nobody may have is held.
func TestDigestAndTheOperator(t *testing.T) {
	inBubble(t, &relay{dial: down}, func(b *box) {
		for n := range 5 {
			b.put(n, bulkTip(0, false))
		}
		time.Sleep(digestEvery)
		if err := b.desk().Hold("TB-0000-0002"); err != nil {
			b.Fatal(err)
		}
		time.Sleep(rescan)
		b.relay.to(nil, nil)
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if st := b.spool.Status(); st.Held != 1 || st.Waiting != 0 || len(b.relay.delivered()) != 4 {
			b.Errorf("%+v, %d delivered", st, len(b.relay.delivered()))
		}
		b.relay.to(nil, func(*Mail) error {
			return &PermanentError{Code: 550, Step: "RCPT", Err: errors.New("no such user")}
		})
		for n := range 3 {
			b.put(10+n, bulkTip(0, false))
		}
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if st := b.spool.Status(); st.Held != 4 || st.Waiting != 0 {
			b.Errorf("after a refusal: %+v", st)
		}
	})
}

// TestDigestSurvivesPowerCut: the digest was taken over and written down as such,
// its tips were about to be deleted.
func TestDigestSurvivesPowerCut(t *testing.T) {
	inBubble(t, &relay{dial: down}, func(b *box) {
		for n := range 3 {
			b.put(n, bulkTip(0, false))
		}
		b.end()
		if err := b.spool.SaveDigest("one-unit", &spool.Digest{
			Tips: []intake.ID{"TB-0000-0000", "TB-0000-0001"}, Reached: []string{"one@example.vn"},
		}); err != nil {
			b.Fatal(err)
		}
		b.relay.to(nil, nil)
		b.reopen()
		time.Sleep(digestEvery)
		synctest.Wait()
		if got := b.relay.delivered(); len(got) != 1 || got[0].id != "TB-0000-0002" || b.waiting() != 0 {
			b.Errorf("delivered %v, %d waiting", got, b.waiting())
		}
	})
}

// TestDigestIsAdopted: what a dead server had begun, and perhaps mailed, goes on in the
// same digest, and so under the same Message-ID, though a runner is at work here; who
// had it by then does not get it again.
func TestDigestIsAdopted(t *testing.T) {
	var tried []string
	r := &relay{send: func(m *Mail) error {
		ids := m.To
		for _, a := range m.Digest {
			ids += strings.TrimPrefix(string(a.ID), "TB-0000-00")
		}
		tried = append(tried, ids)
		return nil
	}}
	inBubble(t, r, func(b *box) {
		dir, live := b.TempDir(), b.spool
		dead, err := spool.Open(spool.Options{Dir: dir, Floor: 1, Try: -1})
		if err != nil {
			b.Fatal(err)
		}
		b.spool = dead
		begun := &spool.Digest{Reached: []string{"a@example.vn"}}
		for n := range 3 {
			begun.Tips = append(begun.Tips, b.put(n, unit("two"), bulkTip(1, false)))
		}
		b.put(3, unit("two"), bulkTip(0, false))
		if err := errors.Join(dead.SaveDigest("two-unit", begun), dead.Close()); err != nil {
			b.Fatal(err)
		}
		b.spool = live
		b.put(10, unit("two"), bulkTip(0, false)) // the heir has its own
		synctest.Wait()
		if a, err := b.desk().Adopt(dir, "", 1, func(int, int) {}); err != nil || len(a.Taken) != 4 || a.Digests != 1 {
			b.Fatalf("%+v, %v", a, err)
		}
		time.Sleep(3 * digestEvery)
		synctest.Wait()
		if b.waiting() != 0 || len(tried) != 5 || tried[0] != "b@example.vn000102" || tried[1] != "c@example.vn000102" {
			b.Errorf("%d waiting, tried %q", b.waiting(), tried)
		}
	})
}
