package open_test

import (
	"archive/zip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tipbox/crypto/open"
	"tipbox/crypto/unwrap"
)

// A webmail packs a hundred mails into one zip, which may be larger than any file
// that is read whole. templates/browser/test/archive.test.mjs holds the page to the same.
func TestLargeArchive(t *testing.T) {
	mail, err := os.ReadFile("../unwrap/testdata/wrapped/zip-in-mail.eml")
	if err != nil {
		t.Fatal(err)
	}
	pack := func(t *testing.T, flags uint16) string {
		path := filepath.Join(t.TempDir(), "thu.zip")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		w := zip.NewWriter(f)
		add := func(name string, method, flags uint16, content io.Reader) {
			part, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method, Flags: flags})
			if err == nil {
				_, err = io.Copy(part, content)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		add("Hộp thư/Tin mới.eml", zip.Deflate, 0, strings.NewReader(string(mail)))
		add("phim.mp4", zip.Store, 0, io.LimitReader(zeros{}, unwrap.MaxFile+1))
		add("ghi chú.txt", zip.Store, flags, strings.NewReader("không phải tin"))
		add("TB-0000-0001.age", zip.Store, 0, strings.NewReader("hỏng"))
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return path
	}
	path := pack(t, 0)
	var got []string
	for src, err := range open.Sources(path) {
		line := strings.TrimPrefix(src.Name, path)
		if err != nil {
			line += ": " + err.Error()
		}
		if src.Aside {
			line = "-" + line
		}
		got = append(got, line)
	}
	want := []string{
		" (Tin mới.eml) (TB-7F3K-9QMX.age)", "- (phim.mp4): " + open.ErrTooLarge.Error(),
		"- (ghi chú.txt): " + unwrap.ErrNotSealed.Error(), " (TB-0000-0001.age): " + unwrap.ErrNotSealed.Error(),
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	for src, err := range open.Sources(pack(t, 1)) {
		if !errors.Is(err, unwrap.ErrZipLocked) {
			t.Errorf("with a password: %s: %v", src.Name, err)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
