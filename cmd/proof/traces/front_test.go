//go:build unix

package traces

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/waittest"
)

// fronted is the form's address as posters carry it, at a port of the web server's.
func fronted(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	return "https://" + net.JoinHostPort(frontName, port)
}

// TestAuditAway: nginx answers for one name, and in Vietnamese while tipbox is away.
func TestAuditAway(t *testing.T) {
	t.Parallel()
	n := startNginx(t, boxtest.FreeAddr(t), "client_header_timeout 20s", "client_header_timeout 1s",
		"client_header_timeout     20s", "client_header_timeout     1s")
	answersAsFront(t, n.https, n.http)
	challenge := ask(t, "http://"+n.http+"/.well-known/acme-challenge/none", frontName)
	if challenge.Status != http.StatusNotFound {
		t.Errorf("a certificate's challenge is answered %d", challenge.Status)
	}
}

// answersAsFront holds what both web servers do before a box that is away: a page in
// Vietnamese with a number to call; from plain http the way to the home page, which
// never repeats which poster was scanned; no word to who asks for another name; and no
// patience with headers that do not end. Those are cut after a second here.
func answersAsFront(t *testing.T, https, plain string) {
	t.Helper()
	away := ask(t, "https://"+https+"/t/ncs01", frontName)
	if away.Status != http.StatusServiceUnavailable || !strings.Contains(away.Body, "Hòm thư tạm nghỉ") || !strings.Contains(away.Body, "tel:113") ||
		away.Header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(away.Header.Get("Content-Type"), "text/html; charset=utf-8") {
		t.Errorf("while the box is away: %d %v\n%s", away.Status, away.Header, away.Body)
	}
	home := ask(t, "http://"+plain+"/t/ncs01?l=vi", frontName)
	if home.Status != http.StatusFound || home.Header.Get("Location") != "https://tip.example.vn/" || home.Header.Get("Cache-Control") != "no-store" || strings.Contains(home.Body, "ncs01") {
		t.Errorf("plain http: %d %v\n%s", home.Status, home.Header, home.Body)
	}
	if err := tls.Client(dial(t, https), &tls.Config{InsecureSkipVerify: true, ServerName: "other.example.vn"}).HandshakeContext(t.Context()); err == nil {
		t.Error("a TLS handshake for another name is carried through")
	}
	for what, c := range map[string]net.Conn{"https": dialFront(t, https), "http": dial(t, plain)} {
		fmt.Fprint(c, "GET /t/ncs01 HTTP/1.1\r\nHost: other.example.vn\r\n\r\n")
		if got := readAll(t, c); got != "" {
			t.Errorf("%s: another name is answered:\n%.300s", what, got)
		}
	}
	for what, c := range map[string]net.Conn{"https": dialFront(t, https), "http": dial(t, plain)} {
		fmt.Fprintf(c, "GET /t/ncs01 HTTP/1.1\r\nHost: %s\r\nX-Slow: ", frontName)
		if got := readAll(t, c); strings.Contains(got, "200") || strings.Contains(got, "302") {
			t.Errorf("%s: half a header is answered:\n%.300s", what, got)
		}
	}
}

// ask opens a page of a name at an address.
func ask(t *testing.T, url, name string) *boxtest.Answer {
	t.Helper()
	client := waittest.Client(&http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, ServerName: name}, DisableKeepAlives: true})
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = name
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return &boxtest.Answer{Status: resp.StatusCode, Header: resp.Header, Body: string(body)}
}

func dial(t *testing.T, addr string) net.Conn {
	t.Helper()
	c, err := waittest.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func dialFront(t *testing.T, addr string) net.Conn {
	t.Helper()
	return tls.Client(dial(t, addr), &tls.Config{InsecureSkipVerify: true, ServerName: frontName})
}

// readAll reads until the other end hangs up, which it must.
func readAll(t *testing.T, c net.Conn) string {
	t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(waittest.Limit))
	got, err := io.ReadAll(bufio.NewReader(c))
	if late := net.Error(nil); errors.As(err, &late) && late.Timeout() {
		t.Error("the connection is held open")
	}
	return string(got)
}
