package server

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tipbox/intake/server/formtest"
)

// TestQuietConnections: how long one is held that says nothing more.
func TestQuietConnections(t *testing.T) {
	const request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
	for name, tt := range map[string]struct {
		sent string
		held time.Duration
	}{
		"half a header":        {request[:len(request)-2], headerTimeout},
		"after a whole answer": {request, idleTimeout},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := servePipes(t, Options{Handler: echoForm(NewBodies(BodyOptions{}))}).dial(t)
			begin := time.Now()
			if _, err := io.WriteString(c, tt.sent); err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, c) // until the server closes it
			if took := time.Since(begin); took != tt.held {
				t.Errorf("%s: held for %v, want %v", name, took, tt.held)
			}
		})
	}
}

// trickle posts a form over a line of so many bytes a second and returns the
// answer and how long that took; after stallAt bytes the line goes dead.
func trickle(t *testing.T, budget *Budget, body []byte, contentType string, perSecond, stallAt int) (answer string, took time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		line := servePipes(t, Options{Handler: echoForm(NewBodies(BodyOptions{Budget: budget}))})
		ours := line.dial(t)
		begin := time.Now()
		go func() {
			raw := uploadBegun(contentType, body, len(body))
			for n := 0; n < min(len(raw), stallAt); n += perSecond {
				if _, err := ours.Write(raw[n:min(n+perSecond, len(raw), stallAt)]); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		}()
		if res, err := http.ReadResponse(bufio.NewReader(ours), nil); err == nil {
			b, _ := io.ReadAll(res.Body)
			answer = string(b)
		}
		took = time.Since(begin)
	})
	return answer, took
}

// TestSlowUploads: a bad line is waited for, a dead one is not.
func TestSlowUploads(t *testing.T) {
	photo := strings.Repeat("x", 3<<20)
	contentType, body := formtest.Form(t, "message=đốt rừng", "photo@a="+photo, "photo@b="+photo, "photo@c="+photo)
	whole := fmt.Sprintf("đốt rừng|3|%d|<nil>", 3*len(photo))
	broken := "đốt rừng|0|0|" + ErrFormBroken.Error()
	for name, tt := range map[string]struct {
		perSecond, stallAt int
		want               string
		atMost             time.Duration
	}{
		"EDGE, 240 kbit/s": {30_000, 1 << 30, whole, 6 * time.Minute},
		"GPRS, 32 kbit/s":  {4_000, 1 << 30, whole, 40 * time.Minute},
		"stalls":           {30_000, 1 << 20, broken, 35*time.Second + idleBody + time.Second},
		"a drip":           {200, 1 << 30, broken, 4 * time.Minute},
	} {
		budget := NewBudget(0, 0)
		got, took := trickle(t, budget, body, contentType, tt.perSecond, tt.stallAt)
		if got != tt.want || took > tt.atMost || budget.inUse() != 0 {
			t.Errorf("%s: %q after %v, %d bytes still held", name, got, took, budget.inUse())
		}
	}
}
