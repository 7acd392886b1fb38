//go:build unix

package flood

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"tipbox/cmd/internal/boxtest"
	"tipbox/crypto/receipt"
	"tipbox/intake/redis/redistest"
	"tipbox/intake/waittest"
)

// kinds are what a code that somebody looks for may be. "another" is one more run of
// "unknown", by which differences between the others are measured.
var kinds = []string{"unknown", "another", "waiting", "answered", "full"}

// lookBox is a real box, as it is handed out, with a code of each kind.
type lookBox struct {
	url   string
	line  *http.Transport
	codes map[string]*receipt.Receipt
	typed map[string]receipt.Code
}

// newLookBox starts it, with replies on disk or in Redis.
func newLookBox(t *testing.T, inRedis bool) *lookBox {
	t.Helper()
	const base = "http://127.0.0.1"
	more := boxtest.Wide
	if inRedis {
		more += fmt.Sprintf("[redis]\nurl = %q\nstore_url = %q\n", redistest.Start(t).URL(), redistest.Start(t, "--appendonly", "yes", "--dir", t.TempDir()).URL())
	}
	mails := boxtest.MailServer(t, nil)
	config := boxtest.Init(t, mails, more, "--base-url", base)
	boxtest.Rewrite(t, config, "recipients_file", "replies = true\nrecipients_file")
	box := boxtest.Start(t, exec.CommandContext(t.Context(), boxtest.HandedOut(t, ""), "serve", "-c", config))
	b := &lookBox{url: box.URL, line: &http.Transport{MaxIdleConnsPerHost: 64}, codes: make(map[string]*receipt.Receipt), typed: make(map[string]receipt.Code)}
	t.Cleanup(b.line.CloseIdleConnections)
	for _, kind := range kinds {
		b.typed[kind] = receipt.NewCode()
		var err error
		if b.codes[kind], err = b.typed[kind].Derive(base); err != nil {
			t.Fatal(err)
		}
	}
	f := boxtest.Report("Có người chặt cây.")
	f.Fields["reply"], f.Fields["code"] = "yes", string(b.typed["waiting"])
	if a, err := (&boxtest.Villager{URL: b.url + "/t/ncs01", Line: b.line}).Write(t.Context(), f); err != nil || !a.Taken() {
		t.Fatal(a, err)
	}
	pass := regexp.MustCompile(`Reply pass \d{4}-[12]: ([0-9A-Z-]{19})`).FindSubmatch(mails.Wait(1)[0].Data)
	if pass == nil {
		t.Fatal("no reply pass in the mail")
	}
	for kind, n := range map[string]int{"answered": 1, "full": receipt.MaxReplies} {
		for i := range n {
			r := receipt.Reply{Unit: "na-co-sa", Site: "ncs01", On: "2026-11-29", Number: i + 1, Answer: receipt.Done, Text: strings.Repeat("Xin cảm ơn bà con. ", 100)}
			b.leave(t, string(pass[1]), b.codes[kind], &r)
		}
	}
	return b
}

// leave posts a reply, as an officer does.
func (b *lookBox) leave(t *testing.T, pass string, to *receipt.Receipt, r *receipt.Reply) {
	t.Helper()
	sealed, err := r.Seal(to.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	_ = w.WriteField("pass", pass) // to memory
	_ = w.WriteField("lookup", to.Lookup.String())
	part, _ := w.CreateFormFile("sealed", "r.age")
	_, _ = part.Write(sealed)
	_ = w.Close()
	if a, err := (&boxtest.Villager{URL: b.url + "/o", Line: b.line}).Do(t.Context(), http.MethodPost, &body, w.FormDataContentType()); err != nil || a.Status != http.StatusNoContent {
		t.Fatal(a, err)
	}
}

// look asks for what waits for a code: by its lookup, as the page's script does, or by
// the code itself.
func (b *lookBox) look(ctx context.Context, script bool, code receipt.Code, lookup receipt.Lookup) (status int, header http.Header, body []byte, err error) {
	fields, accept := url.Values{"code": {string(code)}}, "text/html"
	if script {
		names := make([]string, receipt.MaxReplies)
		for i := range names {
			name := make([]byte, 16)
			_, _ = rand.Read(name) // never fails
			names[i] = hex.EncodeToString(name)
		}
		fields, accept = url.Values{"lookup": {lookup.String()}, "delete": {strings.Join(names, ".")}}, "application/octet-stream"
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.url+"/r", strings.NewReader(fields.Encode()))
	if err != nil {
		return 0, nil, nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", accept)
	r.Header.Set("Accept-Encoding", "gzip, br")
	resp, err := waittest.Client(b.line).Do(r)
	if err != nil {
		return 0, nil, nil, err
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(resp.Body)
	return resp.StatusCode, resp.Header, body, err
}

// TestLookSizes: whatever waits for a code, the answer has one size and one set of
// headers, from either store, to the script and to who has none.
func TestLookSizes(t *testing.T) {
	t.Parallel()
	for store, inRedis := range map[string]bool{"disk": false, "Redis": true} {
		t.Run(store, func(t *testing.T) {
			b := newLookBox(t, inRedis)
			for way, script := range map[string]bool{"with script": true, "without": false} {
				var first string
				for _, kind := range kinds {
					status, header, body, err := b.look(t.Context(), script, b.typed[kind], b.codes[kind].Lookup)
					if err != nil || status != http.StatusOK {
						t.Fatalf("%s, %s: %d, %v", kind, way, status, err)
					}
					if n := bytes.Count(body, []byte("<article>")); !script && (n > 0) != (kind == "answered" || kind == "full") {
						t.Errorf("%s: %d replies", kind, n)
					}
					header.Del("Date")
					is := fmt.Sprint(len(body), header)
					if first == "" {
						first = is
					}
					if is != first {
						t.Errorf("%s, %s: %s\nunlike %s\n%s", kind, way, is, kinds[0], first)
					}
				}
			}
		})
	}
}
