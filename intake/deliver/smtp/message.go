package smtp

import (
	"bytes"
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
	id := string(m.ID)
	// Encoded as one word, the longer subject would be folded right after its name,
	// which some old webmail shows as no subject at all. The id needs no encoding.
	words := strings.TrimSuffix(text.Subject(id, m.Urgent), " "+id)
	msg.SetGenHeader(gomail.HeaderSubject, mime.QEncoding.Encode("utf-8", words)+" "+id)
	msg.SetDateWithValue(now.UTC())
	msg.SetMessageIDWithValue(s.messageID(m.ID)) // go-mail's own has the host's name
	// RFC 3834 section 5: keeps vacation programs from answering.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetBodyString(gomail.TypeTextPlain, text.Text(id, m.Urgent))
	msg.AttachReadSeeker(id+".age", bytes.NewReader(m.Sealed),
		gomail.WithFileContentType("application/age"), gomail.WithFileEncoding(gomail.EncodingB64))
	var b bytes.Buffer
	b.Grow(len(m.Sealed)*4/3 + len(m.Sealed)/50 + 16<<10)
	if _, err := msg.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("writing the message: %w", err)
	}
	return b.Bytes(), nil
}
