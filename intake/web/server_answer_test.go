package web

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// narrow is a listener whose connections take little before a Write blocks.
type narrow struct{ net.Listener }

func (l narrow) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		err = c.(*net.TCPConn).SetWriteBuffer(4 << 10)
	}
	return c, err
}

// crowded is a server with room for few connections whose page fits no buffer.
type crowded struct {
	*Server
	addr    string
	page    string
	waiting atomic.Int64 // handlers inside Write
}

const crowd = 20

func newCrowded(t *testing.T, secure *tls.Config) *crowded {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &crowded{addr: l.Addr().String(), page: strings.Repeat("bản ", 50_000)}
	bodies := NewBodies(BodyOptions{})
	c.Server = NewServer(ServerOptions{MaxConns: crowd, TLS: secure, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			echoForm(bodies).ServeHTTP(w, r)
			return
		}
		c.waiting.Add(1)
		defer c.waiting.Add(-1)
		io.WriteString(w, c.page)
	})})
	done := make(chan error, 1)
	go func() { done <- c.Serve(narrow{l}) }()
	t.Cleanup(func() {
		c.Close()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return c
}

// letsIn tries what villagers do, while all places are taken by those who do not
// read what they asked for.
func (c *crowded) letsIn(t *testing.T, client *http.Client, scheme string) {
	t.Helper()
	for c.waiting.Load() < crowd {
		time.Sleep(time.Millisecond)
	}
	for i := range 3 {
		res, err := client.Get(scheme + "://" + c.addr + "/t/ncs01")
		if err != nil {
			t.Fatalf("page %d: %v", i, err)
		}
		page, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || string(page) != c.page {
			t.Fatalf("page %d: %d of %d bytes, %v", i, len(page), len(c.page), err)
		}
		contentType, body := form(t, "message=đốt rừng", "photo@a.jpg="+strings.Repeat("x", 1<<20))
		if res, err = client.Post(scheme+"://"+c.addr+"/t/ncs01", contentType, bytes.NewReader(body)); err != nil {
			t.Fatalf("tip %d: %v", i, err)
		}
		answer, err := io.ReadAll(res.Body)
		res.Body.Close()
		if want := fmt.Sprintf("đốt rừng|1|%d|<nil>", 1<<20); err != nil || string(answer) != want {
			t.Fatalf("tip %d: %q, %v", i, answer, err)
		}
	}
}

// TestUnreadAnswers: connections with many requests each, whose answers nobody
// reads, take all places, and a villager still gets in.
func TestUnreadAnswers(t *testing.T) {
	c := newCrowded(t, nil)
	requests := bytes.Repeat([]byte("GET /t/ncs01 HTTP/1.1\r\nHost: x\r\n\r\n"), 100)
	for range crowd {
		send(t, c.addr, requests)
	}
	c.letsIn(t, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, "http")
}

// TestClosedWindows: the same with HTTP/2, whose clients can forbid any answer.
func TestClosedWindows(t *testing.T) {
	c := newCrowded(t, selfSigned(t))
	const settings, headers, endStream, endHeaders, initialWindow = 4, 1, 1, 4, 4 // RFC 9113, section 6
	frame := func(kind, flags byte, stream uint32, payload []byte) []byte {
		b := binary.BigEndian.AppendUint32(nil, uint32(len(payload)))[1:]
		b = binary.BigEndian.AppendUint32(append(b, kind, flags), stream)
		return append(b, payload...)
	}
	ask := []byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
	ask = append(ask, frame(settings, 0, 0, []byte{0, initialWindow, 0, 0, 0, 0})...)
	// GET https://x/ by the static table of HPACK: RFC 7541, appendix A.
	ask = append(ask, frame(headers, endStream|endHeaders, 1, []byte{0x82, 0x87, 0x84, 0x41, 1, 'x'})...)
	for range crowd {
		conn, err := tls.Dial("tcp", c.addr, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		if _, err := conn.Write(ask); err != nil {
			t.Fatal(err)
		}
	}
	client := &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true,
	}}
	defer client.CloseIdleConnections()
	c.letsIn(t, client, "https")
}

// overPipe asks a server with the handler once, in a synctest bubble, with what
// reads the answer, which closes the connection when it returns.
func overPipe(t *testing.T, handler http.Handler, request []byte, read func(net.Conn)) {
	t.Helper()
	l := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
	s := NewServer(ServerOptions{Handler: handler})
	served := make(chan error)
	go func() { served <- s.Serve(l) }()
	ours, theirs := net.Pipe()
	l.conns <- theirs
	if _, err := ours.Write(request); err != nil {
		t.Error(err)
	}
	read(ours)
	ours.Close()
	s.Close()
	<-served
	time.Sleep(time.Minute) // net/http lingers before it closes a connection
}

// TestAnswerAfterLongWork: the time of an answer begins when it does.
func TestAnswerAfterLongWork(t *testing.T) {
	bodies := NewBodies(BodyOptions{})
	contentType, body := form(t, "message=đốt rừng")
	synctest.Test(t, func(t *testing.T) {
		handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			p := bodies.Read(w, r)
			defer p.Close()
			time.Sleep(5 * time.Minute)
			io.WriteString(w, p.Text["message"])
		})
		overPipe(t, handler, uploadBegun(contentType, body, len(body)), func(c net.Conn) {
			res, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Error(err)
				return
			}
			if got, err := io.ReadAll(res.Body); string(got) != "đốt rừng" {
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
