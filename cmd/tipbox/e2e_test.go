package main

import (
	"bytes"
	"encoding/base64"
	"image/jpeg"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/mail"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"

	"tipbox/intake/deliver/smtp/smtptest"
	"tipbox/intake/redis/redistest"
	"tipbox/intake/waittest"
)

const testPassphrase = "hoa ban trang"

// initBox makes a configuration as an operator would, with tipbox init, and
// returns its path. Its mail goes to the server; more lines are put before the units.
func initBox(t testing.TB, mailServer *smtptest.Server, more string, flags ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "box")
	passphrase := filepath.Join(t.TempDir(), "passphrase")
	if err := os.WriteFile(passphrase, []byte(testPassphrase+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tipbox(t, append([]string{
		"init", dir, "--base-url", "http://127.0.0.1", "--listen", "127.0.0.1:0",
		"--unit-id", "na-co-sa", "--unit-name", "Đồn Biên phòng Na Cô Sa", "--phone", "0215 000 000",
		"--site-code", "ncs01", "--site-name", "Nhà văn hóa bản Na Cô Sa 1", "--mail", "truc-ban@na-co-sa.example",
		"--smtp-host", mailServer.Host, "--smtp-port", strconv.Itoa(mailServer.Port), "--smtp-user", "tip",
		"--from", "hom-thu@na-co-sa.example", "--passphrase-file", passphrase,
	}, flags...)...)
	if err := os.WriteFile(filepath.Join(dir, "secrets", "smtp"), []byte("mat-khau\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(dir, "tipbox.toml")
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	s := strings.Replace(string(text), "[smtp]\n", more+"\n[smtp]\nca_file = "+strconv.Quote(mailServer.CAFile)+"\n", 1)
	s = strings.Replace(s, `"127.0.0.1:9090"`, `"127.0.0.1:0"`, 1)
	if err := os.WriteFile(config, []byte(s), 0o600); err != nil {
		t.Fatal(err)
	}
	return config
}

// identityOf returns the identity that initBox made, and its passphrase file.
func identityOf(t testing.TB, config string) (identity, passphrase string) {
	t.Helper()
	passphrase = filepath.Join(t.TempDir(), "passphrase")
	if err := os.WriteFile(passphrase, []byte(testPassphrase), 0o600); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(filepath.Dir(config), "keys", "na-co-sa.identity"), passphrase
}

// TestWholeWay is the main job on real parts: init, serve with Redis and a mail
// server, a form fetched and sent with two photos, the mail opened with tipbox
// and with the age library, and the poster's code read by zbarimg.
func TestWholeWay(t *testing.T) {
	t.Parallel()
	mailServer := smtptest.Start(t, smtptest.Options{Username: "tip", Password: "mat-khau"})
	redis := redistest.Start(t)
	config := initBox(t, mailServer, "[redis]\nurl = "+strconv.Quote(redis.URL()))
	box := serve(t, config)

	v := &villager{url: box.url + "/t/NCS01"} // as someone types it
	_, page, err := v.page(t.Context())
	if err != nil {
		t.Fatalf("%v\n%s", err, box.stderr)
	}
	for _, want := range []string{"Đồn Biên phòng Na Cô Sa", "Nhà văn hóa bản Na Cô Sa 1", `name="mailbox"`, `name="photo"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the form does not show %s", want)
		}
	}
	tip := report("Có xe lạ chở gỗ lúc nửa đêm.\nBa người.", photograph(t, 1, 800, 600), photograph(t, 2, 600, 800))
	tip.fields["place"] = "Suối Nậm Nhừ"
	answer, err := v.write(t.Context(), tip)
	if err != nil || answer.status != http.StatusOK {
		t.Fatalf("%v, answer %+v\n%s", err, answer, box.stderr)
	}
	mails := mailServer.Wait(1)

	eml := filepath.Join(t.TempDir(), "mail.eml")
	if err := os.WriteFile(eml, mails[0].Data, 0o600); err != nil {
		t.Fatal(err)
	}
	identity, passphrase := identityOf(t, config)
	out := t.TempDir()
	text := tipbox(t, "open", "-i", identity, "--passphrase-file", passphrase, "-o", out, eml)
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
	if err := box.stop(t); err != nil {
		t.Errorf("tipbox serve ended with %v\n%s", err, box.stderr)
	}
	scanPoster(t, config, "http://127.0.0.1/t/ncs01")
}

// openWithAge does what an officer without tipbox can: age -d twice, as a library.
func openWithAge(t *testing.T, config string, eml []byte, want string) {
	t.Helper()
	identity, _ := identityOf(t, config)
	locked, err := os.ReadFile(identity)
	if err != nil {
		t.Fatal(err)
	}
	scrypt, err := age.NewScryptIdentity(testPassphrase)
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
	r, err := age.Decrypt(bytes.NewReader(attachment(t, eml)), ids...)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil || !bytes.Contains(plain, []byte(want)) || len(plain)&(len(plain)-1) != 0 {
		t.Errorf("%v, %d bytes, text found: %v", err, len(plain), bytes.Contains(plain, []byte(want)))
	}
}

// attachment returns the sealed tip in a mail, with the standard library alone.
func attachment(t testing.TB, eml []byte) []byte {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(eml))
	if err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	for parts := multipart.NewReader(m.Body, params["boundary"]); ; {
		part, err := parts.NextPart()
		if err != nil {
			t.Fatalf("no attachment: %v\n%s", err, eml)
		}
		if strings.HasSuffix(part.FileName(), ".age") {
			b, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, part))
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
	}
}

// scanPoster prints the posters and reads their code as a phone would.
func scanPoster(t *testing.T, config, link string) {
	t.Helper()
	dir := t.TempDir()
	pdf := strings.TrimSpace(tipbox(t, "poster", "-c", config, "-o", dir))
	png := filepath.Join(dir, "page")
	if out, err := waittest.Command(t, need(t, "pdftoppm"), "-r", "100", "-png", "-singlefile", pdf, png).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := waittest.Command(t, need(t, "zbarimg"), "--quiet", "--raw", png+".png").Output()
	if got := strings.TrimSpace(string(out)); err != nil || got != link {
		t.Errorf("zbarimg reads %q, %v; want %q", got, err, link)
	}
}
