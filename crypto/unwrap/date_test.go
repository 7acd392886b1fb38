package unwrap

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"testing"
)

// TestDate: a tip has the Date of the mail that brought it, whatever was made of that
// mail since.
func TestDate(t *testing.T) {
	const date = "Sat, 28 Nov 2026 13:00:00 +0000"
	sealed := []byte(ageMagic + "\n-> X25519 abc\nabc\n--- abc\n" + string(make([]byte, 100)))
	mail := func(date, kind string, content []byte) []byte {
		return fmt.Appendf(nil, "Subject: Tin\r\nDate: %s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"+
			"Content-Type: %s; name=\"TB-1111-AAAA.age\"\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n--b--\r\n",
			date, kind, base64.StdEncoding.EncodeToString(content))
	}
	plain := mail(date, "application/age", sealed)
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	w, _ := z.Create("tin.eml")
	w.Write(plain)
	z.Close()
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"a mail":                    {plain, "2026-11-28T13:00:00Z"},
		"with Vietnam's time":       {mail("Sat, 28 Nov 2026 20:00:00 +0700 (ICT)", "application/age", sealed), "2026-11-28T13:00:00Z"},
		"forwarded as it was":       {mail("Sun, 29 Nov 2026 13:00:00 +0000", "message/rfc822", plain), "2026-11-28T13:00:00Z"},
		"in a mail without a date":  {mail("hôm qua", "message/rfc822", plain), "2026-11-28T13:00:00Z"},
		"no date of its own":        {mail("Sun, 29 Nov 2026 13:00:00 +0000", "message/rfc822", mail("", "application/age", sealed)), "0001-01-01T00:00:00Z"},
		"two dates":                 {append([]byte("Date: Sun, 29 Nov 2026 13:00:00 +0000\r\n"), plain...), "0001-01-01T00:00:00Z"},
		"webmail's download of all": {packed.Bytes(), "2026-11-28T13:00:00Z"},
		"a mail that is cut":        {plain[:len(plain)-20], "2026-11-28T13:00:00Z"},
		"the file alone":            {sealed, "0001-01-01T00:00:00Z"},
		"a year beyond all":         {mail("Sat, 28 Nov 22026 13:00:00 +0000", "application/age", sealed), "0001-01-01T00:00:00Z"},
	} {
		r := File("x", c.file)
		if len(r.Found) != 1 {
			t.Errorf("%s: %d found, %v", name, len(r.Found), r)
			continue
		}
		if got := r.Found[0].Date.UTC().Format("2006-01-02T15:04:05Z"); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestMailDate holds what is taken for a date to testdata/dates.json: milliseconds, or
// null. The reader's script is held to the same file.
func TestMailDate(t *testing.T) {
	file, err := os.ReadFile("testdata/dates.json")
	if err != nil {
		t.Fatal(err)
	}
	var dates map[string]*int64
	if err := json.Unmarshal(file, &dates); err != nil || len(dates) < 20 {
		t.Fatalf("%d dates: %v", len(dates), err)
	}
	for value, want := range dates {
		got := mailDate(value)
		if got.IsZero() != (want == nil) || want != nil && got.UnixMilli() != *want {
			t.Errorf("%.60q: %v", value, got)
		}
	}
}
