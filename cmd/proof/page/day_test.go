package page

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tipbox/cmd/internal/boxtest"
	"tipbox/crypto/keys"
	"tipbox/crypto/open"
	"tipbox/intake/deliver/smtp/smtptest"
	"tipbox/intake/waittest"
)

// TestDay is an officer's whole day in the desk, in Chromium, and with make engines in
// Chromium 109, Firefox and WebKit: the script is templates/browser/test/day. The desk's files and the
// command's are the same, whichever of them made, printed or brought them back.
func TestDay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	passphrase := boxtest.PassphraseFile(t)
	neighbour, flags := boxtest.Recruit(t)
	config := boxtest.Init(t, smtptest.Start(t, smtptest.Options{Username: "tip", Password: "mat-khau"}), "")
	boxtest.Rewrite(t, config, "[[units]]\n", `[[units]]
id = "muong-nhe"
name = { vi = "Công an xã Mường Nhé" }
mail = ["cong-an@muong-nhe.example"]
phone = "0215 111 111"
recipients_file = `+strconv.Quote(flags[1])+`
  [[units.sites]]
  code = "mn01"
  name = { vi = "Chợ Mường Nhé" }

[[units]]
`)
	boxtest.Tipbox(t, "reader", "-c", config, "-o", in("doc-tin.html"))
	said := boxtest.Tipbox(t, "keygen", "-o", in("khoa"), "--paper", in("giay.pdf"), "--label", "Trung úy Dính", "--passphrase-file", passphrase, "--work-factor", "10")
	recipients, err := keys.ParseRecipients(strings.NewReader(said))
	if err != nil {
		t.Fatal(err)
	}
	raster(t, in("giay.pdf"))
	text, err := waittest.Command(t, boxtest.Need(t, "pdftotext"), "-layout", in("giay.pdf"), "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	playBrowser(t, "test/day/*.test.mjs", map[string]any{
		"dir": dir, "desk": in("doc-tin.html"), "sheet": in("giay.png"), "lines": regexp.MustCompile(`(?m)\d\d/\d\d [A-Z2-7 ]+$`).FindAllString(string(text), -1),
		"passphrase": boxtest.Passphrase, "fingerprint": recipients.All()[0].Fingerprint(), "to": "muong-nhe", "result": in("made.json"),
	})

	b, err := os.ReadFile(in("made.json"))
	if err != nil {
		t.Fatal(err)
	}
	var made map[string]struct{ Passphrase, Fingerprint string }
	engines := 1
	if os.Getenv("TIPBOX_ENGINES") == "all" {
		engines = 4
	}
	if err := json.Unmarshal(b, &made); err != nil || len(made) != engines {
		t.Fatalf("%d engines: %v", len(made), err)
	}
	want, err := os.ReadFile(in("khoa"))
	if err != nil {
		t.Fatal(err)
	}
	for engine, m := range made {
		ids, err := keys.ReadIdentities(in(engine+"-khoa-cua-toi"), keys.UnlockOptions{Passphrase: func() (string, error) { return m.Passphrase, nil }})
		if err != nil {
			t.Errorf("%s: %v", engine, err)
			continue
		}
		sent, err := keys.ReadRecipients(in(engine + "-gui-quan-tri.txt"))
		if err != nil {
			t.Errorf("%s: %v", engine, err)
			continue
		}
		rec := sent.All()[0]
		if own := ids.Recipients()[0]; rec.String() != own.String() || rec.Label != "Đại úy Páo" || own.Fingerprint() != m.Fingerprint || own.Kind() != keys.PostQuantum {
			t.Errorf("%s: the recipient sent is %q of %q, the key's is %q, and the page showed %q", engine, rec.Fingerprint(), rec.Label, own.Fingerprint(), m.Fingerprint)
		}
		// The neighbour opens what was passed on, masked.
		passed, err := os.ReadFile(in(engine + "-chuyen.age"))
		if err != nil {
			t.Fatal(err)
		}
		if tip, err := open.Open(passed, neighbour.IDs); err != nil || tip.Passed == nil || tip.Passed.By != "na-co-sa" || strings.Contains(tip.Text, "rác") {
			t.Errorf("%s: the neighbour gets %+v, %v", engine, tip, err)
		}
		if got, err := os.ReadFile(in(engine + "-khoi-phuc")); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: the command's sheet gives another file: %v", engine, err)
		}
	}
	// What the two copies of the book had is in the one that was merged. One engine's
	// files tell: each is locked as for years, and takes seconds to open.
	if err := os.WriteFile(in("pass"), []byte(made["chrome"].Passphrase+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	csv := boxtest.Tipbox(t, "book", "export", "-i", in("chrome-khoa-cua-toi"), "--passphrase-file", in("pass"), in("chrome-so-tin-gop.age"))
	for _, want := range []string{"TB-7F3K-9QMX", "Tổ tuần tra", "đang xác minh", "muong-nhe"} {
		if !strings.Contains(csv, want) {
			t.Errorf("the book has no %q:\n%s", want, csv)
		}
	}
	// What the other engines print, the desk has read back itself.
	boxtest.Tipbox(t, "keygen", "--restore", in("chrome-giay.png"), "-o", in("lai"))
	got, err := os.ReadFile(in("lai"))
	if saved, wrong := os.ReadFile(in("chrome-khoa-cua-toi")); err != nil || wrong != nil || !bytes.Equal(got, saved) {
		t.Errorf("the desk's sheet gives another file: %v, %v", err, wrong)
	}
}

// raster makes a picture of a PDF's first page, as a scanner does.
func raster(t *testing.T, pdf string) {
	t.Helper()
	if out, err := waittest.Command(t, boxtest.Need(t, "pdftoppm"), "-r", "150", "-gray", "-png", "-singlefile", pdf, strings.TrimSuffix(pdf, ".pdf")).CombinedOutput(); err != nil {
		t.Fatalf("pdftoppm: %v\n%s", err, out)
	}
}
