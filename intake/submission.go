package intake

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"net/netip"
	"strings"
	"unicode/utf8"
)

// Submission is a form as it came in.
type Submission struct {
	Site   *Site
	Sender netip.Addr // for the limits only; forgotten when Submit returns
	Token  string
	Work   string // a solved challenge, "" for none

	Mailbox  Mailbox
	Message  string
	Place    string
	Time     string
	Lang     string // that the sender chose, "" for none
	Photos   []Upload
	Delivery Delivery // "" is Now
	Audience Audience // "" is ToUnit

	Reply ReplyTo // without script: the code, where the sender wants a reply, and where it is read

	Sealed []byte // sealed in the browser; then nothing else of the tip is set
}

// Upload is one uploaded photo. TooLarge is set, and Data nil, where the upload
// was over the size that is read.
type Upload struct {
	Data     []byte
	TooLarge bool
}

const (
	// MaxSealedText is what a tip without photos has at most once it is sealed: the
	// smallest size class, and age's part for more recipients than a unit has.
	MaxSealedText = 64 << 10
	maxSealed     = 4<<20 + MaxSealedText
)

// ask returns what a Limiter is asked.
func (sub *Submission) ask(form Form, id ID) Ask {
	a := Ask{
		ID: id, Site: sub.Site.Code, Sender: sub.Sender, Form: form.Mark(), Work: sub.Work,
		Size: int64(len(sub.Sealed)), Photos: len(sub.Sealed) > MaxSealedText,
	}
	switch {
	case sub.Sealed != nil:
	case len(sub.Photos) > 0:
		a.Size, a.Photos = maxSealed, true
	default:
		a.Size = MaxSealedText
	}
	return a
}

func (sub *Submission) defaults() {
	if sub.Delivery == "" {
		sub.Delivery = Now
	}
	if sub.Audience == "" {
		sub.Audience = ToUnit
	}
}

// tip returns the tip, without photos, and everything wrong with the submission
// that can be told without decoding a photo.
func (sub *Submission) tip(id ID) (*Tip, []FieldProblem) {
	var problems []FieldProblem
	bad := func(field string, p Problem) { problems = append(problems, FieldProblem{field, p}) }
	if !sub.Delivery.Valid() {
		bad("delivery", DeliveryUnknown)
	}
	if _, ok := sub.Site.Unit.Receivers[sub.Audience]; !ok {
		bad("to", AudienceUnknown)
	}
	if sub.Sealed != nil {
		return nil, problems
	}
	if !sub.Mailbox.Valid() {
		bad("mailbox", MailboxMissing)
	}
	message, ok := cleanText(sub.Message)
	lines := strings.Count(message, "\n")
	switch {
	case !ok:
		bad("message", TextBroken)
	case message == "":
		bad("message", MessageMissing)
	case utf8.RuneCountInString(message) > MaxMessageRunes || len(message)+lines > MaxMessageBytes:
		bad("message", MessageTooLong)
	}
	detail := func(field, text string) string {
		text, ok := cleanLine(text)
		switch {
		case !ok:
			bad(field, TextBroken)
		case utf8.RuneCountInString(text) > MaxDetailRunes || len(text) > MaxDetailBytes:
			bad(field, DetailTooLong)
		}
		return text
	}
	place, when := detail("place", sub.Place), detail("time", sub.Time)
	if len(sub.Photos) > MaxPhotos {
		bad("photo", TooManyPhotos)
	}
	for _, u := range sub.Photos {
		if u.TooLarge {
			bad("photo", PhotoTooLarge)
			break
		}
	}
	return &Tip{
		ID: id, Unit: sub.Site.Unit.ID, Site: sub.Site.Code, SiteName: sub.Site.Name.In("vi"),
		Mailbox: sub.Mailbox, Urgent: sub.Delivery == Urgent, Lang: sub.Lang,
		Message: message, Place: place, Time: when, Reply: sub.Reply,
	}, problems
}

// digest covers everything a sender can change between two sends of one form.
func (sub *Submission) digest() [sha256.Size]byte {
	h := sha256.New()
	add := func(b []byte) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		h.Write(n[:])
		h.Write(b)
	}
	for _, s := range []string{
		string(sub.Mailbox), sub.Message, sub.Place, sub.Time, string(sub.Delivery), string(sub.Audience),
	} {
		add([]byte(s))
	}
	for _, u := range sub.Photos {
		add(u.Data)
	}
	add(sub.Sealed)
	if sub.Reply.Code != "" { // else the ids are as they were before there were codes
		add([]byte(sub.Reply.Code))
	}
	return [sha256.Size]byte(h.Sum(nil))
}

func photoProblem(err error) Problem {
	switch {
	case errors.Is(err, ErrPhotoHEIC):
		return PhotoHEIC
	case errors.Is(err, ErrPhotoFormat):
		return PhotoUnreadable
	case errors.Is(err, ErrPhotoPixels):
		return PhotoTooLarge
	}
	return ""
}
