package smtp

import (
	"bytes"
	"encoding/base64"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"tipbox/intake/deliver"
	"tipbox/intake/waittest"
	text "tipbox/templates/mail"
)

// opened is a mail taken apart with the standard library only.
type opened struct {
	header mail.Header
	text   string
	name   string // of the attachment
	sealed []byte
}

// open takes a mail apart strictly: exactly one text and one attachment.
func open(t *testing.T, data []byte) opened {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/mixed" {
		t.Fatalf("content type %q: %v", m.Header.Get("Content-Type"), err)
	}
	got := opened{header: m.Header}
	parts := multipart.NewReader(m.Body, params["boundary"])

	part, err := parts.NextRawPart()
	if err != nil {
		t.Fatal(err)
	}
	if ct, enc := part.Header.Get("Content-Type"), part.Header.Get("Content-Transfer-Encoding"); ct != "text/plain; charset=UTF-8" || enc != "quoted-printable" {
		t.Errorf("text part is %q in %q", ct, enc)
	}
	b, err := io.ReadAll(quotedprintable.NewReader(part))
	if err != nil {
		t.Fatal(err)
	}
	got.text = strings.ReplaceAll(string(b), "\r\n", "\n")

	if part, err = parts.NextRawPart(); err != nil {
		t.Fatal(err)
	}
	kind, params, err = mime.ParseMediaType(part.Header.Get("Content-Type"))
	if err != nil || kind != "application/age" || part.Header.Get("Content-Transfer-Encoding") != "base64" {
		t.Errorf("attachment is %q: %v", part.Header, err)
	}
	if got.name = part.FileName(); got.name != params["name"] {
		t.Errorf("attachment has two names: %q and %q", got.name, params["name"])
	}
	if got.sealed, err = io.ReadAll(base64.NewDecoder(base64.StdEncoding, part)); err != nil {
		t.Fatal(err)
	}
	if _, err := parts.NextRawPart(); err != io.EOF {
		t.Errorf("after the attachment: %v, expected the end", err)
	}
	return got
}

func TestMessage(t *testing.T) {
	t.Parallel()
	srv := server(t, nil)
	o := settings(t, srv)
	// An attempt at 23:30 in Vietnam, as the server's clock may have it.
	o.Now = func() time.Time {
		return time.Date(2026, 11, 3, 23, 30, 5, 0, time.FixedZone("", 7*3600))
	}
	m := tip("A1")
	if err := dial(t, transport(t, o)).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := srv.Mails()[0]
	if !got.Encrypted || got.User != user || got.ReturnPath != "<>" || !slices.Equal(got.To, []string{m.To}) {
		t.Errorf("conversation: %v %q %q %q", got.Encrypted, got.User, got.ReturnPath, got.To)
	}
	if got.Hello != "example.vn" {
		t.Errorf("EHLO %q, expected the sender's domain", got.Hello)
	}

	mail := open(t, got.Data)
	want := map[string]string{
		"Auto-Submitted": "auto-generated",
		"Date":           "Tue, 03 Nov 2026 16:30:05 +0000",
		"From":           "=?utf-8?q?H=C3=B2m_th=C6=B0?= <hom-thu@example.vn>",
		"Message-Id":     "<TB-7K3M-9QA1@example.vn>",
		"Mime-Version":   "1.0",
		"To":             "<truc-ban@example.vn>",
	}
	for name, value := range want {
		if mail.header.Get(name) != value {
			t.Errorf("%s: %q, expected %q", name, mail.header.Get(name), value)
		}
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(mail.header.Get("Subject"))
	if err != nil || subject != "[Hòm thư] Tin mới TB-7K3M-9QA1" {
		t.Errorf("subject %q: %v", subject, err)
	}
	// Any other header would be one that nobody has thought about.
	names := slices.Sorted(maps.Keys(mail.header))
	if expected := append(slices.Collect(maps.Keys(want)), "Subject", "Content-Type"); !slices.Equal(names, slices.Sorted(slices.Values(expected))) {
		t.Errorf("headers %v", names)
	}
	if mail.text != text.Text(string(m.ID)) {
		t.Errorf("text:\n%s", mail.text)
	}
	if mail.name != "TB-7K3M-9QA1.age" || !bytes.Equal(mail.sealed, m.Sealed) {
		t.Errorf("attachment %q of %d bytes is not the sealed tip", mail.name, len(mail.sealed))
	}
	checkWire(t, got.Data)
}

// checkWire holds a message to what any server takes: 7-bit, CR LF, short lines,
// headers within RFC 5322's 78 and RFC 2047's 76, and no name of this machine.
func checkWire(t *testing.T, data []byte) {
	t.Helper()
	head, _, _ := bytes.Cut(data, []byte("\r\n\r\n"))
	for line := range bytes.Lines(data) {
		bare := bytes.TrimSuffix(line, []byte("\r\n"))
		if len(bare) == len(line) || bytes.ContainsAny(bare, "\r\n\x00") || len(bare) > 78 {
			t.Errorf("line of %d bytes: %q", len(line), line)
		}
		if i := bytes.IndexFunc(bare, func(r rune) bool { return r > '~' }); i >= 0 {
			t.Errorf("line is not 7-bit: %q", line)
		}
		if bytes.Contains(bare, []byte("=?")) && len(bare) > 76 {
			t.Errorf("encoded word in a line of %d bytes: %q", len(bare), line)
		}
	}
	if host, err := os.Hostname(); err == nil && bytes.Contains(data, []byte(host)) {
		t.Errorf("the host name %q is in the mail:\n%s", host, head)
	}
	for _, name := range []string{"go-mail", "User-Agent", "X-Mailer", "Received"} {
		if bytes.Contains(head, []byte(name)) {
			t.Errorf("%q is in the headers:\n%s", name, head)
		}
	}
}

// TestMessageIsConstant: what can be seen of a mail is its id, whether it is
// urgent, and the size class; and each attempt is the same mail.
func TestMessageIsConstant(t *testing.T) {
	t.Parallel()
	s, err := newSender("hom-thu@example.vn")
	if err != nil {
		t.Fatal(err)
	}
	compose := func(m *deliver.Mail, at time.Time) []byte {
		b, err := s.compose(m, at)
		if err != nil {
			t.Fatal(err)
		}
		checkWire(t, b)
		return b
	}
	day := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	one, other := tip("01"), tip("02")
	other.Sealed = bytes.Repeat([]byte{'.'}, len(one.Sealed))
	first := compose(one, day)
	if n := len(compose(other, day.AddDate(0, 10, 20))); n != len(first) {
		t.Errorf("two tips of one size make mails of %d and %d bytes", len(first), n)
	}

	again := compose(one, day.Add(time.Hour))
	a, b := open(t, first), open(t, again)
	if a.header.Get("Message-Id") != b.header.Get("Message-Id") {
		t.Error("an attempt has a Message-ID of its own")
	}
	if a.header.Get("Content-Type") == b.header.Get("Content-Type") {
		t.Error("the boundary is not random")
	}

	for _, m := range []*deliver.Mail{one, other} {
		m.Half, m.Reply = "2026-2", "7F3K-9QMX-2ABC-4DEF"
	}
	passed := compose(one, day)
	if n := len(compose(other, day)); n != len(passed) {
		t.Errorf("with a reply pass two tips make mails of %d and %d bytes", len(passed), n)
	}
	if text := open(t, passed).text; !strings.Contains(text, "\nMã trả lời / Reply pass 2026-2: 7F3K-9QMX-2ABC-4DEF\n") {
		t.Errorf("the reply pass does not stand on a line of its own:\n%s", text)
	}
	a = open(t, passed)
	one.Urgent = true
	urgent := open(t, compose(one, day))
	subject, err := new(mime.WordDecoder).DecodeHeader(urgent.header.Get("Subject"))
	if err != nil || !strings.Contains(subject, "KHẨN") || !strings.Contains(subject, string(one.ID)) {
		t.Errorf("urgent subject %q: %v", subject, err)
	}
	if urgent.text != a.text {
		t.Error("an urgent mail has another text")
	}
}

// TestAliveIsConstant: the daily mail has one size and text, and a Message-ID a day.
func TestAliveIsConstant(t *testing.T) {
	t.Parallel()
	s, err := newSender("hom-thu@example.vn")
	if err != nil {
		t.Fatal(err)
	}
	day, size, ids := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), 0, map[string]bool{}
	for n := range 20 {
		at := day.AddDate(0, n, n)
		b, err := s.compose(&deliver.Mail{Alive: at.Format(time.DateOnly) + ".na-co-sa", To: "truc-ban@example.vn"}, at)
		if err != nil {
			t.Fatal(err)
		}
		checkWire(t, b)
		got, err := mail.ReadMessage(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		ids[got.Header.Get("Message-Id")] = true
		if !bytes.Contains(b, []byte("\r\nSubject: =?utf-8?q?")) {
			t.Errorf("the subject is folded right after its name:\n%s", b[:300])
		}
		if subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject")); err != nil || subject != text.AliveSubject {
			t.Errorf("%q, %v", subject, err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(got.Body))
		if err != nil || strings.ReplaceAll(string(body), "\r\n", "\n") != text.AliveText {
			t.Errorf("%v\n%s", err, body)
		}
		if size == 0 {
			size = len(b)
		}
		if len(b) != size {
			t.Errorf("%d bytes, then %d", size, len(b))
		}
	}
	if len(ids) != 20 {
		t.Errorf("%v", ids)
	}
}

// TestMessageInPython asks a second parser, where there is one, for defects.
func TestMessageInPython(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Log("no python3: checked with Go's parser only")
		return
	}
	s, err := newSender("hom-thu@example.vn")
	if err != nil {
		t.Fatal(err)
	}
	m := tip("P1")
	m.Urgent = true
	raw, err := s.compose(m, time.Date(2026, 11, 3, 16, 30, 5, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	cmd := waittest.Command(t, python, "-c", `
import sys, email, email.policy
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.SMTP.clone(raise_on_defect=True))
text, sealed = m.iter_parts()
for p in (m, text, sealed):
    assert not p.defects, p.defects
    for h in p.values():
        assert not h.defects, (h, h.defects)
assert str(m["subject"]) == "[Hòm thư] KHẨN: Tin mới TB-7K3M-9QP1", m["subject"]
assert m["from"].addresses[0].display_name == "Hòm thư", m["from"]
assert m["date"].datetime.isoformat() == "2026-11-03T16:30:05+00:00", m["date"]
assert "doc-tin.html" in text.get_content() and "Bấm đúp" in text.get_content()
assert sealed.get_filename() == "TB-7K3M-9QP1.age" and sealed.get_content_disposition() == "attachment"
sys.stdout.buffer.write(sealed.get_content())
`)
	cmd.Stdin = bytes.NewReader(raw)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("python3: %v\n%s", err, stderr.Bytes())
	}
	if !bytes.Equal(out, m.Sealed) {
		t.Error("the attachment read by Python is not the sealed tip")
	}
}
