// Package sites edits the tables that say where a unit's posters hang.
package sites

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"

	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/terminal"
	"tipbox/intake"
	"tipbox/intake/durable"
	"tipbox/intake/pasted"
)

// Command is tipbox sites.
type Command struct {
	Config string // path of tipbox.toml
	Unit   string // id
	Code   string
	Names  intake.Names
	Day    string // of a withdrawal; "" for today
	New    string // the code in the unit that a place moves to
}

// List prints the sites of the unit, or of all: unit, code, name, and since when it is
// withdrawn, parted by tabs.
func (c *Command) List(t *terminal.Terminal) error {
	cfg, err := config.Load(c.Config)
	if err != nil {
		return terminal.Usage(err)
	}
	if c.Unit != "" && cfg.Directory.Unit(c.Unit) == nil {
		return noUnit(c.Unit)
	}
	for s := range cfg.Directory.Sites() {
		if c.Unit == "" || s.Unit.ID == c.Unit {
			withdrawn := ""
			if !s.Withdrawn.IsZero() {
				withdrawn = s.Withdrawn.Format(time.DateOnly)
			}
			fmt.Fprintf(t.Out, "%s\t%s\t%s\t%s\n", s.Unit.ID, s.Code, s.Name.In(), withdrawn)
		}
	}
	return nil
}

// Add writes one more site into the unit's table.
func (c *Command) Add(t *terminal.Terminal) error {
	return c.edit(t, []string{c.Unit}, func(tables map[string]*config.Sites) error {
		return add(tables[c.Unit], c.Code, c.Names)
	})
}

// Withdraw says in the table that the site's posters are no longer good.
func (c *Command) Withdraw(t *terminal.Terminal) error {
	unit, err := c.unitOf(c.Code)
	if err != nil {
		return err
	}
	return c.edit(t, []string{unit}, func(tables map[string]*config.Sites) error {
		return c.withdraw(tables[unit])
	})
}

// Move has a place belong to another unit from now on: with a code of its own there,
// for the old posters would bring its tips to the unit that printed them.
func (c *Command) Move(t *terminal.Terminal) error {
	from, err := c.unitOf(c.Code)
	if err != nil {
		return err
	}
	if from == c.Unit {
		return terminal.Usage(fmt.Errorf("site %s is one of %s already", c.Code, from))
	}
	err = c.edit(t, []string{from, c.Unit}, func(tables map[string]*config.Sites) error {
		i := find(tables[from], c.Code)
		if i < 0 {
			return noRow(c.Code)
		}
		if err := add(tables[c.Unit], c.New, tables[from].Rows[i].Names); err != nil {
			return err
		}
		return c.withdraw(tables[from])
	})
	if err == nil {
		t.Say("Thay tờ cũ %s bằng tờ mới / replace the poster %s by the new one: tipbox poster -o DIR --site %s", c.Code, c.Code, c.New)
	}
	return err
}

func (c *Command) withdraw(table *config.Sites) error {
	i := find(table, c.Code)
	if i < 0 {
		return noRow(c.Code)
	}
	if !slices.Contains(table.Columns, "withdrawn") {
		table.Columns = append(table.Columns, "withdrawn")
	}
	table.Rows[i].Withdrawn = c.Day
	if c.Day == "" {
		table.Rows[i].Withdrawn = time.Now().Format(time.DateOnly)
	}
	return nil
}

func add(table *config.Sites, code string, names intake.Names) error {
	if find(table, code) >= 0 {
		return terminal.Usage(fmt.Errorf("site %s stands in the table already", code))
	}
	row := config.SitesRow{Code: strings.ToLower(code), Names: make(intake.Names)}
	for lang, name := range names {
		composed, err := pasted.Name(strings.TrimSpace(name))
		if err != nil {
			return terminal.Usage(fmt.Errorf("name %q: %w", name, err))
		}
		if composed == "" {
			continue
		}
		if column := "name_" + lang; !slices.Contains(table.Columns, column) {
			table.Columns = append(table.Columns, column)
		}
		row.Names[lang] = composed
	}
	table.Rows = append(table.Rows, row)
	return nil
}

func find(table *config.Sites, code string) int {
	return slices.IndexFunc(table.Rows, func(r config.SitesRow) bool { return strings.EqualFold(r.Code, code) })
}

// unitOf returns the id of the unit that a code belongs to.
func (c *Command) unitOf(code string) (string, error) {
	cfg, err := config.Load(c.Config)
	if err != nil {
		return "", terminal.Usage(err)
	}
	site := cfg.Directory.Site(code)
	if site == nil {
		return "", terminal.Hint(terminal.Usage(fmt.Errorf("no site has the code %q", code)), "tipbox sites list shows them")
	}
	return site.Unit.ID, nil
}

// edit changes the tables of units, all of them or none, and never so that tipbox serve
// would not take the result.
func (c *Command) edit(t *terminal.Terminal, units []string, change func(map[string]*config.Sites) error) error {
	draft, err := config.ReadDraft(c.Config)
	if err != nil {
		return terminal.Usage(err)
	}
	paths, tables := make(map[string]string), make(map[string]*config.Sites)
	for _, u := range draft.Units() {
		if slices.Contains(units, u.ID) {
			paths[u.ID] = u.SitesFile
		}
	}
	for _, unit := range units {
		path, known := paths[unit]
		if !known {
			return noUnit(unit)
		}
		if path == "" {
			return terminal.Hint(fmt.Errorf("the sites of %s stand in the configuration itself", unit),
				"edit its [[units.sites]] there, or give it sites_file = \"sites/"+unit+".csv\" and a table with the columns code,name_vi,withdrawn")
		}
		unlock, err := lockedfile.MutexAt(path + ".lock").Lock()
		if err != nil {
			return fmt.Errorf("locking the table of sites: %w", err)
		}
		defer unlock()
		text, err := pasted.File(path)
		if err != nil {
			return fmt.Errorf("reading the table of sites: %w", err)
		}
		if tables[unit], err = config.ParseSites(text); err != nil {
			return terminal.Usage(fmt.Errorf("%s: %w", path, err))
		}
	}
	if err := change(tables); err != nil {
		return err
	}
	written := make(map[string][]byte)
	for _, unit := range units {
		written[paths[unit]] = tables[unit].Bytes()
	}
	if err := draft.Breaks(written); err != nil {
		return terminal.Usage(fmt.Errorf("nothing was changed, for tipbox serve would not take it:\n%w", err))
	}
	for _, unit := range slices.Backward(units) { // a new site first: what is withdrawn has its successor
		if err := durable.Replace(paths[unit], written[paths[unit]], 0o644); err != nil {
			return fmt.Errorf("writing the table of sites: %w", err)
		}
		t.Say("Đã ghi %s / written", paths[unit])
	}
	t.Say("Nạp lại để áp dụng / for it to count: systemctl reload tipbox")
	return nil
}

func noUnit(id string) error { return terminal.Usage(fmt.Errorf("no unit has the id %q", id)) }

func noRow(code string) error {
	return terminal.Hint(errors.New("site "+code+" is not in the unit's table"), "it stands in the configuration itself: edit it there")
}
