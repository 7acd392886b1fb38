package server

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"tipbox/intake/waittest"
)

// TestKeptAliveIsWorkedFor: a connection whose earlier answer was taken, in
// several pieces, is not the one to go while its next request is worked for.
func TestKeptAliveIsWorkedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		work := make(chan struct{})
		p := servePipes(t, Options{MaxConns: 1, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/work" {
				<-work // it ends: the test closes it
			}
			fmt.Fprint(w, "đã ")
			fmt.Fprint(w, "nhận")
		})})
		c := p.dial(t)
		answers := bufio.NewReader(c)
		ask := func(path string) {
			t.Helper()
			if _, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path); err != nil {
				t.Fatal(err)
			}
		}
		answered := func() {
			t.Helper()
			res, err := http.ReadResponse(answers, nil)
			if err != nil {
				t.Fatal(err)
			}
			if b, err := io.ReadAll(res.Body); string(b) != "đã nhận" || err != nil {
				t.Fatalf("%q, %v", b, err)
			}
		}
		ask("/")
		answered()
		ask("/work")
		synctest.Wait()
		other := p.dial(t)
		if _, err := other.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("the next one: %v, want no room", err)
		}
		close(work)
		answered()
	})
}

// TestPlainAnswersAreWritten: what we say instead of net/http counts as what it
// said, and what could not be said does not.
func TestPlainAnswersAreWritten(t *testing.T) {
	const begin = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
	ours, theirs := net.Pipe()
	c := &conn{Conn: ours, of: newConns(1)}
	said := make(chan string)
	go func() {
		b := make([]byte, 4<<10)
		n, _ := theirs.Read(b)
		theirs.Close()
		said <- string(b[:n])
	}()
	answer := []byte(begin + "400 Bad Request")
	if n, err := c.Write(answer); n != len(answer) || err != nil {
		t.Errorf("%d of %d bytes, %v", n, len(answer), err)
	}
	if got := waittest.For(t, said, "the answer"); !strings.HasPrefix(got, begin) || !strings.Contains(got, "Không hiểu đường dẫn này") {
		t.Errorf("said:\n%s", got)
	}
	if n, err := c.Write(answer); n != 0 || err == nil {
		t.Errorf("to nobody: %d bytes, %v", n, err)
	}
}

// TestWholeRunes: no text ends within a character; bytes that are none stay.
func TestWholeRunes(t *testing.T) {
	for text, want := range map[string]string{
		"":                 "",
		"bản":              "bản",
		"bả":               "bả",
		"b\xe1\xba":        "b",
		"b\xe1":            "b",
		"\xe1\xba":         "",
		"\xe1":             "",
		"\xf0\x9f\xa6":     "",
		"b\xf0\x9f\xa6":    "b",
		"🦌":                "🦌",
		"\xa6\xa6\xa6\xa6": "\xa6\xa6\xa6\xa6",
		"b\xff":            "b\xff",
	} {
		if got := wholeRunes([]byte(text)); string(got) != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
