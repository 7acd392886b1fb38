// Package page proves on the real binary, in real browsers, that what a villager
// sends arrives as it was written.
package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"tipbox/cmd/internal/boxtest"
	"tipbox/crypto/keys"
	"tipbox/crypto/open"
	"tipbox/crypto/plaintext"
	"tipbox/intake/deliver/smtp/smtptest"
	"tipbox/intake/faulttest"
	"tipbox/intake/waittest"
	"tipbox/templates/browser/browsertest"
)

// browserTip is what a test in a browser sent.
type browserTip struct {
	Message, Mailbox string // any mailbox where it is ""
	Sealed           bool   // on the phone
	Photos           int
	Past             bool // the unit: to the inspectorate
}

// TestPage is the page in real browsers, in front of the real server: the tests
// are in templates/browser/test/page, and what they send is opened here.
func TestPage(t *testing.T) {
	t.Parallel()
	mailServer := smtptest.Start(t, smtptest.Options{Username: "tip", Password: "mat-khau"})
	config, inspectorate := pageBox(t, mailServer, "[limits]\nsender = { count = 100000, per = \"1h\", burst = 1000 }\nsite = { count = 100000, per = \"1h\", burst = 1000 }")
	box := boxtest.Serve(t, config)
	// Each of these refuses whatever is sent, for a reason of its own.
	narrow, _ := pageBox(t, mailServer, "[limits]\nsite = { count = 1, per = \"12h\", burst = 1 }\n[spool]\nbulk_max = \"1 KiB\"")
	limited := boxtest.Serve(t, narrow)
	spent := &boxtest.Villager{URL: limited.URL + "/t/ncs01"}
	if a, err := spent.Write(t.Context(), boxtest.Report("tin đầu tiên")); err != nil || !a.Taken() {
		t.Fatal(a, err)
	}
	noRoom, _ := pageBox(t, mailServer, "[spool]\nmin_free = \"1000000 GiB\"")
	full := boxtest.Serve(t, noRoom)

	proxy := faulttest.Start(t, strings.TrimPrefix(box.URL, "http://"))
	control := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.RawQuery {
		case "none":
			proxy.Set(faulttest.None)
		case "cut":
			proxy.Set(faulttest.Cut)
		case "slow": // 16 KiB at a time: 40 kB/s
			proxy.SetSlow(400 * time.Millisecond)
		default:
			http.Error(w, "no such fault", http.StatusBadRequest)
		}
	}))
	defer control.Close()

	result := t.TempDir()
	playBrowser(t, "test/page/*.test.mjs", map[string]string{
		"url": box.URL, "limited": limited.URL, "full": full.URL,
		"proxy": "http://" + proxy.Addr, "control": control.URL, "result": result,
	})
	reports, err := filepath.Glob(filepath.Join(result, "*.json"))
	if err != nil || len(reports) != 2 {
		t.Fatal(reports, err)
	}
	var sent []browserTip
	for _, path := range reports {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var some []browserTip
		if err := json.Unmarshal(b, &some); err != nil || len(some) < 3 {
			t.Fatalf("%d tips, %v", len(some), err)
		}
		sent = append(sent, some...)
	}
	openBrowserTips(t, config, inspectorate, mailServer.Wait(len(sent)+1), sent)
}

// pageBox is initBox with all that a page can show: an inspectorate, a second
// site, and one whose posters are withdrawn.
func pageBox(t testing.TB, mailServer *smtptest.Server, more string) (config string, inspectorate *boxtest.Officer) {
	t.Helper()
	config = boxtest.Init(t, mailServer, more)
	inspectorate, flags := boxtest.Recruit(t)
	b, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	before, after, ok := strings.Cut(string(b), "recipients_file")
	if !ok {
		t.Fatal("init writes no recipients_file any more")
	}
	s := before + "oversight_file = " + strconv.Quote(flags[1]) + "\noversight_mail = [\"thanh-tra@example.vn\"]\noversight_name = { vi = \"Thanh tra tỉnh\" }\noversight_phone = \"0215 111 111\"\nrecipients_file" + after + `
  [[units.sites]]
  code = "ncs02"
  name = { vi = "Chợ phiên Na Cô Sa", en = "Na Cô Sa market" }

  [[units.sites]]
  code = "cu"
  name = { vi = "Trạm y tế" }
  withdrawn = "2026-01-01"
`
	if err := os.WriteFile(config, []byte(s), 0o600); err != nil {
		t.Fatal(err)
	}
	return config, inspectorate
}

// playBrowser runs the scripts with Node, and says what they say if one fails.
func playBrowser(t *testing.T, scripts string, where any) {
	t.Helper()
	env, err := json.Marshal(where)
	if err != nil {
		t.Fatal(err)
	}
	browsertest.Play(t, filepath.Join("..", "..", "..", "templates", "browser"), 8*time.Minute, 2, []string{"TIPBOX=" + string(env)}, scripts)
}

// openBrowserTips opens the mails with the command and holds that each tip that
// was sent is there once, sealed where it should be, with its photos, in which
// exiftool finds nothing. One more tip is there: the one that spent the limit.
func openBrowserTips(t *testing.T, config string, inspectorate *boxtest.Officer, mails []smtptest.Mail, sent []browserTip) {
	t.Helper()
	identity, passphrase := boxtest.IdentityOf(t, config)
	locked, err := os.ReadFile(identity)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := keys.ParseIdentities(locked, keys.UnlockOptions{Passphrase: func() (string, error) { return boxtest.Passphrase, nil }})
	if err != nil {
		t.Fatal(err)
	}
	dir, out := t.TempDir(), t.TempDir()
	tips, past := make(map[string]*plaintext.Tip), make(map[string]bool)
	for i, m := range mails {
		sealed := boxtest.Attachment(t, m.Data)
		tip, err := open.Open(sealed, ids)
		if err != nil {
			if tip, err = open.Open(sealed, inspectorate.IDs); err != nil {
				continue // of a box with keys of its own
			}
			past[tip.Text] = true
		}
		if tips[tip.Text] != nil {
			t.Errorf("%q is there twice", tip.Text)
		}
		tips[tip.Text] = tip
		if past[tip.Text] {
			continue // the unit cannot open it
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%03d.eml", i)), m.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if len(tips) != len(sent) {
		t.Errorf("%d tips arrived, %d were sent", len(tips), len(sent))
	}
	words := func(s string) string {
		return " " + strings.Join(strings.Fields(strings.ReplaceAll(s, "│", " ")), " ") + " "
	}
	printed := words(boxtest.Tipbox(t, "open", "-i", identity, "--passphrase-file", passphrase, "-o", out, dir)) // each line is marked, long ones broken
	for _, s := range sent {
		tip := tips[s.Message]
		if tip == nil || past[s.Message] != s.Past || !s.Past && !strings.Contains(printed, words(s.Message)) {
			t.Errorf("%q did not arrive", s.Message)
			continue
		}
		if s.Mailbox != "" && string(tip.Mailbox) != s.Mailbox {
			t.Errorf("%q is of the mailbox %q, sent to %q", s.Message, tip.Mailbox, s.Mailbox)
		}
		if sealed := tip.ID == ""; sealed != s.Sealed || len(tip.Photos) != s.Photos {
			t.Errorf("%q: sealed on the phone: %v, %d photos; want %v, %d", s.Message, sealed, len(tip.Photos), s.Sealed, s.Photos)
		}
		for _, p := range tip.Photos {
			noMetadata(t, s.Message, p)
		}
	}
	photos, err := filepath.Glob(filepath.Join(out, "*", "anh-*.jpg"))
	if err != nil || len(photos) == 0 {
		t.Errorf("the command wrote no photos: %v", err)
	}
	for _, path := range photos {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		noMetadata(t, path, b)
	}
}

// noMetadata holds that exiftool finds nothing in a photo but the picture.
func noMetadata(t *testing.T, name string, photo []byte) {
	t.Helper()
	cmd := waittest.Command(t, boxtest.Need(t, "exiftool"), "-j", "-G1", "-")
	cmd.Stdin = bytes.NewReader(photo)
	b, err := cmd.Output()
	var found []map[string]any
	if err != nil || json.Unmarshal(b, &found) != nil || len(found) != 1 || found[0]["File:ImageWidth"] == nil {
		t.Fatalf("%s: exiftool: %v\n%s", name, err, b)
	}
	for tag := range found[0] {
		group, _, _ := strings.Cut(tag, ":")
		switch group {
		case "SourceFile", "ExifTool", "System", "Composite", "JFIF":
		case "File":
			if tag == "File:Comment" {
				t.Errorf("%s holds %s", name, tag)
			}
		default:
			t.Errorf("%s holds %s", name, tag)
		}
	}
}
