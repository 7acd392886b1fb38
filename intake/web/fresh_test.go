package web

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"tipbox/crypto/receipt"
	"tipbox/intake"
	"tipbox/intake/server"
	"tipbox/intake/server/formtest"
	"tipbox/intake/waittest"
)

// unzipFirst returns what a browser shows of a zipped answer: the first member.
func unzipFirst(t testing.TB, b []byte) []byte {
	t.Helper()
	in := bytes.NewReader(b)
	r, err := gzip.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	r.Multistream(false)
	page, err := io.ReadAll(r) // and its length and CRC
	if err != nil {
		t.Fatal(err)
	}
	if in.Len() > 0 {
		t.Fatalf("%d bytes after the first member", in.Len())
	}
	return page
}

var codeField = regexp.MustCompile(`name="code" value="([^"]+)"`)

// TestFreshFormIsAsDrawn compares every form that can be asked for with the same
// form drawn anew, also of names that have to be escaped or are missing in a
// language.
func TestFreshFormIsAsDrawn(t *testing.T) {
	b := sealingBox(t)
	unit := b.o.Directory.Units()[0]
	unit.Sites[0].Name = intake.Names{"vi": `Chợ "Na Cô Sa" <1> & 'bản'`, "en": "qz\x00&amp;<b>"}
	unit.Sites[1].Name = intake.Names{"en": strings.Repeat("Nà ", 40)}
	var err error
	if b.handler, err = New(b.o); err != nil {
		t.Fatal(err)
	}
	a := &app{Options: b.o}
	if a.assets, err = newAssets(b.o.Directory, b.o.Pages, b.o.BaseURL.String()); err != nil {
		t.Fatal(err)
	}
	a.policies()
	for _, s := range unit.Sites[:2] {
		offered := b.o.Pages.Offer(unit.Languages)
		for _, l := range offered {
			for agent, zalo := range map[string]bool{"Mozilla/5.0 Chrome/91": false, "Mozilla/5.0 Zalo android/12": true} {
				for _, how := range [][2]string{{"gzip", "?l=" + l.Tag}, {"gzip"}, {"", "?l=" + l.Tag}, {}} {
					coding, target := how[0], "/t/"+s.Code+how[1]
					name := fmt.Sprint(target, l.Tag, zalo, coding)
					w := b.get(target, "User-Agent", agent, "Accept-Encoding", coding, "Accept-Language", l.Tag)
					got := w.Body.Bytes()
					if w.Header().Get("Content-Length") != fmt.Sprint(len(got)) || w.Header().Get("Content-Encoding") != coding || w.Header().Get("Content-Language") != l.Tag {
						t.Errorf("%s: %v", name, w.Header())
					}
					if coding == "gzip" {
						got = unzipFirst(t, got)
					}
					m := tokenField.FindSubmatch(got)
					if m == nil {
						t.Fatalf("%s: no token\n%s", name, got)
					}
					page := a.pageIn(unit, l, offered, sitePath(s))
					page.Chosen = how[1] != ""
					f := a.form(s, page)
					f.Token, f.Zalo = string(m[1]), zalo
					code := codeField.FindSubmatch(got)
					if code == nil {
						t.Fatalf("%s: no code\n%s", name, got)
					}
					if _, err := receipt.Parse(string(code[1])); err != nil {
						t.Errorf("%s: code %s: %v", name, code[1], err)
					}
					f.Receipt, f.ReceiptRows = string(code[1]), receipt.Code(code[1]).Rows()
					var want bytes.Buffer
					if err := b.o.Pages.Write(&want, f); err != nil {
						t.Fatal(err)
					}
					if !bytes.Equal(got, want.Bytes()) {
						t.Errorf("%s: as spliced\n%s\nas drawn\n%s", name, got, &want)
					}
					if w.Header().Get("Content-Security-Policy") != a.policyOf(f) {
						t.Errorf("%s: policy %s", name, w.Header().Get("Content-Security-Policy"))
					}
					head := b.do(http.MethodHead, target, nil, "User-Agent", agent, "Accept-Encoding", coding, "Accept-Language", l.Tag)
					if fmt.Sprint(head.Header()) != fmt.Sprint(w.Header()) {
						t.Errorf("%s: HEAD %v", name, head.Header())
					}
					if again := b.get(target, "User-Agent", agent); tokenField.FindSubmatch(again.Body.Bytes()) == nil || bytes.Contains(again.Body.Bytes(), m[1]) || bytes.Contains(again.Body.Bytes(), code[1]) {
						t.Errorf("%s: the same token or code twice, or none", name)
					}
				}
			}
		}
	}
}

// TestSplice holds that a page with gaps is, filled, the page with the values:
// gaps at both ends and side by side, often, never, empty and as long as they may
// be, and pages with zeros in them.
func TestSplice(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	parts := []string{"{A}", "{B}", "{C}", "{A}", "{B}", "<p>Đồn Biên phòng</p>", "<p>Đồn Biên phòng Na Cô Sa</p>", "\x00\x00\x00\x00\x00\x00\x00\x00", strings.Repeat("dài ", 9000), "a"}
	long := strings.Repeat("v", maxStored)
	shared := &splicer{level: -1, seen: make(map[string]piece)}
	for range 100 {
		var page string
		for range random.IntN(9) {
			page += parts[random.IntN(len(parts))]
		}
		values := []string{[]string{"", "<p>Đồn", long}[random.IntN(3)], []string{"", "b"}[random.IntN(2)], "\x00c\xff"}
		for _, s := range []*splicer{shared, {level: 9}} {
			cut, err := s.splice([]byte(page), gap{"{A}", false}, gap{"{B}", false}, gap{"{C}", true})
			if err != nil {
				t.Fatal(err)
			}
			want := strings.NewReplacer("{A}", values[0], "{B}", values[1], "{C}", values[2]).Replace(page)
			plain, zipped := cut.fill(false, values...), cut.fill(true, values...)
			if plain.String() != want {
				t.Fatalf("%.80q with %.20q is %.80q", page, values, plain)
			}
			if got := unzipFirst(t, zipped.Bytes()); string(got) != want {
				t.Fatalf("%.80q with %.20q, zipped, is %.80q", page, values, got)
			}
			if plain.Cap() != plain.Len() || zipped.Cap() != zipped.Len() {
				t.Fatalf("%d of %d bytes, %d of %d zipped", plain.Len(), plain.Cap(), zipped.Len(), zipped.Cap())
			}
		}
	}
}

// TestTokenIsNotCompressed holds of fresh forms and of those given back that the
// token stands in the answer as it is, and that its likeness to what is on the
// page changes nothing of the length.
func TestTokenIsNotCompressed(t *testing.T) {
	b := newBox(t, nil)
	fresh := b.get("/t/ncs01", "Accept-Encoding", "gzip").Body.Bytes()
	if m := tokenField.FindSubmatch(unzipFirst(t, fresh)); m == nil || !bytes.Contains(fresh, m[1]) {
		t.Error("a fresh form's token is compressed")
	}
	given := func(token, message string) int {
		kind, body := formtest.Form(t, "token="+token, "message="+message)
		w := b.do(http.MethodPost, "/t/ncs01", bytes.NewReader(body), "Content-Type", kind, "Accept-Encoding", "gzip")
		if page := unzipFirst(t, w.Body.Bytes()); w.Code != http.StatusUnprocessableEntity || !bytes.Contains(page, []byte(token)) || !bytes.Contains(page, []byte(message)) {
			t.Fatalf("%d\n%s", w.Code, page)
		}
		if !bytes.Contains(w.Body.Bytes(), []byte(token)) {
			t.Error("a token given back is compressed")
		}
		return w.Body.Len()
	}
	_, token, _ := strings.Cut(b.token("ncs01"), "=")
	_, other, _ := strings.Cut(b.token("ncs01"), "=")
	if right, wrong := given(token, token), given(other, token); right != wrong {
		t.Errorf("a message that is the token makes the page %d bytes long, else it has %d", right, wrong)
	}
}

// TestFreshFormsAreFew holds that 10,000 sites of 40 units take little memory,
// all their forms in two languages ready.
func TestFreshFormsAreFew(t *testing.T) {
	b := sealingBox(t)
	like := b.o.Directory.Units()[0]
	var units []*intake.Unit
	for i := range 40 {
		u := *like
		u.ID, u.Sites = fmt.Sprint("u", i), nil
		u.Name = intake.Names{"vi": fmt.Sprint("Đồn Biên phòng số ", i), "en": fmt.Sprint("Border Post no. ", i)}
		for j := range 250 {
			u.Sites = append(u.Sites, &intake.Site{Code: fmt.Sprintf("s%d-%d", i, j), Name: intake.Names{"vi": fmt.Sprint("Bản ", j)}})
		}
		units = append(units, &u)
	}
	d, err := intake.NewDirectory(units)
	if err != nil {
		t.Fatal(err)
	}
	a := &app{Options: b.o}
	a.Directory = d
	if a.assets, err = newAssets(d, b.o.Pages, b.o.BaseURL.String()); err != nil {
		t.Fatal(err)
	}
	a.policies()
	heap := func() int {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC() // what pools hold goes with the second
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc)
	}
	before := heap()
	if err := a.drawFresh(); err != nil {
		t.Fatal(err)
	}
	took := heap() - before
	if len(a.fresh.forms) != 160 || took > 4<<20 {
		t.Errorf("%d forms take %d KiB", len(a.fresh.forms), took>>10)
	}
	t.Logf("%d forms take %d KiB", len(a.fresh.forms), took>>10)
	runtime.KeepAlive(a)
}

// BenchmarkForm compares a GET of the form, through all that it goes through in
// service, with a bare handler that writes the same bytes with the same headers,
// over loopback and 16 connections each. The two take turns, so that what else the
// machine does slows both. At least 0.5 of the bare rate is wanted.
func BenchmarkForm(b *testing.B) {
	box := newBox(b, nil)
	sample := box.get("/t/ncs01", "Accept-Encoding", "gzip", "Accept-Language", visitorLanguages)
	body, header := sample.Body.Bytes(), sample.Header()
	bare := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for name, values := range header {
			w.Header()[name] = values
		}
		_, _ = w.Write(body)
	})}
	ours := serveOn(b, server.New(server.Options{Handler: box.handler}))
	theirs := serveOn(b, bare)
	const turn = 320
	var took [2]time.Duration
	for b.Loop() {
		for i, visit := range []func(int) time.Duration{ours, theirs} {
			took[i] += visit(turn)
		}
	}
	rate := func(d time.Duration) float64 { return float64(turn*b.N) / d.Seconds() }
	b.ReportMetric(rate(took[0]), "forms/s")
	b.ReportMetric(rate(took[1]), "bare/s")
	b.ReportMetric(rate(took[0])/rate(took[1]), "ratio")
}

const visitorLanguages = "vi-VN,vi;q=0.9,fr-FR;q=0.8,fr;q=0.7,en-US;q=0.6,en;q=0.5"

// serveOn starts the server and returns what visits it so many times and says how
// long that took. The visitors are as cheap as can be: what they cost is no cost
// of the server's.
func serveOn(b *testing.B, s interface {
	Serve(net.Listener) error
	Close() error
}) func(int) time.Duration {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	b.Cleanup(func() {
		s.Close()
		if err := waittest.For(b, served, "the end of the server"); err != nil && !errors.Is(err, http.ErrServerClosed) {
			b.Error(err)
		}
	})
	request := []byte("GET /t/ncs01 HTTP/1.1\r\nHost: tip.example.vn\r\nUser-Agent: Mozilla/5.0 (Linux; Android 9) Chrome/91\r\n" +
		"Accept-Encoding: gzip, deflate, br\r\nAccept-Language: " + visitorLanguages + "\r\n\r\n")
	const visitors = 16
	var conns [visitors]net.Conn
	size := 0 // of an answer; they are all as long
	for i := range conns {
		if conns[i], err = net.DialTimeout("tcp", l.Addr().String(), waittest.Limit); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { conns[i].Close() })
		if _, err := conns[i].Write(request); err != nil {
			b.Fatal(err)
		}
		counted := new(counter)
		r, err := http.ReadResponse(bufio.NewReader(io.TeeReader(conns[i], counted)), nil)
		if err != nil || r.StatusCode != http.StatusOK {
			b.Fatal(r, err)
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			b.Fatal(err)
		}
		if size = counted.n; size < 5000 {
			b.Fatalf("an answer of %d bytes", size)
		}
	}
	return func(n int) time.Duration {
		start := time.Now()
		var all sync.WaitGroup
		for _, c := range conns {
			all.Go(func() {
				answer := make([]byte, size)
				for range n / visitors {
					if _, err := c.Write(request); err != nil {
						b.Error(err)
						return
					}
					if _, err := io.ReadFull(c, answer); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
		return time.Since(start)
	}
}

type counter struct{ n int }

func (c *counter) Write(p []byte) (int, error) {
	c.n += len(p)
	return len(p), nil
}
