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
	dir      string            // the file's directory, for relative paths
	parts    []*part           // of which the first is tipbox.toml
	at       *part             // the one that is being checked
	written  map[string][]byte // what files will hold that are not written yet, by sameFile
	problems []Problem
	told     map[string]bool // files' keys with an odd character, of which no more need be said

	apartOnly bool    // a unit's own problems stop that unit alone
	before    *Config // what was served until now, or nil
	broken    []Broken
	fileOf    map[string]string // see Config

	recipientsFiles []string           // read so far
	sitesFiles      []string           // likewise
	printed         map[string]printed // nil: not read yet
	base            string             // base_url
	offered         []string           // languages
	alerts          []Alerts           // read so far
	boardFiles      []string           // likewise
}

// secretKey finds an age identity that was pasted where it does not belong.
var secretKey = regexp.MustCompile(`(?i)AGE-SECRET-KEY-[^"\n]*`)

// bad notes a problem, without the secret key that a value may be: what is said
// goes into logs.
func (c *checker) bad(key, format string, args ...any) {
	if c.told[c.at.path+" "+key] {
		return
	}
	text := secretKey.ReplaceAllString(fmt.Sprintf(format, args...), "AGE-SECRET-KEY-…")
	c.problems = append(c.problems, Problem{File: c.at.path, Key: key, Text: text})
}

// sorted finds the problems' lines, which takes a second reading of the files
// that a good one never needs, and orders them by file and line.
func (c *checker) sorted(problems []Problem) []Problem {
	if len(problems) == 0 {
		return nil
	}
	lines, order := make(map[string]positions), make(map[string]int)
	for i, p := range c.parts {
		lines[p.path], order[p.path] = keyLines([]byte(p.text)), i
	}
	for i, p := range problems {
		if where, ok := lines[p.File]; ok && p.Line == 0 {
			problems[i].Line = where.of(p.Key)
		}
		if _, ok := order[p.File]; !ok {
			order[p.File] = len(order) // a file of sites
		}
	}
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(order[a.File], order[b.File]), cmp.Compare(a.Line, b.Line))
	})
	return problems
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
	cfg.Spool.Mirror = c.mirror(f.Spool.Mirror, cfg.DataDir)
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
	cfg.CountsMail = f.Counts.Mail
	c.addresses("counts.mail", f.Counts.Mail)
	c.offered = f.Languages
	cfg.Directory = c.units()
	cfg.RecipientsFiles, cfg.SitesFiles, cfg.Included = c.recipientsFiles, c.sitesFiles, paths(c.parts)
	cfg.fileOf = c.fileOf
	cfg.Broken = c.broken
	cfg.BoardFiles = c.boardFiles
	cfg.Alerts = c.alerts
	cfg.Operator = c.operator(f)
	return cfg
}
