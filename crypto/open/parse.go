package open

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tipbox/intake"
)

// Tip is an opened tip. Its strings are what was sealed, valid UTF-8 but not
// safe to show: see Visible and VisibleLine.
type Tip struct {
	ID       intake.ID // "" where the tip does not say
	Unit     string    // unit id
	Site     string    // site code
	SiteName string    // "" where the Subject has none
	Mailbox  intake.Mailbox
	Urgent   bool
	Lang     string
	Text     string   // line ends are "\n"
	Photos   [][]byte // as they were attached, perhaps no images at all: see CleanPhoto

	Warnings []error // ErrNotTip, ErrNewer and so on
}

// Is reports whether the tip has the warning.
func (t *Tip) Is(warning error) bool { return slices.Contains(t.Warnings, warning) }

func (t *Tip) warn(w error) {
	if !t.Is(w) {
		t.Warnings = append(t.Warnings, w)
	}
}

const maxVersion = 1

// Parse reads a tip's plaintext. It never fails: a plaintext that is not a tip
// comes back as its text, with the warning ErrNotTip, or ErrNotText and no text.
func Parse(plain []byte) *Tip {
	msg, err := mail.ReadMessage(bytes.NewReader(plain))
	if err != nil {
		return notTip(plain)
	}
	version, err := strconv.Atoi(msg.Header.Get("Tipbox-Version"))
	kind, params, mimeErr := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil || mimeErr != nil || version < 1 || kind != "multipart/mixed" || params["boundary"] == "" {
		return notTip(plain)
	}
	t := header(msg.Header)
	if version > maxVersion {
		t.warn(ErrNewer)
	}
	parts := multipart.NewReader(msg.Body, params["boundary"])
	haveText := false
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.warn(ErrIncomplete)
			break
		}
		body, err := io.ReadAll(decoded(part, part.Header.Get("Content-Transfer-Encoding")))
		if err != nil {
			t.warn(ErrIncomplete)
		}
		kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
		switch {
		case kind == "text/plain" && !haveText:
			t.Text, haveText = text(body), true
		case kind == "image/jpeg" && len(t.Photos) < intake.MaxPhotos:
			t.Photos = append(t.Photos, body)
		default:
			t.warn(ErrOtherPart)
		}
	}
	if !haveText {
		t.warn(ErrIncomplete)
	}
	return t
}

func header(h mail.Header) *Tip {
	t := &Tip{
		Unit:    text([]byte(h.Get("Tipbox-Unit"))),
		Site:    text([]byte(h.Get("Tipbox-Site"))),
		Mailbox: intake.Mailbox(text([]byte(h.Get("Tipbox-Mailbox")))),
		Urgent:  h.Get("Tipbox-Urgent") == "yes",
		Lang:    text([]byte(h.Get("Tipbox-Lang"))),
	}
	if id := intake.ID(h.Get("Tipbox-Id")); id.Valid() {
		t.ID = id
	}
	subject := h.Get("Subject")
	if plain, err := new(mime.WordDecoder).DecodeHeader(subject); err == nil {
		subject = plain
	}
	if _, name, ok := strings.Cut(subject, " – "); ok {
		t.SiteName = text([]byte(name))
	}
	return t
}

func notTip(plain []byte) *Tip {
	if !utf8.Valid(plain) || bytes.IndexByte(plain, 0) >= 0 {
		return &Tip{Warnings: []error{ErrNotText}}
	}
	return &Tip{Text: strings.TrimRight(text(plain), " \n"), Warnings: []error{ErrNotTip}}
}

// text returns b as UTF-8 with "\n" line ends.
func text(b []byte) string {
	return strings.ReplaceAll(strings.ToValidUTF8(string(b), "\ufffd"), "\r\n", "\n")
}

// decoded undoes a Content-Transfer-Encoding (RFC 2045, 6).
func decoded(r io.Reader, encoding string) io.Reader {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, &dense{r})
	case "quoted-printable":
		return quotedprintable.NewReader(r)
	}
	return r
}

// dense drops the white space that mail programs put into base64; the decoder
// itself takes line ends only.
type dense struct{ r io.Reader }

func (d *dense) Read(p []byte) (int, error) {
	for {
		n, err := d.r.Read(p)
		kept := p[:0]
		for _, c := range p[:n] {
			if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
				kept = append(kept, c)
			}
		}
		if len(kept) > 0 || err != nil || len(p) == 0 {
			return len(kept), err
		}
	}
}

// fileName returns the name that a part of a mail gives its attachment, "" for
// none. A name in encoded words, against RFC 2047, 5, is common in webmail.
func fileName(h textproto.MIMEHeader) string {
	for _, field := range []struct{ name, param string }{{"Content-Disposition", "filename"}, {"Content-Type", "name"}} {
		_, params, err := mime.ParseMediaType(h.Get(field.name))
		name := params[field.param]
		if err != nil || name == "" {
			continue
		}
		if plain, err := new(mime.WordDecoder).DecodeHeader(name); err == nil {
			name = plain
		}
		return text([]byte(name))
	}
	return ""
}
