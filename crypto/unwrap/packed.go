package unwrap

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
)

func isZip(b []byte) bool { return begins(b, "PK\x03\x04", "PK\x05\x06") }

// zip looks into an archive.
func (w *walker) zip(b []byte, p place) {
	files, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil { // cut off, or no zip at all: what is stored in it can still be found
		if found := p.found(search(b, p.title(), ErrTruncated)); len(found) > 0 {
			w.Found = append(w.Found, found...)
		} else if len(b) > 22 {
			w.wrong(p, ErrTruncated)
		}
		return
	}
	for _, f := range files.File {
		inside := p.in(text(f.Name[strings.LastIndexAny(f.Name, `/\`)+1:]))
		switch {
		case f.UncompressedSize64 == 0:
			continue
		case f.Flags&1 != 0:
			w.wrong(p, ErrZipLocked) // and so are the others
			return
		case f.UncompressedSize64 > MaxFile:
			w.wrong(inside, ErrTooLarge)
			continue
		}
		if !w.enter(inside, 0) {
			return
		}
		r, err := f.Open()
		if errors.Is(err, zip.ErrAlgorithm) {
			w.wrong(inside, ErrArchive)
			continue
		} else if err != nil {
			w.wrong(inside, ErrTruncated)
			continue
		}
		data, err := io.ReadAll(io.LimitReader(r, MaxFile)) // the size that is claimed may be none
		_ = r.Close()
		if err != nil && len(data) == 0 {
			w.wrong(inside, ErrTruncated)
			continue
		}
		w.look(data, inside)
	}
}

func isTNEF(b []byte) bool { return begins(b, "\x78\x9f\x3e\x22") }

// The attributes of TNEF (MS-OXTNEF 2.1.3.4) that matter here.
const (
	tnefRenderData = 0x00069002 // begins an attachment
	tnefTitle      = 0x00018010
	tnefData       = 0x0006800f
	tnefProperties = 0x00069005 // of the attachment; a message that is attached is in there
)

// tnef looks into what Outlook makes of attachments, winmail.dat.
func (w *walker) tnef(b []byte, p place) {
	const start = 6 // signature and key
	was := len(w.Found) + len(w.Wrong)
	name := ""
	for at := start; at+9 <= len(b); {
		id := binary.LittleEndian.Uint32(b[at+1:])
		size := int(binary.LittleEndian.Uint32(b[at+5:]))
		at += 9
		data := b[at:min(len(b), at+max(size, 0))]
		at += len(data) + 2 // the checksum
		switch id {
		case tnefRenderData:
			name = ""
		case tnefTitle:
			name = text(string(bytes.TrimRight(data, "\x00")))
		case tnefData:
			w.look(data, p.in(name))
		case tnefProperties:
			if i := bytes.Index(data, []byte("\x78\x9f\x3e\x22")); i >= 0 {
				w.look(data[i:], p.in(name))
			}
		}
	}
	if len(w.Found)+len(w.Wrong) == was {
		w.Found = append(w.Found, p.found(search(b, p.title(), ErrOutlook))...)
	}
}

// Object identifiers of the Cryptographic Message Syntax (RFC 5652), encoded.
const (
	oidData      = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
	oidSigned    = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
	oidCMS       = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"
	oidSMIME     = "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01" // compressed, authenticated and enveloped
	cmsOutermost = 64
)

func isCMS(b []byte) bool {
	head := b[:min(len(b), cmsOutermost)]
	return len(b) > 0 && b[0] == 0x30 && (bytes.Contains(head, []byte(oidCMS)) || bytes.Contains(head, []byte(oidSMIME)))
}

// cms looks into an S/MIME message that is signed, and the signature alone, which
// holds nothing; one that is encrypted is named.
func (w *walker) cms(b []byte, p place) {
	if !bytes.Contains(b[:min(len(b), cmsOutermost)], []byte(oidSigned)) {
		w.wrong(p, ErrEncrypted)
		return
	}
	i := bytes.Index(b, []byte(oidData))
	if i < 0 {
		w.Found = append(w.Found, p.found(search(b, p.title(), ErrEncrypted))...)
		return
	}
	content := octets(b[i+len(oidData):], 0)
	if len(content) > 0 {
		w.look(content, p.in(""))
	}
}

// octets returns the bytes of an octet string, which may be cut into pieces
// (X.690, 8.7), and of what it is wrapped in; nothing where there is none.
func octets(b []byte, depth int) []byte {
	const primitive, pieces, wrapped = 0x04, 0x24, 0xa0
	if len(b) < 2 || depth > 4 {
		return nil
	}
	content, _ := value(b)
	switch b[0] {
	case primitive:
		return content
	case wrapped:
		return octets(content, depth+1)
	case pieces:
		var all []byte
		for len(content) > 2 && content[0] == primitive {
			var piece []byte
			piece, content = value(content)
			all = append(all, piece...)
		}
		return all
	}
	return nil
}

// value returns the content of the value at the beginning of b, and what is behind
// it. One without a length (X.690, 8.1.3.6) goes to the end.
func value(b []byte) (content, rest []byte) {
	const endless = 0x80
	size, at := int(b[1]), 2
	switch {
	case size == endless:
		size = len(b)
	case size > endless:
		n := size - endless
		size = 0
		if n <= 4 && len(b) >= at+n {
			for _, c := range b[at : at+n] {
				size = size<<8 | int(c)
			}
		}
		at = min(len(b), at+n)
	}
	end := min(len(b), at+size)
	return b[at:end], b[end:]
}

// text returns a name as UTF-8.
func text(s string) string { return strings.ToValidUTF8(s, "\ufffd") }
