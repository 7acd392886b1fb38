package main

import (
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"testing"

	"tipbox/qr"
)

// brokenPhoto is a picture that has no pixels where it says it has.
type brokenPhoto struct{ image.Image }

func (brokenPhoto) At(int, int) color.Color { panic("no such pixel") }

// TestVerifyGoesOn: whatever a photo does to its reader, it is unreadable and the
// others are judged.
func TestVerifyGoesOn(t *testing.T) {
	small := image.NewRGBA(image.Rect(0, 0, 64, 48))
	image.RegisterFormat("broken", "broken photo",
		func(io.Reader) (image.Image, error) { return brokenPhoto{small}, nil },
		func(io.Reader) (image.Config, error) {
			return image.Config{ColorModel: color.RGBAModel, Width: 64, Height: 48}, nil
		})
	dir := t.TempDir()
	for name, content := range map[string]string{"broken.jpg": "broken photo", "empty.jpg": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	white := image.NewGray(image.Rect(0, 0, 640, 480))
	for i := range white.Pix {
		white.Pix[i] = 255
	}
	f, err := os.Create(filepath.Join(dir, "white.png"))
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, white); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	photos, err := photosIn([]string{dir})
	if err != nil || len(photos) != 3 {
		t.Fatalf("%d photos, %v", len(photos), err)
	}
	for i, found := range inOrder(photos, new(verifier).photo) {
		if len(found) != 1 || found[0].verdict != qr.Unreadable || found[0].photo != photos[i] || found[0].note == "" {
			t.Errorf("%s: %+v", photos[i], found)
		}
	}
}
