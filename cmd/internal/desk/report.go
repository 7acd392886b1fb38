package desk

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"tipbox/cmd/internal/table"
	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/book"
)

// Report is tipbox report: what it is given.
type Report struct {
	Book           BookFile
	Identity       []string
	PassphraseFile string
	Weeks          int // that are counted, this one the last
	CSV            bool
}

// tally is how many tips of a mailbox have a status, week by week.
type tally struct {
	mailbox, status string
	counts          []int
}

// Run prints the table.
func (c *Report) Run(t *terminal.Terminal) error {
	if c.Weeks < 1 || c.Weeks > 520 {
		return terminal.Usage(fmt.Errorf("--weeks %d: expected 1 to 520", c.Weeks))
	}
	ids, err := unlockAll(t, c.Identity, c.PassphraseFile)
	if err != nil {
		return err
	}
	b, err := c.Book.Read(t, ids)
	if err != nil {
		return err
	}
	first := monday(time.Now()).AddDate(0, 0, -7*(c.Weeks-1))
	tallies, undated := count(b.States(book.Law), first, c.Weeks)
	if undated > 0 {
		t.Warn("%d tin chưa rõ nhận lúc nào, không tính / not counted, for nobody knows when it was received: %s", undated, terminal.Counted(undated, "tip"))
	}
	header := []string{"Hòm thư", "Trạng thái"}
	head := "02/01" // so that four weeks fit into 80 columns
	switch {
	case c.CSV:
		head = "tuần từ 02/01/2006"
	case c.Weeks > 52:
		head = "02/01/06"
	}
	for w := range c.Weeks {
		header = append(header, first.AddDate(0, 0, 7*w).Format(head))
	}
	rows := [][]string{header}
	for _, tl := range tallies {
		row := []string{tl.mailbox, tl.status}
		for _, n := range tl.counts {
			row = append(row, fmt.Sprint(n))
		}
		rows = append(rows, table.Inert(row))
	}
	if c.CSV {
		return table.Write(t.Out, ',', rows)
	}
	w := tabwriter.NewWriter(t.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "Số tin mỗi tuần, tuần từ ngày / tips a week, from the day:")
	for _, row := range rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	return w.Flush()
}

// count counts the tips of the weeks weeks that begin at first, and says of how many
// nobody knows when they came.
func count(states []*book.State, first time.Time, weeks int) (tallies []tally, undated int) {
	at := make(map[[2]string]int)
	total := tally{"Tổng / total", "", make([]int, weeks)}
	for _, s := range states {
		day, ok := book.ParseTime(s.Received)
		if !ok {
			undated++
			continue
		}
		week := int(monday(day).Sub(first).Hours()) / (7 * 24)
		if monday(day).Before(first) || week >= weeks {
			continue
		}
		key := [2]string{mailboxWord(s.Mailbox), statusWords[s.Status]}
		if s.DuplicateOf != "" {
			key[1] = "trùng"
		}
		i, ok := at[key]
		if !ok {
			i = len(tallies)
			at[key] = i
			tallies = append(tallies, tally{key[0], key[1], make([]int, weeks)})
		}
		tallies[i].counts[week]++
		total.counts[week]++
	}
	slices.SortFunc(tallies, func(a, b tally) int {
		return strings.Compare(a.mailbox+"\x00"+a.status, b.mailbox+"\x00"+b.status)
	})
	return append(tallies, total), undated
}

// monday returns the first day of the week in Vietnam, at midnight.
func monday(t time.Time) time.Time {
	t = t.In(vietnam)
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, vietnam)
	return day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
}
