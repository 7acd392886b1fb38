package weekly

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"tipbox/cmd/internal/table"
	"tipbox/cmd/internal/terminal"
	"tipbox/intake/tally"
)

// blockWeeks is how long the spans are in which books are counted: always the same
// ones, so that no page overlaps another, and nothing is left between two of them.
const blockWeeks = 4

// aBlock is the Monday of one of them, in Vietnam.
var aBlock = tally.Monday(time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC))

// part is what stands under one word: the columns of tipbox report that it adds up.
type part struct {
	word  string
	heads []string
}

// kind is a way to part a province's tips, finely or else less so. Who can add up the
// parts from elsewhere must not get at a small one, so all of them are shown or none.
type kind struct {
	vi, en string
	levels [][]part
}

var (
	suggestion, report, crime = "Hòm góp ý", "Hòm an ninh", "Hòm tố giác"

	kinds = []kind{
		{"hòm thư", "boxes", [][]part{
			{{"góp ý", []string{suggestion}}, {"an ninh", []string{report, "Hòm khác"}}, {"tố giác", []string{crime}}},
			{{"góp ý", []string{suggestion}}, {"an ninh, tố giác", []string{report, "Hòm khác", crime}}},
		}},
		{"kết quả", "outcomes", [][]part{
			{{"đúng", []string{"Đúng"}}, {"đúng một phần", []string{"Đúng một phần"}}, {"không đúng", []string{"Không đúng"}}, {"không rõ", []string{"Không rõ"}}},
			{{"đúng, đúng một phần", []string{"Đúng", "Đúng một phần"}}, {"không đúng, không rõ", []string{"Không đúng", "Không rõ"}}},
		}},
	}
)

// show returns the parts of the finest level of which none is small.
func (k kind) show(n map[string]int) string {
	for _, level := range k.levels {
		said, small := make([]string, len(level)), false
		for i, p := range level {
			all := 0
			for _, head := range p.heads {
				all += n[head]
			}
			small = small || all < tally.Least
			said[i] = fmt.Sprintf("%s %d", p.word, all)
		}
		if !small {
			return strings.Join(said, ", ")
		}
	}
	return fmt.Sprintf("ẩn, vì có mục dưới %d", tally.Least)
}

// books are what the units' books say, by week and unit: of each the columns by head.
type books map[string]map[string]map[string]int

// readBooks reads what tipbox report --merge --csv has printed, also as Excel saves it.
func readBooks(path string) (books, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the books' counts: %w", err)
	}
	b, err := parseBooks(strings.TrimPrefix(string(text), table.BOM))
	if err != nil {
		return nil, terminal.Hint(fmt.Errorf("%s: %w", path, err), "take the file as tipbox report -i FILE --merge FILES --csv prints it")
	}
	return b, nil
}

func parseBooks(text string) (books, error) {
	r := csv.NewReader(strings.NewReader(text))
	if first, _, _ := strings.Cut(text, "\n"); strings.Count(first, ";") > strings.Count(first, ",") {
		r.Comma = ';'
	}
	rows, err := r.ReadAll()
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 || len(rows[0]) < 2 || rows[0][0] != "Tuần từ ngày" || rows[0][1] != "Đơn vị" {
		return nil, errors.New("not a table of what books say")
	}
	all := make(books)
	for i, row := range rows[1:] {
		week, unit := row[0], row[1]
		if all[week] == nil {
			all[week] = make(map[string]map[string]int)
		}
		if all[week][unit] != nil {
			return nil, fmt.Errorf("row %d: %s stands twice in the week of %s", i+2, unit, week)
		}
		all[week][unit] = make(map[string]int)
		for k, cell := range row[2:] {
			n, err := strconv.Atoi(cell)
			if err != nil || n < 0 {
				return nil, fmt.Errorf("row %d: %q: expected a number", i+2, cell)
			}
			all[week][unit][rows[0][k+2]] = n
		}
	}
	for _, k := range kinds {
		for _, p := range k.levels[0] {
			for _, head := range p.heads {
				for _, name := range rows[0] {
					if name == head {
						head = ""
					}
				}
				if head != "" {
					return nil, fmt.Errorf("no column %q", head)
				}
			}
		}
	}
	return all, nil
}

// say says what the books come to in each span that ends in the weeks shown: of all
// units together, and only where all have said it, so that no two pages differ by one.
func (b books) say(s *sheet) (lines []string) {
	for _, w := range s.weeks {
		last := int(w.Monday.Sub(aBlock)/(7*24*time.Hour))%blockWeeks == blockWeeks-1
		if !last {
			continue
		}
		first := w.Monday.AddDate(0, 0, -7*(blockWeeks-1))
		line := fmt.Sprintf("Sổ tin, %d tuần từ %s", blockWeeks, day(first))
		sums, lacks := b.add(s, first)
		if lacks > 0 {
			lines = append(lines, fmt.Sprintf("%s: chưa đủ, thiếu sổ của %d đơn vị / the books of %s are not there", line, lacks, terminal.Counted(lacks, "unit")))
			continue
		}
		for _, k := range kinds {
			line += fmt.Sprintf("; %s: %s", k.vi, k.show(sums))
		}
		lines = append(lines, line)
	}
	return lines
}

// add adds up a span's columns, and counts the units of the configuration whose books
// have not said all of its weeks.
func (b books) add(s *sheet, first time.Time) (sums map[string]int, lacks int) {
	sums = make(map[string]int)
	for _, u := range s.units {
		lacking := false
		for i := range blockWeeks {
			said := b[day(first.AddDate(0, 0, 7*i))][u.id]
			lacking = lacking || said == nil
			for head, n := range said {
				sums[head] += n
			}
		}
		if lacking && !u.gone {
			lacks++
		}
	}
	return sums, lacks
}
