package spool

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
)

// FuzzDecodeFile: whatever is in a file, reading it ends in an entry that fits
// the file to the byte, or in one of the two errors; never in a panic, nor in
// more memory than the file is long.
func FuzzDecodeFile(f *testing.F) {
	full := func(e Entry, sealed string) []byte {
		e.Size = int64(len(sealed))
		line, err := encodeHeader(&e, []byte(sealed))
		if err != nil {
			f.Fatal(err)
		}
		return append(line, sealed...)
	}
	now := Entry{Envelope: envelope(1)}
	later := now
	later.NotBefore = time.Unix(1795442706, 0)
	part := now
	part.Urgent, part.Reached = true, []string{"a@example.vn", "trực-ban@example.vn"}
	for _, e := range []Entry{now, later, part} {
		f.Add(fileName(&e), full(e, "age-encryption.org/v1\n"))
	}
	good := full(now, "sealed")
	f.Add(fileName(&now), good[:len(good)-1])
	f.Add(fileName(&now), append(good, 0))
	f.Add(fileName(&now), bytes.Replace(good, []byte(`"v":1`), []byte(`"v":2`), 1))
	f.Add(fileName(&now), bytes.Replace(good, []byte(`"v":1`), []byte(`"v":1,"x":{}`), 1))
	f.Add(fileName(&now), bytes.Replace(good, []byte(`"size":6`), []byte(`"size":9223372036854775807`), 1))
	f.Add("7-TB-0000-0001.tip", []byte(`{"v":1,"not_before":-1}`+"\n"))
	f.Add("", []byte{})
	f.Add("x", bytes.Repeat([]byte(" "), maxHeader+10))
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		e, sealed, err := decodeFile(name, bytes.NewReader(content), int64(len(content)), false)
		head, none, headErr := decodeFile(name, bytes.NewReader(content), int64(len(content)), true)
		// The envelope alone does not tell of a tip whose bits have turned.
		if none != nil || headErr != nil && err == nil || headErr == nil && err != nil && !errors.Is(err, ErrCorrupt) {
			t.Fatalf("whole: %v; envelope only: %v", err, headErr)
		}
		if err != nil {
			if !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrNewer) {
				t.Fatalf("error of another kind: %v", err)
			}
			return
		}
		if fileName(&e) != strings.TrimSuffix(name, keptSuffix) || int64(len(sealed)) != e.Size || !bytes.HasSuffix(content, sealed) || !e.ID.Valid() || head.ID != e.ID {
			t.Fatalf("%+v does not fit the file %q", e, name)
		}
		line, err := encodeHeader(&e, sealed)
		if err != nil {
			return // more addresses than a line of ours takes
		}
		again, sealedAgain, err := decodeFile(fileName(&e), bytes.NewReader(append(line, sealed...)), int64(len(line)+len(sealed)), false)
		if err != nil || again.Envelope != e.Envelope || !bytes.Equal(sealedAgain, sealed) {
			t.Fatalf("written again it reads as %+v, %v", again, err)
		}
	})
}
