package desk

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"tipbox/cmd/internal/table"
	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/book"
	"tipbox/crypto/counts"
	"tipbox/crypto/keys"
	"tipbox/crypto/open"
	"tipbox/intake"
	"tipbox/intake/durable"
)

// Report is tipbox report: what it is given.
type Report struct {
	Book           BookFile
	Identity       []string
	PassphraseFile string
	Weeks          int // that are counted, this one the last
	CSV            bool
	Seal           string   // a recipients file: the counts are sealed to them, "" to print them
	Output         string   // the folder that the sealed counts are written into
	Merge          bool     // add up Files instead of counting a book
	Files          []string // sealed counts
}

// Run prints the counts, or seals them for the level above.
func (c *Report) Run(t *terminal.Terminal) error {
	switch {
	case c.Weeks < 1 || c.Weeks > counts.MaxWeeks:
		return terminal.Usage(fmt.Errorf("--weeks %d: expected 1 to %d", c.Weeks, counts.MaxWeeks))
	case c.Merge == (c.Book.Path != ""):
		return terminal.Usage(errors.New("expected --book FILE.age, or --merge and files of counts"))
	case c.Merge == (len(c.Files) == 0):
		return terminal.Usage(errors.New("files of counts go with --merge, and only with it"))
	case c.Merge && c.Seal != "":
		return terminal.Usage(errors.New("--seal goes with --book"))
	}
	var to *keys.Recipients
	if c.Seal != "" { // before anyone types a passphrase
		var err error
		if to, err = keys.ReadRecipients(c.Seal); err != nil {
			return Advise(err)
		}
	}
	ids, err := unlockAll(t, c.Identity, c.PassphraseFile)
	if err != nil {
		return err
	}
	if c.Merge {
		return c.merge(t, ids)
	}
	b, err := c.Book.Read(t, ids)
	if err != nil {
		return err
	}
	said, undated := counts.Of(b.Unit, b.States(book.Law), time.Now(), c.Weeks)
	if undated > 0 {
		t.Warn("%d tin chưa rõ nhận lúc nào, không tính / not counted, for nobody knows when it was received: %s", undated, terminal.Counted(undated, "tip"))
	}
	if to != nil {
		return c.seal(t, said, to)
	}
	return c.print(t, []*counts.Counts{said})
}

// seal writes the counts sealed, and prints the file's name.
func (c *Report) seal(t *terminal.Terminal, said *counts.Counts, to *keys.Recipients) error {
	sealed, err := said.Seal(to)
	if err != nil {
		return err
	}
	path := filepath.Join(c.Output, fmt.Sprintf("so-lieu-%s-%s.age", open.VisibleLine(said.Unit), said.Made[:len(time.DateOnly)]))
	if err := durable.Replace(path, sealed, 0o600); err != nil {
		return fmt.Errorf("writing the counts: %w", err)
	}
	fmt.Fprintln(t.Out, path)
	for _, r := range to.All() {
		t.Say("niêm phong cho khóa có vân tay / sealed to the key with the fingerprint: %s", r.Fingerprint())
	}
	t.Say("Chỉ có các con số, không một chữ nào của tin: gửi bằng thư của đơn vị. / Numbers only, not a word of any tip: send it with your unit's mail.")
	return nil
}

// merge adds up what units say.
func (c *Report) merge(t *terminal.Terminal, ids *keys.Identities) error {
	var files []*counts.Counts
	var failures []error
	for _, path := range globbed(c.Files) {
		sealed, err := os.ReadFile(path)
		var said *counts.Counts
		if err == nil {
			said, err = counts.Open(sealed, ids, time.Now())
		}
		if err != nil {
			failures = append(failures, Advise(fmt.Errorf("%s: %w", open.VisibleLine(path), err)))
			continue
		}
		files = append(files, said)
	}
	units, disputed := counts.Merge(files)
	for _, unit := range disputed {
		t.Warn("%s: tệp mới có ít tin hơn tệp cũ trong cùng một tuần, mà sổ thật thì không mất tin / a newer file has fewer tips in some week than an older one, and no honest book loses any", unit)
	}
	if len(units) > 0 {
		t.Say("%d đơn vị, %d tệp: đây là lời khai của từng đơn vị / %s, %s: what each of them says", len(units), len(files), terminal.Counted(len(units), "unit"), terminal.Counted(len(files), "file"))
		if err := c.print(t, units); err != nil {
			return err
		}
	}
	for _, err := range failures {
		t.Fail(err)
	}
	if len(failures) > 0 {
		return terminal.ErrSilent
	}
	return nil
}

// globbed does what a shell does, for Windows' does not.
func globbed(paths []string) (all []string) {
	for _, path := range paths {
		found, err := filepath.Glob(path)
		if err != nil || len(found) == 0 {
			found = []string{path}
		}
		all = append(all, found...)
	}
	return all
}

// print prints the table of what units say: of one its weeks, of several a row each.
func (c *Report) print(t *terminal.Terminal, units []*counts.Counts) error {
	if c.CSV {
		return table.Write(t.Out, ',', counts.Rows(units))
	}
	w := tabwriter.NewWriter(t.Out, 0, 0, 2, ' ', 0)
	head := "Tuần từ / week"
	if len(units) > 1 {
		head = "Đơn vị / unit"
	}
	fmt.Fprintln(w, head+"\tTin\tKhẩn\tMới\tXác minh\tXong\tKhông xử lý\tTrùng")
	row := func(name string, s counts.Week) {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\n", name, s.Tips, s.Urgent,
			s.States[book.StatusNew], s.States[book.StatusChecking], s.States[book.StatusDone], s.States[book.StatusDropped], s.Duplicates)
	}
	var all []counts.Week
	for _, u := range units {
		all = append(all, u.Weeks...)
		if len(units) > 1 {
			row(u.Unit, counts.Total("", u.Weeks))
			continue
		}
		for _, week := range u.Weeks {
			row(week.Week, week)
		}
	}
	sum := counts.Total("", all)
	row("Cộng / total", sum)
	if err := w.Flush(); err != nil {
		return err
	}
	return c.parts(t, sum)
}

// parts prints the sum by everything that is told apart, a line each.
func (c *Report) parts(t *terminal.Terminal, sum counts.Week) error {
	boxes := map[string]string{counts.Other: "khác"}
	for _, box := range intake.Mailboxes {
		boxes[string(box)] = box.Title()
	}
	spans := map[string]string{"1d": "1 ngày", "3d": "3 ngày", "7d": "7 ngày", "20d": "20 ngày", "60d": "60 ngày", "more": "lâu hơn"}
	results := map[string]int{"bắt": sum.Results.Arrests, "thu giữ": sum.Results.Seizures, "xử phạt": sum.Results.Fines, "giúp": sum.Results.Helped}
	order := make([]string, len(counts.Spans))
	for i, span := range counts.Spans {
		order[i] = span.Name
	}
	for _, part := range []struct {
		head  string
		of    map[string]int
		words map[string]string
		keys  []string
	}{
		{"Hòm thư / boxes", sum.Boxes, boxes, []string{string(intake.Suggestion), string(intake.Report), string(intake.Crime), counts.Other}},
		{"Nơi dán / sites", sum.Sites, map[string]string{counts.Other: "nơi lạ"}, nil},
		{"Phân loại / kinds", sum.Kinds, kindWords, nil},
		{"Kết quả / outcomes", sum.Outcomes, outcomeWords, nil},
		{"Làm được / results", results, nil, []string{"bắt", "thu giữ", "xử phạt", "giúp"}},
		{"Xong trong / done in", sum.Handling, spans, order},
	} {
		if part.keys == nil {
			part.keys = slices.Sorted(maps.Keys(part.of))
		}
		var said []string
		for _, key := range part.keys {
			if n := part.of[key]; n > 0 {
				said = append(said, fmt.Sprintf("%s %d", cmp.Or(part.words[key], key), n))
			}
		}
		if len(said) == 0 {
			continue
		}
		if _, err := fmt.Fprintf(t.Out, "%s: %s\n", part.head, strings.Join(said, " · ")); err != nil {
			return err
		}
	}
	return nil
}
