package poster

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCheckColor(t *testing.T) {
	for _, good := range []string{"#145743", "#000000", "#1a237e", "#8b0000", "#5d4037"} {
		c, err := ParseColor(good)
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckColor(c); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"#ffcc00", "#ffffff", "#00ff00", "#7fb3d5", "#808080"} {
		c, err := ParseColor(bad)
		if err != nil {
			t.Fatal(err)
		}
		var e *ContrastError
		if err := CheckColor(c); !errors.As(err, &e) {
			t.Errorf("%s: %v", bad, err)
			continue
		}
		if err := CheckColor(e.Nearest); err != nil {
			t.Errorf("the nearest to %s is no good either: %v", bad, err)
		}
		if contrast(e.Nearest, tint(e.Nearest)) > minContrast+0.15 {
			t.Errorf("%s is not the nearest good one to %s", e.Nearest, bad)
		}
	}
	for _, s := range []string{"", "red", "#12345", "#12345g", "123456#"} {
		if c, err := ParseColor(s); err == nil {
			t.Errorf("%q is read as %s", s, c)
		}
	}
}

// TestContrastOfTexts: every colour that text is set in can be read on what lies below.
func TestContrastOfTexts(t *testing.T) {
	for _, ground := range []Color{white, tint(DefaultColor)} {
		for _, text := range []Color{ink, muted, DefaultColor} {
			if r := contrast(ground, text); r < minContrast {
				t.Errorf("%s on %s: %.2f to 1", text, ground, r)
			}
		}
	}
}

func writeTemp(t *testing.T, name string, data []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func pngOf(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const starSVG = `<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><title>Sao</title>
<g transform="translate(50 50) scale(0.9)"><circle r="50" fill="#c8102e"/>
<polygon style="fill:#ff0" points="0,-40 9,-12 38,-12 15,5 24,33 0,16 -24,33 -15,5 -38,-12 -9,-12"/>
<path d="M-5 0a5 5 0 1 0 10 0 5 5 0 1 0-10 0z" fill="none"/></g></svg>`

// TestEmblem draws an SVG and a PNG emblem and looks at the pixels where it must be.
func TestEmblem(t *testing.T) {
	square := image.NewNRGBA(image.Rect(0, 0, 300, 300))
	for i := range 300 * 300 {
		square.SetNRGBA(i%300, i/300, color.NRGBA{200, 16, 46, 255})
	}
	for name, data := range map[string][]byte{"star.svg": []byte(starSVG), "red.png": pngOf(t, square)} {
		site := sample1(t)
		site.Unit.Emblem = writeTemp(t, name, data)
		page := drawPage(t, A4, site)
		img := page.render(box{0, 0, page.Width, 70}, 4)
		reds := 0
		for y := range img.Rect.Dy() {
			for x := range img.Rect.Dx() {
				if c := img.RGBAAt(x, y); c.R > 180 && c.G < 40 && c.B < 70 {
					reds++
				}
			}
		}
		if reds < 2000 {
			t.Errorf("%s: %d red pixels", name, reds)
		}
		var pdf, svg bytes.Buffer
		w := newPDF("x", "vi", printDate)
		w.add(page)
		if err := errors.Join(w.writeTo(&pdf), page.writeSVG(&svg)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEmblemRefused(t *testing.T) {
	svg := func(inside string) []byte {
		return []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">` + inside + `</svg>`)
	}
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"gif", []byte("GIF89a"), "neither a PNG nor an SVG"},
		{"small png", pngOf(t, image.NewGray(image.Rect(0, 0, 50, 50))), "50 × 50 pixels: expected sides from 200 to 2000"},
		{"broken png", []byte("\x89PNG\r\n\x1a\n"), "EOF"},
		{"stroke", svg(`<path d="M0 0h9" stroke="#000"/>`), `stroke="#000" is not read`},
		{"gradient", svg(`<rect width="9" height="9" fill="url(#g)"/>`), "is not a colour"},
		{"text", svg(`<text>x</text>`), "<text>: not read"},
		{"script", svg(`<script>1</script>`), "<script>: not read"},
		{"image", svg(`<image href="file:///etc/passwd"/>`), "<image>: not read"},
		{"rotated", svg(`<rect width="9" height="9" transform="rotate(9)"/>`), `transform "rotate(9)" is not read`},
		{"path", svg(`<path d="M0 0 L x"/>`), "expected a number"},
		{"nothing", svg(`<title>x</title>`), "nothing is drawn in it"},
		{"no size", []byte(`<svg/>`), "viewBox"},
		{"cut off", []byte(`<svg viewBox="0 0 9 9"><g>`), "XML syntax error"},
		{"end first", []byte(`</svg><svg`), "XML syntax error"},
		{"entities", []byte(`<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg viewBox="0 0 9 9"><title>&a;</title></svg>`), "entity"},
	} {
		_, err := LoadEmblem(writeTemp(t, "emblem", c.data))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	if _, err := LoadEmblem(writeTemp(t, "emblem", make([]byte, maxEmblemBytes+1))); err == nil {
		t.Error("an emblem of over 1 MB is read")
	}
}

func FuzzPathData(f *testing.F) {
	for _, s := range []string{"M0 0h1v1z", "m1.5.5-3 2q1 1 2 2t3 3s1 1 2 2a5 5 0 1 0 10 0", "M0 0A1 1 0 0012 2", "Z", "M", "1e5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, d string) {
		p, err := parsePath(d)
		if err == nil {
			p.bounds()
		}
	})
}
