package server

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tipbox/intake/server/formtest"
)

// TestSlowIsNotStalled: an upload over a bad line that is alive keeps its room
// when another finds none; the other is told to come again.
func TestSlowIsNotStalled(t *testing.T) {
	const perSecond = 4 << 10
	contentType, slow := formtest.Form(t, "message=suối", "photo@a="+strings.Repeat("x", 600_000))
	otherType, other := formtest.Form(t, "message=chợ", "photo@b="+strings.Repeat("y", 3<<20))
	synctest.Test(t, func(t *testing.T) {
		p := servePipes(t, Options{Handler: echoForm(NewBodies(BodyOptions{Budget: NewBudget(2<<20, 0)}))})
		send := func(c net.Conn, raw []byte, piece int) {
			for len(raw) > 0 {
				n := min(piece, len(raw))
				if _, err := c.Write(raw[:n]); err != nil {
					return
				}
				raw = raw[n:]
				if piece == perSecond {
					time.Sleep(time.Second)
				}
			}
		}
		answer := func(c net.Conn) string {
			res, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				return err.Error()
			}
			b, _ := io.ReadAll(res.Body)
			return string(b)
		}
		bad := p.dial(t)
		go send(bad, uploadBegun(contentType, slow, len(slow)), perSecond)
		time.Sleep(time.Minute)
		good := p.dial(t)
		go send(good, uploadBegun(otherType, other, len(other)), 1<<20)
		if got := answer(good); !strings.Contains(got, "no room for another upload") {
			t.Errorf("the other: %q", got)
		}
		if got, want := answer(bad), fmt.Sprintf("suối|1|%d|<nil>", 600_000); got != want {
			t.Errorf("the slow one: %q, want %q", got, want)
		}
	})
}

// TestFormsAreTakenWhole: a browser shows what is answered only where its whole form
// was taken, also one that is not as it should be; of one that is too large it is
// not, and the connection is given up.
func TestFormsAreTakenWhole(t *testing.T) {
	parts := []string{"message=suối"}
	for range 2 * maxParts {
		parts = append(parts, "x="+strings.Repeat("x", 1000))
	}
	contentType, body := formtest.Form(t, parts...)
	for most, want := range map[int64]error{1 << 20: ErrFormBroken, 100_000: ErrFormTooLarge} {
		sent := bytes.NewReader(body)
		r := httptest.NewRequest(http.MethodPost, "/t/ncs01", sent)
		r.Header.Set("Content-Type", contentType)
		w := httptest.NewRecorder()
		p := NewBodies(BodyOptions{MaxBody: most}).Read(w, r)
		if p.Err != want || p.Text["message"] != "suối" { //nolint:errorlint // these themselves
			t.Errorf("at most %d bytes: %q, %v", most, p.Text, p.Err)
		}
		given := w.Header().Get("Connection") == "close"
		if whole := sent.Len() == 0; whole == given || given != (want == ErrFormTooLarge) { //nolint:errorlint // as above
			t.Errorf("at most %d bytes: %d are left, given up: %v", most, sent.Len(), given)
		}
		p.Close()
	}
}

// TestInformationIsNoAnswer: a status that only informs does not begin the answer;
// the first of the others does.
func TestInformationIsNoAnswer(t *testing.T) {
	for status, begins := range map[int]bool{http.StatusEarlyHints: false, http.StatusOK: true, http.StatusSeeOther: true} {
		w := &answerWriter{ResponseWriter: httptest.NewRecorder()}
		if w.WriteHeader(status); w.begun != begins {
			t.Errorf("%d: begun is %v", status, w.begun)
		}
	}
}
