package server

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tipbox/intake/server/formtest"
	"tipbox/intake/waittest"
)

// echoForm answers a form with what came of it.
func echoForm(bodies *Bodies) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			io.WriteString(w, "the form")
			return
		}
		p := bodies.Read(w, r)
		defer p.Close()
		size := 0
		for _, u := range p.Photos {
			size += len(u.Data)
		}
		fmt.Fprintf(w, "%s|%d|%d|%v", p.Text["message"], len(p.Photos), size, p.Err)
	})
}

// serve runs a server on a real socket and returns its address.
func serve(t *testing.T, o Options) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := New(o)
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		s.Close()
		if err := waittest.For(t, done, "the end of the server"); err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// send writes bytes on a connection of its own, which it leaves open.
func send(t *testing.T, addr string, b []byte) net.Conn {
	t.Helper()
	c, err := waittest.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if _, err := c.Write(b); err != nil {
		t.Fatal(err)
	}
	return c
}

// post sends a form as a villager's browser does and returns the answer.
func post(t *testing.T, client *http.Client, url string, parts ...string) string {
	t.Helper()
	contentType, body := formtest.Form(t, parts...)
	res, err := client.Post(url+"/t/ncs01", contentType, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

// uploadBegun is a POST that says it is longer than what follows.
func uploadBegun(contentType string, body []byte, length int) []byte {
	return fmt.Appendf(nil, "POST /t/ncs01 HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", contentType, length, body)
}

// TestSlowLoris: a thousand connections that never finish their header hold all
// places, and a villager still gets in.
func TestSlowLoris(t *testing.T) {
	addr := serve(t, Options{Handler: echoForm(NewBodies(BodyOptions{})), MaxConns: 500})
	var lorises []net.Conn
	for range 1000 {
		lorises = append(lorises, send(t, addr, []byte("GET /t/ncs01 HTTP/1.1\r\nHost: x\r\nX-A: ")))
	}
	client := waittest.Client(&http.Transport{DisableKeepAlives: true})
	if got := post(t, client, "http://"+addr, "message=đốt rừng"); got != "đốt rừng|0|0|<nil>" {
		t.Errorf("the answer is %q", got)
	}
	// The first went for the last.
	lorises[0].SetReadDeadline(time.Now().Add(time.Minute))
	if _, err := lorises[0].Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the connection that waited longest: %v", err)
	}
}

// TestStalledUploads: two hundred uploads stall with all the room for photos in
// their hands. A text passes, and a photo is answered at once.
func TestStalledUploads(t *testing.T) {
	const each = 100 << 10
	contentType, body := formtest.Form(t, "message=x", "photo@a.jpg="+strings.Repeat("x", each))
	synctest.Test(t, func(t *testing.T) {
		budget := NewBudget(200*photoStart+1<<20, 1<<20)
		line := servePipes(t, Options{Handler: echoForm(NewBodies(BodyOptions{Budget: budget}))})
		for range 200 {
			if _, err := line.dial(t).Write(uploadBegun(contentType, body[:len(body)-each/2], len(body))); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait() // until the server has read what was sent
		if budget.inUse() < 200*photoStart {
			t.Fatalf("%d bytes are held", budget.inUse())
		}
		begin := time.Now()
		if got := post(t, line.client(t), "http://x", "message=đốt rừng"); got != "đốt rừng|0|0|<nil>" {
			t.Errorf("the answer to a text is %q", got)
		}
		got := post(t, line.client(t), "http://x", "photo@a.jpg="+strings.Repeat("x", 2<<20), "message=đốt rừng")
		if want := "đốt rừng|0|0|" + (&BusyError{BusyRetry}).Error(); got != want {
			t.Errorf("the answer to a photo is %q", got)
		}
		if took := time.Since(begin); took != 0 {
			t.Errorf("the answers took %v", took)
		}
	})
}

func TestBrokenFormIsAnswered(t *testing.T) {
	addr := serve(t, Options{Handler: echoForm(NewBodies(BodyOptions{MaxBody: 8 << 20}))})
	for name, tt := range map[string]struct{ body, want string }{
		"broken":            {"--b\r\nContent-Disposition: form-data; name=message\r\n\r\nđốt rừng\r\n--b\r\njunk", "đốt rừng|0|0|" + ErrFormBroken.Error()},
		"large, to its end": {"--b\r\nContent-Disposition: form-data; name=message\r\n\r\nđốt rừng\r\n--b\r\n" + strings.Repeat("junk", 1<<20), "đốt rừng|0|0|" + ErrFormBroken.Error()},
	} {
		c := send(t, addr, uploadBegun("multipart/form-data; boundary=b", []byte(tt.body), len(tt.body)))
		res, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, _ := io.ReadAll(res.Body); string(got) != tt.want {
			t.Errorf("%s: the answer is %q", name, got)
		}
	}
}

// TestShedding: who goes for a newcomer, and who never does.
func TestShedding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tracked := newConns(3)
		join := func() *conn {
			ours, _ := net.Pipe()
			c := &conn{Conn: ours, of: tracked, since: time.Now()}
			if !tracked.add(c) {
				return nil
			}
			time.Sleep(time.Second)
			return c
		}
		held := func(c *conn) bool { _, ok := tracked.all[c]; return ok }
		answered, uploading, waiting := join(), join(), join()
		answered.note(func() { answered.serving++ })
		uploading.note(func() { uploading.serving++ })
		uploading.bodyBegins()
		newcomer := join()
		if !held(newcomer) || held(waiting) || !held(answered) || !held(uploading) {
			t.Error("the one that waits for a header must go")
		}
		newcomer.note(func() { newcomer.serving++ })
		uploading.bodyEnds() // the whole form is here
		time.Sleep(stalledAfter)
		if join() != nil {
			t.Error("nobody may go, and yet one came in")
		}
		answered.answerBegins()
		newcomer.bodyBegins()
		for range 10 { // a bad line, and one that drips
			time.Sleep(time.Second)
			answered.goesOn(answerPiece)
			newcomer.goesOn(1)
		}
		slow := join()
		if slow == nil || held(newcomer) || !held(uploading) || !held(answered) {
			t.Error("the slowest must go where nobody stalls")
		}
		slow.note(func() { slow.serving++ })
		slow.bodyBegins()
		time.Sleep(stalledAfter)
		slow.goesOn(1)
		if join() == nil || held(answered) || !held(uploading) || !held(slow) {
			t.Error("the answer that stalled must go")
		}
	})
}

func TestErrorLogIsQuiet(t *testing.T) {
	const canary = "CANARY-Páo"
	var mu sync.Mutex
	var out bytes.Buffer
	logged := make(chan struct{}, 10)
	log := slog.New(slog.NewTextHandler(writerFunc(func(b []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		defer func() { logged <- struct{}{} }()
		return out.Write(b)
	}), &slog.HandlerOptions{Level: slog.LevelDebug}))

	addr := serve(t, Options{Log: log, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		panic(canary + "\npanic(x)\n\t/" + canary + "/" + canary + ".go:1" + r.RemoteAddr)
	})})
	c := send(t, addr, []byte("GET /"+canary+" HTTP/1.1\r\nHost: x\r\nUser-Agent: "+canary+"\r\n\r\n"))
	io.ReadAll(c)
	waittest.For(t, logged, "a line in the log")

	tlsAddr := serve(t, Options{Log: log, Handler: http.NotFoundHandler(), TLS: selfSigned(t)})
	for range 10 {
		io.ReadAll(send(t, tlsAddr, []byte("GET /"+canary+" HTTP/1.1\r\nHost: x\r\n\r\n")))
	}
	clients := newClientErrors()
	quiet := quietErrors{log.Handler(), clients}
	for _, line := range []string{"http: Accept error: accept tcp 1.2.3.4:80: " + canary, canary, "http2: received GOAWAY " + canary} {
		if err := quiet.Handle(context.Background(), slog.Record{Message: line}); err != nil {
			t.Fatal(err)
		}
	}

	mu.Lock()
	defer mu.Unlock()
	got := out.String()
	for _, leak := range []string{"CANARY", "Páo", "127.0.0.1", "1.2.3.4", c.LocalAddr().String()} {
		if strings.Contains(got, leak) {
			t.Errorf("%q is in the log:\n%s", leak, got)
		}
	}
	for _, said := range []string{"a handler panicked", "server_test.go:", "accepting connections failed"} {
		if !strings.Contains(got, said) {
			t.Errorf("the log does not say %q:\n%s", said, got)
		}
	}
	if n := strings.Count(got, "\n"); n != 3 {
		t.Errorf("what clients bring about is logged:\n%s", got)
	}
}

// TestClientErrorsAreCounted: handshakes that fail are shown by the ten.
func TestClientErrorsAreCounted(t *testing.T) {
	registry := prometheus.NewRegistry()
	addr := serve(t, Options{Handler: http.NotFoundHandler(), TLS: selfSigned(t), Registerer: registry})
	for range 10 {
		io.ReadAll(send(t, addr, []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n")))
	}
	waittest.Until(t, "ten are counted", func() bool {
		families, err := registry.Gather()
		return err == nil && len(families) == 1 && families[0].GetMetric()[0].GetCounter().GetValue() == 10
	})
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }
