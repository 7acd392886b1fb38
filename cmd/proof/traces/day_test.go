package traces

import (
	"bytes"
	"context"
	big "encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"tipbox/cmd/internal/boxtest"
)

// auditDay is what a box meets in its life, seen by one of its listeners.
type auditDay struct {
	*auditBox
	front  func() string // address of the form as senders see it
	photos [][]byte

	proxied, after func() // what more happens, and is looked at; nil for nothing
}

// token opens the form and keeps its token to look for it.
func (d *auditDay) token(v *boxtest.Villager) string {
	d.t.Helper()
	token := d.untold(v)
	d.tokens = append(d.tokens, token)
	return token
}

// untold opens the form and returns its token.
func (d *auditDay) untold(v *boxtest.Villager) string {
	d.t.Helper()
	token, page, err := v.Page(d.t.Context())
	if err != nil {
		d.t.Fatalf("%v\n%s\n%s", err, page, d.run.Said)
	}
	return token
}

// post sends the fields and photos with a fresh token and wants the status.
func (d *auditDay) post(v *boxtest.Villager, want int, photos [][]byte, changes ...string) {
	d.t.Helper()
	body, kind := auditBody(d.t, auditForm(d.token(v), changes...), photos...)
	d.raw(v, http.MethodPost, want, body, kind)
}

// raw sends any request and wants one of the statuses.
func (d *auditDay) raw(v *boxtest.Villager, method string, want int, body []byte, kind string) *boxtest.Answer {
	d.t.Helper()
	a, err := v.Do(d.t.Context(), method, bytes.NewReader(body), kind)
	if err != nil || a.Status != want || want == http.StatusSeeOther && !a.Taken() {
		d.t.Fatalf("%s %s: %v, %v, want %d\n%s", method, v.URL, err, a, want, d.run.Said)
	}
	return a
}

// villager is someone at one of the addresses.
func (d *auditDay) villager(from netip.Addr) *boxtest.Villager {
	return auditVillager(d.t, d.front(), from)
}

// look around: links, mistyped ones, robots, junk.
func (d *auditDay) visits() {
	v := d.villager(sourceV4[0])
	for path, want := range map[string]int{
		"/?q=zq7queryx9": 200, "/t/NCS01": 200, "/t?code=ncs01&q=zq7queryx9": 200, "/robots.txt": 200, "/k?q=zq7queryx9": 200,
		"/t?code=zq7queryx9": 404, "/t/zq7pathx9": 404, "/zq7pathx9%2fb?token=zq7queryx9;zq7queryx9": 404,
		"/t/ncs01/zq7pathx9": 200, // what sticks to a link is forgiven
	} {
		d.raw(v.At(path), http.MethodGet, want, nil, "")
		d.raw(v.At(path), http.MethodHead, want, nil, "")
	}
	d.raw(v, "DELETE", 405, nil, "")
	d.raw(v, "ZQMETHOD", 405, nil, "")
}

// tips sends a tip in each way, from each address.
func (d *auditDay) tips() {
	for i, from := range []netip.Addr{sourceV4[0], sourceV4[1], sourceOther()} {
		v := d.villager(from)
		d.post(v, http.StatusSeeOther, d.photos, "delivery", []string{"now", "urgent", "later"}[i])
		d.post(v, http.StatusSeeOther, nil, "delivery", "later")
		d.post(v, http.StatusSeeOther, nil, "to", "oversight", "delivery", "now")
		urlencoded := url.Values{}
		for name, value := range auditForm(d.token(v), "mailbox", "report") {
			urlencoded.Set(name, value)
		}
		d.raw(v, http.MethodPost, http.StatusSeeOther, []byte(urlencoded.Encode()), "application/x-www-form-urlencoded")
	}
}

// flood sends tips until one is refused: twelve go to the front, ten times as many
// among those for which there is time, and what is more wants a proof of work.
func (d *auditDay) flood(v *boxtest.Villager) *boxtest.Answer {
	d.t.Helper()
	for n := range 200 {
		token := d.token
		if n > 20 { // enough to look for
			token = d.untold
		}
		body, kind := auditBody(d.t, auditForm(token(v)))
		switch a, err := v.Do(d.t.Context(), http.MethodPost, bytes.NewReader(body), kind); {
		case err != nil:
			d.t.Fatal(err)
		case a.Status == http.StatusTooManyRequests:
			return a
		case !a.Taken():
			d.t.Fatalf("tip %d: %v", n, a)
		}
	}
	d.t.Fatal("the limits refuse nothing")
	return nil
}

// refusals meets the limits and the tokens that are no longer good.
func (d *auditDay) refusals() {
	v := d.villager(sourceV4[2])
	if a := d.flood(v); !strings.Contains(a.Body, markMessage) {
		d.t.Fatal("refused, and the text is gone")
	}
	v = d.villager(sourceV4[0])
	for _, stale := range []string{"zq7tokenx9", strings.Repeat("Ab3_", 10) + "Ab3", ""} {
		d.post(v, 409, nil, "token", stale)
	}
	body, kind := auditBody(d.t, auditForm(d.token(v)))
	d.raw(v.At("/t/zq7pathx9"), http.MethodPost, 404, body, kind)
	crossed := *v
	crossed.Line = withHeader{v.Line, "Origin", "https://zq7forwardedx9.example"}
	d.raw(&crossed, http.MethodPost, 403, body, kind)
	crossed.Line = withHeader{v.Line, "Sec-Fetch-Site", "cross-site"}
	d.raw(&crossed, http.MethodPost, 403, body, kind)
}

type withHeader struct {
	next        http.RoundTripper
	name, value string
}

func (h withHeader) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set(h.name, h.value)
	return h.next.RoundTrip(r)
}

// mistakes sends everything bad that the form's tests know.
func (d *auditDay) mistakes() {
	v := d.villager(sourceV4[1])
	long := strings.Repeat("ă", 3990) + markMessage
	d.post(v, 422, nil, "message", "")
	d.post(v, 422, nil, "message", long)
	d.post(v, 422, nil, "message", strings.Repeat("🙂", 3980)+markMessage)
	d.post(v, 422, nil, "mailbox", "")
	d.post(v, 422, nil, "delivery", "zq7fieldx9")
	d.post(v, 422, nil, "place", strings.Repeat(markPlace, 20))
	d.post(v, 422, nil, "message", markMessage+"\xff\xfe")
	d.post(v, 422, slices.Concat(d.photos, d.photos))
	d.post(v, 422, [][]byte{slices.Concat(d.photos[0], make([]byte, 41<<20))})
	d.post(v, 422, [][]byte{[]byte(markMessage + " is no photo")})
	d.post(v, 422, [][]byte{[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic zq7ownerx9")})
	d.post(v, 422, [][]byte{pngBomb(d)})
	d.post(v, http.StatusSeeOther, [][]byte{d.photos[0][:len(d.photos[0])/3]}) // shown as far as it goes, as a phone does
	body, kind := auditBody(d.t, auditForm(d.token(v)), d.photos...)
	d.raw(v, http.MethodPost, 400, body[:len(body)/2], kind)
	d.raw(v, http.MethodPost, 400, body, "multipart/form-data; boundary=zq7partx9")
	d.raw(v, http.MethodPost, http.StatusSeeOther, body, "application/zq7partx9") // the form itself tells what it is
	d.raw(v, http.MethodPost, 415, []byte(markMessage+" is no form"), "application/zq7partx9")
}

// pngBomb has 900 million pixels in a few kilobytes.
func pngBomb(d *auditDay) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		d.t.Fatal(err)
	}
	bomb := b.Bytes()
	copy(bomb[16:24], []byte{0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30}) // width and height in IHDR
	big.BigEndian.PutUint32(bomb[29:33], crc32.ChecksumIEEE(bomb[12:29]))
	return slices.Concat(bomb, []byte("zq7ownerx9"))
}

// noise is what no browser sends: half requests, huge headers, another protocol.
func (d *auditDay) noise() {
	u, err := url.Parse(d.front())
	if err != nil {
		d.t.Fatal(err)
	}
	for _, junk := range []string{
		"zq7pathx9 zq7valuex9\r\n\r\n",
		"GET /zq7pathx9 HTTP/9.9\r\nHost: zq7valuex9\r\n\r\n",
		"POST /t/ncs01 HTTP/1.1\r\nHost: zq7valuex9\r\nContent-Length: -1\r\n\r\n" + markMessage,
		"POST /t/ncs01 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\nzq7valuex9\r\n",
		"GET / HTTP/1.1\r\nHost: x\r\nX-Junk: " + strings.Repeat("zq7valuex9", 100<<10) + "\r\n\r\n",
		"\x16\x03\x01\x00\x10zq7snix9zq7snix9",
	} {
		for _, wrapped := range []bool{false, u.Scheme == "https"} {
			d.throw(u.Host, junk, wrapped)
		}
	}
}

// throw sends junk over a connection, or inside TLS, and reads what comes of it.
func (d *auditDay) throw(addr, junk string, encrypted bool) {
	ctx, cancel := context.WithTimeout(d.t.Context(), 20*time.Second)
	defer cancel()
	c, err := dialFrom(sourceV4[1])(ctx, "tcp", addr)
	if err != nil {
		d.t.Fatal(err)
	}
	defer c.Close()
	if encrypted {
		c = auditTLS(c)
	}
	go func() {
		_, _ = io.WriteString(c, junk)
		if half, ok := c.(*net.TCPConn); ok {
			_ = half.CloseWrite()
		}
	}()
	_ = c.SetReadDeadline(time.Now().Add(300 * time.Millisecond)) // what waits for more gets none
	_, _ = io.Copy(io.Discard, c)
}

// panics has the app and net/http panic with a request in their hands.
func (d *auditDay) panics() {
	v := d.villager(sourceV4[0])
	body, kind := auditBody(d.t, auditForm(d.token(v)))
	d.raw(v.At("/audit/within/t/ncs01?q=zq7queryx9"), http.MethodPost, 500, body, kind)
	if a, err := v.At("/audit/panic?q=zq7queryx9").Do(d.t.Context(), http.MethodPost, bytes.NewReader(body), kind); err == nil && a.Status < 500 {
		d.t.Errorf("/audit/panic answers %d", a.Status)
	}
	d.waitFor("both panics in the log", func() bool { return strings.Count(d.run.Said.String(), "a handler panicked") == 2 })
}

// crash ends the box in one way while an upload is half done, and starts it again.
func (d *auditDay) crash(how string) {
	d.t.Helper()
	u, _ := url.Parse(d.url())
	c, err := dialFrom(sourceV4[0])(d.t.Context(), "tcp", u.Host)
	if err != nil {
		d.t.Fatal(err)
	}
	defer c.Close()
	if u.Scheme == "https" {
		c = auditTLS(c)
	}
	body, kind := auditBody(d.t, auditForm("zq7tokenx9"), d.photos...)
	fmt.Fprintf(c, "POST /t/ncs01 HTTP/1.1\r\nHost: zq7valuex9\r\nContent-Type: %s\r\nContent-Length: %d\r\nUser-Agent: zq7agentx9\r\n\r\n%s",
		kind, len(body), body[:len(body)/2])
	process := d.run.Cmd.Process
	switch how {
	case "panic":
		go func() {
			_, _ = d.villager(sourceV4[0]).At("/audit/crash").Do(d.t.Context(), http.MethodPost, strings.NewReader(markMessage), "text/plain")
		}()
	case "SIGKILL":
		_ = process.Signal(syscall.SIGKILL)
	case "SIGQUIT":
		_ = process.Signal(syscall.SIGQUIT)
	case "SIGABRT":
		_ = process.Signal(syscall.SIGABRT)
	}
	if d.run.End() == nil {
		d.t.Errorf("%s: the box ended well", how)
	}
	d.ended()
	for _, dump := range []string{"core", fmt.Sprintf("core.%d", process.Pid)} {
		if _, err := os.Stat(filepath.Join(filepath.Dir(d.config), dump)); err == nil {
			d.t.Errorf("%s: a core dump", how)
		}
	}
	if strings.Contains(d.run.Said.String(), "goroutine ") {
		d.t.Errorf("%s: goroutines are dumped:\n%s", how, d.run.Said)
	}
	d.start()
}
