package server

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"

	"tipbox/intake"
)

const (
	maxParts      = 64       // parts of a form; ours has about a dozen
	maxPartHeader = 16 << 10 // bytes of a part's header, or before the first part
)

// readMultipart reads the parts one by one. A part's file name serves to tell
// that a file was chosen, and is never kept.
func (p *Posted) readMultipart(body io.Reader, boundary string, maxPhoto int64) error {
	// mime/multipart alone would buffer 10 MiB for the header of each part.
	guard := &guardedReader{r: body}
	mr := multipart.NewReader(guard, boundary)
	for n := range maxParts {
		guard.limit(maxPartHeader)
		part, err := mr.NextRawPart()
		guard.free()
		if errors.Is(err, io.EOF) && n > 0 && guard.ended(boundary) {
			return nil
		}
		if err != nil {
			return asFormError(err)
		}
		if err := p.readPart(part, maxPhoto); err != nil {
			return err
		}
	}
	return ErrFormBroken
}

func (p *Posted) readPart(part *multipart.Part, maxPhoto int64) error {
	name := part.FormName()
	if limit, ok := textFields[name]; ok {
		first := int64(fieldStart)
		if name == "message" {
			first = textStart
		}
		text, cut, err := p.keep(part, limit, first, p.lease.takeText)
		if _, again := p.Text[name]; !again { // the first of a name counts
			p.setText(name, text, cut)
		}
		clear(text)
		return err
	}
	switch {
	case name == "photo" && len(p.Photos) < intake.MaxPhotos:
		data, over, err := p.keepLarge(part, maxPhoto)
		switch {
		case err != nil:
			return err
		case over:
			p.Photos = append(p.Photos, intake.Upload{TooLarge: true})
		case len(data) > 0 || part.FileName() != "":
			// Some phones hand over a chosen file without its bytes: that must not
			// pass as "no photo".
			p.Photos = append(p.Photos, intake.Upload{Data: data})
		}
		return nil
	case name == "photo":
		n, err := io.Copy(io.Discard, part)
		if err != nil {
			return asFormError(err)
		}
		if n > 0 || part.FileName() != "" {
			p.Photos = append(p.Photos, intake.Upload{})
		}
		return nil
	case (name == "sealed" || name == "outbox") && p.Sealed == nil:
		data, over, err := p.keepLarge(part, maxSealed)
		switch {
		case err != nil:
			return err
		case over:
			p.Sealed = []byte{}
		case len(data) > 0:
			p.Sealed = data
		}
		return nil
	}
	if _, err := io.Copy(io.Discard, part); err != nil {
		return asFormError(err)
	}
	return nil
}

// keepLarge keeps a part of up to limit bytes, or nothing of a larger one.
func (p *Posted) keepLarge(r io.Reader, limit int64) ([]byte, bool, error) {
	if p.busy { // nothing large of this form is used any more
		_, err := io.Copy(io.Discard, r)
		if err != nil {
			err = asFormError(err)
		}
		return nil, false, err
	}
	data, over, err := p.keep(r, limit, photoStart, p.lease.takePhoto)
	if over || err != nil {
		p.lease.give(int64(cap(data)))
		return nil, over, err
	}
	p.large += int64(cap(data))
	return data, false, err
}

// guardedReader fails once more is read than the limit that was set, so that
// what buffers on our behalf cannot buffer without end. It remembers how the
// body ended.
type guardedReader struct {
	r       io.Reader
	limited bool
	left    int
	tail    []byte // the last bytes read
}

// maxTail holds the longest closing delimiter (RFC 2046, section 5.1.1) and the
// line end that browsers put behind it.
const maxTail = 2 + 70 + 2 + 4

var errHeaderTooLong = errors.New("part header too long")

func (g *guardedReader) limit(n int) { g.limited, g.left = true, n }
func (g *guardedReader) free()       { g.limited = false }

// ended reports whether the body closed with the delimiter: mime/multipart
// calls it the end as well where a body breaks off within a part's header.
func (g *guardedReader) ended(boundary string) bool {
	return bytes.Contains(g.tail, []byte("--"+boundary+"--"))
}

func (g *guardedReader) Read(b []byte) (int, error) {
	if g.limited {
		if g.left <= 0 {
			return 0, errHeaderTooLong
		}
		b = b[:min(len(b), g.left)]
	}
	n, err := g.r.Read(b)
	g.left -= n
	g.remember(b[max(0, n-maxTail):n])
	return n, err
}

// remember keeps the end of the tail and of what was read, in place.
func (g *guardedReader) remember(end []byte) {
	kept := min(len(g.tail), maxTail-len(end))
	copy(g.tail, g.tail[len(g.tail)-kept:])
	g.tail = append(g.tail[:kept], end...)
}
