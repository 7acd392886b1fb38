package config

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"tipbox/intake"
	"tipbox/intake/pasted"
)

// sitesOf reads a unit's sites_file: CSV with the columns code, name_vi, names in more
// languages and withdrawn, in any order, as Excel and others save it.
func (c *checker) sitesOf(key string, u unit, seen *seen) (sites []*intake.Site) {
	path := c.path(u.SitesFile)
	c.sitesFiles = append(c.sitesFiles, path)
	text, err := pasted.File(path)
	if b, ok := c.written[sameFile(path)]; ok {
		text, err = pasted.Text(b)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		c.bad(key+".sites_file", "%q does not exist: expected a table with the columns code, name_vi, withdrawn", u.SitesFile)
		return nil
	case errors.Is(err, fs.ErrPermission):
		c.bad(key+".sites_file", "%v: %s", err, MayRead(err))
		return nil
	case err != nil:
		c.bad(key+".sites_file", "%v", err)
		return nil
	}
	table, err := ParseSites(text)
	if wrong := new(Problem); errors.As(err, &wrong) {
		wrong.File = path
		c.problems = append(c.problems, *wrong)
		return nil
	}
	at := c.at
	defer func() { c.at = at }()
	c.at = &part{path: path, included: true}
	for _, row := range table.Rows {
		before := len(c.problems)
		s := site{Code: row.Code, Name: row.Names, Withdrawn: row.Withdrawn}
		sites = append(sites, c.siteOf("", s, u.ID, seen))
		for i := range c.problems[before:] {
			p := &c.problems[before+i]
			p.Line, p.Key = row.Line, strings.TrimPrefix(p.Key, ".")
		}
	}
	if len(sites) == 0 {
		c.bad("", "no sites: expected a line for each")
	}
	return sites
}

// Sites is a table of sites.
type Sites struct {
	Columns []string
	Comma   rune
	Rows    []SitesRow
}

// SitesRow is a line of it.
type SitesRow struct {
	Line      int
	Code      string
	Names     intake.Names
	Withdrawn string
}

// Error makes a problem an error, for who parses a table.
func (p *Problem) Error() string { return fmt.Sprintf("line %d: %s", p.Line, p.Text) }

// ParseSites reads a table of sites. It returns a *Problem.
func ParseSites(text string) (*Sites, error) {
	lines, comma := tableOf(text)
	if len(lines) == 0 {
		return nil, &Problem{Text: "is empty: expected a first line code,name_vi,withdrawn"}
	}
	t := &Sites{Comma: comma}
	for _, name := range lines[0].cells {
		name = strings.ToLower(strings.TrimSpace(name))
		lang, isName := strings.CutPrefix(name, "name_")
		if name != "code" && name != "withdrawn" && (!isName || lang == "") || slices.Contains(t.Columns, name) {
			return nil, &Problem{Line: lines[0].line, Text: fmt.Sprintf("has a column %q: expected code, name_vi, name_en …, withdrawn, each once", name)}
		}
		t.Columns = append(t.Columns, name)
	}
	if !slices.Contains(t.Columns, "code") || !slices.Contains(t.Columns, "name_vi") {
		return nil, &Problem{Line: lines[0].line, Text: "lacks a column: expected code and name_vi"}
	}
	for _, l := range lines[1:] {
		row := SitesRow{Line: l.line, Names: make(intake.Names)}
		if len(l.cells) > len(t.Columns) && strings.TrimSpace(strings.Join(l.cells[len(t.Columns):], "")) != "" {
			return nil, &Problem{Line: l.line, Text: fmt.Sprintf("has %d cells: expected %d; a name with a comma in it stands in quotes", len(l.cells), len(t.Columns))}
		}
		for i, cell := range l.cells[:min(len(l.cells), len(t.Columns))] {
			cell = strings.TrimSpace(cell)
			switch name := t.Columns[i]; {
			case name == "code":
				row.Code = cell
			case name == "withdrawn":
				row.Withdrawn = day(cell)
			case cell != "":
				composed, err := pasted.Name(cell)
				if err != nil {
					return nil, &Problem{Line: l.line, Text: err.Error()}
				}
				row.Names[strings.TrimPrefix(name, "name_")] = composed
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

// Bytes returns the table as it is written: for Excel in UTF-8 with a byte order mark,
// where its cells are parted as Excel does in Vietnam.
func (t *Sites) Bytes() []byte {
	var b bytes.Buffer
	if t.Comma != ',' {
		b.WriteString("\ufeff")
	}
	out := csv.NewWriter(&b)
	out.Comma = t.Comma
	_ = out.Write(t.Columns) // to memory
	for _, row := range t.Rows {
		var cells []string
		for _, name := range t.Columns {
			switch name {
			case "code":
				cells = append(cells, row.Code)
			case "withdrawn":
				cells = append(cells, row.Withdrawn)
			default:
				cells = append(cells, row.Names[strings.TrimPrefix(name, "name_")])
			}
		}
		_ = out.Write(cells)
	}
	out.Flush()
	return b.Bytes()
}

// day undoes what Excel makes of a day in Vietnam: 22/11/2026.
func day(cell string) string {
	var d, m, y int
	if n, err := fmt.Sscanf(cell, "%d/%d/%d", &d, &m, &y); err == nil && n == 3 && y > 2000 {
		return fmt.Sprintf("%04d-%02d-%02d", y, m, d)
	}
	return cell
}

// tableLine is a line of a table that is not empty.
type tableLine struct {
	line  int
	cells []string
}

// tableOf reads a table whose cells are parted by commas, semicolons or tabs: Excel
// takes what the country writes lists with, and may say so in a first line "sep=;".
func tableOf(text string) (lines []tableLine, comma rune) {
	first, rest, _ := strings.Cut(text, "\n")
	skipped := 0
	if sep, ok := strings.CutPrefix(strings.TrimRight(first, "\r"), "sep="); ok && len(sep) == 1 {
		comma, text, skipped = rune(sep[0]), rest, 1
	} else {
		comma = ','
		for _, r := range ";\t" {
			if strings.Count(first, string(r)) > strings.Count(first, string(comma)) {
				comma = r
			}
		}
	}
	in := csv.NewReader(strings.NewReader(text))
	in.Comma, in.FieldsPerRecord, in.LazyQuotes = comma, -1, true
	for {
		cells, err := in.Read()
		if err != nil {
			return lines, comma // with lazy quotes nothing but the end is one
		}
		line, _ := in.FieldPos(0)
		if strings.TrimSpace(strings.Join(cells, "")) != "" {
			lines = append(lines, tableLine{line + skipped, cells})
		}
	}
}
