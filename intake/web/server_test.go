package web

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
func serve(t *testing.T, o ServerOptions) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := NewServer(o)
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		s.Close()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// send writes bytes on a connection of its own, which it leaves open.
func send(t *testing.T, addr string, b []byte) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
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
func post(t *testing.T, addr string, parts ...string) string {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	contentType, body := form(t, parts...)
	res, err := client.Post("http://"+addr+"/t/ncs01", contentType, bytes.NewReader(body))
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
	addr := serve(t, ServerOptions{Handler: echoForm(NewBodies(BodyOptions{})), MaxConns: 500})
	var lorises []net.Conn
	for range 1000 {
		lorises = append(lorises, send(t, addr, []byte("GET /t/ncs01 HTTP/1.1\r\nHost: x\r\nX-A: ")))
	}
	if got := post(t, addr, "message=đốt rừng"); got != "đốt rừng|0|0|<nil>" {
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
	budget := NewBudget(200*photoStart+1<<20, 1<<20)
	addr := serve(t, ServerOptions{Handler: echoForm(NewBodies(BodyOptions{Budget: budget}))})
	contentType, body := form(t, "message=x", "photo@a.jpg="+strings.Repeat("x", each))
	for range 200 {
		send(t, addr, uploadBegun(contentType, body[:len(body)-each/2], len(body)))
	}
	for budget.inUse() < 200*photoStart { // until the server has read what was sent
		time.Sleep(time.Millisecond)
	}
	if got := post(t, addr, "message=đốt rừng"); got != "đốt rừng|0|0|<nil>" {
		t.Errorf("the answer to a text is %q", got)
	}
	got := post(t, addr, "photo@a.jpg="+strings.Repeat("x", 2<<20), "message=đốt rừng")
	if want := "đốt rừng|0|0|" + (&BusyError{busyRetry}).Error(); got != want {
		t.Errorf("the answer to a photo is %q", got)
	}
}

func TestBrokenFormIsAnswered(t *testing.T) {
	addr := serve(t, ServerOptions{Handler: echoForm(NewBodies(BodyOptions{MaxBody: 8 << 20}))})
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

func TestHugeHeaders(t *testing.T) {
	addr := serve(t, ServerOptions{Handler: echoForm(NewBodies(BodyOptions{}))})
	for size, want := range map[int]int{8 << 10: 200, 20 << 10: 431, 1 << 20: 431} {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		go func() { // the server stops reading before the end
			fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: x\r\nX-Junk: %s\r\n\r\n", strings.Repeat("a", size))
		}()
		res, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil || res.StatusCode != want {
			t.Errorf("%d bytes of header: %v, %v; want %d", size, res, err, want)
		}
	}
}

// pipes is a listener whose connections live in a synctest bubble.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

// trickle posts a form over a line of so many bytes a second and returns the
// answer and how long that took; after stallAt bytes the line goes dead.
func trickle(t *testing.T, budget *Budget, body []byte, contentType string, perSecond, stallAt int) (answer string, took time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		l := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
		s := NewServer(ServerOptions{Handler: echoForm(NewBodies(BodyOptions{Budget: budget}))})
		served := make(chan error)
		go func() { served <- s.Serve(l) }()
		ours, theirs := net.Pipe()
		l.conns <- theirs
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
		ours.Close()
		s.Close()
		<-served
		time.Sleep(time.Minute) // net/http lingers before it closes a connection
	})
	return answer, took
}

// TestSlowUploads: a bad line is waited for, a dead one is not.
func TestSlowUploads(t *testing.T) {
	photo := strings.Repeat("x", 3<<20)
	contentType, body := form(t, "message=đốt rừng", "photo@a="+photo, "photo@b="+photo, "photo@c="+photo)
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

	addr := serve(t, ServerOptions{Log: log, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		panic(canary + "\npanic(x)\n\t/" + canary + "/" + canary + ".go:1" + r.RemoteAddr)
	})})
	c := send(t, addr, []byte("GET /"+canary+" HTTP/1.1\r\nHost: x\r\nUser-Agent: "+canary+"\r\n\r\n"))
	io.ReadAll(c)
	<-logged

	tlsAddr := serve(t, ServerOptions{Log: log, Handler: http.NotFoundHandler(), TLS: selfSigned(t)})
	io.ReadAll(send(t, tlsAddr, []byte("GET /"+canary+" HTTP/1.1\r\nHost: x\r\n\r\n")))
	<-logged
	quiet := quietErrors{log.Handler()}
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
	for _, said := range []string{"a handler panicked", "server_test.go:", "a TLS handshake failed", "accepting connections failed", "an HTTP/2 connection failed"} {
		if !strings.Contains(got, said) {
			t.Errorf("the log does not say %q:\n%s", said, got)
		}
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }
