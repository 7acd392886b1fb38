package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tipbox/crypto/seal"
	"tipbox/intake"
	"tipbox/intake/server/formtest"
	"tipbox/templates"
	"tipbox/templates/browser"
)

// sealingBox is a box whose form seals on the phone.
func sealingBox(t *testing.T) *box {
	return newBox(t, func(b *box) {
		u := b.o.Directory.Units()[0]
		u.Replies = true
		r, ids := newKeys(t)
		u.Receivers[intake.ToUnit], b.unit = intake.Receiver{Recipients: r.Strings(), Sealer: seal.New(r)}, ids
		r, b.oversight = newKeys(t)
		u.Receivers[intake.Oversight] = intake.Receiver{Recipients: r.Strings(), Sealer: seal.New(r)}
		u.OversightName, u.OversightPhone = intake.Names{"vi": "Thanh tra tỉnh"}, "0215 111 111"
	})
}

var scriptTag = regexp.MustCompile(`<script src="(/s/seal-[0-9a-f]{20}\.js)" data-keys="(/s/[0-9a-f]{20}\.json)" defer></script>`)

// TestScriptAndData: what the page names is there, whole, in the coding that
// the phone reads, and no phone keeps it.
func TestScriptAndData(t *testing.T) {
	b := sealingBox(t)
	page := b.get("/t/ncs01?l=en")
	m := scriptTag.FindStringSubmatch(page.Body.String())
	if m == nil {
		t.Fatalf("no script in the page\n%s", page.Body)
	}
	for _, want := range []string{"script-src 'self' 'sha256-", "connect-src 'self'", "img-src data: blob:", "worker-src 'self'", "require-trusted-types-for 'script'", "trusted-types tipbox-worker", "default-src 'none'"} {
		if csp := page.Header().Get("Content-Security-Policy"); !strings.Contains(csp, want) || strings.Contains(csp, "unsafe") {
			t.Errorf("policy %s lacks %s", csp, want)
		}
	}
	script, data := b.get(m[1]), b.get(m[2])
	if !bytes.Equal(script.Body.Bytes(), browser.Seal().Plain) || script.Header().Get("Content-Type") != "text/javascript; charset=utf-8" {
		t.Errorf("%d, %v", script.Code, script.Header())
	}
	for coding, size := range map[string]int{"br": 33_000, "gzip": 38_000} {
		w := b.get(m[1], "Accept-Encoding", "gzip;q=0, "+coding)
		if coding == "gzip" {
			w = b.get(m[1], "Accept-Encoding", coding)
		}
		if w.Header().Get("Content-Encoding") != coding || w.Body.Len() > size {
			t.Errorf("%s: %d bytes, %v", coding, w.Body.Len(), w.Header())
		}
	}
	for _, w := range []*httptest.ResponseRecorder{script, data} {
		if got := w.Header().Get("Cache-Control"); got != "no-store" {
			t.Errorf("Cache-Control: %s", got)
		}
	}
	var d struct {
		Keys, Unit, Worker string
		ReplyAt            string `json:"reply_at"`
		To                 map[string][]string
		Texts              map[string]string
	}
	if err := json.Unmarshal(data.Body.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	if worker := b.get(d.Worker); !bytes.Equal(worker.Body.Bytes(), browser.Worker().Plain) || d.ReplyAt != b.o.BaseURL.String() {
		t.Errorf("worker %s: %d; replies at %q", d.Worker, worker.Code, d.ReplyAt)
	}
	u := b.o.Directory.Units()[0]
	if d.Unit != "na-co-sa" || len(d.Keys) != 20 || d.To["unit"][0] != u.Receivers[intake.ToUnit].Recipients[0] ||
		d.To["oversight"][0] != u.Receivers[intake.Oversight].Recipients[0] || d.Texts["send_plain"] != "Send the plain way" {
		t.Errorf("%+v", d)
	}
	if w := b.get("/s/none.js"); w.Code != http.StatusNotFound {
		t.Errorf("no such file: %d", w.Code)
	}
}

// TestSealedOnThePhone: a sealed tip is taken, one sealed to other keys is sent
// back for sealing anew, and a stale form gets a fresh token.
func TestSealedOnThePhone(t *testing.T) {
	b := sealingBox(t)
	u := b.o.Directory.Units()[0]
	blob, err := u.Receivers[intake.ToUnit].Sealer.Seal(&intake.Tip{Unit: u.ID, Site: "ncs01", Mailbox: intake.Report, Lang: "vi", Message: "Có người lạ"})
	if err != nil {
		t.Fatal(err)
	}
	send := func(keys, token string, more ...string) *httptest.ResponseRecorder {
		contentType, body := formtest.Form(t, append(more, token, "sealed@tin.age="+string(blob))...)
		return b.do(http.MethodPost, "/t/ncs01?l=vi", bytes.NewReader(body), "Content-Type", contentType, "Accept", "application/json", "Tipbox-Keys", keys)
	}
	page := scriptTag.FindStringSubmatch(b.get("/t/ncs01?l=vi").Body.String())
	if w := send("old", b.token("ncs01")); w.Code != http.StatusConflict || w.Header().Get("Tipbox-Keys") != page[2] || len(b.spooled()) != 0 {
		t.Errorf("sealed to old keys: %d, %v", w.Code, w.Header())
	}
	var d struct{ Keys string }
	if err := json.Unmarshal(b.get(page[2]).Body.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	stale := "token=" + b.key.Mint("ncs01", time.Now().Add(-intake.FormLife-2*time.Hour))
	w := send(d.Keys, stale)
	fresh := w.Header().Get("Tipbox-Token")
	if w.Code != http.StatusConflict || fresh == "" || w.Header().Get("Tipbox-Keys") != "" {
		t.Fatalf("stale: %d, %v", w.Code, w.Header())
	}
	for range 2 {
		w = send(d.Keys, "token="+fresh)
		if page := w.Body.String(); w.Code != http.StatusOK || w.Header().Get("Tipbox-Taken") == "" || w.Header().Get("Location") != "" ||
			!strings.Contains(page, "Đã nhận được tin") || !strings.Contains(page, `href="/t/ncs01?l=vi"`) || !strings.Contains(page, `action="/k"`) {
			t.Fatalf("%d\n%s", w.Code, w.Body)
		}
	}
	if tip := b.opened(b.unit); tip.Text != "Có người lạ" {
		t.Errorf("%+v", tip)
	}
	for want, how := range map[string][]string{
		"tới Đồn Biên phòng Na Cô Sa. Không": {"delivery=now", "to=unit"},
		"tới Thanh tra tỉnh":                 {"delivery=now", "to=oversight"},
		`href="tel:0215111111"`:              {"delivery=urgent", "to=oversight"},
		"trong 6 giờ tới":                    {"delivery=later", "to=unit"},
	} {
		if w := send(d.Keys, b.token("ncs01"), how...); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%v: %d\n%s", how, w.Code, w.Body)
		}
	}
}

// TestRecording: a unit's recording is played on tap, from here, in parts as
// players ask for it; without one nothing of it is there.
func TestRecording(t *testing.T) {
	dir := t.TempDir()
	sound := "ID3" + strings.Repeat("la", 500)
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "en"), 0o700), os.WriteFile(filepath.Join(dir, "en", "form.mp3"), []byte(sound), 0o600)); err != nil {
		t.Fatal(err)
	}
	b := newBox(t, func(b *box) {
		b.o.Directory.Units()[0].Receivers[intake.ToUnit] = intake.Receiver{Recipients: []string{"age1…"}}
		var err error
		if b.o.Pages, err = templates.Load(templates.Options{Languages: []string{"vi", "en"}, LocaleDir: dir}); err != nil {
			t.Fatal(err)
		}
	})
	page := b.get("/t/ncs01?l=en")
	m := regexp.MustCompile(`<audio controls preload="none" src="(/s/[0-9a-f]{20})"`).FindStringSubmatch(page.Body.String())
	if m == nil || !strings.Contains(page.Header().Get("Content-Security-Policy"), "media-src 'self'") {
		t.Fatalf("%v\n%s", page.Header(), page.Body)
	}
	w := b.get(m[1], "Range", "bytes=1-4", "Accept-Encoding", "gzip")
	if w.Code != http.StatusPartialContent || w.Body.String() != sound[1:5] || w.Header().Get("Content-Type") != "audio/mpeg" {
		t.Errorf("%d, %q, %v", w.Code, w.Body, w.Header())
	}
	if page := b.get("/t/ncs01?l=vi"); strings.Contains(page.Body.String(), "<audio") || strings.Contains(page.Header().Get("Content-Security-Policy"), "media") {
		t.Error("a recording where there is none")
	}
}
