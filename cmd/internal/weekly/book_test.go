package weekly

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tipbox/cmd/internal/table"
	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/book"
	"tipbox/crypto/counts"
	"tipbox/intake/tally"
)

// TestPartsTellNoSmallOne goes through all small provinces. Who knows how many tips
// came in all, where that is shown, and sees the parts that are, must find of each part
// that is not shown that it may be none, and that it may be some.
func TestPartsTellNoSmallOne(t *testing.T) {
	const most = 20 // tips in all
	for _, k := range kinds {
		fine := k.levels[0]
		may := make(map[string][]map[int]bool) // by all that is known: what each part may be
		n := make([]int, len(fine))
		var fill func(i, total int)
		fill = func(i, total int) {
			if i < len(fine) {
				for n[i] = 0; total+n[i] <= most; n[i]++ {
					fill(i+1, total+n[i])
				}
				return
			}
			of := make(map[string]int)
			for j, p := range fine {
				of[p.heads[0]] = n[j]
			}
			known := fmt.Sprint(tally.Cell(total), k.show(of))
			if may[known] == nil {
				may[known] = make([]map[int]bool, len(fine))
				for j := range fine {
					may[known][j] = make(map[int]bool)
				}
			}
			for j := range fine {
				may[known][j][n[j]] = true
			}
		}
		fill(0, 0)
		hidden := 0
		for known, parts := range may {
			for j, values := range parts {
				least := most + 1
				for v := range values {
					least = min(least, v)
				}
				if least >= tally.Least {
					continue // it is shown, or large all the same
				}
				if hidden++; least > 0 || len(values) < 2 {
					t.Errorf("%s: known %s: %s may only be %v", k.en, known, fine[j].word, values)
				}
			}
		}
		if hidden == 0 {
			t.Errorf("%s: nothing was hidden", k.en)
		}
	}
}

// told is the table of the units' books, as tipbox report prints it: of each unit so
// many tips a day in the weeks before monday.
func told(t *testing.T, change func([]*counts.Counts), units ...string) string {
	t.Helper()
	var all []*counts.Counts
	for _, unit := range units {
		var states []*book.State
		for n := range 70 {
			s := &book.State{
				ID: fmt.Sprint(n), Unit: unit, Site: "ncs01", Mailbox: []string{"suggestion", "report", "report", "crime", "crime"}[n%5],
				Received: book.Time(monday.Add(-time.Duration(n)*24*time.Hour - time.Hour)), Status: book.StatusDone,
				Outcome: []string{"confirmed", "confirmed", "partly", "unclear"}[n%4],
			}
			states = append(states, s)
		}
		c, _ := counts.Of(unit, states, monday, 12)
		all = append(all, c)
	}
	change(all)
	var b bytes.Buffer
	if err := table.Write(&b, ',', counts.Rows(all)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestBooks: what tipbox report prints joins the counts, by spans that no choice of
// weeks moves, of all units or of none.
func TestBooks(t *testing.T) {
	same := func([]*counts.Counts) {}
	run := func(text string, weeks int) (string, error) {
		c := counted(t, nil, 2)
		c.Weeks, c.Book = weeks, filepath.Join(t.TempDir(), "bao-cao.csv")
		if err := os.WriteFile(c.Book, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		err := c.Run(&terminal.Terminal{Out: &out, Err: io.Discard})
		return out.String(), err
	}
	both := told(t, same, "na-co-sa", "pa-tan")
	spans := func(out string) (all []string) {
		for line := range strings.Lines(out) {
			if strings.HasPrefix(line, "Sổ tin") {
				all = append(all, strings.TrimSpace(line))
			}
		}
		return all
	}
	long, err := run(both, 8)
	all := spans(long)
	if err != nil || len(all) != 2 || !strings.Contains(all[1], "góp ý 10, an ninh 22, tố giác 24") || !strings.Contains(all[1], "đúng, đúng một phần 42, không đúng, không rõ 14") {
		t.Errorf("%v: %q", err, all)
	}
	for weeks := 1; weeks < 8; weeks++ {
		short, err := run(both, weeks)
		for _, line := range spans(short) {
			if !strings.Contains(long, line) {
				t.Errorf("%d weeks: %q is not in\n%s", weeks, line, long)
			}
		}
		if err != nil {
			t.Error(err)
		}
	}
	excel := strings.ReplaceAll(both, ",", ";")
	if got, err := run(excel, 8); err != nil || got != long {
		t.Errorf("as Excel saves it: %v\n%s", err, got)
	}
	one, err := run(told(t, same, "na-co-sa"), 8)
	if err != nil || len(spans(one)) != 2 || !strings.Contains(one, "thiếu sổ của 1 đơn vị") || strings.Contains(one, "góp ý") {
		t.Errorf("one book lacks: %v\n%s", err, one)
	}
	few, err := run(told(t, func(all []*counts.Counts) {
		for _, c := range all {
			for i := range c.Weeks {
				c.Weeks[i].Boxes, c.Weeks[i].Outcomes = map[string]int{"crime": 1}, map[string]int{"confirmed": 2}
			}
		}
	}, "na-co-sa", "pa-tan"), 8)
	if err != nil || !strings.Contains(few, "hòm thư: ẩn, vì có mục dưới 5; kết quả: ẩn, vì có mục dưới 5") {
		t.Errorf("few: %v\n%s", err, few)
	}
	for text, want := range map[string]string{
		"": "not a table", "a,b\n": "not a table", "Tuần từ ngày,Đơn vị\n": `no column "Hòm góp ý"`,
		both + both[strings.Index(both, "\n")+1:]:           "stands twice",
		strings.Replace(both, "na-co-sa,", "na-co-sa,x", 1): "expected a number",
	} {
		if _, err := run(text, 8); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
