package open

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
)

const (
	maxMail   = 32 << 20 // read of a mail: larger than nearly any mail server takes
	maxHeader = 1 << 20  // of that
	maxDepth  = 8        // of parts within parts, forwarded mails within mails
	maxTips   = 256      // sealed tips in a mail, and complaints about its parts
)

// attachment is a sealed tip found in a mail.
type attachment struct {
	name   string
	sealed []byte
}

// attachments returns the sealed tips in a mail, told by their content, for
// names and types get lost when mail is forwarded. What is wrong with one part
// does not hide the others: errors come joined beside what was found.
func attachments(r io.Reader) ([]attachment, error) {
	msg, err := readMail(r)
	if err != nil {
		return nil, ErrNotSealed
	}
	w := walker{subject: msg.Header.Get("Subject")}
	if plain, err := new(mime.WordDecoder).DecodeHeader(w.subject); err == nil {
		w.subject = text([]byte(plain))
	}
	w.subject = Short(w.subject)
	w.walk(textproto.MIMEHeader(msg.Header), msg.Body, 0)
	if len(w.found) == 0 && len(w.errs) == 0 {
		return nil, ErrNoTipInMail
	}
	return w.found, errors.Join(w.errs...)
}

// readMail reads a mail's header, which net/mail holds in memory however long
// it is, and bounds its body.
func readMail(r io.Reader) (*mail.Message, error) {
	limited := &io.LimitedReader{R: r, N: maxHeader}
	msg, err := mail.ReadMessage(bufio.NewReader(limited))
	limited.N = maxMail
	return msg, err
}

type walker struct {
	subject string
	found   []attachment
	errs    []error
}

func (w *walker) walk(h textproto.MIMEHeader, body io.Reader, depth int) {
	if depth > maxDepth {
		return
	}
	kind, params, _ := mime.ParseMediaType(h.Get("Content-Type"))
	content := decoded(body, h.Get("Content-Transfer-Encoding"))
	switch {
	case strings.HasPrefix(kind, "multipart/") && params["boundary"] != "":
		parts := multipart.NewReader(content, params["boundary"])
		for {
			part, err := parts.NextRawPart()
			if err != nil {
				return // the end, or nothing more can be found
			}
			w.walk(part.Header, part, depth+1)
		}
	case kind == "message/rfc822":
		if msg, err := readMail(content); err == nil {
			w.walk(textproto.MIMEHeader(msg.Header), msg.Body, depth+1)
		}
	default:
		w.leaf(h, content)
	}
}

func (w *walker) leaf(h textproto.MIMEHeader, content io.Reader) {
	switch n := len(w.found) + len(w.errs); {
	case n == maxTips:
		w.errs = append(w.errs, ErrTooLarge)
		return
	case n > maxTips: // said already
		return
	}
	name := Short(fileName(h))
	if name == "" {
		name = w.subject
	}
	buffered := bufio.NewReaderSize(content, sniffed)
	start, _ := buffered.Peek(sniffed)
	if err := sniff(start); err != nil {
		// Only what calls itself a sealed tip is worth a complaint.
		if strings.HasSuffix(strings.ToLower(name), ".age") {
			w.errs = append(w.errs, fmt.Errorf("attachment %s: %w", VisibleLine(name), err))
		}
		return
	}
	// Where the mail is cut off or its base64 broken, opening what could be read
	// tells what is wrong.
	sealed, _ := io.ReadAll(io.LimitReader(buffered, 2*maxSealed+1)) // armor is longer
	if len(sealed) > 2*maxSealed {
		w.errs = append(w.errs, fmt.Errorf("attachment %s: %w", VisibleLine(name), ErrTooLarge))
		return
	}
	w.found = append(w.found, attachment{name, sealed})
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
