package jpegread_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"tipbox/intake/photo/jpegread"
)

// scene is a picture with edges, gradients and colours.
func scene(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, color.RGBA{uint8(x * 255 / w), uint8(y * 255 / h), uint8(x*y/40) ^ uint8(x>>3), 255})
		}
	}
	draw.Draw(img, image.Rect(w/4, h/4, w/2, h/2), image.NewUniform(color.RGBA{200, 20, 20, 255}), image.Point{}, draw.Src)
	return img
}

// cjpeg has libjpeg-turbo write a JPEG.
func cjpeg(t testing.TB, img *image.RGBA, args ...string) []byte {
	t.Helper()
	ppm := fmt.Appendf(nil, "P6 %d %d 255\n", img.Rect.Dx(), img.Rect.Dy())
	for i := 0; i < len(img.Pix); i += 4 {
		ppm = append(ppm, img.Pix[i:i+3]...)
	}
	out, _, err := run(t, "cjpeg", ppm, args...)
	if err != nil {
		t.Fatalf("cjpeg %v: %v", args, err)
	}
	return out
}

// djpeg is what libjpeg-turbo shows, which phones and browsers show photos with;
// false where it shows nothing. It is asked to make colours large as we do.
func djpeg(t testing.TB, file []byte) (*image.RGBA, bool) {
	t.Helper()
	out, _, err := run(t, "djpeg", file, "-nosmooth", "-dct", "float", "-pnm", "-rgb")
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() != 2 { // 2: with warnings
		return nil, false
	}
	var w, h, most int
	if _, err := fmt.Sscanf(string(out[:min(len(out), 40)]), "P6\n%d %d\n%d\n", &w, &h, &most); err != nil {
		t.Fatalf("djpeg wrote %q: %v", out[:min(len(out), 40)], err)
	}
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i, v := range out[len(out)-3*w*h:] {
		img.Pix[i/3*4+i%3] = v
	}
	return img, true
}

func run(t testing.TB, name string, stdin []byte, args ...string) (out, stderr []byte, err error) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is needed for this test: run it through make test, which installs it", name)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	var o, e bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &o, &e
	err = cmd.Run()
	return o.Bytes(), e.Bytes(), err
}

func decode(file []byte, want int) (image.Image, error) {
	f, err := jpegread.Read(file)
	if err != nil {
		return nil, err
	}
	return f.Decode(want)
}

// distance returns the mean difference of two pictures' samples, and the share of
// pixels that differ by more than a rounding.
func distance(t testing.TB, a, b image.Image) (mean, off float64) {
	t.Helper()
	if a.Bounds().Size() != b.Bounds().Size() {
		t.Fatalf("%v beside %v", a.Bounds(), b.Bounds())
	}
	sum, far, n := 0, 0, 0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			p := color.RGBAModel.Convert(a.At(x, y)).(color.RGBA)
			q := color.RGBAModel.Convert(b.At(x, y)).(color.RGBA)
			most := 0
			for _, d := range []int{int(p.R) - int(q.R), int(p.G) - int(q.G), int(p.B) - int(q.B)} {
				d = max(d, -d)
				sum += d
				most = max(most, d)
			}
			if most > 6 {
				far++
			}
			n++
		}
	}
	return float64(sum) / float64(3*n), float64(far) / float64(n)
}

// kinds are all kinds that a phone shows.
func kinds(t testing.TB) map[string][]byte {
	img := scene(203, 149)
	all := map[string][]byte{}
	for _, sample := range []string{"1x1", "2x1", "1x2", "2x2", "4x1", "4x2", "3x1", "1x4", "3x2", "2x1,1x2,1x1", "2x2,2x1,1x2"} {
		all[sample] = cjpeg(t, img, "-sample", sample)
		all[sample+" progressive"] = cjpeg(t, img, "-progressive", "-sample", sample)
	}
	all["grey"] = cjpeg(t, img, "-grayscale")
	all["grey progressive"] = cjpeg(t, img, "-grayscale", "-progressive")
	all["rgb"] = cjpeg(t, img, "-rgb")
	all["restarts"] = cjpeg(t, img, "-restart", "3B")
	all["restarts progressive"] = cjpeg(t, img, "-restart", "3B", "-progressive")
	all["coarse"] = cjpeg(t, img, "-quality", "3")
	all["fine"] = cjpeg(t, img, "-quality", "100", "-optimize")
	return all
}

// TestAsOnThePhone: what is whole looks as libjpeg-turbo shows it.
func TestAsOnThePhone(t *testing.T) {
	for name, file := range kinds(t) {
		got, err := decode(file, 0)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want, _ := djpeg(t, file)
		if mean, off := distance(t, got, want); mean > 0.6 || off > 0.001 {
			t.Errorf("%s: mean %.3f, off %.4f", name, mean, off)
		}
		if std, err := jpeg.Decode(bytes.NewReader(file)); err == nil {
			if mean, off := distance(t, got, std); mean > 0.6 || off > 0.001 {
				t.Errorf("%s beside image/jpeg: mean %.3f, off %.4f", name, mean, off)
			}
		}
	}
}

// TestDamaged: bytes of the picture's data are changed, taken out, put in, or the
// file ends. It looks as libjpeg-turbo shows it.
func TestDamaged(t *testing.T) {
	sources := map[string][]byte{}
	img := scene(203, 149)
	for _, args := range [][]string{
		{"-restart", "2B"}, {"-restart", "5B", "-sample", "1x1"}, {}, {"-progressive"}, {"-progressive", "-restart", "4B"}, {"-grayscale"},
	} {
		sources[fmt.Sprint(args)] = cjpeg(t, img, args...)
	}
	tried := 0
	for name, file := range sources {
		begin := bytes.Index(file, []byte{0xff, 0xda}) + 14
		for seed := range uint64(60) {
			r := rand.New(rand.NewPCG(seed, 7))
			b := bytes.Clone(file)
			for range 1 + r.IntN(3) {
				at := begin + r.IntN(len(b)-begin)
				switch r.IntN(5) {
				case 0:
					b[at] = byte(r.UintN(256))
				case 1:
					b = slices.Delete(b, at, min(at+1+r.IntN(40), len(b)))
				case 2:
					b = slices.Insert(b, at, make([]byte, 1+r.IntN(30))...)
				case 3:
					b = b[:at]
				case 4:
					b = slices.Insert(b, at, 0xff, 0xd0+byte(r.UintN(8)))
				}
				if len(b) <= begin+1 {
					break
				}
			}
			want, ok := djpeg(t, b)
			if !ok {
				continue
			}
			tried++
			got, err := decode(b, 0)
			if err != nil {
				t.Errorf("%s %d: %v", name, seed, err)
				continue
			}
			mean, off := distance(t, got, want)
			if strings.Contains(name, "progressive") {
				// libjpeg smoothes blocks that lack a scan. We don't.
				if mean > 13 {
					t.Errorf("%s %d: mean %.3f", name, seed, mean)
				}
			} else if off > 0.005 {
				t.Errorf("%s %d: mean %.3f, off %.4f", name, seed, mean, off)
			}
		}
	}
	if tried < 300 {
		t.Errorf("only %d were tried", tried)
	}
}
