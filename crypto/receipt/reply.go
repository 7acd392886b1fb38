package receipt

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"filippo.io/age"
	"golang.org/x/text/unicode/norm"
)

const (
	// SealedSize is how many bytes every sealed reply has.
	SealedSize = 4096
	// plainSize is what age makes SealedSize of for one X25519 recipient: a header of
	// 168 bytes, a nonce of 16, a tag of 16 (https://age-encryption.org/v1).
	plainSize = SealedSize - 200
	// MaxText is how many bytes a reply's text may have, in NFC and with CR LF.
	MaxText = 3000
	// MaxReplies is how many replies a code can have at a time.
	MaxReplies = 8

	replyVersion  = 1
	paddingColumn = 78
)

// Answer is a stock answer, which the page says in the sender's own language. Each
// is a state of the tip, too.
type Answer string

// The stock answers, in the order in which they are offered.
const (
	Received Answer = "received" // đã nhận
	Checking Answer = "checking" // đang xác minh
	More     Answer = "more"     // please add where and when
	Done     Answer = "done"     // checked, thank you
	Passed   Answer = "passed"   // passed on to whom it concerns
	Cannot   Answer = "cannot"   // cannot be handled, because of what the text says
)

// Answers are all of them.
var Answers = []Answer{Received, Checking, More, Done, Passed, Cannot}

// Reply is what a unit writes to a sender. What was opened is what some officer
// wrote: valid UTF-8, and not safe to show as markup.
type Reply struct {
	Unit   string // id
	Site   string // code: where to write again
	Answer Answer // "" where the text is all
	On     string // day, 2026-11-29: no hour, which would be nobody's business
	Number int    // orders the replies of one day; 0 where the writer has not counted
	Text   string // line ends are "\n"; may be "" beside an Answer
}

// Errors of replies.
var (
	ErrEmpty    = errors.New("the reply says nothing")
	ErrNotReply = errors.New("sealed to this code, but no reply")
	ErrOpen     = errors.New("not sealed to this code, or damaged")
)

// TextLengthError says how much too long a text is.
type TextLengthError struct{ Bytes int }

func (e *TextLengthError) Error() string {
	return fmt.Sprintf("the reply's text has %d bytes, at most %d", e.Bytes, MaxText)
}

const (
	fieldVersion = "Tipbox-Reply"
	fieldUnit    = "Tipbox-Unit"
	fieldSite    = "Tipbox-Site"
	fieldAnswer  = "Tipbox-Answer"
	fieldOn      = "Tipbox-On"
	fieldNumber  = "Tipbox-Number"
)

var token = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// Plaintext returns the reply as it is sealed: a MIME message, as a tip is one,
// padded. It returns ErrEmpty or a *TextLengthError.
func (r *Reply) Plaintext() ([]byte, error) {
	text := strings.ReplaceAll(norm.NFC.String(strings.TrimSpace(r.Text)), "\n", "\r\n")
	switch {
	case text == "" && r.Answer == "":
		return nil, ErrEmpty
	case len(text) > MaxText:
		return nil, &TextLengthError{len(text)}
	case !utf8.ValidString(text):
		return nil, errors.New("the reply's text is not UTF-8")
	}
	if _, err := time.Parse(time.DateOnly, r.On); err != nil {
		return nil, fmt.Errorf("the reply's day: %w", err)
	}
	for _, v := range []string{r.Unit, r.Site, string(cmp.Or(r.Answer, "none"))} {
		if !token.MatchString(v) {
			return nil, fmt.Errorf("%q cannot stand in a reply's header", v)
		}
	}
	out := bytes.NewBuffer(make([]byte, 0, plainSize))
	field := func(name, value string) { fmt.Fprintf(out, "%s: %s\r\n", name, value) }
	field("MIME-Version", "1.0")
	field(fieldVersion, strconv.Itoa(replyVersion))
	field(fieldUnit, r.Unit)
	field(fieldSite, r.Site)
	if r.Answer != "" {
		field(fieldAnswer, string(r.Answer))
	}
	field(fieldOn, r.On)
	if r.Number > 0 {
		field(fieldNumber, strconv.Itoa(r.Number))
	}
	field("Content-Type", "text/plain; charset=utf-8")
	field("Content-Transfer-Encoding", "8bit")
	fmt.Fprintf(out, "\r\n%s\r\n", text)
	line := strings.Repeat(" ", paddingColumn) + "\n"
	for out.Len() < plainSize {
		out.WriteString(line[:min(len(line), plainSize-out.Len())])
	}
	plain := out.Bytes()
	plain[plainSize-1] = '\n'
	return plain, nil
}

// Seal returns the reply sealed to the recipient of a receipt: SealedSize bytes,
// others each time.
func (r *Reply) Seal(recipient string) ([]byte, error) {
	to, err := age.ParseX25519Recipient(recipient)
	if err != nil {
		return nil, fmt.Errorf("reading the tip's reply recipient: %w", err)
	}
	plain, err := r.Plaintext()
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err != nil {
		return nil, fmt.Errorf("sealing the reply: %w", err)
	}
	if _, err := w.Write(plain); err != nil {
		return nil, fmt.Errorf("sealing the reply: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("sealing the reply: %w", err)
	}
	return out.Bytes(), nil
}

// IsSealed reports whether b has the shape of a sealed reply: its size, and one
// recipient of the kind. Whose it is cannot be seen.
func IsSealed(b []byte) bool {
	if len(b) != SealedSize {
		return false
	}
	header, err := age.ExtractHeader(bytes.NewReader(b))
	var shown stanzaTypes
	_, _ = age.DecryptHeader(header, &shown)
	return err == nil && len(header) == SealedSize-plainSize-32 && slices.Equal(shown, stanzaTypes{"X25519"})
}

// stanzaTypes is an identity that opens nothing and notes what it was shown.
type stanzaTypes []string

func (t *stanzaTypes) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	for _, s := range stanzas {
		*t = append(*t, s.Type)
	}
	return nil, age.ErrIncorrectIdentity
}

// Open opens a sealed reply. It returns ErrOpen or ErrNotReply.
func (r *Receipt) Open(sealed []byte) (*Reply, error) {
	plain, err := age.Decrypt(bytes.NewReader(sealed), r.identity)
	if err != nil {
		return nil, ErrOpen
	}
	b, err := io.ReadAll(io.LimitReader(plain, SealedSize))
	defer clear(b)
	if err != nil {
		return nil, ErrOpen
	}
	return ParseReply(b)
}

// ParseReply reads a reply's plaintext, or returns ErrNotReply. Of a newer version it
// reads what it knows.
func ParseReply(plain []byte) (*Reply, error) {
	msg, err := mail.ReadMessage(bytes.NewReader(plain))
	if err != nil {
		return nil, ErrNotReply
	}
	h := msg.Header
	version, err := strconv.Atoi(h.Get(fieldVersion))
	text, readErr := io.ReadAll(msg.Body)
	defer clear(text)
	if err != nil || readErr != nil || version < replyVersion {
		return nil, ErrNotReply
	}
	clean := func(b string) string {
		return strings.TrimRight(strings.ReplaceAll(strings.ToValidUTF8(b, "\ufffd"), "\r\n", "\n"), " \n")
	}
	number, _ := strconv.Atoi(h.Get(fieldNumber))
	return &Reply{
		Unit: clean(h.Get(fieldUnit)), Site: clean(h.Get(fieldSite)), Answer: Answer(clean(h.Get(fieldAnswer))),
		On: clean(h.Get(fieldOn)), Number: max(0, number), Text: clean(string(text)),
	}, nil
}

// Sort puts replies in the order of the conversation.
func Sort(replies []*Reply) {
	slices.SortFunc(replies, func(a, b *Reply) int {
		return cmp.Or(cmp.Compare(a.On, b.On), cmp.Compare(a.Number, b.Number), cmp.Compare(a.Text, b.Text))
	})
}
