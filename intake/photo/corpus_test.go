package photo

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"tipbox/intake/waittest"
)

// canary stands wherever a camera or an app could leave something.
const canary = "CANARY-7Q4X"

// structure is all that exiftool may find in a cleaned photo: what any JPEG has.
var structure = map[string]bool{
	"SourceFile": true, "ExifTool:ExifToolVersion": true,
	"File:FileType": true, "File:FileTypeExtension": true, "File:MIMEType": true,
	"File:ImageWidth": true, "File:ImageHeight": true, "File:EncodingProcess": true,
	"File:BitsPerSample": true, "File:ColorComponents": true, "File:YCbCrSubSampling": true,
	"Composite:ImageSize": true, "Composite:Megapixels": true,
}

// TestNothingIsLeft cleans photos with everything that cameras, phones and apps
// put into and behind them, and has exiftool look for it.
func TestNothingIsLeft(t *testing.T) {
	exiftool := need(t, "exiftool")
	dirty, clean := t.TempDir(), t.TempDir()
	uploads := corpus(t)
	for name, b := range uploads {
		if err := os.WriteFile(filepath.Join(dirty, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// More of it, written by exiftool into whatever can hold it.
	run(t, exiftool, "-q", "-q", "-m", "-overwrite_original", "-ext", "jpg", "-ext", "png", "-ext", "webp",
		"-EXIF:Artist="+canary, "-EXIF:OwnerName="+canary, "-EXIF:SerialNumber="+canary, "-EXIF:LensSerialNumber="+canary,
		"-EXIF:UserComment="+canary, "-EXIF:ImageUniqueID="+canary, "-EXIF:DateTimeOriginal=2026:11:20 10:11:12",
		"-EXIF:GPSLatitude=22.1", "-EXIF:GPSLatitudeRef=N", "-EXIF:GPSLongitude=102.8", "-EXIF:GPSLongitudeRef=E",
		"-XMP:Creator="+canary, "-XMP-xmpMM:DocumentID="+canary, "-XMP-photoshop:City="+canary,
		"-IPTC:By-line="+canary, "-IPTC:City="+canary, "-Comment="+canary, "-PNG:Title="+canary, dirty)

	cleaner := New(Options{})
	planted := exifTags(t, exiftool, dirty)
	for name := range maps.Clone(uploads) {
		edited, err := os.ReadFile(filepath.Join(dirty, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(edited, []byte(canary)) {
			t.Errorf("%s: nothing was planted", name)
		}
		uploads["edited-"+name] = edited
	}
	for name, upload := range uploads {
		out, err := cleaner.Clean(t.Context(), upload, 1<<20)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, got := colours(t, out); !alike(got, quad) {
			t.Errorf("%s: colours %v", name, got)
		}
		for _, trace := range [][]byte{[]byte(canary), utf16le(canary), []byte("Exif"), []byte("http"), []byte("ICC")} {
			if bytes.Contains(out, trace) {
				t.Errorf("%s: %q is left", name, trace)
			}
		}
		if end := out[len(out)-2:]; !bytes.Equal(end, []byte{0xff, 0xd9}) || bytes.Count(out, []byte{0xff, 0xd9}) != 1 {
			t.Errorf("%s: something stands behind the image", name)
		}
		if err := os.WriteFile(filepath.Join(clean, name+".jpg"), out, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, tags := range exifTags(t, exiftool, clean) {
		for _, tag := range tags {
			if !structure[tag] {
				t.Errorf("%s: exiftool finds %s", name, tag)
			}
		}
		if edited, ok := strings.CutPrefix(strings.TrimSuffix(name, ".jpg"), "edited-"); ok {
			t.Logf("%s: %d tags planted, %d of structure left", edited, len(planted[edited]), len(tags))
		}
	}
}

// TestOrientation: all eight ways of holding a phone, in all formats that say so.
func TestOrientation(t *testing.T) {
	exiftool := need(t, "exiftool")
	// Where EXIF's row 0 and column 0 are seen (CIPA DC-008, 4.6.5.1.6), as the
	// quarters of the upright picture: which stored quarter shows there.
	seen := [9][4]int{1: {0, 1, 2, 3}, 2: {1, 0, 3, 2}, 3: {3, 2, 1, 0}, 4: {2, 3, 0, 1}, 5: {0, 2, 1, 3}, 6: {2, 0, 3, 1}, 7: {3, 1, 2, 0}, 8: {1, 3, 0, 2}}
	img := image.NewRGBA(image.Rect(0, 0, 64, 48))
	fillQuad(img)
	sources := map[string][]byte{"jpg": asJPEG(t, img), "png": asPNG(t, img), "webp": fixture(t, "lossy.webp")}
	for o := 1; o <= 8; o++ {
		dir := t.TempDir()
		for ext, b := range sources {
			if err := os.WriteFile(filepath.Join(dir, "x."+ext), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		run(t, exiftool, "-q", "-q", "-overwrite_original", "-n", fmt.Sprintf("-IFD0:Orientation=%d", o), dir)
		for ext := range sources {
			upload, err := os.ReadFile(filepath.Join(dir, "x."+ext))
			if err != nil {
				t.Fatal(err)
			}
			out, err := New(Options{}).Clean(t.Context(), upload, 1<<20)
			if err != nil {
				t.Fatalf("%s %d: %v", ext, o, err)
			}
			want := quad
			for i, q := range seen[o] {
				want[i] = quad[q]
			}
			size, got := colours(t, out)
			wantSize := image.Pt(64, 48)
			if o >= 5 {
				wantSize = image.Pt(48, 64)
			}
			if size != wantSize || !alike(got, want) {
				t.Errorf("%s, orientation %d: %v, colours %v", ext, o, size, got)
			}
		}
	}
}

// corpus returns photos as they come from phones, apps and jokers.
func corpus(t *testing.T) map[string][]byte {
	img := image.NewRGBA(image.Rect(0, 0, 64, 48))
	fillQuad(img)
	plain, plainPNG := asJPEG(t, img), asPNG(t, img)
	segments := func(b []byte, insert ...[]byte) []byte { // behind SOI
		return append(append(bytes.Clone(b[:2]), bytes.Join(insert, nil)...), b[2:]...)
	}
	all := map[string][]byte{}
	for maker, note := range map[string]string{
		"Canon": "\x01\x00\x06\x00\x02\x00\x20\x00\x00\x00", "NIKON CORPORATION": "Nikon\x00\x02\x10\x00\x00MM\x00\x2a",
		"Apple": "Apple iOS\x00\x00\x01MM\x00\x01", "samsung": "\x07\x00\x01\x00\x07\x00\x04\x00\x00\x00",
		"Xiaomi": "Xiaomi\x00\x00", "OPPO": "OPPO\x00{\"PiFlag\":\"1\"}", "vivo": "{\"vivo\":1}", "Huawei": "HUAWEI\x00\x00MM",
	} {
		name := strings.ToLower(strings.Fields(maker)[0])
		all[name+".jpg"] = segments(plain, segment(0xe1, exif(maker, note+canary, plain)))
	}
	jfif := append([]byte("JFIF\x00\x01\x02\x01\x00\x48\x00\x48\x02\x02"), bytes.Repeat([]byte{1, 2, 3}, 4)...)
	extended := "http://ns.adobe.com/xmp/extension/\x00" + strings.Repeat("A", 32) + "\x00\x00\x00\x20\x00\x00\x00\x00" + canary
	icc := "ICC_PROFILE\x00\x01\x01" + strings.Repeat("\x00", 128) + canary
	all["many-segments.jpg"] = segments(plain,
		segment(0xe0, jfif), segment(0xe0, append([]byte("JFXX\x00\x10"), plain...)),
		segment(0xe1, []byte(extended)), segment(0xe2, []byte(icc)), segment(0xe2, []byte("MPF\x00"+canary)),
		segment(0xed, []byte("Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x10\x1c\x02\x50\x00\x0b"+canary)),
		segment(0xef, []byte(canary)), segment(0xfe, []byte(canary)))
	all["motion-photo.jpg"] = append(bytes.Clone(plain), []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"+canary)...)
	all["polyglot-zip.jpg"] = append(bytes.Clone(plain), []byte("PK\x03\x04\x14\x00"+canary+"PK\x05\x06")...)
	all["second-picture.jpg"] = append(segments(plain, segment(0xfe, []byte(canary))), plain...)
	all["progressive.jpg"] = segments(fixture(t, "progressive.jpg"), segment(0xfe, []byte(canary)))
	all["ycck.jpg"] = segments(fixture(t, "ycck.jpg"), segment(0xfe, []byte(canary)))

	texts := plainPNG
	for kind, data := range map[string]string{
		"tEXt": "Author\x00" + canary, "iTXt": "XML:com.adobe.xmp\x00\x00\x00\x00\x00" + canary,
		"tIME": "\x07\xea\x0b\x14\x0a\x0b\x0c", "prVt": canary,
	} {
		texts = withChunk(texts, kind, []byte(data))
	}
	all["texts.png"] = append(texts, canary...)
	all["plain.webp"] = fixture(t, "lossy.webp")
	all["lossless.webp"] = fixture(t, "lossless.webp")
	return all
}

func segment(marker byte, data []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(data)+2)), data...)
}

// exif returns an EXIF segment as phones write it: maker and model, an Exif IFD
// with a MakerNote, and a thumbnail with an orientation of its own.
func exif(maker, note string, thumbnail []byte) []byte {
	type entry struct {
		tag, kind uint16
		value     []byte
	}
	short := func(n uint16) []byte { return binary.BigEndian.AppendUint16(nil, n) }
	long := func(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }
	tiff := []byte("MM\x00\x2a\x00\x00\x00\x08")
	size := map[uint16]int{1: 1, 2: 1, 3: 2, 4: 4, 7: 1}
	ifd := func(next int, entries ...entry) {
		data := len(tiff) + 2 + 12*len(entries) + 4
		var tail []byte
		tiff = append(tiff, short(uint16(len(entries)))...)
		for _, e := range entries {
			tiff = append(append(append(tiff, short(e.tag)...), short(e.kind)...), long(len(e.value)/size[e.kind])...)
			if len(e.value) > 4 {
				tiff = append(tiff, long(data+len(tail))...)
				tail = append(tail, e.value...)
			} else {
				tiff = append(tiff, append(e.value, make([]byte, 4-len(e.value))...)...)
			}
		}
		tiff = append(append(tiff, long(next)...), tail...)
	}
	first := []entry{{0x10f, 2, []byte(maker + "\x00")}, {0x110, 2, []byte("Model " + canary + "\x00")}, {0x112, 3, short(1)}, {0x8769, 4, nil}}
	at := 8 + 2 + 12*len(first) + 4 + len(first[0].value) + len(first[1].value)
	second := entry{0x927c, 7, []byte(note)}
	first[3].value = long(at)
	third := at + 2 + 12 + 4 + len(note)
	ifd(third, first...)
	ifd(0, second)
	ifd(0, entry{0x112, 3, short(6)}, entry{0x201, 4, long(third + 2 + 36 + 4)}, entry{0x202, 4, long(len(thumbnail))})
	return append(append([]byte("Exif\x00\x00"), tiff...), thumbnail...)
}

func utf16le(s string) (b []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

func need(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatalf("%s is needed for this test: run it through make test, which installs it", program)
	}
	return path
}

func run(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	cmd := waittest.Command(t, name, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, stderr.String())
	}
	return out
}

// exifTags returns what exiftool finds in the files of a folder, by file name.
func exifTags(t *testing.T, exiftool, dir string) map[string][]string {
	t.Helper()
	var files []map[string]any
	out := run(t, exiftool, "-q", "-q", "-j", "-a", "-u", "-U", "-ee3", "-G0", "-x", "System:all", dir)
	if err := json.Unmarshal(out, &files); err != nil {
		t.Fatal(err)
	}
	tags := map[string][]string{}
	for _, f := range files {
		name := filepath.Base(f["SourceFile"].(string))
		for tag := range f {
			tags[name] = append(tags[name], tag)
		}
	}
	return tags
}
