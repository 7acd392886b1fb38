// Package unwrap finds sealed files in what mail systems make of them: mails,
// mailboxes, archives, and mails that programs on the way have bent. It believes
// no name and no type, only content; what it cannot parse it searches for the
// bytes of an age file. Whoever sends mail chooses what is read here: depth, parts
// and bytes are bounded, and every pass over them is linear.
//
// The reader's script does the same (templates/browser/src/reader/unwrap.js), and
// one corpus, crypto/unwrap/testdata/wrapped, holds both.
package unwrap

import (
	"bytes"
	"regexp"
	"strings"
	"time"

	"tipbox/intake"
)

const (
	// MaxSealed is what a sealed tip can have: the largest size class, its tags, and
	// the header for hundreds of recipients.
	MaxSealed = 5 << 20

	// MaxFile is how much of a file is looked at: more than nearly any mail server takes.
	MaxFile = 32 << 20

	maxDepth = 12        // of parts within parts, mails within mails, archives within archives
	maxParts = 4000      // of one file
	maxFound = 1000      // sealed files in it, and complaints
	maxWork  = 256 << 20 // bytes decoded and unpacked
)

// Found is a sealed file, binary, perhaps with something behind its end.
type Found struct {
	Name   string // of the attachment, else the mail's subject; "" for the file itself
	Sealed []byte
	Date   time.Time // of the mail that it was attached to, as its header says; zero where there is none
	// Within is the wrapping that the file was cut out of by its bytes alone, nil
	// where it was taken apart: what then does not open may be only badly cut.
	Within error
}

// Wrong is a part that may have held a sealed file.
type Wrong struct {
	Name string // as Found's
	Err  error
}

// Result is what is in a file.
type Result struct {
	Found []Found
	Wrong []Wrong
	// What says what the file is, where nothing was found: one of the errors above.
	What error
	// Subject is that of a mail in which nothing was found.
	Subject string
	// May is set where nothing was found, but the file may have held a tip: it
	// mentions one, or has a part that nobody knows.
	May bool
}

// File looks into one file; of a mailbox, Mails first gives the mails. Name is the
// file's own, whose ending or id makes it one that should have held a tip.
func File(name string, b []byte) Result {
	w := walker{room: maxWork}
	if locked(b) {
		return Result{What: ErrIdentity}
	}
	w.look(b[:min(len(b), MaxFile)], place{top: true})
	r := w.Result
	if len(r.Found) == 0 && w.isMail {
		if r.Found = (place{date: w.date}).found(search(b, w.subject, nil)); len(r.Found) > 0 {
			r.Wrong = nil
		}
	}
	if len(r.Found) > 0 && len(b) > MaxFile && w.isMail {
		r.Wrong = append(r.Wrong, Wrong{w.subject, ErrTooLarge}) // there may be more behind
	}
	if len(r.Found)+len(r.Wrong) > 0 {
		return r
	}
	r.Subject = w.subject
	switch {
	case len(b) > MaxFile && !harmless(b):
		r.What, r.May = ErrTooLarge, true
	case w.isMail && w.bounce && !w.arrived && len(w.ids) > 0:
		r.What, r.May = &BounceError{w.ids[0]}, true
	case w.isMail:
		r.What, r.May = ErrNoTip, w.unknown || len(w.ids) > 0
	default:
		r.What = What(b)
		r.May = !ours(r.What) && (OwnName(name) || len(w.ids) > 0)
	}
	return r
}

// OwnName reports whether a file is called as tips are, and the mails that bring them.
func OwnName(name string) bool { return ownName.MatchString(name) || len(ids([]byte(name))) > 0 }

// ownName matches what tips and the mails that bring them are called.
var ownName = regexp.MustCompile(`(?i)\.(age|emlx?|mbo?x|msg|oft|pst|ost|dbx|p7m|tnef)$|^winmail.*\.dat$`)

// place is where in a file something lies.
type place struct {
	name    string // of the attachment
	subject string // of the mail around it
	date    time.Time
	depth   int
	top     bool // the file itself
}

func (p place) title() string {
	if p.name != "" {
		return p.name
	}
	return p.subject
}

// in is the place of something with the name, within.
func (p place) in(name string) place {
	return place{name: Short(name), subject: p.subject, date: p.date, depth: p.depth + 1}
}

// found gives what was found there its date.
func (p place) found(all []Found) []Found {
	for i := range all {
		all[i].Date = p.date
	}
	return all
}

type walker struct {
	Result
	isMail  bool
	subject string    // of the outermost mail
	date    time.Time // likewise
	bounce  bool      // it is a mail server's report
	arrived bool      // which says that the mail did not fail
	unknown bool      // there is a part that may be anything
	ids     []intake.ID
	parts   int
	room    int  // bytes that may still be decoded and unpacked
	full    bool // a bound was reached, and told
}

// enter reports whether there is room for n more bytes at this place.
func (w *walker) enter(p place, n int) bool {
	w.parts++
	w.room -= n
	if p.depth <= maxDepth && w.parts <= maxParts && w.room >= 0 && len(w.Found)+len(w.Wrong) < maxFound {
		return !w.full
	}
	if !w.full {
		w.full = true
		w.Wrong = append(w.Wrong, Wrong{p.title(), ErrTooLarge})
	}
	return false
}

func (w *walker) found(p place, sealed []byte) {
	if len(sealed) > 2*MaxSealed {
		w.wrong(p, ErrTooLarge)
		return
	}
	w.Found = append(w.Found, Found{Name: p.title(), Sealed: sealed, Date: p.date})
}

func (w *walker) wrong(p place, err error) {
	w.Wrong = append(w.Wrong, Wrong{p.title(), err})
}

// look looks at a file, an attachment or what is in an archive, whatever it is.
func (w *walker) look(b []byte, p place) {
	if !w.enter(p, len(b)) {
		return
	}
	b = lineFeeds(utf8Text(b))
	w.mention(b)
	switch {
	case Sealed(b):
		w.found(p, unix(b))
	case armored(b):
		w.Found = append(w.Found, p.found(search(b, p.title(), nil))...)
	case isZip(b):
		w.zip(b, p)
	case isTNEF(b):
		w.tnef(b, p)
	case isCMS(b):
		w.cms(b, p)
	case isMbox(b):
		w.isMail = w.isMail || p.top
		for mail := range split(b) {
			w.mail(mail, p)
		}
	case isMail(b):
		w.mail(b, p)
	default:
		w.leaf(b, p)
	}
}

// leaf looks at what has nothing within that could be taken apart.
func (w *walker) leaf(b []byte, p place) {
	was := len(w.Found)
	inside := uudecoded(b)
	for _, u := range inside {
		w.look(u.b, p.in(u.name))
	}
	err := named(b)
	if len(inside) == 0 && err == nil && allBase64(b) {
		within := p
		within.depth++
		w.look(unbase64(b), within)
	}
	if len(inside) == 0 && len(w.Found) == was {
		w.Found = append(w.Found, p.found(search(b, p.title(), err))...)
	}
	switch {
	case len(w.Found) > was || len(inside) > 0:
	case err != nil:
		w.wrong(p, err)
	case p.top: // File says what it is
	case strings.HasSuffix(strings.ToLower(p.name), ".age"): // only what calls itself a sealed tip is worth a complaint
		w.wrong(p, What(b))
	default:
		w.unknown = w.unknown || !harmless(b)
	}
}

var anID = regexp.MustCompile(`(?i)\bTB-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b`)

// ids returns the ids that a text mentions.
func ids(b []byte) (found []intake.ID) {
	for _, m := range anID.FindAll(b, 8) {
		if id, err := intake.ParseID(string(m)); err == nil {
			found = append(found, id)
		}
	}
	return found
}

// mention notes the ids in what is text.
func (w *walker) mention(b []byte) {
	if b = b[:min(len(b), 64<<10)]; len(w.ids) < 8 && bytes.IndexByte(b, 0) < 0 {
		w.ids = append(w.ids, ids(b)...)
	}
}

// maxName is how many characters Short keeps: what we write has at most 120.
const maxName = 200

// Short returns the beginning of a name or of a header's field. Whoever made a
// mail or sealed a tip may have made one a megabyte long, and it is shown, kept
// and repeated for each attachment.
func Short(s string) string {
	n := 0
	for i := range s {
		if n++; n > maxName {
			return s[:i] + "…"
		}
	}
	return s
}
