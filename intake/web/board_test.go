package web

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// examples are the notices that we ship.
func examples(t *testing.T) (notices [][]byte) {
	t.Helper()
	paths, err := filepath.Glob("../../docs/board/*.md")
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
	notices := examples(t)
	b := newBox(t, func(b *box) { b.o.Directory.Units()[0].Board = notices })
	w := b.get("/B/Na-Co-Sa/")
	page := w.Body.String()
	if w.Code != http.StatusOK || !ordered(page, "Đồn Biên phòng Na Cô Sa", "<article><h2>Làm giấy tờ", "<article><h2>Cảnh báo: giả danh", "0215 000 000") && !ordered(page, "<article><h2>Làm giấy tờ", "0215 000 000") {
		t.Errorf("%d\n%s", w.Code, page)
	}
	if strings.Contains(page, "<script") || strings.Contains(w.Header().Get("Content-Security-Policy"), "script-src") {
		t.Error("the board may run something")
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

// TestTenNoticesAreSmall: ten notices in under 10 KB. Each is words of its own, cut from
// our examples: what repeats costs nothing.
func TestTenNoticesAreSmall(t *testing.T) {
	var lines [][]byte
	for _, n := range examples(t) {
		lines = append(lines, bytes.Split(n, []byte("\n\n"))...)
	}
	notices := make([][]byte, 10)
	for i, line := range lines {
		n := i * len(notices) / len(lines)
		notices[n] = append(append(notices[n], line...), "\n\n"...)
	}
	b := newBox(t, func(b *box) { b.o.Directory.Units()[0].Board = notices })
	w := b.get("/b/na-co-sa", "Accept-Encoding", "gzip")
	if n := w.Body.Len(); w.Code != http.StatusOK || n > 10_000 {
		t.Errorf("%d: %d bytes", w.Code, n)
	} else {
		t.Logf("%d bytes", n)
	}
}
