package deliver

import "testing"

// A server has put a mail off only where it talks to us and may take the next.
func TestPutOff(t *testing.T) {
	for _, reason := range []string{Reply4xx, Full, Limit, Blocked, Later} {
		if !PutOff(reason) {
			t.Errorf("%s is the server's answer to one mail", reason)
		}
	}
	for _, reason := range []string{Dropped, Timeout, DialRefused, BadAuth, ReplyOdd, Stopping, Other, ""} {
		if PutOff(reason) {
			t.Errorf("%q is no answer to a mail", reason)
		}
	}
}

// What is written into a mail as base64, in lines of 76, is what Encoded foresees,
// and never more: a digest that is too large comes back.
func TestEncoded(t *testing.T) {
	for size, want := range map[int64]int{
		0: 400, 1: 404, 3: 404, 4: 408, 57: 76 + 2 + 400, 114: 152 + 4 + 400, 9_000_000: 12_000_000 + 315_789 + 400,
	} {
		if got := Encoded(size); got != want {
			t.Errorf("%d bytes: %d, want %d", size, got, want)
		}
	}
}

// The longer a server is away the less often it is tried, and never all at once.
func TestPause(t *testing.T) {
	for failed := range len(waits) + 3 {
		w := waits[min(max(failed-1, 0), len(waits)-1)]
		for range 50 {
			if p := pause(failed); p < w*9/10 || p >= w*11/10 {
				t.Errorf("after %d failures %v, want about %v", failed, p, w)
			}
		}
	}
}
