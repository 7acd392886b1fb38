package config

import (
	"regexp"

	"tipbox/intake"
)

// Broken is a unit, or a file of units, that cannot be served as it is written now.
type Broken struct {
	Unit     string // its id; "" for a file that could not be read
	File     string // with the units; "" for tipbox.toml itself
	GoesOn   bool   // as it was served before; else it stands still
	Problems []Problem
}

// Serving is Load for who serves: what is wrong with one unit, its keys, its sites or
// the file that it stands in, stops no other. Such a unit goes on as it was in before,
// which may be nil; without that it stands still, and is in Broken. What is wrong with
// tipbox.toml itself comes as an *Error.
func Serving(path string, before *Config) (*Config, error) {
	d, err := ReadDraft(path)
	if err != nil {
		return nil, err
	}
	c := d.checker()
	c.apartOnly, c.before = true, before
	cfg, problems := c.all(d)
	if len(problems) > 0 {
		return nil, &Error{path, problems}
	}
	return cfg, nil
}

// unitsOwn are the keys whose value is a file of the unit alone.
var unitsOwn = regexp.MustCompile(`^units\[\d+\]\.(recipients_file|oversight_file|sites_file)$`)

// own reports whether there are problems, and all are the unit's own: it stands in a
// file apart, or they are with its files.
func (c *checker) own(problems []Problem) bool {
	for _, p := range problems {
		if p.File == "" && !unitsOwn.MatchString(p.Key) {
			return false
		}
	}
	return len(problems) > 0
}

// unitApart takes a unit with problems of its own out, and returns what is served in
// its place.
func (c *checker) unitApart(u unit, now *intake.Unit, before int) []*intake.Unit {
	b := Broken{Unit: u.ID, File: c.at.path, Problems: c.sorted(append([]Problem(nil), c.problems[before:]...))}
	c.problems = c.problems[:before]
	served := c.wasServed(u.ID)
	if served != nil {
		b.GoesOn = true
	} else if len(now.Sites) > 0 && idPattern.MatchString(u.ID) {
		// What waits for it is sealed already, and goes on its way.
		served = now
		served.Closed = true
		served.Receivers = map[intake.Audience]intake.Receiver{intake.ToUnit: {Mail: u.Mail}}
		if len(u.OversightMail) > 0 {
			served.Receivers[intake.Oversight] = intake.Receiver{Mail: u.OversightMail}
		}
	}
	c.broken = append(c.broken, b)
	if served == nil {
		return nil
	}
	return []*intake.Unit{served}
}

// fileApart does so for all units of a file.
func (c *checker) fileApart(p *part, before int) (goOn []*intake.Unit) {
	b := Broken{File: p.path, Problems: c.sorted(append([]Problem(nil), c.problems[before:]...))}
	c.problems = c.problems[:before]
	if c.before != nil {
		for _, u := range c.before.Directory.Units() {
			if c.before.fileOf[u.ID] == p.path {
				goOn = append(goOn, c.wasServed(u.ID))
				c.fileOf[u.ID] = p.path // so that it does so at the next reload too
			}
		}
	}
	b.GoesOn = len(goOn) > 0
	c.broken = append(c.broken, b)
	return goOn
}

// wasServed returns a copy of the unit as it was served before, or nil.
func (c *checker) wasServed(id string) *intake.Unit {
	if c.before == nil {
		return nil
	}
	was := c.before.Directory.Unit(id)
	if was == nil {
		return nil
	}
	u := *was
	u.Sites = nil
	for _, s := range was.Sites {
		site := *s
		u.Sites = append(u.Sites, &site)
	}
	return &u
}
