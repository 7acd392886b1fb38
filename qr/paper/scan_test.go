package paper

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tipbox/qr/scan"
)

// TestBlackAndWhite: what office scanners write when they are set to black and
// white restores a key, whichever way it is packed.
func TestBlackAndWhite(t *testing.T) {
	t.Parallel()
	want := identity(6, 330)
	pdf, _ := print(t, want, "20")
	base := strings.TrimSuffix(pdf, ".pdf")
	run(t, "pdftoppm", "-r", "200", "-mono", "-tiff", "-singlefile", pdf, base)
	plain := base + ".tif"
	tiffcp := func(name string, args ...string) string {
		out := filepath.Join(filepath.Dir(pdf), name+".tif")
		run(t, "tiffcp", append(args, out)...)
		return out
	}
	wrapped := func(tiff string, args ...string) string {
		out := strings.TrimSuffix(tiff, "tif") + strings.Join(args, "") + ".pdf"
		run(t, "tiff2pdf", append(append([]string{"-o", out}, args...), tiff)...)
		return out
	}
	g4 := tiffcp("g4", "-c", "g4", plain)
	strips := tiffcp("strips", "-r", "64", "-c", "g4", plain)
	for name, file := range map[string]string{
		"fax G4":                  g4,
		"fax G4, strips":          strips,
		"fax G4, other bit order": tiffcp("lsb", "-f", "lsb2msb", "-c", "g4", plain),
		"tiles":                   tiffcp("tiles", "-t", "-w", "256", "-l", "256", "-c", "g4", plain),
		"packbits":                tiffcp("packbits", "-c", "packbits", plain),
		"Deflate":                 tiffcp("zip", "-c", "zip", plain),
		"two pages":               tiffcp("pages", "-c", "g4", plain, g4),
		"PDF of fax G4":           wrapped(g4),
		"PDF of fax G3":           wrapped(tiffcp("g3", "-c", "g3", plain)),
		"PDF of Deflate":          wrapped(g4, "-z"),
		"PDF of nothing packed":   wrapped(plain, "-n"),
		"PDF of strips":           wrapped(strips),
	} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var r Reading
		if err := r.AddFile(b); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got, err := r.Locked(); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %v", name, err)
		}
	}

	b, err := os.ReadFile(wrapped(g4))
	if err != nil {
		t.Fatal(err)
	}
	packed := bytes.Replace(b, []byte("/CCITTFaxDecode"), []byte("/JBIG2Decode   "), 1)
	var unsupported *scan.UnsupportedError
	if err := new(Reading).AddFile(packed); !errors.As(err, &unsupported) || unsupported.Kind != scan.JBIG2 {
		t.Errorf("JBIG2: %v", err)
	}
}
