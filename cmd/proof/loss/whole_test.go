// Package loss proves on the real binary that a tip which was acknowledged reaches
// the unit, whatever is killed, cut off, full or hostile.
package loss

import (
	"bytes"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/deliver/smtp/smtptest"
	"tipbox/intake/redis/redistest"
	"tipbox/intake/waittest"
)

// TestWholeWay is the main job on real parts: init, serve with Redis and a mail
// server, a form fetched and sent with two photos, the mail opened with tipbox
// and with the age library, and the poster's code read by zbarimg.
func TestWholeWay(t *testing.T) {
	t.Parallel()
	mailServer := smtptest.Start(t, smtptest.Options{Username: "tip", Password: "mat-khau"})
	redis := redistest.Start(t)
	config := boxtest.Init(t, mailServer, "[redis]\nurl = "+strconv.Quote(redis.URL()), "--passphrase-file", boxtest.PassphraseFile(t))
	box := boxtest.Serve(t, config)

	v := &boxtest.Villager{URL: box.URL + "/t/NCS01"} // as someone types it
	_, page, err := v.Page(t.Context())
	if err != nil {
		t.Fatalf("%v\n%s", err, box.Said)
	}
	for _, want := range []string{"Đồn Biên phòng Na Cô Sa", "Nhà văn hóa bản Na Cô Sa 1", `name="mailbox"`, `name="photo"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the form does not show %s", want)
		}
	}
	tip := boxtest.Report("Có xe lạ chở gỗ lúc nửa đêm.\nBa người.", boxtest.Photograph(t, 1, 800, 600), boxtest.Photograph(t, 2, 600, 800))
	tip.Fields["place"] = "Suối Nậm Nhừ"
	answer, err := v.Write(t.Context(), tip)
	if err != nil || !answer.Taken() {
		t.Fatalf("%v, answer %+v\n%s", err, answer, box.Said)
	}
	mails := mailServer.Wait(1)

	eml := filepath.Join(t.TempDir(), "mail.eml")
	if err := os.WriteFile(eml, mails[0].Data, 0o600); err != nil {
		t.Fatal(err)
	}
	identity, passphrase := boxtest.IdentityOf(t, config)
	out := t.TempDir()
	text := boxtest.Tipbox(t, "open", "-i", identity, "--passphrase-file", passphrase, "-o", out, eml)
	for _, want := range []string{"Có xe lạ chở gỗ lúc nửa đêm.", "Ba người.", "Ở đâu: Suối Nậm Nhừ", "Nhà văn hóa bản Na Cô Sa 1"} {
		if !strings.Contains(text, want) {
			t.Errorf("tipbox open does not print %q:\n%s", want, text)
		}
	}
	photos, _ := filepath.Glob(filepath.Join(out, "*", "anh-*.jpg"))
	if len(photos) != 2 {
		t.Errorf("photos %v", photos)
	}
	for _, p := range photos {
		b, _ := os.ReadFile(p)
		if img, err := jpeg.Decode(bytes.NewReader(b)); err != nil || img.Bounds().Dx()*img.Bounds().Dy() != 480_000 {
			t.Errorf("%s: %v", p, err)
		}
	}
	openWithAge(t, config, mails[0].Data, "Có xe lạ chở gỗ lúc nửa đêm.\r\nBa người.")
	box.Stop()
	scanPoster(t, config, "http://127.0.0.1/t/ncs01")
}

// openWithAge does what an officer without tipbox can: age -d twice, as a library.
func openWithAge(t *testing.T, config string, eml []byte, want string) {
	t.Helper()
	identity, _ := boxtest.IdentityOf(t, config)
	locked, err := os.ReadFile(identity)
	if err != nil {
		t.Fatal(err)
	}
	scrypt, err := age.NewScryptIdentity(boxtest.Passphrase)
	if err != nil {
		t.Fatal(err)
	}
	unlocked, err := age.Decrypt(armor.NewReader(bytes.NewReader(locked)), scrypt)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := age.ParseIdentities(unlocked)
	if err != nil {
		t.Fatal(err)
	}
	r, err := age.Decrypt(bytes.NewReader(boxtest.Attachment(t, eml)), ids...)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil || !bytes.Contains(plain, []byte(want)) || len(plain)&(len(plain)-1) != 0 {
		t.Errorf("%v, %d bytes, text found: %v", err, len(plain), bytes.Contains(plain, []byte(want)))
	}
}

// scanPoster prints the posters and reads their code as a phone would.
func scanPoster(t *testing.T, config, link string) {
	t.Helper()
	dir := t.TempDir()
	pdf := strings.TrimSpace(boxtest.Tipbox(t, "poster", "-c", config, "-o", dir))
	png := filepath.Join(dir, "page")
	if out, err := waittest.Command(t, boxtest.Need(t, "pdftoppm"), "-r", "100", "-png", "-singlefile", pdf, png).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := waittest.Command(t, boxtest.Need(t, "zbarimg"), "--quiet", "--raw", png+".png").Output()
	if got := strings.TrimSpace(string(out)); err != nil || got != link {
		t.Errorf("zbarimg reads %q, %v; want %q", got, err, link)
	}
}
