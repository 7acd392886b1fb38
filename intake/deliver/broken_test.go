package deliver

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tipbox/intake"
)

// A server that breaks off with every second mail but answers for those between
// is there: whatever it answers, all that waits is tried at once, and nothing is
// left for later as it is where the server is away.
func TestAnswersBetweenBreaks(t *testing.T) {
	for name, answer := range map[string]error{
		"taken over": nil,
		"refused":    &PermanentError{Code: 550, Step: "RCPT", Err: errors.New("no such user")},
		"put off":    &DeferredError{Reason: Full},
	} {
		t.Run(name, func(t *testing.T) {
			r := &relay{}
			inBubble(t, r, func(b *box) {
				const all = 4 * maxBroken
				b.end()
				for n := range all {
					b.put(n)
				}
				b.close()
				sent := 0
				r.to(nil, func(*Mail) error {
					if sent++; sent%2 == 1 {
						return io.EOF
					}
					return answer
				})
				b.open()
				synctest.Wait()
				if sent != all {
					b.Errorf("%d of %d tips were tried at once", sent, all)
				}
			})
		})
	}
}

// What went well is no deferral: the log and the sum of a day say nothing of a
// digest that was taken over.
func TestDigestThatGoesIsNotLogged(t *testing.T) {
	inBubble(t, &relay{}, func(b *box) {
		for n := range 3 {
			b.put(n, bulkTip(n, false))
		}
		time.Sleep(48 * time.Hour)
		synctest.Wait()
		b.wantOnceEach(3, "one@example.vn")
		if b.logs.String() != "" {
			b.Errorf("logged:\n%s", b.logs.String())
		}
	})
}

// One that does not go is in that sum, once a day and with its reason.
func TestDigestThatWaitsIsSummedUp(t *testing.T) {
	inBubble(t, &relay{dial: down}, func(b *box) {
		b.put(1, bulkTip(0, false))
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if log := b.logs.String(); strings.Count(log, "reason=refused-dial") != 1 {
			b.Errorf("logged:\n%s", log)
		}
		b.relay.to(nil, nil)
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		b.wantOnceEach(1, "one@example.vn")
	})
}

// A tip that nobody is to have, by a configuration that names no address, is kept
// for one that does: it lacks nobody, and must not pass for delivered.
func TestNoAddressIsNotDelivered(t *testing.T) {
	inBubble(t, &relay{}, func(b *box) {
		b.directory.Unit("one").Receivers[intake.ToUnit] = intake.Receiver{}
		b.put(1)
		b.put(2, bulkTip(0, false))
		time.Sleep(time.Hour)
		synctest.Wait()
		if len(b.relay.delivered()) != 0 || b.waiting() != 2 {
			b.Fatalf("%d delivered, %d waiting", len(b.relay.delivered()), b.waiting())
		}
		b.reopen() // with a configuration that names one
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		b.wantOnceEach(2, "one@example.vn")
	})
}
