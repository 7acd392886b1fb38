package page

import (
	"bytes"
	"net/http"
	"net/http/httputil"
	"regexp"
	"testing"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/deliver/smtp/smtptest"
	"tipbox/intake/waittest"
)

// TestLight holds what a phone on EDGE has to load: the form with its headers
// fits the first flight of packets beside the TLS handshake, script and data are
// small, and every answer says how long it is.
func TestLight(t *testing.T) {
	t.Parallel()
	mailServer := smtptest.Start(t, smtptest.Options{Username: "tip", Password: "mat-khau"})
	box := boxtest.Serve(t, pageBox(t, mailServer, ""))
	page := load(t, box.URL+"/t/ncs01", "gzip")
	if page.size > 10<<10 {
		t.Errorf("the form is %d bytes with headers, at most %d are allowed", page.size, 10<<10)
	}
	links := regexp.MustCompile(`<script src="([^"]+)" data-keys="([^"]+)" defer>`).FindStringSubmatch(load(t, box.URL+"/t/ncs01", "identity").body)
	if links == nil {
		t.Fatal("the form names no script")
	}
	script, data := load(t, box.URL+links[1], "br"), load(t, box.URL+links[2], "br, gzip")
	if all := script.size + data.size; all > 55<<10 {
		t.Errorf("script and data are %d bytes with headers, at most %d are allowed", all, 55<<10)
	}
	t.Logf("on the wire, with headers: form %d, script %d, data %d bytes", page.size, script.size, data.size)
}

type loaded struct {
	size int // bytes of the answer, with headers
	body string
}

func load(t *testing.T, url, coding string) loaded {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", coding)
	resp, err := waittest.Client(nil).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	wire, err := httputil.DumpResponse(resp, true)
	if err != nil || resp.StatusCode != http.StatusOK || resp.ContentLength <= 0 {
		t.Fatalf("%s: %v, %s", url, err, resp.Status)
	}
	_, body, _ := bytes.Cut(wire, []byte("\r\n\r\n"))
	return loaded{len(wire), string(body)}
}
