package poster

import (
	"bytes"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"tipbox/intake/waittest"
	"tipbox/qr"
)

// damages are the ways in which a poster on a wall becomes hard to scan, each in
// a mild form and a hard one, and the least part of the photos, mild and hard,
// that the three decoders together must read. Level L falls below that of "covered".
var damages = []struct {
	name       string
	floor      float64
	mild, hard snapshot
}{
	{"none", 1, snapshot{}, snapshot{fill: 0.6}},
	{"covered", 0.8, snapshot{cover: 0.15}, snapshot{cover: 0.3}},
	{"torn", 0.8, snapshot{torn: 0.1}, snapshot{torn: 0.22}},
	{"blur", 0.8, snapshot{blur: 1.1}, snapshot{blur: 3}},
	{"low light", 0.8, snapshot{light: 0.4}, snapshot{light: 0.12}},
	{"yellowed", 0.8, snapshot{yellow: 0.6}, snapshot{yellow: 1.4, light: 0.8}},
	{"creases", 0.3, snapshot{creases: 1}, snapshot{creases: 4}},
	{"perspective", 0.8, snapshot{tilt: 25}, snapshot{tilt: 50}},
	{"rotation", 0.8, snapshot{turn: 20, fill: 0.75}, snapshot{turn: 133, fill: 0.7}},
	{"jpeg", 0.8, snapshot{quality: 25}, snapshot{quality: 4}},
	{"low resolution", 0.8, snapshot{width: 420, height: 560}, snapshot{width: 264, height: 352}},
	{"all at once", 0.6, snapshot{blur: 0.7, light: 0.6, yellow: 0.4, creases: 1, tilt: 15, turn: 8, quality: 50},
		snapshot{blur: 1.5, light: 0.35, yellow: 0.8, creases: 3, tilt: 30, turn: 25, quality: 30, cover: 0.12}},
}

// The decoders, and the least part of the mild and of the hard photos that each
// must read. The floors stand a little below what TIPBOX_DAMAGE_SEEDS=12 measured.
var decoders = []struct {
	name  string
	floor [2]float64
	read  func(t testing.TB, file string) []string
}{
	{"zbar", [2]float64{0.8, 0.5}, func(t testing.TB, file string) []string {
		return lines(t, "zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", file)
	}},
	{"zxing-cpp", [2]float64{0.9, 0.75}, func(t testing.TB, file string) []string {
		return zxing(t, file)
	}},
	{"gozxing", [2]float64{0.9, 0.8}, func(t testing.TB, file string) []string {
		f, err := os.Open(file)
		if err != nil {
			t.Error(err)
			return nil
		}
		defer f.Close()
		img, _, err := image.Decode(f)
		if err != nil {
			t.Error(err)
			return nil
		}
		var texts []string
		for _, c := range qr.Read(img) {
			texts = append(texts, c.Text)
		}
		return texts
	}},
}

// TestDamage photographs a worn A4 poster in many ways and counts what three
// decoders read. A decoder that reads anything else than the link fails it too.
func TestDamage(t *testing.T) {
	seeds := 1
	if s := os.Getenv("TIPBOX_DAMAGE_SEEDS"); s != "" {
		if _, err := fmt.Sscan(s, &seeds); err != nil {
			t.Fatal(err)
		}
	}
	for _, program := range []string{"zbarimg", "ZXingReader"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("%s is needed (Debian: zbar-tools, zxing-cpp-tools): %v", program, err)
		}
	}
	site := sample1(t)
	page := drawPage(t, A4, site)
	const scale = 4
	paper := page.render(box{0, 0, page.Width, page.Height}, scale)
	code := page.symbols[0].inset(qr.QuietZone * page.symbols[0].module())
	link := page.symbols[0].symbol.Link

	type job struct {
		kind  int
		hard  bool
		shot  snapshot
		reads [3]bool
	}
	var jobs []*job
	for i, d := range damages {
		if testing.Short() && i%4 != 1 {
			continue
		}
		for seed := range seeds {
			for _, hard := range []bool{false, true} {
				shot := d.mild
				if hard {
					shot = d.hard
				}
				shot.seed = uint64(100*i + seed)
				jobs = append(jobs, &job{kind: i, hard: hard, shot: shot})
			}
		}
	}
	dir := t.TempDir()
	if keep := os.Getenv("TIPBOX_DAMAGE_DIR"); keep != "" {
		dir = keep
	}
	var wg sync.WaitGroup
	turn := make(chan struct{}, runtime.GOMAXPROCS(0))
	for n, j := range jobs {
		wg.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }() // it ends: its own turn is there
			file := filepath.Join(dir, fmt.Sprintf("%03d.jpg", n))
			if err := os.WriteFile(file, j.shot.take(t, paper, code, scale), 0o600); err != nil {
				t.Error(err)
				return
			}
			for i, d := range decoders {
				texts := d.read(t, file)
				j.reads[i] = slices.Contains(texts, link)
				if len(texts) > 1 || len(texts) == 1 && texts[0] != link {
					t.Errorf("%s reads %q in a photo of %s", d.name, texts, link)
				}
			}
		})
	}
	wg.Wait()

	var table strings.Builder
	fmt.Fprintf(&table, "\n%-16s", "")
	for _, d := range decoders {
		fmt.Fprintf(&table, "%16s", d.name)
	}
	var total [3][2]int
	for k, d := range damages {
		fmt.Fprintf(&table, "\n%-16s", d.name)
		read, photos := 0, 0
		for i := range decoders {
			var reads, of [2]int
			for _, j := range jobs {
				if j.kind == k {
					h := 0
					if j.hard {
						h = 1
					}
					of[h]++
					if j.reads[i] {
						reads[h]++
					}
				}
			}
			fmt.Fprintf(&table, "%10d/%d %2d/%d", reads[0], of[0], reads[1], of[1])
			total[i][0] += reads[0]
			total[i][1] += reads[1]
			read += reads[0] + reads[1]
			photos += of[0] + of[1]
		}
		if rate := float64(read) / float64(photos); rate < d.floor && !testing.Short() {
			t.Errorf("the decoders read %.1f %% of the photos of %s, at least %.0f %% are wanted", 100*rate, d.name, 100*d.floor)
		}
	}
	t.Log(table.String())
	for i, d := range decoders {
		for h, how := range []string{"mild", "hard"} {
			rate := float64(total[i][h]) / float64(len(jobs)/2)
			t.Logf("%s reads %.1f %% of the %s photos", d.name, 100*rate, how)
			if rate < d.floor[h] && !testing.Short() {
				t.Errorf("%s reads %.1f %% of the %s photos, at least %.0f %% are wanted", d.name, 100*rate, how, 100*d.floor[h])
			}
		}
	}
}

// lines runs a decoder and returns the lines that it prints. An exit code for
// "nothing found" is no failure.
func lines(t testing.TB, program string, args ...string) []string {
	t.Helper()
	var out bytes.Buffer
	cmd := waittest.Command(t, program, args...)
	cmd.Stdout = &out
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Errorf("%s: %v", program, err)
	}
	return strings.FieldsFunc(out.String(), func(r rune) bool { return r == '\n' })
}

func zxing(t testing.TB, file string) []string {
	t.Helper()
	var texts []string
	for _, line := range lines(t, "ZXingReader", file) {
		if text, ok := strings.CutPrefix(line, "Text:"); ok {
			if text = strings.Trim(strings.TrimSpace(text), `"`); text != "" {
				texts = append(texts, text)
			}
		}
	}
	return texts
}
