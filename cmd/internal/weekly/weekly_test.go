package weekly

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tipbox/cmd/internal/box"
	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/terminal"
	"tipbox/intake"
	"tipbox/intake/redis/redistest"
	"tipbox/intake/tally"
)

var zone = time.FixedZone("", 7*60*60)

// monday is the day after the last week that is shown.
var monday = time.Date(2026, 11, 30, 8, 0, 0, 0, zone)

type what struct {
	unit  string
	lane  intake.Lane
	held  bool
	week  int // back from the last one
	count int
}

// some is what came in: with it, what is shown has cells of every kind.
var some = []what{
	{unit: "na-co-sa", count: 12}, {unit: "na-co-sa", lane: intake.Bulk, count: 40}, {unit: "pa-tan", count: 7},
	{unit: "na-co-sa", week: 1, count: 5}, {unit: "pa-tan", week: 1, held: true, count: 6}, {unit: "gone", week: 1, count: 8},
}

// shows counts for a server, or several, and returns all that the command shows:
// table, CSV and the page's text.
func shows(t *testing.T, r *config.Redis, units int, all ...what) string {
	t.Helper()
	b := counted(t, r, units, all...)
	var out bytes.Buffer
	term := &terminal.Terminal{Out: &out, Err: io.Discard}
	b.Weeks = 3
	file := filepath.Join(t.TempDir(), "so-tin.pdf")
	for _, change := range []func(){func() {}, func() { b.CSV = true }, func() { b.CSV, b.PDF = false, file }} {
		change()
		if err := b.Run(term); err != nil {
			t.Fatal(err)
		}
	}
	text, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(out.String(), file, "") + string(text)
}

// counted is a province whose servers have counted, through the tally itself.
func counted(t *testing.T, r *config.Redis, units int, all ...what) *Command {
	t.Helper()
	list := []*intake.Unit{{ID: "na-co-sa", Name: intake.Names{"vi": "Đồn Biên phòng Na Cô Sa"}}, {ID: "pa-tan", Name: intake.Names{"vi": "Đồn Biên phòng Pa Tần"}}}
	for n := len(list); n < units; n++ {
		list = append(list, &intake.Unit{ID: fmt.Sprintf("don-%d", n), Name: intake.Names{"vi": fmt.Sprintf("Công an xã Nậm Nhừ thứ %d", n)}})
	}
	d, err := intake.NewDirectory(list)
	if err != nil {
		t.Fatal(err)
	}
	base, _ := url.Parse("https://tip.example.vn")
	c := &Command{
		Config: &config.Config{DataDir: t.TempDir(), Directory: d, Languages: []string{"vi"}, BaseURL: base, Redis: r},
		Now:    func() time.Time { return monday },
	}
	o, err := box.Counts(c.Config)
	if err != nil {
		t.Fatal(err)
	}
	now := monday.AddDate(0, 0, -17) // in the week before the two that are counted
	o.Now = func() time.Time { return now }
	server, err := tally.New(o)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for week := 1; week >= 0; week-- {
		now = time.Date(2026, 11, 23-7*week, 0, 1, 0, 0, zone)
		server.Run(ended)
		for _, w := range all {
			for n := range w.count {
				switch {
				case w.week != week:
				case w.held:
					server.Held(w.unit, intake.ID(fmt.Sprintf("TB-0000-%04d", n)))
				default:
					server.Delivered(w.unit, w.lane)
				}
			}
		}
	}
	now = monday
	server.Run(ended)
	return c
}

// TestNothingToSubtract tries to find a lone tip: whatever unit, week and lane it came
// in, and whether others did before it, all that is shown is the same to the byte as
// without it, until there are as many as are shown. On a server alone, and on several.
func TestNothingToSubtract(t *testing.T) {
	server := redistest.Start(t)
	for name, r := range map[string]*config.Redis{"disk": nil, "redis": {StoreURL: server.URL()}} {
		t.Run(name, func(t *testing.T) {
			fresh := func(more ...what) string {
				server.Do("FLUSHALL")
				return shows(t, r, 3, append(more, some...)...)
			}
			without := fresh()
			for _, lone := range []what{
				{unit: "don-2"}, {unit: "don-2", lane: intake.Bulk}, {unit: "don-2", held: true}, {unit: "don-2", week: 1},
				{unit: "na-co-sa", held: true}, {unit: "pa-tan", week: 1}, {unit: "pa-tan", lane: intake.Bulk}, {unit: "lost", week: 1},
			} {
				for _, lone.count = range []int{1, tally.Least - 1} {
					if got := fresh(lone); got != without {
						t.Errorf("%+v shows:\n%s\nwithout:\n%s", lone, got, without)
					}
				}
			}
			if fresh(what{unit: "don-2", count: tally.Least}) == without {
				t.Error("what may be shown is not")
			}
		})
	}
}

// TestTotals: what is added up comes to what is shown, in each week, and says of how
// many units it knows nothing.
func TestTotals(t *testing.T) {
	got := shows(t, nil, 3, some...)
	for _, want := range []string{
		`(?m)^Tuần từ 09/11/2026: đếm không đủ tuần / week: incomplete`,
		`(?m)^Tuần từ 16/11/2026: đủ tuần / week: complete$`,
		`(?m)^na-co-sa +12 +40 +< 5$`, `(?m)^pa-tan +7 +< 5 +< 5$`, `(?m)^don-2 +< 5 +< 5 +< 5$`,
		`(?m)^Cộng / total +19 và 2 đơn vị dưới 5 +40 và 3 đơn vị dưới 5 +4 đơn vị dưới 5$`,
		`(?m)^Cộng / total +13 và 2 đơn vị dưới 5 +4 đơn vị dưới 5 +6 và 3 đơn vị dưới 5$`,
		`(?m)^23/11/2026,na-co-sa,Đồn Biên phòng Na Cô Sa,12,40,< 5,đủ tuần\r$`,
		`Tuần từ 23/11/2026: gửi từng thư 19 và 2 đơn vị dưới 5; gửi dồn 40 và 3 đơn vị dưới 5; bị từ chối 4 đơn vị dưới 5\.`,
		`Số|số tin theo tuần`, `Đồn Biên phòng Pa Tần +`, `là từ 0 đến 4`,
	} {
		if !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("no %s in:\n%s", want, got)
		}
	}
	b := counted(t, nil, 3, some...)
	b.Weeks, b.CSV = 3, true
	var out bytes.Buffer
	if err := b.Run(&terminal.Terminal{Out: &out, Err: io.Discard}); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(rows) != 1+3*4 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

// TestOnePage: a province's 130 units are on one page, too.
func TestOnePage(t *testing.T) {
	for _, units := range []int{2, 30, 130} {
		c := counted(t, nil, units, some...)
		c.Weeks = 26
		c.PDF = filepath.Join(t.TempDir(), "so-tin.pdf")
		if dir := os.Getenv("TIPBOX_LOOK"); dir != "" {
			c.PDF = filepath.Join(dir, fmt.Sprintf("counts-%d.pdf", units))
		}
		if err := c.Run(&terminal.Terminal{Out: io.Discard, Err: io.Discard}); err != nil {
			t.Fatal(err)
		}
		info, err := exec.CommandContext(t.Context(), "pdfinfo", c.PDF).Output()
		if err != nil || !regexp.MustCompile(`Pages: +1\n`).Match(info) || !bytes.Contains(info, []byte("(A4)")) {
			t.Errorf("%v: %s", err, info)
		}
		text, err := exec.CommandContext(t.Context(), "pdftotext", c.PDF, "-").Output()
		if last := fmt.Sprintf("thứ %d\n", units-1); err != nil || units > 2 && !strings.Contains(string(text), last) {
			t.Errorf("the last of %d units is not there: %v", units, err)
		}
	}
}

// TestWrongUse: what cannot be shown is said.
func TestWrongUse(t *testing.T) {
	term := &terminal.Terminal{Out: io.Discard, Err: io.Discard}
	for want, c := range map[string]*Command{
		"expected 1 to 104": {Weeks: 0}, "expected 1 to 104 ": {Weeks: 105}, "not both": {Weeks: 1, CSV: true, PDF: "x"},
	} {
		if err := c.Run(term); err == nil || !strings.Contains(err.Error(), strings.TrimSpace(want)) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	server := redistest.Start(t)
	c := counted(t, &config.Redis{StoreURL: server.URL()}, 2)
	c.Weeks = 1
	server.Kill()
	if err := c.Run(term); err == nil || strings.Contains(err.Error(), server.Addr) || !strings.Contains(err.Error(), "refused-dial") {
		t.Errorf("no Redis: %v", err)
	}
}

// TestPage: what is mailed is the page that the command makes, with the week's totals in
// words; of a week that nobody has counted there is none.
func TestPage(t *testing.T) {
	c := counted(t, nil, 2, some...)
	page, err := Page(t.Context(), c.Config, monday)
	if err != nil {
		t.Fatal(err)
	}
	if want := "Tuần từ 23/11/2026: gửi từng thư 19 và 1 đơn vị dưới 5; gửi dồn 40 và 2 đơn vị dưới 5; bị từ chối 3 đơn vị dưới 5. (đủ tuần / complete)\n"; page.Totals != want || page.Monday.Format(time.DateOnly) != "2026-11-23" {
		t.Errorf("%s, want %s", page.Totals, want)
	}
	file := filepath.Join(t.TempDir(), "so-tin.pdf")
	c.Weeks, c.PDF = pageWeeks, file
	if err := c.Run(&terminal.Terminal{Out: io.Discard, Err: io.Discard}); err != nil {
		t.Fatal(err)
	}
	if made, err := os.ReadFile(file); err != nil || !bytes.Equal(made, page.PDF) {
		t.Errorf("another page than tipbox counts --pdf makes: %v", err)
	}
	if none, err := Page(t.Context(), c.Config, monday.AddDate(0, 0, 14)); none != nil || err != nil {
		t.Errorf("%v, %v", none, err)
	}
}
