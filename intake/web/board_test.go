package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// examples are notices that lie somewhere.
func examples(t *testing.T, where string) (notices [][]byte) {
	t.Helper()
	paths, err := filepath.Glob(where)
	if err != nil || len(paths) < 2 {
		t.Fatalf("%v: %v", paths, err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		notices = append(notices, text)
	}
	return notices
}

func TestBoard(t *testing.T) {
	notices := examples(t, "../../docs/board/*.md")
	b := newBox(t, func(b *box) { b.o.Directory.Units()[0].Board = notices })
	w := b.get("/B/Na-Co-Sa/")
	page := w.Body.String()
	if w.Code != http.StatusOK || !ordered(page, "Đồn Biên phòng Na Cô Sa", "<article><h2>Làm giấy tờ", "<article><h2>Cảnh báo: giả danh", "0215 000 000") && !ordered(page, "<article><h2>Làm giấy tờ", "0215 000 000") {
		t.Errorf("%d\n%s", w.Code, page)
	}
	if strings.Contains(page, "<script") || strings.Contains(w.Header().Get("Content-Security-Policy"), "script-src") {
		t.Error("the board may run something")
	}
	_, style, _ := strings.Cut(page, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	sum := sha256.Sum256([]byte(style))
	if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"';") {
		t.Errorf("its style does not apply: %s", policy)
	}
	for target, want := range map[string]bool{"/t/ncs01": true, "/t/cu": true, "/k": false} {
		if page := b.get(target).Body.String(); strings.Contains(page, `action="/b/na-co-sa"`) != want {
			t.Errorf("%s leads to the board: %t", target, !want)
		}
	}
	if given := b.send("/t/ncs01", b.token("ncs01"), "message=x").Body.String(); strings.Contains(given, "/b/na-co-sa") {
		t.Error("what was typed could be lost on the way to the board")
	}
	for what, other := range map[string]*box{"no such unit": b, "no notices": newBox(t, nil)} {
		path := "/b/na-co-sa"
		if other == b {
			path = "/b/khac"
		}
		if w := other.get(path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", what, w.Code)
		}
	}
}

// TestTenNoticesAreSmall: ten notices in under 10 KB on the wire. They are our two examples
// and eight about as long, each about something else: what repeats costs nothing.
func TestTenNoticesAreSmall(t *testing.T) {
	shipped := examples(t, "../../docs/board/*.md")
	notices := append(shipped, examples(t, "testdata/notices/*.md")...)
	average := func(notices [][]byte) int { return len(bytes.Join(notices, nil)) / len(notices) }
	if len(notices) != 10 || average(notices)*100 < average(shipped)*95 {
		t.Fatalf("%d notices of %d bytes on average; those we ship have %d", len(notices), average(notices), average(shipped))
	}
	b := newBox(t, func(b *box) { b.o.Directory.Units()[0].Board = notices })
	w := b.get("/b/na-co-sa", "Accept-Encoding", "gzip")
	if n := w.Body.Len(); w.Code != http.StatusOK || n > 10_000 {
		t.Errorf("%d: %d bytes", w.Code, n)
	} else {
		t.Logf("%d bytes", n)
	}
}
