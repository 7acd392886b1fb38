package deliver

import (
	"errors"
	"io"
	"testing"
	"testing/synctest"
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
