package smtp

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"mime"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"tipbox/intake"
	"tipbox/intake/deliver"
	text "tipbox/templates/mail"
)

// sender is the address that mails come from, and what is derived from it.
type sender struct {
	path   string // in angle brackets, as in MAIL FROM
	domain string // right of the @
}

func newSender(from string) (sender, error) {
	p, err := angled(from)
	if err != nil {
		return sender{}, fmt.Errorf("from address %q: %w", from, err)
	}
	return sender{p, strings.TrimSuffix(p[strings.LastIndexByte(p, '@')+1:], ">")}, nil
}

// angled returns the address in angle brackets, without a name, as MAIL and RCPT
// want it.
func angled(address string) (string, error) {
	a, err := mail.ParseAddress(address)
	if err != nil {
		return "", err
	}
	if strings.IndexFunc(a.Address, func(r rune) bool { return r <= ' ' || r > '~' }) >= 0 {
		return "", errors.New("only ASCII without spaces goes through every mail server")
	}
	a.Name = ""
	return a.String(), nil
}

// messageID is the same for each attempt and each address of a tip, so that a
// duplicate can be recognised.
func (s sender) messageID(id intake.ID) string { return string(id) + "@" + s.domain }

// digestID is the same for each attempt of a digest with the same tips.
func (s sender) digestID(tips []deliver.Attachment) string {
	h := sha256.New()
	for _, a := range tips {
		fmt.Fprintln(h, a.ID)
	}
	return fmt.Sprintf("TD-%x@%s", h.Sum(nil)[:10], s.domain)
}

// compose returns the mail as it goes over the wire, lines ending in CR LF,
// 7-bit, so that no relay needs 8BITMIME or SMTPUTF8 for it. Its size depends
// only on the size of the sealed tip, the addresses and whether it is urgent.
//
// Its Date is the attempt's, to the second and in UTC: the relay's Received
// says as much, and neither tells when the tip was written.
func (s sender) compose(m *deliver.Mail, now time.Time) ([]byte, error) {
	// Without this go-mail names itself and its version in each mail.
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithCharset(gomail.CharsetUTF8), gomail.WithEncoding(gomail.EncodingQP))
	if err := msg.From(fmt.Sprintf("%q %s", text.SenderName, s.path)); err != nil {
		return nil, fmt.Errorf("sender: %w", err)
	}
	if err := msg.To(m.To); err != nil {
		return nil, fmt.Errorf("recipient: %w", err)
	}
	msg.SetDateWithValue(now.UTC())
	tips, pass := m.Digest, ""
	if m.Reply != "" {
		pass = text.PassText(m.Half, m.Reply)
	}
	switch {
	case m.Alive != "":
		msg.SetGenHeader(gomail.HeaderSubject, mime.QEncoding.Encode("utf-8", text.AliveSubject))
		msg.SetMessageIDWithValue("TS-" + m.Alive + "@" + s.domain)
		msg.SetBodyString(gomail.TypeTextPlain, text.AliveText)
	case m.Page != nil:
		week := m.Page.Monday.Format(time.DateOnly)
		msg.SetGenHeader(gomail.HeaderSubject, mime.QEncoding.Encode("utf-8", text.CountsSubject(m.Page.Monday)))
		msg.SetMessageIDWithValue("TC-" + week + "@" + s.domain)
		msg.SetBodyString(gomail.TypeTextPlain, m.Page.Totals+"\n"+text.CountsText)
		msg.AttachReadSeeker("so-tin-"+week+".pdf", bytes.NewReader(m.Page.PDF),
			gomail.WithFileContentType("application/pdf"), gomail.WithFileEncoding(gomail.EncodingB64))
	case tips == nil:
		id := string(m.ID)
		tips = []deliver.Attachment{{ID: m.ID, Sealed: m.Sealed}}
		// Encoded as one word, the longer subject would be folded right after its name,
		// which some old webmail shows as no subject at all. The id needs no encoding.
		words := strings.TrimSuffix(text.Subject(id, m.Urgent), " "+id)
		msg.SetGenHeader(gomail.HeaderSubject, mime.QEncoding.Encode("utf-8", words)+" "+id)
		msg.SetMessageIDWithValue(s.messageID(m.ID)) // go-mail's own has the host's name
		msg.SetBodyString(gomail.TypeTextPlain, text.Text(id)+pass)
	default:
		msg.SetGenHeader(gomail.HeaderSubject, mime.QEncoding.Encode("utf-8", text.DigestSubject(m.Urgent)))
		msg.SetMessageIDWithValue(s.digestID(tips))
		msg.SetBodyString(gomail.TypeTextPlain, text.DigestText+pass)
	}
	// RFC 3834 section 5: keeps vacation programs from answering.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	size := 16 << 10
	for _, a := range tips {
		msg.AttachReadSeeker(string(a.ID)+".age", bytes.NewReader(a.Sealed),
			gomail.WithFileContentType("application/age"), gomail.WithFileEncoding(gomail.EncodingB64))
		size += len(a.Sealed)*4/3 + len(a.Sealed)/50 + 512
	}
	var b bytes.Buffer
	b.Grow(size)
	if _, err := msg.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("writing the message: %w", err)
	}
	return b.Bytes(), nil
}
