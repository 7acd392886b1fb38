package open

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"tipbox/crypto/unwrap"
)

// archive yields what is in a zip that is larger than unwrap.MaxFile, as a webmail
// makes one of a hundred mails ("download all"): file by file, never the whole in
// memory. ok is false where it is no such zip, or none that can be read so.
func archive(path string, f *os.File, yield func(Source, error) bool) (more, ok bool) {
	info, err := f.Stat()
	if err != nil || info.Size() <= unwrap.MaxFile {
		return true, false
	}
	files, err := zip.NewReader(f, info.Size())
	if err != nil {
		return true, false
	}
	if slices.ContainsFunc(files.File, func(f *zip.File) bool { return f.Flags&1 != 0 }) {
		return yield(Source{Name: path}, unwrap.ErrZipLocked), true
	}
	for _, inside := range files.File {
		name := inside.Name[strings.LastIndexAny(inside.Name, `/\`)+1:]
		src := Source{Name: fmt.Sprintf("%s (%s)", path, VisibleLine(name)), Aside: !unwrap.OwnName(name)}
		switch {
		case inside.UncompressedSize64 == 0:
			continue
		case inside.UncompressedSize64 > unwrap.MaxFile:
			if !yield(src, unwrap.ErrTooLarge) {
				return false, true
			}
			continue
		}
		b, err := unpack(inside)
		if err != nil {
			src.Aside = false
			if !yield(src, err) {
				return false, true
			}
			continue
		}
		if !found(src.Name, unwrap.File(name, b), true, yield) {
			return false, true
		}
	}
	return true, true
}

func unpack(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if errors.Is(err, zip.ErrAlgorithm) {
		return nil, unwrap.ErrArchive
	} else if err != nil {
		return nil, unwrap.ErrTruncated
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, unwrap.MaxFile)) // the size that is claimed may be none
	if err != nil && len(b) == 0 {
		return nil, unwrap.ErrTruncated
	}
	return b, nil
}
