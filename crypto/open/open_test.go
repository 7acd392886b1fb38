package open_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"mime/quotedprintable"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"

	"tipbox/crypto/keys"
	"tipbox/crypto/open"
	"tipbox/crypto/seal"
	"tipbox/crypto/unwrap"
	"tipbox/intake"
)

// unit makes a key and a sealer to it.
func unit(t testing.TB, kind string) (*seal.Sealer, *keys.Recipients, *keys.Identities) {
	t.Helper()
	id, err := keys.Generate(kind)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := keys.ParseRecipients(strings.NewReader(id.Recipient().String()))
	if err != nil {
		t.Fatal(err)
	}
	locked, err := id.Lock("mật khẩu", 1)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := keys.ParseIdentities(locked, keys.UnlockOptions{Passphrase: func() (string, error) { return "mật khẩu", nil }})
	if err != nil {
		t.Fatal(err)
	}
	return seal.New(rs), rs, ids
}

func photo(t testing.TB) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 64, 48))
	img.Set(3, 3, color.RGBA{200, 30, 30, 255})
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tip(t testing.TB) *intake.Tip {
	return &intake.Tip{
		ID: "TB-7F3K-9QMX", Unit: "na-co-sa", Site: "ncs01", SiteName: "Nhà văn hóa bản Na Cô Sa 1 – tầng 2",
		Mailbox: intake.Crime, Urgent: true, Lang: "hmn-VN", Message: "Dòng một.\n\n--boundary\nDòng hai 😀.",
		Place: "suối", Time: "đêm qua", Photos: [][]byte{photo(t), photo(t)},
	}
}

func TestOpen(t *testing.T) {
	for _, kind := range []string{keys.PostQuantum, keys.Classic} {
		sealer, _, ids := unit(t, kind)
		want := tip(t)
		sealed, err := sealer.Seal(want)
		if err != nil {
			t.Fatal(err)
		}
		for name, file := range map[string][]byte{"binary": sealed, "armored": armored(t, sealed), "with something behind": append(bytes.Clone(sealed), "PS"...)} {
			got, exact, err := open.Exact(file, ids)
			if err != nil || !bytes.Equal(exact, sealed) {
				t.Errorf("%s, %s: %v, %d bytes of %d", kind, name, err, len(exact), len(sealed))
				continue
			}
			if got.ID != want.ID || got.Unit != want.Unit || got.Site != want.Site || got.SiteName != want.SiteName ||
				got.Mailbox != want.Mailbox || !got.Urgent || got.Lang != want.Lang || len(got.Warnings) > 0 ||
				got.Text != want.Message+"\nỞ đâu: suối\nKhi nào: đêm qua" ||
				len(got.Photos) != 2 || !bytes.Equal(got.Photos[1], want.Photos[1]) {
				t.Errorf("%s, %s: %+v", kind, name, got)
			}
		}
	}
}

func armored(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := armor.NewWriter(&out)
	w.Write(b)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestOpenErrors(t *testing.T) {
	sealer, rs, ids := unit(t, keys.PostQuantum)
	_, _, other := unit(t, keys.PostQuantum)
	sealed, err := sealer.Seal(tip(t))
	if err != nil {
		t.Fatal(err)
	}
	flipped := func(i int) []byte {
		b := bytes.Clone(sealed)
		b[i] ^= 1
		return b
	}
	huge := bytes.Buffer{}
	w, _ := age.Encrypt(&huge, rs.Age()...)
	w.Write(make([]byte, 4<<20+1))
	w.Close()
	text := armored(t, sealed)
	for name, c := range map[string]struct {
		file []byte
		ids  *keys.Identities
		want error
	}{
		"another's key":            {sealed, other, open.ErrNoMatch},
		"half a header":            {sealed[:800], ids, open.ErrTruncated},
		"a few bytes":              {sealed[:10], ids, open.ErrTruncated},
		"header only":              {sealed[:1700], ids, open.ErrTruncated},
		"half":                     {sealed[:len(sealed)/2], ids, open.ErrTruncated},
		"all but a byte":           {sealed[:len(sealed)-1], ids, open.ErrTruncated},
		"a bit in the payload":     {flipped(len(sealed) - 5000), ids, open.ErrCorrupted},
		"a bit in the last chunk":  {flipped(len(sealed) - 1), ids, open.ErrCorrupted},
		"a bit in the header MAC":  {flipped(bytes.Index(sealed, []byte("\n--- ")) + 10), ids, open.ErrCorrupted},
		"armor cut off":            {text[:len(text)/2], ids, open.ErrTruncated},
		"armor damaged":            {bytes.Replace(text, []byte("\n-----END"), []byte("!\n-----END"), 1), ids, open.ErrCorrupted},
		"larger than any tip":      {huge.Bytes(), ids, open.ErrTooLarge},
		"nothing":                  {nil, ids, unwrap.ErrEmpty},
		"a zip":                    {[]byte("PK\x03\x04 and so on"), ids, unwrap.ErrZip},
		"a header's last line cut": {sealed[:bytes.Index(sealed, []byte("\n--- "))+9], ids, open.ErrTruncated},
		"an Outlook message":       {[]byte("\xd0\xcf\x11\xe0\xa1\xb1"), ids, unwrap.ErrOutlook},
		"a page":                   {[]byte("<!DOCTYPE HTML>"), ids, unwrap.ErrWebPage},
		"recipients":               {[]byte("# Páo\n" + rs.Strings()[0]), ids, unwrap.ErrRecipients},
		"an identity":              {[]byte("# x\nAGE-SECRET-KEY-PQ-1X"), ids, unwrap.ErrIdentity},
		"a picture":                {photo(t), ids, unwrap.ErrNotSealed},
		"a zip is not sealed, too": {[]byte("PK\x03\x04"), ids, unwrap.ErrNotSealed},
	} {
		got, err := open.Open(c.file, c.ids)
		if !errors.Is(err, c.want) || got != nil {
			t.Errorf("%s: %+v, %v, want %v", name, got, err, c.want)
		}
	}
}

func TestMails(t *testing.T) {
	sealer, _, ids := unit(t, keys.PostQuantum)
	sealed, err := sealer.Seal(&intake.Tip{Unit: "u", Site: "s", Mailbox: intake.Report, Lang: "vi", Message: "Tin trong thư"})
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.StdEncoding.EncodeToString(sealed)
	wrapped := strings.Join(strings.Split(b64, "A"), "A\r\n \t")
	var qp strings.Builder
	w := quotedprintable.NewWriter(&qp)
	w.Write(armored(t, sealed))
	w.Close()
	const head = "From: hom-thu@example.vn\r\nSubject: =?utf-8?b?W0jDsm0gdGjGsF0gVGluIG3hu5tpIFRCLTdGM0stOVFNWA==?=\r\nMIME-Version: 1.0\r\n"
	part := func(header, body string) string { return "--x\r\n" + header + "\r\n\r\n" + body + "\r\n" }
	text := part("Content-Type: text/plain; charset=utf-8", "Xin mở tệp đính kèm.")
	multi := func(parts ...string) string {
		return head + "Content-Type: multipart/mixed; boundary=x\r\n\r\n" + strings.Join(parts, "") + "--x--\r\n"
	}
	attached := part("Content-Type: application/age; name=\"TB-7F3K-9QMX.age\"\r\nContent-Transfer-Encoding: base64\r\n"+
		"Content-Disposition: attachment; filename=\"TB-7F3K-9QMX.age\"", wrapped)
	for name, c := range map[string]struct {
		mail string
		id   intake.ID
	}{
		"as sent":            {multi(text, attached), "TB-7F3K-9QMX"},
		"line feeds only":    {strings.ReplaceAll(multi(text, attached), "\r\n", "\n"), "TB-7F3K-9QMX"},
		"the only part":      {head + "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: BASE64\r\n\r\n" + b64, "TB-7F3K-9QMX"},
		"renamed":            {multi(text, part("Content-Type: application/octet-stream; name=download.bin\r\nContent-Transfer-Encoding: base64", b64)), ""},
		"an encoded name":    {multi(part("Content-Type: application/octet-stream; name=\"=?utf-8?q?tin_TB-7F3K-9QMX_=281=29.age?=\"\r\nContent-Transfer-Encoding: base64", b64)), "TB-7F3K-9QMX"},
		"quoted-printable":   {multi(part("Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable", qp.String())), "TB-7F3K-9QMX"},
		"a forwarded mail":   {multi(text, part("Content-Type: message/rfc822", multi2(head, attached))), "TB-7F3K-9QMX"},
		"parts within parts": {multi(text, part("Content-Type: multipart/mixed; boundary=y", strings.ReplaceAll(attached, "--x", "--y")+"--y--")), "TB-7F3K-9QMX"},
		"not closed":         {strings.TrimSuffix(multi(text, attached), "--x--\r\n"), "TB-7F3K-9QMX"},
	} {
		path := filepath.Join(t.TempDir(), "mail.eml")
		if err := os.WriteFile(path, []byte(c.mail), 0o600); err != nil {
			t.Fatal(err)
		}
		n := 0
		for src, err := range open.Sources(path) {
			n++
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			got, err := open.Open(src.Sealed, ids)
			if err != nil || got.Text != "Tin trong thư" || src.ID != c.id {
				t.Errorf("%s: %v, %+v, id %q, want %q", name, err, got, src.ID, c.id)
			}
		}
		if n != 1 {
			t.Errorf("%s: %d sealed tips found", name, n)
		}
	}
}

// multi2 is a mail within a mail: its boundary must be its own.
func multi2(head, attached string) string {
	return head + "Content-Type: multipart/mixed; boundary=z\r\n\r\n" + strings.ReplaceAll(attached, "--x", "--z") + "--z--\r\n"
}

func TestFolders(t *testing.T) {
	sealer, _, _ := unit(t, keys.Classic)
	dir := t.TempDir()
	write := func(name string, b []byte) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mail := func(id string) string {
		sealed, err := sealer.Seal(&intake.Tip{ID: intake.ID(id), Unit: "u", Site: "s", Mailbox: intake.Report, Message: id})
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("Subject: x\n%s: %s\nContent-Transfer-Encoding: base64\n\n%s\n",
			"Content-Disposition", "attachment; filename="+id+".age", base64.StdEncoding.EncodeToString(sealed))
	}
	write("Maildir/cur/1700000000.M1.host:2,S", []byte(mail("TB-1111-1111")))
	write("Maildir/new/1700000001.M2.host", []byte(mail("TB-2222-2222")))
	write("Maildir/tmp/1700000002.M3.host", []byte(mail("TB-3333-3333")))
	write("Maildir/dovecot.index", []byte{1, 2, 3})
	write("box.mbox", []byte("From a Mon Nov 23\n"+mail("TB-4444-4444")+"\nFrom b Mon Nov 23\nSubject: chào\n\nFrom the text\n\nFrom c Mon\n"+mail("TB-5555-5555")))
	write("thu.eml", []byte("Subject: chào\n\nXin chào"))
	write("cat.age", []byte("PK\x03\x04"))
	if err := os.Symlink("/dev/zero", filepath.Join(dir, "zero.age")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("thu.eml", filepath.Join(dir, "a.lnk")); err != nil {
		t.Fatal(err)
	}
	var found []string
	for src, err := range open.Sources(dir) {
		switch {
		case src.Aside:
			found = append(found, "("+strings.TrimPrefix(src.Name, dir+"/")+")")
		case err != nil:
			found = append(found, err.Error())
		default:
			found = append(found, string(src.ID))
		}
	}
	want := "TB-1111-1111 (Maildir/dovecot.index) TB-2222-2222 (a.lnk) TB-4444-4444 (box.mbox (chào)) TB-5555-5555 " +
		unwrap.ErrZip.Error() + " (thu.eml (chào)) " + open.ErrNotFile.Error()
	if got := strings.Join(found, " "); got != want {
		t.Errorf("found %s\nwant  %s", got, want)
	}
}

// TestClaimedSize reads files of 4 GB, which use no disk, without their memory.
func TestClaimedSize(t *testing.T) {
	dir := t.TempDir()
	for name, start := range map[string]string{
		"a.age": "age-encryption.org/v1\n-> X25519 ", "b.eml": "Subject: x\n\n", "c.mbox": "From x\n", "d.eml": "Subject: ",
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(start), 0o600); err != nil {
			t.Fatal(err)
		}
		size := int64(4 << 30)
		if name == "c.mbox" { // read to its end: the next mail could be the tip
			size = 128 << 20
		}
		if err := os.Truncate(path, size); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for _, err := range open.Sources(path) {
			if err == nil {
				t.Errorf("%s: taken", name)
			}
		}
		runtime.ReadMemStats(&after)
		if used := after.Sys - before.Sys; used > 128<<20 {
			t.Errorf("%s: %d MB", name, used>>20)
		}
	}
}

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"Tiếng Việt, Hmoob ñ\n\tmột":  "Tiếng Việt, Hmoob ñ\n\tmột",
		"a\u202egpj.exe":              "a⟨U+202E⟩gpj.exe",
		"\x1b[2J\a\x00\u009b\x7f":     "⟨U+001B⟩[2J⟨U+0007⟩⟨U+0000⟩⟨U+009B⟩⟨U+007F⟩",
		"a\u200bb\u00adc\ufeff\u2066": "a⟨U+200B⟩b⟨U+00AD⟩c⟨U+FEFF⟩⟨U+2066⟩",
		"\u3164\u2800\u115f":          "⟨U+3164⟩⟨U+2800⟩⟨U+115F⟩",
		"a\u2028b\rc":                 "a⟨U+2028⟩b⟨U+000D⟩c",
		"👨\u200d👩\u200d👧 ❤\ufe0f 1\ufe0f\u20e3 👍🏽": "👨\u200d👩\u200d👧 ❤\ufe0f 1\ufe0f\u20e3 👍🏽",
		"a\u200db x\ufe0f":     "a⟨U+200D⟩b x⟨U+FE0F⟩",
		"ສະ\u200bບາຍ":          "ສະ\u200bບາຍ",
		"\xff\xfe":             "\ufffd\ufffd"[:3],
		"\U000e0041\U000e0042": "⟨U+E0041⟩⟨U+E0042⟩",
	} {
		if got := open.Visible(in); got != want {
			t.Errorf("%+q: %+q, want %+q", in, got, want)
		}
	}
}

func TestCleanPhoto(t *testing.T) {
	good := photo(t)
	clean, err := open.CleanPhoto(append(bytes.Clone(good), "<script>"...))
	if err != nil || bytes.Contains(clean, []byte("<script>")) {
		t.Errorf("%v", err)
	}
	if _, err := open.CleanPhoto(good[:len(good)-20]); err != nil {
		t.Errorf("cut off, as browsers show it: %v", err)
	}
	bomb := bytes.Clone(good)
	sof := bytes.Index(bomb, []byte{0xff, 0xc0})
	copy(bomb[sof+5:], []byte{0xff, 0xff, 0xff, 0xff}) // 65,535 × 65,535
	for name, c := range map[string]struct {
		photo []byte
		want  error
	}{
		"a program":    {[]byte("MZ"), open.ErrNotPhoto},
		"nothing":      {nil, open.ErrNotPhoto},
		"a header":     {good[:bytes.Index(good, []byte{0xff, 0xda})], open.ErrNotPhoto},
		"a bomb":       {bomb, open.ErrPhotoTooBig},
		"a PNG's name": {[]byte("\x89PNG\r\n\x1a\n"), open.ErrNotPhoto},
	} {
		if _, err := open.CleanPhoto(c.photo); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}
