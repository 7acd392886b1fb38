package unwrap

import (
	"bytes"
	"regexp"
	"strings"
)

// header is what is asked of a mail's header, or a part's: the first value of each
// field, unfolded, by its name in lower case.
type header map[string]string

// asked are the fields that are kept, so that a header of megabytes takes none.
var asked = map[string]bool{
	"subject": true, "from": true, "date": true, "content-type": true, "content-transfer-encoding": true,
	"content-disposition": true, "x-failed-recipients": true,
}

// maxField is how much of a field is kept.
const maxField = 64 << 10

var (
	field     = regexp.MustCompile(`^([!-9;-~]{1,100})[ \t]*:[ \t]*(.*)$`)
	knownName = regexp.MustCompile(`(?i)^(received|return-path|delivered-to|date|from|to|cc|subject|message-id|mime-version|content-[a-z-]+|auto-submitted|reply-to|sender|dkim-signature|authentication-results|arc-[a-z-]+|list-[a-z-]+|x-[a-z0-9-]+)[ \t]*:`)
)

// cutLine returns the first line of b without its end, and what is behind it. Some
// systems end lines with two carriage returns.
func cutLine(b []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(b, []byte("\n"))
	return bytes.TrimRight(line, "\r"), rest
}

// isMail reports whether b begins as a mail does, perhaps below lines that are none
// of it: what a POP3 server said, what Exchange or an mbox wrote above.
func isMail(b []byte) bool {
	b = bytes.TrimLeft(b[:min(len(b), 16<<10)], "\r\n")
	for range 64 {
		var line []byte
		line, b = cutLine(b)
		switch {
		case len(line) == 0:
			return false
		case knownName.Match(line):
			return true
		}
	}
	return false
}

// parse returns a mail's header and its body. A line that is no field is left out;
// the header ends at an empty line, or where a boundary stands without one.
func parse(b []byte) (header, []byte) {
	h := make(header)
	last := ""
	for len(b) > 0 {
		line, rest := cutLine(b)
		m := field.FindSubmatch(line[:min(len(line), maxField)])
		switch {
		case len(line) == 0:
			return h, rest
		case m == nil && len(line) > 2 && bytes.HasPrefix(line, []byte("--")):
			return h, b
		case line[0] == ' ' || line[0] == '\t', m == nil && strings.HasSuffix(h[last], ";") && bytes.Contains(line, []byte("=")):
			if last != "" && len(line) < maxField && len(h[last]) < maxField {
				h[last] += " " + strings.TrimSpace(string(line))
			}
		case m == nil:
			last = ""
		default:
			last = strings.ToLower(string(m[1]))
			if _, twice := h[last]; twice || !asked[last] {
				if twice && last == "date" {
					h[last] = "" // of two nobody knows which
				}
				last = ""
			} else {
				h[last] = strings.TrimSpace(string(m[2]))
			}
		}
		b = rest
	}
	return h, nil
}

// mail looks into a mail.
func (w *walker) mail(b []byte, p place) {
	h, body := parse(bytes.TrimLeft(b, "\r\n"))
	if subject := h["subject"]; subject != "" {
		p.subject = Short(words(subject))
		w.mention([]byte(p.subject))
	}
	p.date = mailDate(h["date"]) // of a mail in a mail the inner one's: that is the box's own
	if p.top {
		w.isMail = true
		if w.subject == "" {
			w.subject = p.subject
		}
		if w.date.IsZero() {
			w.date = p.date
		}
	}
	from := strings.ToLower(h["from"])
	w.bounce = w.bounce || h["x-failed-recipients"] != "" || strings.Contains(from, "mailer-daemon@") || strings.Contains(from, "postmaster@")
	w.entity(h, body, p)
}

// entity looks at a mail or a part of one.
func (w *walker) entity(h header, body []byte, p place) {
	p.top = false
	p.depth++
	kind, params := contentType(h["content-type"])
	content := decoded(body, h["content-transfer-encoding"])
	if strings.HasPrefix(kind, "multipart/") || kind == "" {
		w.bounce = w.bounce || strings.EqualFold(first(params["report-type"]), "delivery-status")
		for _, whole := range [][]byte{body, content} { // an encoded multipart is against RFC 2045, 6.4, and met
			if parts := cut(whole, params["boundary"]); len(parts) > 0 {
				for _, part := range parts {
					w.part(part, p)
				}
				return
			}
		}
	}
	p.name = Short(fileName(h))
	switch {
	case kind == "message/delivery-status":
		w.bounce, w.arrived = true, action.Match(content) && !failed.Match(content)
	case kind == "message/partial":
		w.wrong(p, ErrPartial)
	case kind == "message/rfc822" || kind == "message/global" || kind == "message/news":
		if w.enter(p, len(content)) {
			w.mail(lineFeeds(content), p)
		}
	case Sealed(body) || armored(body): // whatever encoding is claimed
		w.look(body, p)
	default:
		w.look(content, p)
	}
}

// What a report says became of the mail (RFC 3464, 2.3.3).
var (
	action = regexp.MustCompile(`(?im)^action:`)
	failed = regexp.MustCompile(`(?im)^action:[ \t]*failed`)
)

// part looks at a part of a multipart, whose header may be missing.
func (w *walker) part(b []byte, p place) {
	if !w.enter(p, 0) {
		return
	}
	if line, _ := cutLine(b); len(line) > 0 && !field.Match(line) {
		w.entity(nil, b, p)
		return
	}
	h, body := parse(b)
	w.entity(h, body, p)
}

// cut returns the parts of a multipart body, cut at the first of the boundaries
// that stands in it, else at a line that can be nothing else.
func cut(body []byte, boundaries []string) [][]byte {
	for _, b := range boundaries {
		if b == "" {
			continue
		}
		if parts := cutAt(body, []byte("--"+b)); len(parts) > 0 {
			return parts
		}
	}
	if m := guessed.FindSubmatch(body); m != nil {
		return cutAt(body, m[1])
	}
	return nil
}

// guessed matches a line before a part's header.
var guessed = regexp.MustCompile(`(?im)^(--\S[^\r\n]{0,200}?)[ \t]{0,80}\r*\n(?:content-(?:type|transfer-encoding|disposition|id|description)|mime-version)[ \t]*:`)

// cutAt cuts at the delimiter (RFC 2046, 5.1.1). The line end before it belongs to
// it. What is behind the last one is left to the search.
func cutAt(body, delimiter []byte) (parts [][]byte) {
	start := -1
	for at := 0; ; {
		i := bytes.Index(body[at:], delimiter)
		if i < 0 {
			break
		}
		i += at
		at = i + len(delimiter)
		if i > 0 && body[i-1] != '\n' {
			continue
		}
		line, rest := cutLine(body[at:])
		after := bytes.TrimRight(line, " \t")
		closes := bytes.Equal(after, []byte("--"))
		if len(after) > 0 && !closes {
			continue
		}
		if start >= 0 {
			parts = append(parts, bytes.TrimSuffix(bytes.TrimSuffix(body[start:max(start, i)], []byte("\n")), []byte("\r")))
		}
		start = len(body) - len(rest)
		if closes || len(parts) > maxParts {
			return parts
		}
	}
	if start >= 0 {
		parts = append(parts, body[start:]) // cut off: what is there of the last part
	}
	return parts
}
