package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/table"
	"tipbox/cmd/internal/terminal"
	"tipbox/intake"
	"tipbox/qr/poster"
	"tipbox/templates/postertext"
)

type posterCmd struct {
	config string
	out    string
	site   []string
	unit   []string
	csv    string
	paper  string
	format string
	date   string
}

// posterMemory is what a run keeps to where it can, in bytes.
const posterMemory = 160 << 20

func newPosterCommand(t *terminal.Terminal) *cobra.Command {
	var c posterCmd
	cmd := &cobra.Command{
		Use:   "poster -o DIR",
		Short: "Print the posters",
		Long: `Print the posters: write them into a folder, and the names of the files to
stdout: a PDF for each unit, in parts of 50 pages. Without --site or --unit it
is all sites but those that are withdrawn. Beside a picture to share lies a
text, the message to send with it.

The codes that are printed are noted in printed.csv beside the configuration: a
code whose posters hang cannot go to another unit any more.`,
		Example: `  tipbox poster -o posters
  tipbox poster -o posters --site ncs01 --site ncs02 --paper stickers
  tipbox poster -o posters --unit na-co-sa --csv posters.csv
  tipbox poster -o posters --paper share`,
		Args:    arguments(),
		PreRunE: needFlag("out"),
		RunE:    func(*cobra.Command, []string) error { return c.run(t) },
	}
	f := cmd.Flags()
	f.StringVarP(&c.out, "out", "o", "", "write the files into `DIR`")
	configFlag(f, &c.config)
	f.StringSliceVar(&c.site, "site", nil, "only the site with this `CODE`; may be given several times")
	f.StringSliceVar(&c.unit, "unit", nil, "only the sites of the unit with this `ID`; may be given several times")
	f.StringVar(&c.csv, "csv", "", "also write what is printed, and where, to `FILE.csv`, a table that opens in Excel")
	choiceFlag(f, &c.paper, "paper", "what `PAPER` they are printed on", "a4", "a3", "a5", "stickers", "slip", "share")
	choiceFlag(f, &c.format, "format", "the `FORMAT` of the files, pdf unless the paper is share", "", "pdf", "png", "svg")
	f.StringVar(&c.date, "date", "", "the print date `YYYY-MM-DD` that stands on them; today if not given")
	return cmd
}

// run writes the posters and prints the names of the files.
func (c *posterCmd) run(t *terminal.Terminal) error {
	cfg, err := loadConfig(c.config)
	if err != nil {
		return err
	}
	date := time.Now()
	if c.date != "" {
		if date, err = time.Parse(time.DateOnly, c.date); err != nil {
			return terminal.Usage(fmt.Errorf("--date %q: expected a day such as 2026-11-23", c.date))
		}
	}
	sites, err := c.sites(t, cfg, date)
	if err != nil {
		return err
	}
	texts, err := postertext.Load(cfg.PosterTexts())
	if err != nil {
		return terminal.Usage(err)
	}
	for _, unit := range cfg.Directory.Units() {
		if _, err := poster.BrandOf(unit); err != nil {
			return terminal.Usage(advisePoster(err))
		}
	}
	format := poster.Format(c.format)
	if format == "" {
		format = poster.PDF
		if poster.Paper(c.paper) == poster.Share {
			format = poster.PNG
		}
	}
	dir, err := filepath.Abs(c.out) // the names that are printed hold from any folder
	if err != nil {
		return fmt.Errorf("finding the folder: %w", err)
	}
	// What is drawn of one unit is garbage at the next: a small machine prints a province.
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(posterMemory))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	printed, err := poster.Write(ctx, dir, format, sites, poster.Options{
		Paper: poster.Paper(c.paper), Texts: texts, Link: cfg.Link, Date: date,
		Progress: func(done, total int) { t.Step("poster", done, total) },
	})
	t.Done()
	for _, f := range poster.Files(printed) {
		fmt.Fprintln(t.Out, f)
	}
	return errors.Join(advisePoster(err), c.note(cfg, printed, date))
}

// note writes down what was printed.
func (c *posterCmd) note(cfg *config.Config, printed []poster.Printed, date time.Time) error {
	var sites []*intake.Site
	rows := [][]string{{"unit", "unit_name", "site", "site_name", "link", "paper", "date", "file", "page"}}
	for _, p := range printed {
		sites = append(sites, p.Site)
		u := p.Site.Unit
		rows = append(rows, table.Inert([]string{
			u.ID, u.Name.In(), p.Site.Code, p.Site.Name.In(), cfg.Link(p.Site), c.paper, date.Format(time.DateOnly), filepath.Base(p.File), fmt.Sprint(p.Page),
		}))
	}
	if err := config.NotePrinted(cfg.Path, sites, date); err != nil {
		return terminal.Hint(err, "the posters are good; run this as a user who may write there, so that their codes cannot go to another unit by mistake")
	}
	if c.csv == "" {
		return nil
	}
	return table.Replace(c.csv, ',', rows, "bảng", "table of posters")
}

// advisePoster puts a sentence in Vietnamese before what a province's office has
// to mend in its own names and colours, and says what to do.
func advisePoster(err error) error {
	var glyph *poster.MissingGlyphError
	var fit *poster.FitError
	var contrast *poster.ContrastError
	switch {
	case errors.As(err, &glyph):
		return terminal.Hint(fmt.Errorf("phông chữ không có ký tự %q / %w", glyph.Rune, err),
			"sửa tên này trong tệp cấu hình", "mend the name in the configuration")
	case errors.As(err, &fit):
		return terminal.Hint(fmt.Errorf("chữ quá dài, không đủ chỗ in / %w", err),
			"rút ngắn tên đó trong tệp cấu hình, hoặc câu đó trong locale_dir/poster", "shorten the name in the configuration, or the text in locale_dir/poster")
	case errors.As(err, &contrast):
		return terminal.Hint(fmt.Errorf("màu quá nhạt, chữ khó đọc; dùng %s / %w", contrast.Nearest, err),
			"sửa color của đơn vị trong tệp cấu hình", "mend the unit's color in the configuration")
	}
	return err
}

// sites returns the sites to print: those named, else all that are not withdrawn.
func (c *posterCmd) sites(t *terminal.Terminal, cfg *config.Config, now time.Time) ([]*intake.Site, error) {
	var sites []*intake.Site
	for _, code := range c.site {
		site := cfg.Directory.Site(code)
		if site == nil {
			return nil, terminal.Hint(terminal.Usage(fmt.Errorf("no site has the code %q", code)), "the codes are: "+someCodes(cfg.Directory))
		}
		if site.IsWithdrawn(now) {
			return nil, terminal.Hint(terminal.Usage(fmt.Errorf("site %s is withdrawn since %s: its posters are no longer valid", site.Code, site.Withdrawn.Format(time.DateOnly))),
				"to print for it again, take the line withdrawn out of the configuration")
		}
		sites = append(sites, site)
	}
	if len(c.site) > 0 {
		return sites, nil
	}
	for _, id := range c.unit {
		if cfg.Directory.Unit(id) == nil {
			return nil, terminal.Usage(fmt.Errorf("no unit has the id %q", id))
		}
	}
	withdrawn := 0
	for site := range cfg.Directory.Sites() {
		if len(c.unit) > 0 && !slices.Contains(c.unit, site.Unit.ID) {
			continue
		}
		if site.IsWithdrawn(now) {
			withdrawn++
			continue
		}
		sites = append(sites, site)
	}
	if withdrawn > 0 {
		t.Say("withdrawn sites left out: %d", withdrawn)
	}
	if len(sites) == 0 {
		return nil, terminal.Hint(errors.New("there is no site to print a poster for"), "add a [[units.sites]] to "+cfg.Path)
	}
	return sites, nil
}

// someCodes lists the first site codes, for a person who mistyped one.
func someCodes(d *intake.Directory) string {
	var codes []string
	for site := range d.Sites() {
		if len(codes) == 12 {
			return strings.Join(codes, " ") + " …"
		}
		codes = append(codes, site.Code)
	}
	return strings.Join(codes, " ")
}
