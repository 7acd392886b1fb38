package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"

	"tipbox/crypto/keys"
	"tipbox/crypto/seal"
	"tipbox/intake"
)

// Units' ids and sites' codes stand in links, file names and mail headers.
var (
	idPattern    = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$`)
	codePattern  = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,22}[a-z0-9])?$`)
	colorPattern = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
	hourPattern  = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)
	phonePattern = regexp.MustCompile(`^\+?[ .()-]*([0-9][ .()-]*){3,}$`)
)

const (
	defaultLaterWindow = 6 * time.Hour
	minLaterWindow     = 10 * time.Minute // less would hide nothing
	maxLaterWindow     = 72 * time.Hour
)

// units checks the units of all files.
func (c *checker) units() *intake.Directory {
	if len(c.parts) == 1 && len(c.at.units) == 0 {
		c.bad("units", "none: expected at least one [[units]]")
	}
	var out []*intake.Unit
	seen := &seen{ids: make(map[string]string), codes: make(map[string]string)}
	for _, p := range c.parts {
		c.at = p
		if p.included {
			c.problems = append(c.problems, p.unread...)
			before := len(c.problems)
			c.problems = append(c.problems, p.unknown...)
			c.odd(&file{Units: p.units})
			if c.apartOnly && len(c.problems)+len(p.unread) > before {
				out = append(out, c.fileApart(p, before-len(p.unread))...)
				continue
			}
		}
		for i, u := range p.units {
			out = append(out, c.oneOf(fmt.Sprintf("units[%d]", i), u, seen)...)
		}
	}
	c.at = c.parts[0]
	if len(c.problems) > 0 {
		return nil
	}
	directory, err := intake.NewDirectory(out)
	if err != nil {
		c.bad("units", "%v", err)
	}
	return directory
}

// seen is where ids and codes stand that may stand but once.
type seen struct{ ids, codes map[string]string }

func (c *checker) once(seen map[string]string, key, value string) {
	if first, ok := seen[value]; ok {
		c.bad(key, "%q stands twice: also at %s", value, first)
		return
	}
	where := key
	if c.at.included {
		where = c.at.path + ": " + key
	}
	seen[value] = where
}

// oneOf checks a unit with its sites, and returns it: none where it is put aside.
func (c *checker) oneOf(key string, u unit, seen *seen) []*intake.Unit {
	before := len(c.problems)
	if !idPattern.MatchString(u.ID) {
		c.bad(key+".id", "%q: expected up to 40 lower-case letters, digits and dashes, such as na-co-sa", u.ID)
	} else {
		c.once(seen.ids, key+".id", u.ID)
	}
	unit := c.unit(key, u)
	if u.SitesFile == "" {
		for j, s := range u.Sites {
			unit.Sites = append(unit.Sites, c.siteOf(fmt.Sprintf("%s.sites[%d]", key, j), s, u.ID, seen))
		}
	} else {
		unit.Sites = c.sitesOf(key, u, seen)
	}
	if c.apartOnly && c.own(c.problems[before:]) {
		return c.unitApart(u, unit, before)
	}
	return []*intake.Unit{unit}
}

func (c *checker) siteOf(key string, s site, unit string, seen *seen) *intake.Site {
	if !codePattern.MatchString(s.Code) {
		c.bad(key+".code", "%q: expected up to 24 lower-case letters, digits and dashes, such as ncs01", s.Code)
	} else {
		c.once(seen.codes, key+".code", s.Code)
		c.moved(key, s, unit)
	}
	return c.site(key, s)
}

func (c *checker) unit(key string, u unit) *intake.Unit {
	c.names(key+".name", u.Name)
	switch {
	case u.SitesFile != "" && len(u.Sites) > 0:
		c.bad(key+".sites_file", "stands beside [[units.sites]]: expected one of them")
	case u.SitesFile == "" && len(u.Sites) == 0:
		c.bad(key+".sites", "none: expected at least one [[units.sites]], or a sites_file")
	}
	if len(u.Mail) == 0 {
		c.bad(key+".mail", "missing: expected the addresses that tips are mailed to")
	}
	c.addresses(key+".mail", u.Mail)
	c.addresses(key+".oversight_mail", u.OversightMail)
	if (u.OversightFile == "") != (len(u.OversightMail) == 0) {
		c.bad(key+".oversight_file", "expected oversight_file and oversight_mail together")
	}
	window := defaultLaterWindow
	if u.LaterWindow != "" {
		d, err := time.ParseDuration(u.LaterWindow)
		if err != nil || d < minLaterWindow || d > maxLaterWindow {
			c.bad(key+".later_window", "%q: expected a duration from %s to %s, such as 6h", u.LaterWindow, "10m", "72h")
		}
		window = d
	}
	c.phone(key+".phone", u.Phone)
	c.phone(key+".oversight_phone", u.OversightPhone)
	if len(u.OversightName) > 0 {
		c.names(key+".oversight_name", u.OversightName)
	}
	if u.OversightFile == "" && (len(u.OversightName) > 0 || u.OversightPhone != "") {
		c.bad(key+".oversight_name", "expected oversight_file and oversight_mail beside it: no tip goes there")
	}
	c.deadlines(key+".deadlines", u.Deadlines)
	if u.Replies && len(c.base) > intake.MaxReplyAt {
		c.bad(key+".replies", "base_url has %d bytes, and travels in every tip that can be answered: expected at most %d", len(c.base), intake.MaxReplyAt)
	}
	if u.AliveAt != "" && !hourPattern.MatchString(u.AliveAt) {
		c.bad(key+".alive_at", "%q: expected an hour of the day, such as 07:00", u.AliveAt)
	}
	if u.OversightFile == "" && len(u.OversightAlerts) > 0 {
		c.bad(key+".oversight_alerts[0]", "expected oversight_file and oversight_mail beside it: no tip goes there")
	}
	c.ringApart(key, u)
	c.ring(u.ID, intake.ToUnit, key+".alerts", u.Alerts)
	c.ring(u.ID, intake.Oversight, key+".oversight_alerts", u.OversightAlerts)
	if u.Color != "" && !colorPattern.MatchString(u.Color) {
		c.bad(key+".color", "%q: expected a colour, such as #0b5d3b", u.Color)
	}
	out := &intake.Unit{
		ID: u.ID, Name: u.Name, Receivers: make(map[intake.Audience]intake.Receiver),
		Phone: u.Phone, LaterWindow: window, AliveAt: u.AliveAt,
		OversightName: u.OversightName, OversightPhone: u.OversightPhone,
		MarkUrgent:      u.MarkUrgent == nil || *u.MarkUrgent,
		Replies:         u.Replies,
		Board:           c.board(key+".board_dir", u.BoardDir),
		Languages:       c.languages(key+".languages", u.Languages),
		PosterLanguages: c.posterLanguages(key+".poster_languages", u),
		Emblem:          c.path(u.Emblem), Color: u.Color,
	}
	own := c.recipients(key+".recipients_file", u.RecipientsFile)
	if own != nil {
		out.Receivers[intake.ToUnit] = receiver(u.Mail, own)
	}
	if u.OversightFile != "" {
		if r := c.recipients(key+".oversight_file", u.OversightFile); r != nil {
			out.Receivers[intake.Oversight] = receiver(u.OversightMail, r)
			c.apart(key, u, own, r)
		}
	}
	return out
}

// posterLanguages returns what stands on the unit's posters: the first language of
// its pages alone where nothing is said, for each further one takes room from it.
func (c *checker) posterLanguages(key string, u unit) []string {
	tags := c.languages(key, u.PosterLanguages)
	if len(tags) > 2 {
		c.bad(key+"[2]", "%q: expected at most two, one set large and one under it", tags[2])
	}
	if len(tags) == 0 {
		tags = slices.Concat(u.Languages, c.offered)
		tags = tags[:min(len(tags), 1)]
	}
	return tags
}

func receiver(mail []string, r *keys.Recipients) intake.Receiver {
	return intake.Receiver{Mail: mail, Sealer: seal.New(r), Recipients: r.Strings(), Kind: r.Kind()}
}

// apart holds what the form promises of a tip to the oversight: that the unit
// can neither open nor receive it.
func (c *checker) apart(key string, u unit, own, oversight *keys.Recipients) {
	if own != nil {
		for _, r := range oversight.All() {
			if slices.Contains(own.Strings(), r.String()) {
				c.bad(key+".oversight_file", "%q holds a recipient of recipients_file (%s): expected keys that only the oversight has", u.OversightFile, r.Fingerprint())
			}
		}
	}
	if number := dialled(u.OversightPhone); number != "" && number == dialled(u.Phone) {
		c.bad(key+".oversight_phone", "%q is phone as well: expected a number that only the oversight answers", u.OversightPhone)
	}
	for i, address := range u.OversightMail {
		if slices.ContainsFunc(u.Mail, func(m string) bool { return strings.EqualFold(m, address) }) {
			c.bad(fmt.Sprintf("%s.oversight_mail[%d]", key, i), "%q is in mail as well: expected addresses that only the oversight reads", address)
		}
	}
}

// recipients reads a recipients file, which is part of what is checked: a unit
// that nobody can read for must not take tips.
func (c *checker) recipients(key, path string) *keys.Recipients {
	if path == "" {
		c.bad(key, "missing: expected a file of age recipients, one a line")
		return nil
	}
	if secretKey.MatchString(path) {
		c.bad(key, "is a secret key, which belongs to the officer alone: expected the name of a file of age recipients; make a new key if others have read this file")
		return nil
	}
	read := keys.ReadRecipients
	if b, ok := c.written[sameFile(c.path(path))]; ok {
		read = func(string) (*keys.Recipients, error) { return keys.ParseRecipients(bytes.NewReader(b)) }
	}
	r, err := read(c.path(path))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		c.bad(key, "%q does not exist: expected a file of age recipients; tipbox keygen prints one", path)
		return nil
	case errors.Is(err, fs.ErrPermission):
		c.bad(key, "%v: %s", err, MayRead(err))
		return nil
	case err != nil:
		c.bad(key, "%v", err)
		return nil
	}
	c.recipientsFiles = append(c.recipientsFiles, c.path(path))
	return r
}

func (c *checker) addresses(key string, all []string) {
	for i, a := range all {
		k := fmt.Sprintf("%s[%d]", key, i)
		c.address(k, a)
		if slices.Index(all, a) < i {
			c.bad(k, "%q stands twice", a)
		}
	}
}

func (c *checker) site(key string, s site) *intake.Site {
	c.names(key+".name", s.Name)
	out := &intake.Site{Code: s.Code, Name: s.Name}
	if s.Withdrawn != nil && s.Withdrawn != "" {
		text := fmt.Sprint(s.Withdrawn) // a TOML date is written as our own
		day, err := time.ParseInLocation(time.DateOnly, text, time.Local)
		if err != nil {
			c.bad(key+".withdrawn", "%q: expected a day, such as \"2026-11-22\"", text)
		}
		out.Withdrawn = day
	}
	return out
}
