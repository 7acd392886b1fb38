package patrol

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"tipbox/cmd/internal/unread"
	"tipbox/qr/scan"
)

// candidate is a file that may be a photo.
type candidate struct {
	name  string
	named bool  // on the command line, not only its folder
	why   error // why it cannot be looked at, or nil
}

var (
	errFolderLink = errors.New("a link to a folder")
	errNoFile     = errors.New("neither a file nor a folder")
)

// candidatesIn returns the files named and all those in and below the folders
// named. What cannot be looked at is among them, so that it is told.
func candidatesIn(paths []string) ([]candidate, error) {
	var list []candidate
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, fmt.Errorf("looking for photos: %w", err)
		}
		if !info.IsDir() {
			list = append(list, candidate{name: p, named: true})
			continue
		}
		err = filepath.WalkDir(p, func(name string, e fs.DirEntry, err error) error {
			if err == nil && e.Type()&fs.ModeSymlink != 0 {
				var to fs.FileInfo
				switch to, err = os.Stat(name); {
				case err == nil && to.IsDir():
					err = errFolderLink
				case err == nil && !to.Mode().IsRegular():
					err = errNoFile
				}
			} else if err == nil && e.Type()&^fs.ModeDir != 0 {
				err = errNoFile // a pipe would be waited for
			}
			if err != nil || !e.IsDir() {
				list = append(list, candidate{name: name, why: err})
			}
			if err != nil && e != nil && e.IsDir() {
				return fs.SkipDir
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("looking for photos: %w", err)
		}
	}
	return list, nil
}

// maxFile is more than the largest photo takes, even as a PNG.
const maxFile = 1 << 29

// readPhoto returns a file's content. Of what is not read anyway, such as a video,
// it reads the beginning only.
func readPhoto(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var file bytes.Buffer
	if _, err := io.CopyN(&file, f, 4096); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if kind := scan.KindOf(file.Bytes()); kind != "" {
		return nil, &scan.UnsupportedError{Kind: kind}
	}
	if n, err := io.CopyN(&file, f, maxFile); err == nil && n == maxFile {
		return nil, scan.ErrTooBig
	} else if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return file.Bytes(), nil
}

// isLitter reports whether a file is what Windows and macOS leave beside pictures.
func isLitter(name string) bool {
	base := strings.ToLower(filepath.Base(name))
	return strings.HasPrefix(base, "._") || slices.Contains([]string{"thumbs.db", "ehthumbs.db", ".ds_store"}, base)
}

// holdsNone reports whether a file is text, which holds no picture, and was never
// called one.
func holdsNone(name string, file []byte) bool {
	base := strings.ToLower(filepath.Base(name))
	for _, ext := range []string{".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif", ".pdf"} {
		if strings.Contains(base, ext) {
			return false
		}
	}
	return utf8.Valid(file) && !bytes.Contains(file, []byte{0})
}

// wordsForLeftOut says why a file or a picture in it was not looked at.
func wordsForLeftOut(err error) (vi, en string) {
	var unsupported *scan.UnsupportedError
	switch {
	case errors.As(err, &unsupported):
		w := unread.Of(unsupported.Kind)
		return w.What + "; " + w.Do, w.WhatEn + "; " + w.DoEn
	case errors.Is(err, scan.ErrNotPicture):
		return "không phải ảnh", "not a picture"
	case errors.Is(err, scan.ErrEmptyPDF):
		return "PDF không có ảnh chụp hay bản quét; mở ra rồi chụp màn hình", "a PDF without a photo or scan in it; open it and take a screenshot"
	case errors.Is(err, scan.ErrTooBig):
		return "ảnh quá lớn; chụp màn hình", "too large a picture; take a screenshot of it"
	case errors.Is(err, scan.ErrDamaged):
		return "ảnh hỏng, không đọc được gì; chép lại hoặc chụp lại", "a damaged picture, nothing of it can be read; copy it again, or photograph again"
	case errors.Is(err, errFolderLink):
		return "liên kết đến thư mục khác, không xem; nêu thư mục đó trong lệnh", "a link to another folder, not looked into; name that folder in the command"
	case errors.Is(err, errNoFile):
		return "không phải tệp", "not a file"
	}
	return "không mở được: " + err.Error(), "cannot be opened"
}
