package main

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
)

type reportCmd struct {
	register string
	weeks    int
	csv      bool
}

func newReportCommand(t *terminal) *cobra.Command {
	var c reportCmd
	cmd := &cobra.Command{
		Use:   "report --register FILE.csv",
		Short: "Đếm tin trong sổ / count the tips in a register, a week at a time",
		Long: `Đếm tin trong sổ theo từng tuần, từng hòm thư và trạng thái.
Count the tips in a register, a week at a time, by mailbox and status.`,
		Example: `  tipbox report --register so-tin.csv --weeks 8
  tipbox report --register so-tin.csv --csv > bao-cao.csv`,
		Args:    arguments(),
		PreRunE: needFlag("register"),
		RunE:    func(*cobra.Command, []string) error { return c.run(t) },
	}
	f := cmd.Flags()
	f.StringVar(&c.register, "register", "", "the register that tipbox open keeps, a `FILE.csv`")
	f.IntVar(&c.weeks, "weeks", 4, "count `N` weeks, 1 to 520, this one the last")
	f.BoolVar(&c.csv, "csv", false, "print CSV, for Excel")
	return cmd
}

// tally is how many tips of a mailbox have a status, week by week.
type tally struct {
	mailbox, status string
	counts          []int
}

func (c *reportCmd) run(t *terminal) error {
	if c.weeks < 1 || c.weeks > 520 {
		return usage(fmt.Errorf("--weeks %d: expected 1 to 520", c.weeks))
	}
	r, err := readRegister(c.register)
	if err != nil {
		return advise(err)
	}
	first := monday(time.Now()).AddDate(0, 0, -7*(c.weeks-1))
	tallies, undated := count(r.rows(), first, c.weeks)
	if undated > 0 {
		t.warn("%d dòng không đọc được ngày mở, không tính / not counted, for want of a readable day: %s", undated, counted(undated, "line"))
	}
	header := []string{registerHeader[columnMailbox], registerHeader[columnStatus]}
	head := "02/01" // so that four weeks fit into 80 columns
	switch {
	case c.csv:
		head = "tuần từ 02/01/2006"
	case c.weeks > 52:
		head = "02/01/06"
	}
	for w := range c.weeks {
		header = append(header, first.AddDate(0, 0, 7*w).Format(head))
	}
	table := [][]string{header}
	for _, tl := range tallies {
		row := []string{tl.mailbox, tl.status}
		for _, n := range tl.counts {
			row = append(row, fmt.Sprint(n))
		}
		table = append(table, row)
	}
	if c.csv {
		if _, err := fmt.Fprint(t.out, bom); err != nil {
			return err
		}
		w := csv.NewWriter(t.out)
		w.UseCRLF = true
		return w.WriteAll(table)
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "Số tin mỗi tuần, tuần từ ngày / tips a week, from the day:")
	for _, row := range table {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	return w.Flush()
}

// count counts the rows of the weeks weeks that begin at first, and says how
// many rows have no day that can be read.
func count(rows [][]string, first time.Time, weeks int) (tallies []tally, undated int) {
	at := make(map[[2]string]int)
	total := tally{"Tổng / total", "", make([]int, weeks)}
	for _, row := range rows {
		day, ok := parseDay(row[columnOpened])
		if !ok {
			undated++
			continue
		}
		week := int(monday(day).Sub(first).Hours()) / (7 * 24)
		if day.Before(first) || week >= weeks {
			continue
		}
		key := [2]string{row[columnMailbox], row[columnStatus]}
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

// parseDay reads a day as tipbox writes it or as Excel in Vietnam rewrites it.
func parseDay(s string) (time.Time, bool) {
	for _, layout := range []string{time.DateOnly, "2/1/2006", "2-1-2006", "2.1.2006"} {
		if day, err := time.ParseInLocation(layout, strings.TrimSpace(s), time.UTC); err == nil {
			return day, true
		}
	}
	return time.Time{}, false
}

// monday returns the first day of the week, at midnight UTC so that days are 24
// hours long.
func monday(t time.Time) time.Time {
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	return day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
}
