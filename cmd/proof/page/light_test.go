package page

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httputil"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"tipbox/cmd/internal/boxtest"
	"tipbox/crypto/keys"
	"tipbox/intake/deliver/smtp/smtptest"
	"tipbox/intake/waittest"
)

// TestLight holds what a phone on EDGE has to load: the form with its headers
// fits the first flight of packets beside the TLS handshake, scripts and data are
// small, with three keys to seal to, and every answer says how long it is.
func TestLight(t *testing.T) {
	t.Parallel()
	mailServer := smtptest.Start(t, smtptest.Options{Username: "tip", Password: "mat-khau"})
	config, _ := pageBox(t, mailServer, "")
	threeKeys(t, config)
	box := boxtest.Serve(t, config)
	page := load(t, box.URL+"/t/ncs01", "gzip")
	if page.size > 10<<10 {
		t.Errorf("the form is %d bytes with headers, at most %d are allowed", page.size, 10<<10)
	}
	links := regexp.MustCompile(`<script src="([^"]+)" data-keys="([^"]+)" defer>`).FindStringSubmatch(load(t, box.URL+"/t/ncs01", "identity").body)
	if links == nil {
		t.Fatal("the form names no script")
	}
	script, data := load(t, box.URL+links[1], "br"), load(t, box.URL+links[2], "br, gzip")
	var named struct{ Worker string }
	if err := json.Unmarshal([]byte(load(t, box.URL+links[2], "identity").body), &named); err != nil {
		t.Fatal(err)
	}
	worker := load(t, box.URL+named.Worker, "br")
	if all := script.size + worker.size + data.size; all > 55<<10 {
		t.Errorf("scripts and data are %d bytes with headers, at most %d are allowed", all, 55<<10)
	}
	t.Logf("on the wire, with headers: form %d, script %d, its worker %d, data %d bytes", page.size, script.size, worker.size, data.size)
}

// threeKeys gives each receiver of the box two more keys.
func threeKeys(t *testing.T, config string) {
	t.Helper()
	b, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	files := regexp.MustCompile(`(?m)^(?:recipients|oversight)_file *= *"(.*)"`).FindAllSubmatch(b, -1)
	if len(files) != 2 {
		t.Fatalf("%d files of recipients", len(files))
	}
	for _, m := range files {
		path := string(m[1])
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(config), path)
		}
		all, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			key, err := keys.Generate(keys.PostQuantum)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, key.Recipient().String()+"\n"...)
		}
		if err := os.WriteFile(path, all, 0o600); err != nil {
			t.Fatal(err)
		}
	}
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
