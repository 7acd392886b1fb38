package server

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"tipbox/intake"
)

// Errors of reading a posted form. None of them carries what caused it: the
// errors of net and mime/multipart quote addresses and what people typed.
var (
	// ErrFormBroken: the form ended early, came too slowly or is not built as its
	// content type says.
	ErrFormBroken = errors.New("form is broken or incomplete")
	// ErrFormTooLarge: the form is larger than is even read to its end.
	ErrFormTooLarge = errors.New("form is too large")
	// ErrFormKind: the body is neither of the two kinds of HTML form.
	ErrFormKind = errors.New("not a form")
)

const (
	maxMessage = 64 << 10          // bytes kept of a message that is too long, to give it back
	maxField   = 4 << 10           // bytes kept of any other field
	maxSealed  = 4<<20 + 64<<10    // the largest size class and age's overhead
	maxEncoded = 4 * maxMessage    // bytes of an urlencoded form
	textStart  = 4 << 10           // first buffer of the message
	fieldStart = 512               // and of any other field
	photoStart = 64 << 10          // first buffer of a photo
	setEvery   = time.Second       // how often a deadline is moved, at most
	idleBody   = 60 * time.Second  // default of BodyOptions.Idle
	slowBody   = 2 << 10           // default of BodyOptions.MinRate
	longBody   = 60 * time.Minute  // default of BodyOptions.Longest
	graceBody  = 120 * time.Second // how long MinRate is not asked for
)

// textFields are the fields that are read as text, with the bytes kept of each.
var textFields = map[string]int64{
	"mailbox": maxField, "message": maxMessage, "place": maxField, "time": maxField,
	"delivery": maxField, "to": maxField, "token": maxField, "lang": maxField, "work": maxField,
	// Of receipts and replies.
	"reply": maxField, "code": maxField, "lookup": maxField, "delete": maxField, "again": maxField, "pass": maxField,
}

// BodyOptions bound what is read of a posted form.
type BodyOptions struct {
	Budget *Budget // nil is NewBudget(0, 0)

	MaxPhoto int64 // bytes of one photo; default 40 MiB: phones take up to 200 megapixels
	// MaxBody is how many bytes are read before the connection is given up, and with
	// it whether the browser shows what is answered. Only photos and texts within
	// their bounds are kept of them, so it is wide: 1 GiB, a film chosen by mistake.
	MaxBody int64

	// An upload is cut when nothing comes for Idle (60 s), when after two minutes
	// it is slower than MinRate bytes per second (2 KiB/s: a fifteenth of EDGE), or
	// when it takes longer than Longest (60 min).
	Idle    time.Duration
	MinRate int64
	Longest time.Duration
}

// Bodies reads posted forms as they come in, in bounded memory and without any
// temporary file.
type Bodies struct{ o BodyOptions }

// NewBodies returns a reader of forms.
func NewBodies(o BodyOptions) *Bodies {
	if o.Budget == nil {
		o.Budget = NewBudget(0, 0)
	}
	setDefault(&o.MaxPhoto, 40<<20)
	setDefault(&o.MaxBody, 1<<30)
	setDefault(&o.Idle, idleBody)
	setDefault(&o.MinRate, slowBody)
	setDefault(&o.Longest, longBody)
	return &Bodies{o}
}

func setDefault[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}

// Posted is a form as far as it came in.
type Posted struct {
	// Text holds the text fields by name. Bytes that are not UTF-8 are passed on
	// as they came.
	Text map[string]string
	// Cut lists the text fields of which only the beginning was kept.
	Cut []string
	// Photos holds the photos, without their names. Those after the third have
	// neither data nor mark: they are only counted.
	Photos []intake.Upload
	// Sealed is the tip sealed in the browser, a sealed reply or a file of them, nil
	// where there is none, and empty but not nil where it was larger than any sealed tip.
	Sealed []byte

	// Err says why the form is not whole: ErrFormBroken, ErrFormTooLarge,
	// ErrFormKind or a *BusyError. The texts that came before are there all the
	// same, to give them back; photos and Sealed are not.
	Err error

	lease *lease
	large int64 // bytes of the budget held by Photos and Sealed
	busy  bool
}

// Close wipes the photos and gives the form's memory back to the budget. The form
// must not be used any more.
func (p *Posted) Close() {
	p.dropLarge()
	p.lease.close()
}

// Read reads the request's form to its end, or as far as it comes. The caller
// must Close it.
func (b *Bodies) Read(w http.ResponseWriter, r *http.Request) *Posted {
	rc := http.NewResponseController(w)
	p := &Posted{Text: make(map[string]string), lease: b.o.Budget.lease(r.Context(), rc)}
	body := &pacedBody{
		r: http.MaxBytesReader(w, r.Body, b.o.MaxBody), o: &b.o, lease: p.lease,
		conn: trackedConn(r.Context()), start: time.Now(),
	}
	body.conn.bodyBegins()
	body.progress(0)
	p.Err = b.read(p, r.Header.Get("Content-Type"), body)
	if !body.failed {
		// A browser shows the answer only if its whole form was taken.
		if _, err := io.Copy(io.Discard, body); err != nil && p.Err == nil {
			p.Err = asFormError(err)
		}
	}
	switch {
	case body.tooLarge:
		p.Err = ErrFormTooLarge
		w.Header().Set("Connection", "close")
	case p.Err == nil && p.busy:
		p.Err = &BusyError{RetryAfter: BusyRetry}
	}
	if p.Err != nil {
		p.dropLarge()
	}
	body.arrived(rc)
	return p
}

func (b *Bodies) read(p *Posted, contentType string, body io.Reader) error {
	kind, params, _ := mime.ParseMediaType(contentType)
	boundary := params["boundary"]
	if kind == "application/x-www-form-urlencoded" {
		return p.readURLEncoded(body)
	}
	if kind != "multipart/form-data" || boundary == "" {
		// A proxy has dropped the type, or made another of it: the form itself tells.
		begin := bufio.NewReader(body)
		if boundary = delimiter(begin); boundary == "" {
			return ErrFormKind
		}
		body = begin
	}
	return p.readMultipart(body, boundary, b.o.MaxPhoto)
}

// delimiter returns the boundary that a multipart form begins with, or "".
func delimiter(r *bufio.Reader) string {
	const most = 2 + 70 + 2 // RFC 2046, section 5.1.1
	begin, _ := r.Peek(most)
	line, _, whole := bytes.Cut(begin, []byte("\r\n"))
	if boundary, ok := bytes.CutPrefix(line, []byte("--")); ok && whole {
		return string(boundary)
	}
	return ""
}

// readURLEncoded reads the kind of form that has no photos.
func (p *Posted) readURLEncoded(body io.Reader) error {
	encoded, over, err := p.keep(body, maxEncoded, textStart, p.lease.takeText)
	if err != nil {
		return err
	}
	defer clear(encoded)
	values, err := url.ParseQuery(string(encoded)) // what can be read is returned beside the error
	last := ""
	if over {
		last, _, _ = strings.Cut(string(encoded[bytes.LastIndexByte(encoded, '&')+1:]), "=")
	}
	for name := range textFields {
		if vs := values[name]; len(vs) > 0 {
			p.setText(name, []byte(vs[0]), name == last)
		}
	}
	if err != nil && !over {
		return ErrFormBroken
	}
	return nil
}

// setText keeps a text, at most so much of it as its field may have.
func (p *Posted) setText(name string, text []byte, cut bool) {
	if limit := textFields[name]; int64(len(text)) > limit {
		text, cut = text[:limit], true
	}
	if cut {
		p.Cut = append(p.Cut, name)
		text = wholeRunes(text)
	}
	p.Text[name] = string(text)
}

// wholeRunes returns text without a character cut in two at its end.
func wholeRunes(text []byte) []byte {
	for i := 1; i < utf8.UTFMax && i <= len(text); i++ {
		if tail := text[len(text)-i:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				return text[:len(text)-i]
			}
			break
		}
	}
	return text
}

// errNoRoom says that the budget has no room for what is being read.
var errNoRoom = errors.New("no room in the budget")

// keep reads r to its end and returns at most limit bytes of it, charging the
// buffer's capacity as it grows, also beside an error. It reports whether r had
// more. Where the budget has no room the rest is read past, nothing is kept, and
// p is marked busy.
func (p *Posted) keep(r io.Reader, limit, first int64, take func(int64) bool) (kept []byte, over bool, err error) {
	grow := func(size int64) error {
		if !take(size) {
			return errNoRoom
		}
		old := int64(cap(kept))
		grown := append(make([]byte, 0, size), kept...)
		clear(kept)
		kept = grown
		p.lease.give(old)
		return nil
	}
	for err == nil {
		if len(kept) == cap(kept) {
			if int64(len(kept)) == limit {
				break
			}
			if err = grow(min(max(first, 2*int64(cap(kept))), limit)); err != nil {
				break
			}
		}
		var n int
		n, err = r.Read(kept[len(kept):cap(kept)])
		kept = kept[:len(kept)+n]
	}
	if errors.Is(err, io.EOF) {
		return kept, false, nil
	}
	if errors.Is(err, errNoRoom) {
		p.busy = true
		p.lease.give(int64(cap(kept)))
		kept, err = nil, nil
	}
	if err == nil {
		var rest int64
		rest, err = io.Copy(io.Discard, r)
		over = rest > 0
	}
	if err != nil {
		err = asFormError(err)
	}
	return kept, over, err
}

// dropLarge forgets the photos, which it wipes, and the sealed tip.
func (p *Posted) dropLarge() {
	for _, photo := range p.Photos {
		clear(photo.Data)
	}
	p.Photos, p.Sealed = nil, nil
	p.lease.give(p.large)
	p.large = 0
}

func asFormError(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return ErrFormTooLarge
	}
	return ErrFormBroken
}
