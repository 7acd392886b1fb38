//go:build unix

package traces

import (
	"crypto/tls"
	"io"
	"net/http"
	"strings"
	"testing"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/waittest"
)

// TestAuditAway: while tipbox is away, nginx answers in Vietnamese with a number to
// call, and nothing is kept by anyone; from plain http it leads to the home page and
// never repeats which poster was scanned.
func TestAuditAway(t *testing.T) {
	t.Parallel()
	n := startNginx(t, boxtest.FreeAddr(t))
	client := waittest.Client(&http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}})
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	get := func(url string) (*http.Response, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = "tip.example.vn"
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, string(body)
	}
	away, page := get("https://" + n.https + "/t/ncs01")
	if away.StatusCode != http.StatusServiceUnavailable || !strings.Contains(page, "Hòm thư tạm nghỉ") || !strings.Contains(page, "tel:113") ||
		away.Header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(away.Header.Get("Content-Type"), "text/html; charset=utf-8") {
		t.Errorf("%d %v\n%s", away.StatusCode, away.Header, page)
	}
	plain, page := get("http://" + n.http + "/t/ncs01?l=vi")
	if plain.StatusCode != http.StatusFound || plain.Header.Get("Location") != "https://tip.example.vn/" || strings.Contains(page, "ncs01") {
		t.Errorf("%d %v\n%s", plain.StatusCode, plain.Header, page)
	}
	challenge, _ := get("http://" + n.http + "/.well-known/acme-challenge/none")
	if challenge.StatusCode != http.StatusNotFound {
		t.Errorf("a certificate's challenge is answered %d", challenge.StatusCode)
	}
}
