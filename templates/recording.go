package templates

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tipbox/templates/locale"
)

// maxRecording is the largest recording in bytes: 24 seconds of 32 kbit/s, which
// EDGE brings in four.
const maxRecording = 100_000

// Recording is a text of a page, spoken, for people who do not read.
type Recording struct {
	Kind string // media type
	Data []byte
}

// audio says how each kind of file begins: MPEG 1 layer III with or without
// ID3v2, and Ogg (RFC 3533) with Opus in it (RFC 7845).
var audio = map[string]struct {
	kind   string
	begins []string
}{
	".mp3":  {"audio/mpeg", []string{"ID3", "\xff\xfb", "\xff\xf3", "\xff\xf2"}},
	".opus": {"audio/ogg", []string{"OggS"}},
	".ogg":  {"audio/ogg", []string{"OggS"}},
}

// readRecording returns what DIR/TAG/form.* says, or nil where there is none,
// and what is wrong with the files there.
func readRecording(dir, tag string) (*Recording, []locale.Finding) {
	files, err := os.ReadDir(filepath.Join(dir, tag))
	if dir == "" || os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, []locale.Finding{{File: filepath.Join(dir, tag), Text: "cannot be read", Fatal: true}}
	}
	var found []locale.Finding
	var recording *Recording
	for _, f := range files {
		path := filepath.Join(dir, tag, f.Name())
		bad := func(format string, args ...any) {
			found = append(found, locale.Finding{File: path, Text: fmt.Sprintf(format, args...), Fatal: true})
		}
		known, ok := audio[filepath.Ext(f.Name())]
		if !ok || strings.TrimSuffix(f.Name(), filepath.Ext(f.Name())) != "form" {
			bad("is no recording of a page: expected form.mp3, form.opus or form.ogg")
			continue
		}
		data, err := os.ReadFile(path)
		switch {
		case err != nil:
			bad("cannot be read")
		case len(data) > maxRecording:
			bad("has %d bytes, at most %d: 32 kbit/s, one channel, 24 seconds", len(data), maxRecording)
		case !beginsAny(data, known.begins):
			bad("is not sound of the kind that its name says")
		case recording != nil:
			bad("is a second recording of the same page")
		default:
			recording = &Recording{known.kind, data}
		}
	}
	return recording, found
}

func beginsAny(data []byte, begins []string) bool {
	for _, b := range begins {
		if bytes.HasPrefix(data, []byte(b)) {
			return true
		}
	}
	return false
}
