package scan

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// Kind names a kind of file that may hold a picture and is not read.
type Kind string

// The kinds.
const (
	HEIC         Kind = "HEIC"
	AVIF         Kind = "AVIF"
	JPEGXL       Kind = "JPEG XL"
	JPEG2000     Kind = "JPEG 2000"
	AnimatedWebP Kind = "animated WebP"
	SVG          Kind = "SVG"
	Photoshop    Kind = "Photoshop"
	Video        Kind = "video"
	Archive      Kind = "archive" // and what is one by its format: Word, PowerPoint
	Document     Kind = "Word, Outlook"
	Mail         Kind = "mail"

	// Of scans.
	JBIG2     Kind = "JBIG2"
	LockedPDF Kind = "locked PDF"
	OtherScan Kind = "another compression"
)

// KindOf tells what a file is by its first few kilobytes, whatever its name; "" where
// it may be a picture that is read, or is nothing that is known.
func KindOf(file []byte) Kind {
	for _, k := range []struct {
		magic string
		kind  Kind
	}{
		{"\xff\x0a", JPEGXL}, {"\x00\x00\x00\x0cJXL ", JPEGXL},
		{"\x00\x00\x00\x0cjP  ", JPEG2000}, {"\xff\x4f\xff\x51", JPEG2000},
		{"8BPS", Photoshop},
		{"PK\x03\x04", Archive}, {"Rar!", Archive}, {"7z\xbc\xaf", Archive}, {"\x1f\x8b", Archive},
		{"\x1a\x45\xdf\xa3", Video}, {"\x00\x00\x01\xba", Video},
		{"\xd0\xcf\x11\xe0", Document},
	} {
		if bytes.HasPrefix(file, []byte(k.magic)) {
			return k.kind
		}
	}
	if len(file) < 12 {
		return ""
	}
	switch string(file[4:8]) {
	case "ftyp":
		return brandOf(file)
	case "moov", "mdat", "wide", "free": // QuickTime without a brand
		return Video
	}
	if string(file[:4]) == "RIFF" {
		switch string(file[8:12]) {
		case "AVI ":
			return Video
		case "WEBP":
			const flagsAt, animated = 20, 2
			if len(file) > flagsAt && string(file[12:16]) == "VP8X" && file[flagsAt]&animated != 0 {
				return AnimatedWebP
			}
		}
	}
	return textKind(file)
}

// brandOf tells pictures from videos by the box "ftyp": size, type, major brand,
// version, and the brands it is compatible with (ISO/IEC 14496-12, 23008-12).
func brandOf(file []byte) Kind {
	brands := string(file[8:min(len(file), int(min(max(binary.BigEndian.Uint32(file), 12), 256)))])
	for _, brand := range []string{"avif", "avis"} {
		if strings.Contains(brands, brand) {
			return AVIF
		}
	}
	for _, brand := range []string{"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"} {
		if strings.Contains(brands, brand) {
			return HEIC
		}
	}
	return Video
}

// textKind tells text that holds or draws a picture.
func textKind(file []byte) Kind {
	head := string(file[:min(len(file), 4096)])
	if strings.Contains(head, "<svg") {
		return SVG
	}
	for line := range strings.Lines(head) {
		if name, _, ok := strings.Cut(strings.ToLower(line), ":"); ok && (name == "mime-version" || name == "received") {
			return Mail
		}
	}
	return ""
}
