package unwrap_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tipbox/crypto/keys"
	"tipbox/crypto/open"
	"tipbox/intake"
)

// TestDigestInAnOldOpen reads a digest by the rules of the tipbox open that was
// there before digests (commit e7ddb8d), which officers go on using: net/mail, a
// walk through multipart, the names of attachments, base64; no more is needed to
// find all its tips, each of a version and a name that the old one knows. It took 256
// of a mail and said that there were more.
func TestDigestInAnOldOpen(t *testing.T) {
	file, err := os.ReadFile(filepath.Join("testdata", "keys.txt"))
	if err != nil {
		t.Fatal(err)
	}
	ids, err := keys.ParseIdentities(file, keys.UnlockOptions{})
	if err != nil {
		t.Fatal(err)
	}
	eml, err := os.ReadFile(filepath.Join("testdata", "wrapped", "digest-of-ours.eml"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := mail.ReadMessage(bytes.NewReader(eml))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/mixed" {
		t.Fatal(kind, err)
	}
	var texts []string
	for parts := multipart.NewReader(m.Body, params["boundary"]); ; {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name, sealed := part.FileName(), strings.HasSuffix(part.FileName(), ".age")
		if !sealed {
			continue
		}
		if part.Header.Get("Content-Transfer-Encoding") != "base64" {
			t.Errorf("%s: %v", name, part.Header)
		}
		b, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, part))
		if err != nil {
			t.Fatal(err)
		}
		tip, err := open.Open(b, ids)
		if err != nil || len(tip.Warnings) > 0 {
			t.Fatalf("%s: %+v, %v", name, tip, err)
		}
		if id, err := intake.ParseID(strings.TrimSuffix(name, ".age")); err != nil || id != tip.ID {
			t.Errorf("%s holds %s", name, tip.ID)
		}
		texts = append(texts, tip.Text)
	}
	if strings.Join(texts, " ") != "Tin thứ nhất. Tin thứ hai. Tin thứ ba." {
		t.Errorf("found %q", texts)
	}
}
