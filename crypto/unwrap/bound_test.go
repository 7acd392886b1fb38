package unwrap

import (
	"archive/zip"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBounds: whoever sends mail can fill it with whatever costs a reader most. Each
// of these takes hours where some pass over the bytes is not linear, and is done here
// in the time that a test has.
func TestBounds(t *testing.T) {
	const size = 512 << 10
	for _, line := range []string{
		" ", ">", "=", "a=\r\n", "--", "--x", "\n--x", "--x \t", "\r", "begin 644 a\n", "begin 644 a\nend\n", "From \n\n",
		"From a 00:00 2000\nX-A:\n", "\u00e0", "<", "a b=\"", "; a=b", "a*0=", "PK\x01\x02", "\x04\x80",
		"YWdlLWVuY3J5cHRpb24ub3JnL3Yx", "-----BEGIN AGE ENCRYPTED FILE-----\n", "age-encryption.org/v1\n-> ", "TB-0000-0000 ",
	} {
		flood := strings.Repeat(line, size/len(line))
		for _, head := range []string{
			"", "Subject: ", "Subject: x\r\n", "Subject: x\r\nContent-Transfer-Encoding: base64\r\n\r\n",
			"Content-Transfer-Encoding: quoted-printable\r\n\r\n", "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n",
			"Content-Type: ", "\x78\x9f\x3e\x22", "\x30\x80" + oidSigned + oidData + "\xa0\x80\x24\x80",
		} {
			r := File("a.eml", []byte(head+flood))
			if n := len(r.Found) + len(r.Wrong); n > 2*maxFound {
				t.Errorf("%q, %q: %d things found", head, line, n)
			}
		}
	}
}

// TestNested: archives within archives and one that claims to be small end at a bound, which is told.
func TestNested(t *testing.T) {
	pack := func(n int, data []byte) []byte {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for range n {
			f, err := w.Create("a")
			if err != nil {
				t.Fatal(err)
			}
			f.Write(data)
		}
		w.Close()
		return b.Bytes()
	}
	deep := []byte("x")
	for range maxDepth + 2 {
		deep = pack(1, deep)
	}
	for name, b := range map[string][]byte{
		"deep": deep, "many": pack(maxParts+1, []byte("x")), "huge": pack(1, make([]byte, MaxFile+1)),
	} {
		r := File("a.zip", b)
		if len(r.Wrong) != 1 || !errors.Is(r.Wrong[0].Err, ErrTooLarge) {
			t.Errorf("%s: %+v", name, r)
		}
	}
	w := walker{room: 10_000}
	w.look(pack(12, make([]byte, 1000)), place{top: true})
	if len(w.Wrong) != 1 || !errors.Is(w.Wrong[0].Err, ErrTooLarge) {
		t.Errorf("large: %+v", w.Result)
	}
}

// TestLargeMail: what is behind the bound may hold a tip, which is told.
func TestLargeMail(t *testing.T) {
	for text, found := range map[string]int{"age-encryption.org/v1\n-> x\n": 1, "x": 0} {
		r := File("a.eml", append([]byte("Subject: x\r\n\r\n"+text), make([]byte, MaxFile)...))
		if len(r.Found) != found || (found == 1) != (len(r.Wrong) == 1 && errors.Is(r.Wrong[0].Err, ErrTooLarge)) || (found == 0) != (errors.Is(r.What, ErrTooLarge) && r.May) {
			t.Errorf("%q: %d found, %v, %v", text, len(r.Found), r.Wrong, r.What)
		}
	}
}

// FuzzFile: nothing in a file makes the search fall over.
func FuzzFile(f *testing.F) {
	paths, err := filepath.Glob("testdata/wrapped/*")
	if err != nil || len(paths) == 0 {
		f.Fatal("no corpus: ", err)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		if len(b) < 4<<10 {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r := File("a.eml", b)
		if (len(r.Found)+len(r.Wrong) == 0) != (r.What != nil) {
			t.Errorf("%+v", r)
		}
	})
}
