package config

import (
	"cmp"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
)

// checker collects problems while it turns a file into a Config.
type checker struct {
	dir      string // the file's directory, for relative paths
	text     string
	written  map[string][]byte // what files will hold that are not written yet, by sameFile
	problems []Problem
	told     map[string]bool // keys with an odd character, of which no more need be said

	recipientsFiles []string           // read so far
	printed         map[string]printed // nil: not read yet
	base            string             // base_url
	alerts          []Alerts           // read so far
}

// secretKey finds an age identity that was pasted where it does not belong.
var secretKey = regexp.MustCompile(`(?i)AGE-SECRET-KEY-[^"\n]*`)

// bad notes a problem, without the secret key that a value may be: what is said
// goes into logs.
func (c *checker) bad(key, format string, args ...any) {
	if c.told[key] {
		return
	}
	text := secretKey.ReplaceAllString(fmt.Sprintf(format, args...), "AGE-SECRET-KEY-…")
	c.problems = append(c.problems, Problem{Key: key, Text: text})
}

// sorted finds the problems' lines, which takes a second reading of the file
// that a good one never needs, and orders them by it.
func (c *checker) sorted() []Problem {
	if len(c.problems) == 0 {
		return nil
	}
	lines := keyLines([]byte(c.text))
	for i, p := range c.problems {
		if p.Line == 0 {
			c.problems[i].Line = lines.of(p.Key)
		}
	}
	slices.SortStableFunc(c.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return c.problems
}

// config checks everything and returns the result, which is good only if no
// problem was found.
func (c *checker) config(f *file) *Config {
	cfg := &Config{
		BaseURL:    c.baseURL(f.BaseURL),
		DataDir:    c.path(cmp.Or(f.DataDir, "data")),
		Languages:  c.languages("languages", f.Languages),
		LocaleDir:  c.path(f.LocaleDir),
		SecretFile: c.path(f.SecretFile),
		Limits: Limits{
			Sender: c.limit("limits.sender", f.Limits.Sender),
			Site:   c.limit("limits.site", f.Limits.Site),
			All:    c.limit("limits.all", f.Limits.All),
		},
		Spool: Spool{MinFree: c.size("spool.min_free", f.Spool.MinFree), BulkMax: c.size("spool.bulk_max", f.Spool.BulkMax), KeepSent: c.days("spool.keep_sent", f.Spool.KeepSent)},
	}
	if cfg.SecretFile == "" {
		cfg.SecretFile = filepath.Join(cfg.DataDir, "secret")
	}
	c.base = cfg.BaseURL.String()
	if len(f.Languages) == 0 {
		c.bad("languages", "none: expected at least one, such as \"vi\"")
	}
	cfg.HTTP = c.http(f, cfg.BaseURL)
	cfg.Redis = c.redis(f)
	cfg.SMTP = c.smtp(f)
	cfg.Directory = c.units(f.Units)
	cfg.RecipientsFiles = c.recipientsFiles
	cfg.Alerts = c.alerts
	cfg.Operator = c.operator(f)
	return cfg
}
