// Package config reads tipbox.toml and gives validated units and settings. It
// is strict: an unknown key is an error, no secret may stand in the file, and
// all problems are told at once, each with its line and key. Only what is not
// TOML, or of the wrong type, is told alone: the rest could not be read.
package config

import (
	"cmp"
	"fmt"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"time"

	"tipbox/intake"
	"tipbox/intake/alert/setting"
)

// Config is a valid tipbox.toml. Paths are absolute or relative to the working
// directory, as they must be to open them; those in the file are relative to it.
type Config struct {
	Path       string // of the file itself
	BaseURL    *url.URL
	DataDir    string
	Languages  []string // BCP 47 tags, the first is the default
	LocaleDir  string   // "" for none
	SecretFile string
	HTTP       HTTP
	Redis      *Redis // nil: limits in this process, the rest on this disk
	Limits     Limits
	Spool      Spool
	SMTP       SMTP
	CountsMail []string // who is mailed the page of each week's counts
	Directory  *intake.Directory
	// Alerts are whom urgent tips wake, in the order of the file; a receiver that
	// wakes nobody is not among them.
	Alerts   []Alerts
	Operator Operator
	// RecipientsFiles are those of the units and their oversight, as paths.
	RecipientsFiles []string
	SitesFiles      []string // of the units, likewise
	Included        []string // files with more units
	Broken          []Broken // units that stand still, or go on as they were: only of Serving
	// BoardFiles are the notices of the units' boards, as paths.
	BoardFiles []string

	fileOf map[string]string // the included file of each unit, "" for tipbox.toml
}

// HTTP is where and how the form and the admin listener answer.
type HTTP struct {
	Listen         string
	Admin          string // loopback; "" for none
	TLSCert        string // both "" behind a proxy, on loopback, or with ACMEEmail
	TLSKey         string
	ACMEEmail      string         // who the authority writes to; "" for certificates from elsewhere
	ACMEDirectory  string         // the authority's; "" for Let's Encrypt
	Plain          string         // where plain http is answered with the way to https; "" for nowhere
	TrustedProxies []netip.Prefix // empty: the connection's address is the client's
	BodyMemory     int64          // bytes of request bodies held at once
}

// Redis names the Redis servers that several tip boxes share.
type Redis struct {
	URL          string // limits and used form tokens; it writes nothing to disk
	PasswordFile string // "" for none; the URL must not hold the password
	CAFile       string // of both; "" for the system's certificate authorities

	StoreURL          string // replies, which it keeps on its disk; "": this server keeps them
	StorePasswordFile string // "" for none
}

// Limits are GCRA limits: Count in Per on average, Burst at once.
type Limits struct{ Sender, Site, All Limit }

// Limit is one limit.
type Limit struct {
	Count int
	Per   time.Duration
	Burst int
}

// Spool bounds the queue on disk.
type Spool struct {
	MinFree  uint64        // bytes that must stay free on the disk, else nothing is taken
	BulkMax  uint64        // bytes of tips beyond the limits that may wait, at most
	KeepSent time.Duration // how long copies of delivered tips are kept, in whole days; 0: none are
	// Mirror is a directory on another disk, which must exist there: each tip is synced
	// to it, too, before anyone is thanked, and deleted when delivered. "" for none.
	Mirror string
}

// SMTP is the relay that mails to the units.
type SMTP struct {
	Host         string
	Port         int
	TLS          string // "tls", "starttls" or "none"
	Username     string // "" for none
	PasswordFile string
	CAFile       string // "" for the system's certificate authorities
	From         string
	Bounces      string // who is told that a mail could not be delivered; "" for nobody
}

// Alerts are the channels that urgent tips to one audience of a unit ring, the
// first first.
type Alerts struct {
	Unit     string
	Audience intake.Audience
	Channels []setting.Channel
}

// Operator is who is told what is wrong with the box itself.
type Operator struct {
	Channels           []setting.Channel
	HeartbeatURL       string // called every five minutes; "" for none
	HeartbeatTokenFile string // path; "" for none
}

// AlertPath returns the path of the page behind an alert's link.
func AlertPath(token string) string { return "/a/" + token }

// TokenFiles returns the paths of all files with tokens of channels.
func (c *Config) TokenFiles() []string {
	files := []string{c.Operator.HeartbeatTokenFile}
	for _, channels := range c.allChannels() {
		for _, channel := range channels {
			files = append(files, channel.TokenFile)
		}
	}
	return slices.DeleteFunc(files, func(f string) bool { return f == "" })
}

// Whom names who is woken, for the operator.
func (a Alerts) Whom() string {
	if a.Audience == intake.Oversight {
		return "the oversight of " + a.Unit
	}
	return a.Unit
}

func (c *Config) allChannels() [][]setting.Channel {
	all := [][]setting.Channel{c.Operator.Channels}
	for _, a := range c.Alerts {
		all = append(all, a.Channels)
	}
	return all
}

// Link returns the link that the site's posters carry.
func (c *Config) Link(s *intake.Site) string { return c.BaseURL.String() + "/t/" + s.Code }

// PosterTexts returns the folder of poster texts that the operator added, "" for none.
func (c *Config) PosterTexts() string {
	if c.LocaleDir == "" {
		return ""
	}
	return filepath.Join(c.LocaleDir, "poster")
}

// Problem is one thing wrong with the file.
type Problem struct {
	File string // "" for tipbox.toml itself
	Line int    // 0 where a key is missing
	Key  string // e.g. units[0].sites[2].code
	Text string // what is wrong and what is expected
}

// Error lists everything wrong with the file, in the order of its keys' lines.
type Error struct {
	File     string
	Problems []Problem
}

// Error returns one line a problem: file:line: key: what is wrong.
func (e *Error) Error() string {
	var s string
	for i, p := range e.Problems {
		if i > 0 {
			s += "\n"
		}
		s += cmp.Or(p.File, e.File)
		if p.Line > 0 {
			s += fmt.Sprintf(":%d", p.Line)
		}
		s += ": "
		if p.Key != "" {
			s += p.Key + ": "
		}
		s += p.Text
	}
	return s
}
