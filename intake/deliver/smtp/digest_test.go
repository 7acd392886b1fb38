package smtp

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"testing"
	"time"

	"tipbox/intake"
	"tipbox/intake/deliver"
	text "tipbox/templates/mail"
)

// TestComposeDigest: every tip is an attachment of its own under its own name, the
// size is what was reckoned with, and the same tips make the same Message-ID.
func TestComposeDigest(t *testing.T) {
	s, err := newSender("hom-thu@example.vn")
	if err != nil {
		t.Fatal(err)
	}
	m := &deliver.Mail{To: "truc-ban@example.vn", Urgent: true}
	const tips, size = 300, 16<<10 + 1659
	reckoned := 0
	for n := range tips {
		m.Digest = append(m.Digest, deliver.Attachment{
			ID: intake.ID(fmt.Sprintf("TB-0000-%04d", n)), Sealed: bytes.Repeat([]byte{byte(n)}, size),
		})
		reckoned += deliver.Encoded(size)
	}
	b, err := s.compose(m, time.Unix(1_795_000_000, 0))
	if err != nil {
		t.Fatal(err)
	}
	if len(b) > reckoned || len(b) < reckoned*95/100 {
		t.Errorf("%d bytes where %d were reckoned with", len(b), reckoned)
	}
	got, err := mail.ReadMessage(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
	if err != nil || subject != text.DigestSubject(true) {
		t.Errorf("subject %q, %v", subject, err)
	}
	_, params, err := mime.ParseMediaType(got.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(got.Body, params["boundary"])
	n := -1
	for ; ; n++ {
		p, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if n >= 0 && p.FileName() != string(m.Digest[n].ID)+".age" {
			t.Errorf("attachment %d is called %q", n, p.FileName())
		}
	}
	if n != tips {
		t.Errorf("%d attachments", n)
	}
	id := got.Header.Get("Message-Id")
	for name, c := range map[string]struct {
		tips []deliver.Attachment
		same bool
	}{"again": {m.Digest, true}, "without the last": {m.Digest[:tips-1], false}} {
		b, err := s.compose(&deliver.Mail{To: "b@example.vn", Digest: c.tips}, time.Unix(1_795_100_000, 0))
		if err != nil {
			t.Fatal(err)
		}
		again, err := mail.ReadMessage(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if (again.Header.Get("Message-Id") == id) != c.same {
			t.Errorf("%s: Message-ID %s, before %s", name, again.Header.Get("Message-Id"), id)
		}
	}
}
