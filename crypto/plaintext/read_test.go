package plaintext_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"tipbox/crypto/open"
	"tipbox/crypto/plaintext"
	"tipbox/intake"
)

var update = flag.Bool("update", false, "write testdata/tips.json and vectors.json anew")

// parsed is what testdata/tips.json says of a file in testdata/tips: what every
// parser of tips, also the reader's script, must make of it.
type parsed struct {
	ID       intake.ID
	Unit     string
	Site     string
	SiteName string
	Mailbox  intake.Mailbox
	Urgent   bool
	Lang     string
	Visible  string   // the text as it is shown
	Photos   []string // as Latin-1 text
	Warnings []string
	Passed   *plaintext.Passed `json:",omitempty"`
}

func summary(t *plaintext.Tip) parsed {
	p := parsed{
		ID: t.ID, Unit: t.Unit, Site: t.Site, SiteName: t.SiteName, Mailbox: t.Mailbox, Urgent: t.Urgent,
		Lang: t.Lang, Visible: open.Visible(t.Text), Photos: []string{}, Warnings: []string{}, Passed: t.Passed,
	}
	for _, photo := range t.Photos {
		runes := make([]rune, len(photo))
		for i, b := range photo {
			runes[i] = rune(b)
		}
		p.Photos = append(p.Photos, string(runes))
	}
	for _, w := range t.Warnings {
		p.Warnings = append(p.Warnings, w.Error())
	}
	return p
}

func tipFiles(t testing.TB) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob("testdata/tips/*")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%v: no files in testdata/tips", err)
	}
	files := make(map[string][]byte)
	for _, path := range paths {
		if files[filepath.Base(path)], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// TestParse holds the parser to testdata/tips.json.
func TestParse(t *testing.T) {
	got := make(map[string]parsed)
	for name, file := range tipFiles(t) {
		got[name] = summary(plaintext.Parse(file))
	}
	if *update {
		var b strings.Builder
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(got); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("testdata/tips.json", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile("testdata/tips.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]parsed
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	for name := range want {
		if _, ok := got[name]; !ok {
			t.Errorf("%s is gone", name)
		}
	}
	for name, p := range got {
		if !reflect.DeepEqual(p, want[name]) {
			t.Errorf("%s:\n got %+v\nwant %+v", name, p, want[name])
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, file := range tipFiles(f) {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, plain []byte) {
		tip := plaintext.Parse(plain)
		if tip.ID != "" && !tip.ID.Valid() {
			t.Errorf("id %q", tip.ID)
		}
		if len(tip.Photos) > intake.MaxPhotos {
			t.Errorf("%d photos", len(tip.Photos))
		}
		for _, s := range []string{tip.Unit, tip.Site, tip.SiteName, string(tip.Mailbox), tip.Lang, tip.Text} {
			if !utf8.ValidString(s) {
				t.Errorf("invalid UTF-8: %q", s)
			}
			if line := open.VisibleLine(s); strings.ContainsAny(line, "\x1b\n\r\x00\u202e\u200b\u2028") {
				t.Errorf("not made visible: %q", line)
			}
		}
	})
}
