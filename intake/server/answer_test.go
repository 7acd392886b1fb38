package server

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tipbox/intake/server/formtest"
)

// crowd is how many connections a crowded server has room for.
const crowd = 20

// crowded is a server, in a synctest bubble, whose page fits no buffer.
type crowded struct {
	*pipes
	page    string
	waiting atomic.Int64 // handlers inside Write
}

func newCrowded(t *testing.T, secure *tls.Config) *crowded {
	t.Helper()
	c := &crowded{page: strings.Repeat("bản ", 50_000)}
	bodies := NewBodies(BodyOptions{})
	c.pipes = servePipes(t, Options{MaxConns: crowd, TLS: secure, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			echoForm(bodies).ServeHTTP(w, r)
			return
		}
		c.waiting.Add(1)
		defer c.waiting.Add(-1)
		io.WriteString(w, c.page)
	})})
	return c
}

// letsIn tries what villagers do, while all places are taken by those who do not
// read what they asked for.
func (c *crowded) letsIn(t *testing.T, url string) {
	t.Helper()
	synctest.Wait()
	if n := c.waiting.Load(); n != crowd {
		t.Fatalf("%d answers are waiting", n)
	}
	for i := range 3 {
		client := c.client(t)
		res, err := client.Get(url + "/t/ncs01")
		if err != nil {
			t.Fatalf("page %d: %v", i, err)
		}
		page, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || string(page) != c.page {
			t.Fatalf("page %d: %d of %d bytes, %v", i, len(page), len(c.page), err)
		}
		want := fmt.Sprintf("đốt rừng|1|%d|<nil>", 1<<20)
		if got := post(t, client, url, "message=đốt rừng", "photo@a.jpg="+strings.Repeat("x", 1<<20)); got != want {
			t.Fatalf("tip %d: %q", i, got)
		}
	}
}

// TestUnreadAnswers: connections with many requests each, whose answers nobody
// reads, take all places, and a villager still gets in.
func TestUnreadAnswers(t *testing.T) {
	requests := bytes.Repeat([]byte("GET /t/ncs01 HTTP/1.1\r\nHost: x\r\n\r\n"), 100)
	synctest.Test(t, func(t *testing.T) {
		c := newCrowded(t, nil)
		for range crowd {
			if _, err := c.dial(t).Write(requests); err != nil {
				t.Fatal(err)
			}
		}
		c.letsIn(t, "http://x")
	})
}

// Of HTTP/2: RFC 9113, section 6.
const (
	h2Headers, h2Settings     = 1, 4 // kinds of frames
	h2EndStream, h2EndHeaders = 1, 4 // flags of HEADERS
	h2MaxStreams, h2Window    = 3, 4 // settings
	h2Preface                 = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
)

func h2Frame(kind, flags byte, stream uint32, payload ...byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(payload)))[1:]
	b = binary.BigEndian.AppendUint32(append(b, kind, flags), stream)
	return append(b, payload...)
}

// dialH2 returns a connection on which HTTP/2 was agreed and nothing said.
func (p *pipes) dialH2(t *testing.T) net.Conn {
	t.Helper()
	c := tls.Client(p.dial(t), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
	if err := c.Handshake(); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestClosedWindows: the same with HTTP/2, whose clients can forbid any answer.
func TestClosedWindows(t *testing.T) {
	secure := selfSigned(t)
	ask := slices.Concat([]byte(h2Preface), h2Frame(h2Settings, 0, 0, 0, h2Window, 0, 0, 0, 0),
		// GET https://x/ by the static table of HPACK: RFC 7541, appendix A.
		h2Frame(h2Headers, h2EndStream|h2EndHeaders, 1, 0x82, 0x87, 0x84, 0x41, 1, 'x'))
	synctest.Test(t, func(t *testing.T) {
		c := newCrowded(t, secure)
		for range crowd {
			conn := c.dialH2(t)
			go func() { _, _ = io.Copy(io.Discard, conn) }() // whatever comes: no answer can
			if _, err := conn.Write(ask); err != nil {
				t.Fatal(err)
			}
		}
		c.letsIn(t, "https://x")
	})
}

// TestStreamsOfAConnection: a client of HTTP/2 is told how many requests it may
// have on the way, which net/http enforces.
func TestStreamsOfAConnection(t *testing.T) {
	secure := selfSigned(t)
	synctest.Test(t, func(t *testing.T) {
		c := servePipes(t, Options{TLS: secure, Handler: http.NotFoundHandler()}).dialH2(t)
		go func() { _, _ = c.Write(slices.Concat([]byte(h2Preface), h2Frame(h2Settings, 0, 0))) }()
		head := make([]byte, 9)
		if _, err := io.ReadFull(c, head); err != nil || head[3] != h2Settings {
			t.Fatalf("the first frame is %v, %v", head, err)
		}
		settings := make([]byte, binary.BigEndian.Uint16(head[1:]))
		if _, err := io.ReadFull(c, settings); err != nil {
			t.Fatal(err)
		}
		told := uint32(0)
		for s := range slices.Chunk(settings, 6) {
			if binary.BigEndian.Uint16(s) == h2MaxStreams {
				told = binary.BigEndian.Uint32(s[2:])
			}
		}
		if told != maxStreams {
			t.Errorf("may have %d, want %d", told, maxStreams)
		}
	})
}

// overPipe asks a server with the handler once, in a synctest bubble, with what
// reads the answer.
func overPipe(t *testing.T, handler http.Handler, request []byte, read func(net.Conn)) {
	t.Helper()
	c := servePipes(t, Options{Handler: handler}).dial(t)
	if _, err := c.Write(request); err != nil {
		t.Error(err)
	}
	read(c)
}

// TestAnswerAfterLongWork: the time of an answer begins when it does, and no
// deadline of the upload ends the work before.
func TestAnswerAfterLongWork(t *testing.T) {
	bodies := NewBodies(BodyOptions{})
	contentType, body := formtest.Form(t, "message=đốt rừng")
	synctest.Test(t, func(t *testing.T) {
		handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			p := bodies.Read(w, r)
			defer p.Close()
			time.Sleep(5 * time.Minute)
			fmt.Fprint(w, p.Text["message"], r.Context().Err())
		})
		overPipe(t, handler, uploadBegun(contentType, body[:9], len(body)), func(c net.Conn) {
			time.Sleep(2 * setEvery) // so that the last bytes move the deadline
			if _, err := c.Write(body[9:]); err != nil {
				t.Error(err)
			}
			res, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Error(err)
				return
			}
			if got, err := io.ReadAll(res.Body); string(got) != "đốt rừng<nil>" {
				t.Errorf("the answer is %q, %v", got, err)
			}
		})
	})
}

// TestSlowReaders: an answer goes on as long as it is taken, and no longer.
func TestSlowReaders(t *testing.T) {
	for name, tt := range map[string]struct {
		perSecond, stallAt int
		whole              bool
	}{
		"GPRS, 16 kbit/s": {2_000, 1 << 30, true},
		"stalls":          {2_000, 20_000, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			const size = 200_000
			left := make(chan error, 1)
			handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, err := w.Write(make([]byte, size))
				left <- err
			})
			overPipe(t, handler, []byte("GET / HTTP/1.0\r\nHost: x\r\n\r\n"), func(c net.Conn) {
				n := 0
				for n < tt.stallAt {
					got, err := io.ReadFull(c, make([]byte, tt.perSecond))
					n += got
					if err != nil {
						break
					}
					time.Sleep(time.Second)
				}
				begin := time.Now()
				if err := <-left; (err == nil) != tt.whole || (n > size) != tt.whole || time.Since(begin) > answerStall {
					t.Errorf("%s: %d bytes, the handler ended after %v more with %v", name, n, time.Since(begin), err)
				}
			})
		})
	}
}
