// Package weekly is tipbox counts: what the server has counted, per unit and week, as
// a table, CSV or one page of paper. Nothing that it shows lets a small count be
// worked out: cells below tally.Least say so and no more, and totals add only what is
// shown.
package weekly

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"tipbox/cmd/internal/box"
	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/table"
	"tipbox/cmd/internal/terminal"
	"tipbox/intake/durable"
	"tipbox/intake/redis"
	"tipbox/intake/tally"
)

// Command is tipbox counts: what it is given.
type Command struct {
	Config *config.Config
	Weeks  int // that are over, the last of them the one before this
	CSV    bool
	PDF    string // a file: one page in A4; "" for none
	Book   string // a file: what the units' books say, as tipbox report --csv prints it; "" for none
	Now    func() time.Time
}

// patience is how long the store of several servers may take for all weeks.
const patience = 20 * time.Second

// Run prints the counts.
func (c *Command) Run(t *terminal.Terminal) error {
	switch {
	case c.Weeks < 1 || c.Weeks > tally.Keep:
		return terminal.Usage(fmt.Errorf("--weeks %d: expected 1 to %d", c.Weeks, tally.Keep))
	case c.CSV && c.PDF != "":
		return terminal.Usage(errors.New("expected --csv or --pdf FILE, not both"))
	case c.CSV && c.Book != "":
		return terminal.Usage(errors.New("--book goes with the table or with --pdf FILE"))
	}
	s, err := c.read(context.Background())
	if err != nil {
		return err
	}
	if c.Book != "" {
		b, err := readBooks(c.Book)
		if err != nil {
			return err
		}
		if s.books = b.say(s); len(s.books) == 0 {
			t.Warn("sổ tin được cộng theo từng %d tuần cố định, và không kỳ nào kết thúc trong các tuần này / books are added up by fixed spans of %d weeks, and none ends in these: --weeks %d", blockWeeks, blockWeeks, c.Weeks+blockWeeks-1)
		}
	}
	switch {
	case c.CSV:
		return table.Write(t.Out, ',', s.rows())
	case c.PDF != "":
		var b bytes.Buffer
		if err := s.pdf(&b, c.Now()); err != nil {
			return err
		}
		if err := durable.Replace(c.PDF, b.Bytes(), 0o600); err != nil {
			return fmt.Errorf("writing the page: %w", err)
		}
		fmt.Fprintln(t.Out, c.PDF)
		return nil
	}
	return s.print(t)
}

// read returns what is shown of the weeks.
func (c *Command) read(ctx context.Context) (*sheet, error) {
	o, err := box.Counts(c.Config)
	if err != nil {
		return nil, err
	}
	o.Now = c.Now
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	weeks, err := tally.Read(ctx, o, c.Weeks)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, terminal.Hint(err, "run it as the user of tipbox serve: sudo -u tipbox tipbox counts -c "+c.Config.Path)
	case err != nil && o.Redis != nil && !errors.Is(err, tally.ErrWritten):
		// The error itself may name addresses.
		return nil, terminal.Hint(fmt.Errorf("reading the counts in redis.store_url: %s", redis.Kind(err)), "tipbox check says more")
	case err != nil:
		return nil, err
	}
	return c.sheet(weeks), nil
}

// sheet is what is shown, the oldest week first.
type sheet struct {
	units []unit
	weeks []tally.Week
	books []string // a line each of what the units' books say
}

// unit is a row of each week.
type unit struct {
	id, name string
	gone     bool // from the configuration
}

// sheet puts the units in the order of the configuration, then those that it has no
// more. Each stands in every week: a row that is not there would say something, too.
func (c *Command) sheet(weeks []tally.Week) *sheet {
	s := &sheet{weeks: weeks}
	known := make(map[string]bool)
	for _, u := range c.Config.Directory.Units() {
		s.units = append(s.units, unit{id: u.ID, name: u.Name.In(c.Config.Languages...)})
		known[u.ID] = true
	}
	gone := make(map[string]bool)
	for _, w := range weeks {
		for id := range w.Units {
			gone[id] = !known[id]
		}
	}
	for _, id := range slices.Sorted(maps.Keys(gone)) {
		if gone[id] {
			s.units = append(s.units, unit{id: id, name: id, gone: true})
		}
	}
	return s
}

// columns are what is counted.
var columns = []struct {
	vi, en string
	of     func(tally.Counts) tally.Cell
}{
	{"Gửi từng thư", "one by one", func(c tally.Counts) tally.Cell { return c.Delivered }},
	{"Gửi dồn", "in digests", func(c tally.Counts) tally.Cell { return c.Bulk }},
	{"Bị từ chối", "refused", func(c tally.Counts) tally.Cell { return c.Held }},
}

// sum is a total: of the cells that are shown, and of how many units it knows nothing.
type sum struct{ shown, small int }

func (s *sum) add(c tally.Cell) {
	if c < tally.Least {
		s.small++
		return
	}
	s.shown += int(c)
}

func (s sum) String() string {
	switch {
	case s.small == 0:
		return strconv.Itoa(s.shown)
	case s.shown == 0:
		return fmt.Sprintf("%d đơn vị dưới %d", s.small, tally.Least)
	}
	return fmt.Sprintf("%d và %d đơn vị dưới %d", s.shown, s.small, tally.Least)
}

// totals adds up each column of a week.
func (s *sheet) totals(w tally.Week) []sum {
	all := make([]sum, len(columns))
	for _, u := range s.units {
		for i, col := range columns {
			all[i].add(col.of(w.Units[u.id]))
		}
	}
	return all
}

// state says how far a week was counted.
func state(w tally.Week) (vi, en string) {
	switch {
	case w.Servers == 0:
		return "không có số liệu", "not counted"
	case !w.Whole:
		return "đếm không đủ tuần", "incomplete: a server was not there all week"
	}
	return "đủ tuần", "complete"
}

// day writes a Monday as Vietnam does.
func day(monday time.Time) string { return monday.Format("02/01/2006") }

// print prints a table a week.
func (s *sheet) print(t *terminal.Terminal) error {
	w := tabwriter.NewWriter(t.Out, 0, 0, 2, ' ', 0)
	for i, week := range s.weeks {
		if i > 0 {
			fmt.Fprintln(w)
		}
		vi, en := state(week)
		fmt.Fprintf(w, "Tuần từ %s: %s / week: %s\n", day(week.Monday), vi, en)
		if week.Servers == 0 {
			continue
		}
		fmt.Fprint(w, "Đơn vị / unit")
		for _, col := range columns {
			fmt.Fprintf(w, "\t%s / %s", col.vi, col.en)
		}
		for _, u := range s.units {
			fmt.Fprint(w, "\n"+u.id)
			for _, col := range columns {
				fmt.Fprintf(w, "\t%s", col.of(week.Units[u.id]))
			}
		}
		fmt.Fprint(w, "\nCộng / total")
		for _, total := range s.totals(week) {
			fmt.Fprintf(w, "\t%s", total)
		}
		fmt.Fprintln(w)
	}
	for i, line := range s.books {
		if i == 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintln(w, line)
	}
	return w.Flush()
}

// rows are the table for Excel: a head, then a row a week and unit, without totals. A
// week that nobody has counted has none.
func (s *sheet) rows() [][]string {
	head := []string{"Tuần từ ngày", "Đơn vị", "Tên đơn vị"}
	for _, col := range columns {
		head = append(head, col.vi)
	}
	rows := [][]string{append(head, "Ghi chú")}
	for _, w := range s.weeks {
		if w.Servers == 0 {
			continue
		}
		for _, u := range s.units {
			row := []string{day(w.Monday), u.id, u.name}
			for _, col := range columns {
				row = append(row, col.of(w.Units[u.id]).String())
			}
			vi, _ := state(w)
			rows = append(rows, table.Inert(append(row, vi)))
		}
	}
	return rows
}
