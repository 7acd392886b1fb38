package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"tipbox/intake"
	"tipbox/intake/pasted"
)

// Load reads and checks the file and the recipients files that it names. What
// is wrong with it comes as an *Error.
func Load(path string) (*Config, error) {
	data, err := read(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, data)
}

func read(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	return data, nil
}

// Parse is Load for the contents of a file that stands, or will stand, at path.
func Parse(path string, data []byte) (*Config, error) {
	d, err := NewDraft(path, data)
	if err != nil {
		return nil, err
	}
	cfg, problems := d.check(nil)
	if len(problems) > 0 {
		return nil, &Error{path, problems}
	}
	return cfg, nil
}

// Draft is a tipbox.toml that need not be valid yet, as before each unit has its
// first key.
type Draft struct {
	path  string
	file  file
	main  *part
	parts []*part // main, and what it includes
}

// ReadDraft reads the file as Load does. An *Error tells only of what cannot be
// read at all.
func ReadDraft(path string) (*Draft, error) {
	data, err := read(path)
	if err != nil {
		return nil, err
	}
	return NewDraft(path, data)
}

// NewDraft is ReadDraft for contents that will stand at path.
func NewDraft(path string, data []byte) (*Draft, error) {
	text, err := pasted.Text(data)
	if wrong := new(pasted.EncodingError); errors.As(err, &wrong) {
		return nil, &Error{path, []Problem{{Line: wrong.Line, Text: wrong.Error()}}}
	}
	d := &Draft{path: path, file: defaults()}
	unknown, broken := decode(text, &d.file)
	if len(broken) > 0 {
		return nil, &Error{path, broken}
	}
	d.main = &part{text: text, units: d.file.Units, unknown: unknown}
	d.parts = []*part{d.main}
	d.include()
	return d, nil
}

// BaseURL returns the draft's base_url as it stands there.
func (d *Draft) BaseURL() string { return d.file.BaseURL }

// DraftUnit is what a draft says of a unit. Files that it does not name are "".
type DraftUnit struct {
	ID, RecipientsFile, OversightFile, SitesFile string

	Name  intake.Names
	Phone string
	Mail  []string

	// Deadlines are those that are not the law's: by the desk's names, such as 24h, 3d
	// or 2mo.
	Deadlines map[string]string
}

// Units returns the draft's units. Their files are paths as in a Config.
func (d *Draft) Units() (all []DraftUnit) {
	c := d.checker()
	for _, p := range d.parts {
		for _, u := range p.units {
			all = append(all, DraftUnit{u.ID, c.path(u.RecipientsFile), c.path(u.OversightFile), c.path(u.SitesFile), u.Name, u.Phone, u.Mail, u.Deadlines.given()})
		}
	}
	return all
}

// Problems returns what Load would find wrong if files had these contents, by
// their paths.
func (d *Draft) Problems(written map[string][]byte) []Problem {
	_, problems := d.check(written)
	return problems
}

// Breaks returns what Load would find wrong once files have these contents, and
// does not find wrong now, as an *Error or nil.
func (d *Draft) Breaks(written map[string][]byte) error {
	now := d.Problems(nil)
	after := slices.DeleteFunc(d.Problems(written), func(p Problem) bool { return slices.Contains(now, p) })
	if len(after) == 0 {
		return nil
	}
	return &Error{d.path, after}
}

func (d *Draft) checker() *checker {
	return &checker{dir: filepath.Dir(d.path), parts: d.parts, at: d.main, told: make(map[string]bool), fileOf: fileOf(d.parts)}
}

func (d *Draft) check(written map[string][]byte) (*Config, []Problem) {
	c := d.checker()
	c.written = make(map[string][]byte)
	for path, b := range written {
		c.written[sameFile(path)] = b
	}
	return c.all(d)
}

// all checks everything, and returns what is wrong in the order of files and lines.
func (c *checker) all(d *Draft) (*Config, []Problem) {
	c.problems = slices.Clone(d.main.unknown)
	c.odd(&d.file)
	cfg := c.config(&d.file)
	cfg.Path = d.path
	return cfg, c.sorted(c.problems)
}

// sameFile returns the path by which a file is known, however it was named.
func sameFile(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return path
}

// decode reads a file into f. A syntax or type error ends the reading, and comes as
// broken; unknown keys are told together with everything else.
func decode(text string, f *file) (unknown, broken []Problem) {
	dec := toml.NewDecoder(strings.NewReader(text)).DisallowUnknownFields()
	err := dec.Decode(f)
	var strict *toml.StrictMissingError
	var wrong *toml.DecodeError
	switch {
	case errors.As(err, &strict):
		for _, e := range strict.Errors {
			line, _ := e.Position()
			unknown = append(unknown, Problem{Line: line, Key: dotted(e.Key()), Text: "unknown key" + nearest(e.Key())})
		}
	case errors.As(err, &wrong):
		line, _ := wrong.Position()
		if slip := slipped(text, line, wrong); slip != "" {
			return nil, []Problem{{Line: line, Text: slip}}
		}
		if odd := oddLines(text); len(odd) > 0 && len(wrong.Key()) == 0 {
			return nil, odd
		}
		return nil, []Problem{{Line: line, Key: dotted(wrong.Key()), Text: typeError(wrong)}}
	case err != nil:
		return nil, []Problem{{Text: err.Error()}}
	}
	return unknown, nil
}

// oddLines finds in a file that is no TOML what a writing program made of it:
// characters outside of quotes and comments that only look like TOML's.
func oddLines(text string) (all []Problem) {
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		n++
		var outside strings.Builder
		quote := rune(0)
		for i, r := range line {
			switch {
			case quote == 0 && r == '#':
			case quote == 0 && (r == '"' || r == '\''):
				quote = r
			case r == quote && (r != '"' || !strings.HasSuffix(line[:i], `\`)):
				quote = 0
			case quote == 0:
				outside.WriteRune(r)
				continue
			}
			if quote == 0 && r == '#' {
				break
			}
		}
		if what := pasted.What(outside.String()); what != "" {
			all = append(all, Problem{Line: n, Text: what + ": type it again"})
		}
	}
	return all
}
