package patrol

import (
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tipbox/cmd/internal/config"
	"tipbox/intake"
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
	photos, err := candidatesIn([]string{dir})
	if err != nil || len(photos) != 3 {
		t.Fatalf("%d photos, %v", len(photos), err)
	}
	for i, found := range inOrder(photos, new(verifier).look) {
		if len(found) != 1 || found[0].verdict != qr.Unreadable || found[0].photo != photos[i].name || found[0].note == "" {
			t.Errorf("%s: %+v", photos[i].name, found)
		}
	}
}

// TestVerifySticker: each code of one photo is judged, and what is wrong stands
// first. The look-alike stands beside the real code.
func TestVerifySticker(t *testing.T) {
	const ours, theirs, unknown = "https://tip.example.vn/t/ncs01", "https://xn--tp-nja.example.vn/t/ncs01", "https://tip.example.vn/t/ncs09"
	wall := image.NewGray(image.Rect(0, 0, 1500, 600))
	for i := range wall.Pix {
		wall.Pix[i] = 200
	}
	for i, link := range []string{ours, theirs, unknown} {
		s, err := qr.New(link)
		if err != nil {
			t.Fatal(err)
		}
		const module = 8
		side := (s.Size() + 2*qr.QuietZone) * module
		for y := range side {
			for x := range side {
				shade := color.Gray{Y: 255}
				if s.Dark(x/module-qr.QuietZone, y/module-qr.QuietZone) {
					shade.Y = 0
				}
				wall.SetGray(40+i*480+x, 60+y, shade)
			}
		}
	}
	name := filepath.Join(t.TempDir(), "wall.png")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(png.Encode(f, wall), f.Close()); err != nil {
		t.Fatal(err)
	}
	unit := &intake.Unit{ID: "na-co-sa", Name: intake.Names{"vi": "Đồn Biên phòng Na Cô Sa"}}
	unit.Sites = []*intake.Site{{Code: "ncs01", Unit: unit, Name: intake.Names{"vi": "Chợ"}}}
	directory, err := intake.NewDirectory([]*intake.Unit{unit})
	if err != nil {
		t.Fatal(err)
	}
	v := verifier{now: time.Now(), cfg: &config.Config{BaseURL: &url.URL{Scheme: "https", Host: "tip.example.vn"}, Directory: directory}}
	found := make(map[string]qr.Verdict)
	list := v.look(candidate{name: name, named: true})
	for _, one := range list {
		found[one.link] = one.verdict
	}
	if len(list) != 3 || found[ours] != qr.Genuine || found[theirs] != qr.Foreign || found[unknown] != qr.Unknown {
		t.Fatalf("%+v", list)
	}
	if list[2].link != ours {
		t.Errorf("the genuine code does not stand last: %+v", list)
	}
	for _, one := range list {
		if one.link == theirs && !strings.Contains(one.note, "giả dạng: típ.example.vn") {
			t.Errorf("the note does not show the host as a browser does: %q", one.note)
		}
	}
}
