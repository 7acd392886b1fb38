package web

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"

	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tipbox/intake/limit"
	"tipbox/templates/browser/browsertest"
)

// demanding stands before the form and lets no tip through without a proof of
// work for its form.
type demanding struct {
	http.Handler
	b    *box
	work *limit.Work

	asked, workers atomic.Int64
}

func (d *demanding) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/s/worker-") {
		d.workers.Add(1)
	}
	if r.Method == http.MethodPost {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			d.b.t.Error(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		fields := make(map[string]string)
		_, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		for parts := multipart.NewReader(bytes.NewReader(body), params["boundary"]); ; {
			part, err := parts.NextPart()
			if err != nil {
				break
			}
			value, _ := io.ReadAll(part)
			fields[part.FormName()] = string(value)
		}
		form, err := d.b.key.Check(fields["token"], "ncs01", time.Now())
		if err != nil {
			d.b.t.Error(err)
		}
		if err := d.work.Check(r.Context(), fields["work"], form.Mark(), time.Now()); err != nil {
			if fields["work"] != "" {
				d.b.t.Errorf("the script's work: %v", err)
			}
			d.asked.Add(1)
			w.Header().Set("Tipbox-Work", d.work.Challenge(form.Mark(), time.Now()))
			w.Header().Set("Retry-After", "60")
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
	}
	d.Handler.ServeHTTP(w, r)
}

// TestWorkInBrowsers sends tips from real browsers past a server that demands
// work: they arrive, sealed, under the form's own policy.
func TestWorkInBrowsers(t *testing.T) {
	b := sealingBox(t)
	limits, ok := b.parts.Limits.(*limit.Limits)
	if !ok {
		t.Fatal("the box has other limits")
	}
	work, err := limit.NewWork(secret, limits)
	if err != nil {
		t.Fatal(err)
	}
	d := &demanding{Handler: b.handler, b: b, work: work}
	front := httptest.NewServer(d)
	t.Cleanup(front.Close)
	result := filepath.Join(t.TempDir(), "sent.json")
	where, err := json.Marshal(map[string]string{"url": front.URL, "result": result})
	if err != nil {
		t.Fatal(err)
	}
	browsertest.Play(t, filepath.Join("..", "..", "templates", "browser"), 6*time.Minute, 1, []string{"TIPBOX=" + string(where)}, "test/work/*.test.mjs")

	sentFile, err := os.ReadFile(result)
	if err != nil {
		t.Fatal(err)
	}
	var sent []struct{ Message string }
	if err := json.Unmarshal(sentFile, &sent); err != nil || len(sent) != 6 {
		t.Fatalf("%d tips, %v", len(sent), err)
	}
	var arrived []string
	for _, file := range b.spooled() {
		arrived = append(arrived, b.open(file, b.unit).Text)
	}
	for _, s := range sent {
		if !slices.Contains(arrived, s.Message) {
			t.Errorf("%q did not arrive", s.Message)
		}
	}
	if len(arrived) != len(sent) || d.asked.Load() != int64(len(sent)) {
		t.Errorf("%d tips of %d arrived, %d were asked for work", len(arrived), len(sent), d.asked.Load())
	} // In each browser the first tip has a worker for its code and one for its work, the second none.
	if n := d.workers.Load(); n != 3*2 {
		t.Errorf("the worker was loaded %d times", n)
	}
}
