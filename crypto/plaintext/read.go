package plaintext

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tipbox/intake"
)

// What Tip.Warnings may hold.
var (
	ErrNotTip     = errors.New("sealed to this key, but not a tip")
	ErrNotText    = errors.New("sealed to this key, but not a tip and not text")
	ErrNewer      = errors.New("written by a newer version")
	ErrIncomplete = errors.New("a part of the tip cannot be read")
	ErrOtherPart  = errors.New("an attachment that tips do not have was left out")
)

// Tip is an opened tip. Its strings are what was sealed, valid UTF-8 but not
// safe to show: see open.Visible and open.VisibleLine.
type Tip struct {
	ID       intake.ID // "" where the tip does not say
	Unit     string    // unit id
	Site     string    // site code
	SiteName string    // "" where the Subject has none
	Mailbox  intake.Mailbox
	Urgent   bool
	Lang     string
	Text     string   // line ends are "\n"
	Photos   [][]byte // as they were attached, perhaps no images at all: see open.CleanPhoto
	Passed   *Passed  // nil where the tip does not claim that a unit passed it on
	Reply    intake.ReplyTo

	Warnings []error // ErrNotTip, ErrNewer and so on
}

// Is reports whether the tip has the warning.
func (t *Tip) Is(warning error) bool { return slices.Contains(t.Warnings, warning) }

func (t *Tip) warn(w error) {
	if !t.Is(w) {
		t.Warnings = append(t.Warnings, w)
	}
}

// Parse reads a tip's plaintext. It never fails: a plaintext that is not a tip
// comes back as its text, with the warning ErrNotTip, or ErrNotText and no text.
func Parse(plain []byte) *Tip {
	msg, err := mail.ReadMessage(bytes.NewReader(plain))
	if err != nil {
		return notTip(plain)
	}
	version, err := strconv.Atoi(msg.Header.Get(fieldVersion))
	kind, params, mimeErr := mime.ParseMediaType(msg.Header.Get(fieldType))
	if err != nil || mimeErr != nil || version < 1 || kind != typeWhole || params["boundary"] == "" {
		return notTip(plain)
	}
	t := header(msg.Header)
	if version > Version {
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
		body, err := io.ReadAll(decoded(part, part.Header.Get(fieldCoding)))
		if err != nil {
			t.warn(ErrIncomplete)
		}
		kind, _, _ := mime.ParseMediaType(part.Header.Get(fieldType))
		switch {
		case kind == typeText && !haveText:
			t.Text, haveText = text(body), true
		case kind == typeNote && !haveText && t.Passed != nil && t.Passed.Note == "" && utf8.RuneCount(body) <= MaxNoteRunes:
			t.Passed.Note = text(body)
		case kind == typePhoto && len(t.Photos) < intake.MaxPhotos:
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
		Unit:    text([]byte(h.Get(fieldUnit))),
		Site:    text([]byte(h.Get(fieldSite))),
		Mailbox: intake.Mailbox(text([]byte(h.Get(fieldMailbox)))),
		Urgent:  h.Get(fieldUrgent) == urgent,
		Lang:    text([]byte(h.Get(fieldLang))),
	}
	for name, value := range map[string]*string{
		fieldTo: &t.Reply.Recipient, fieldLookup: &t.Reply.Lookup, fieldTag: &t.Reply.Tag, fieldCode: &t.Reply.Code, fieldAt: &t.Reply.At,
	} {
		*value = text([]byte(h.Get(name)))
	}
	if id := intake.ID(h.Get(fieldID)); id.Valid() {
		t.ID = id
	}
	if by := h.Get(fieldBy); token.MatchString(by) {
		t.Passed = &Passed{By: by}
		if _, err := time.Parse(time.DateOnly, h.Get(fieldOn)); err == nil {
			t.Passed.On = h.Get(fieldOn)
		}
	}
	subject := h.Get(fieldSubject)
	if plain, err := new(mime.WordDecoder).DecodeHeader(subject); err == nil {
		subject = plain
	}
	if _, name, ok := strings.Cut(subject, afterTitle); ok {
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
