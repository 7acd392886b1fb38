package traces

import (
	"bytes"
	little "encoding/binary"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tipbox/templates/browser/browsertest"
)

// TestAuditProfiles searches what browsers have put on a phone's disk, after tips
// were sent the plain way and by the script, forms were given back, and tab and
// browser were closed: nothing of what was typed, codes too, nor the form's token. That the
// page was there stands in the history, and shows that the search finds.
func TestAuditProfiles(t *testing.T) {
	t.Parallel()
	b := newAuditBox(t, "", false)
	b.edit("recipients_file", "replies = true\nrecipients_file")
	b.start()
	profiles, result := t.TempDir(), filepath.Join(t.TempDir(), "tokens.json")
	words := make(map[string]map[string]string) // by way of sending and field
	var canaries []canary
	for _, way := range []string{"plain", "left", "sealed"} {
		words[way] = make(map[string]string)
		for field, mark := range map[string]string{"message": markVietnamese, "place": markPlace, "time": markTime} {
			words[way][field] = mark + way
			canaries = append(canaries, textCanary(way+", "+field, mark+way))
		}
	}
	slices.SortFunc(canaries, func(a, b canary) int { return strings.Compare(a.name, b.name) })
	env, err := json.Marshal(map[string]any{"url": b.url(), "profiles": profiles, "result": result, "words": words, "none": "Chưa có câu trả lời nào"})
	if err != nil {
		t.Fatal(err)
	}
	browsertest.Play(t, filepath.Join("..", "..", "..", "templates", "browser"), 8*time.Minute, 1, []string{"TIPBOX=" + string(env)}, "test/profile/*.test.mjs")

	var seen struct{ Tokens, Codes []string }
	read, err := os.ReadFile(result)
	if err != nil || json.Unmarshal(read, &seen) != nil || len(seen.Tokens) != 6 || len(seen.Codes) != 6 {
		t.Fatalf("%+v, %v", seen, err)
	}
	for _, token := range seen.Tokens {
		canaries = append(canaries, tokenCanary("token", token))
	}
	for _, code := range seen.Codes {
		canaries = append(canaries, textCanary("code "+code[:4], code, strings.ReplaceAll(code, " ", ""), code[:14]))
	}
	const page = "the page's address"
	canaries = append(canaries, textCanary(page, "/t/ncs01"))
	var places []*place
	for _, browser := range []string{"chrome", "firefox"} {
		places = append(places, profile(t, browser, filepath.Join(profiles, browser)))
	}
	found, table := auditTable(canaries, places)
	t.Logf("canaries × profiles: hits\n%s", table)
	for where, hits := range found {
		for _, what := range slices.Sorted(maps.Keys(hits)) {
			if what != page {
				t.Errorf("%s stands %d times in the profile of %s", what, hits[what], where)
			}
		}
		if hits[page] == 0 {
			t.Errorf("%s is not in the profile of %s: it was not searched", page, where)
		}
	}
}

// profile reads all files of a browser's profile, and their names.
func profile(t *testing.T, name, dir string) *place {
	t.Helper()
	p := &place{name: name, random: true}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(filepath.Clean(path))
		if err != nil {
			return err
		}
		p.addf("%s\n%s\n%s", path, content, unMozLZ4(t, path, content))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// unMozLZ4 returns what is in a file in which Firefox keeps its sessions: a mark,
// the length, and one block of LZ4 (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md).
// It returns nil for any other.
func unMozLZ4(t *testing.T, path string, b []byte) []byte {
	t.Helper()
	in, ok := bytes.CutPrefix(b, []byte("mozLz40\x00"))
	if !ok || len(in) < 4 {
		return nil
	}
	size := int(little.LittleEndian.Uint32(in))
	in = in[4:]
	out := make([]byte, 0, size)
	// length goes on in further bytes where its four bits are all set.
	length := func(n int) int {
		for more := n == 15; more; in = in[1:] {
			n += int(in[0])
			more = in[0] == 255
		}
		return n
	}
	for {
		token := in[0]
		in = in[1:]
		n := length(int(token >> 4))
		out, in = append(out, in[:n]...), in[n:]
		if len(in) == 0 {
			break
		}
		back := int(little.LittleEndian.Uint16(in))
		in = in[2:]
		for range length(int(token&15)) + 4 {
			out = append(out, out[len(out)-back])
		}
	}
	if len(out) != size {
		t.Fatalf("%s: %d bytes, it says %d", path, len(out), size)
	}
	return out
}
