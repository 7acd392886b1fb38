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
		c = p.dial(t) // and once it is answered it makes room
		answers.Reset(c)
		ask("/")
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

// TestKeepExactly: what has just as many bytes as are kept is whole.
func TestKeepExactly(t *testing.T) {
	for size, want := range map[int]bool{999: false, 1000: false, 1001: true} {
		lease, _ := upload(t, NewBudget(0, 0))
		p := &Posted{lease: lease}
		kept, over, err := p.keep(strings.NewReader(strings.Repeat("x", size)), 1000, 64, lease.takeText)
		if over != want || len(kept) != min(size, 1000) || err != nil {
			t.Errorf("%d bytes: %d kept, over %v, %v", size, len(kept), over, err)
		}
	}
}

// TestURLEncodedCutOff: a form without photos that is too long is cut in its last
// field, which is said, and ends in a whole character.
func TestURLEncodedCutOff(t *testing.T) {
	const begin, end = "junk=", "&place=su%E1"
	body := begin + strings.Repeat("a", maxEncoded-len(begin+end)) + end + "%BB%91i"
	p := read(BodyOptions{}, "application/x-www-form-urlencoded", strings.NewReader(body))
	defer p.Close()
	if p.Err != nil || p.Text["place"] != "su" || len(p.Cut) != 1 || p.Cut[0] != "place" {
		t.Errorf("%q, cut %q, %v", p.Text["place"], p.Cut, p.Err)
	}
}

// TestDelimiter: a boundary of 70 characters, the longest that there is (RFC 2046,
// section 5.1.1), is found where the form alone tells it.
func TestDelimiter(t *testing.T) {
	for size, want := range map[int]int{1: 1, 70: 70, 71: 0} {
		form := "--" + strings.Repeat("b", size) + "\r\nContent-Disposition: form-data; name=message\r\n\r\nsuối"
		if got := delimiter(bufio.NewReader(strings.NewReader(form))); len(got) != want {
			t.Errorf("%d characters: %q", size, got)
		}
	}
}
