// Package intake is the domain of the tip box: the units that receive tips,
// the sites where their posters hang, what a person may send, and the way of
// a submission from the form to the spool. It knows no HTTP, no Redis, no
// mail and no age: it declares the interfaces that those packages satisfy.
package intake

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
)

// Names is one name in several languages, keyed by BCP 47 tag.
type Names map[string]string

// In returns the name in the first of langs that has one, else in Vietnamese,
// else in the first language by tag, else "".
func (n Names) In(langs ...string) string {
	for _, lang := range append(langs, "vi") {
		if name := n[lang]; name != "" {
			return name
		}
	}
	first := ""
	for lang := range n {
		if first == "" || lang < first {
			first = lang
		}
	}
	return n[first]
}

// Unit is a post or station that receives tips.
type Unit struct {
	ID   string // stable, lower case, goes into sealed tips and envelopes
	Name Names

	// Receivers get the tips, by audience. ToUnit is always there; Oversight where
	// tips about the unit itself can go past it.
	Receivers map[Audience]Receiver

	Phone           string // to call when it cannot wait; may be ""
	OversightName   Names  // of who gets the tips about the unit itself; without one they have the name of their office
	OversightPhone  string // to call there; may be ""
	LaterWindow     time.Duration
	Replies         bool     // whether senders are offered a code, by which they read the unit's replies
	AliveAt         string   // hour of the day, "07:00", at which a mail says that the box is alive; "" for never
	Board           [][]byte // notices as Markdown, in their order: what the unit tells its village
	MarkUrgent      bool     // whether an urgent tip's mail says KHẨN in its subject
	Languages       []string // offered on this unit's pages, first is the default
	PosterLanguages []string // of its posters, at most two, the first set large
	Emblem          string   // path of an SVG or PNG for the posters; may be ""
	Color           string   // "#rrggbb" for the posters; may be ""
	Sites           []*Site

	// Closed says that nothing can be taken for the unit now: its keys cannot be read.
	// What waits for it is mailed all the same.
	Closed bool
}

// Receiver is who gets a unit's tips of one audience, and how.
type Receiver struct {
	Mail       []string // every tip reaches all of these addresses
	Sealer     Sealer   // seals to Recipients
	Recipients []string // age's strings, for sealing on the sender's phone
	Kind       string   // of the recipients, "post-quantum" or "classic"
}

// HasOversight reports whether tips about the unit itself can go past it.
func (u *Unit) HasOversight() bool {
	_, ok := u.Receivers[Oversight]
	return ok
}

// Site is a place where posters of a unit hang.
type Site struct {
	Code      string // short, lower case: the CODE of https://HOST/t/CODE
	Name      Names
	Unit      *Unit
	Withdrawn time.Time // zero while the site's posters are good
}

// IsWithdrawn reports whether the site's posters are no longer valid at now.
func (s *Site) IsWithdrawn(now time.Time) bool {
	return !s.Withdrawn.IsZero() && !now.Before(s.Withdrawn)
}

// Directory finds units and sites. It does not change once made.
type Directory struct {
	units []*Unit
	byID  map[string]*Unit
	sites map[string]*Site
}

// NewDirectory returns the directory of units, which must have unique ids and
// unique site codes across all units. It sets each site's Unit.
func NewDirectory(units []*Unit) (*Directory, error) {
	d := &Directory{units: units, byID: make(map[string]*Unit), sites: make(map[string]*Site)}
	for _, u := range units {
		if d.byID[u.ID] != nil {
			return nil, fmt.Errorf("unit %q stands twice", u.ID)
		}
		d.byID[u.ID] = u
		for _, s := range u.Sites {
			if d.sites[s.Code] != nil {
				return nil, fmt.Errorf("site code %q stands twice", s.Code)
			}
			s.Unit = u
			d.sites[s.Code] = s
		}
	}
	return d, nil
}

// Site returns the site with the code, matched without case, or nil.
func (d *Directory) Site(code string) *Site { return d.sites[strings.ToLower(code)] }

// Unit returns the unit with the id, or nil.
func (d *Directory) Unit(id string) *Unit { return d.byID[id] }

// Receiver returns who gets the tips of a unit's audience, and false where the
// configuration knows nobody: a unit or its oversight may have gone since.
func (d *Directory) Receiver(unit string, a Audience) (Receiver, bool) {
	u := d.byID[unit]
	if u == nil {
		return Receiver{}, false
	}
	r, ok := u.Receivers[a]
	return r, ok
}

// Units returns all units in the order of the configuration.
func (d *Directory) Units() []*Unit { return slices.Clone(d.units) }

// Sites yields every site, unit by unit, in the order of the configuration.
func (d *Directory) Sites() iter.Seq[*Site] {
	return func(yield func(*Site) bool) {
		for _, u := range d.units {
			for _, s := range u.Sites {
				if !yield(s) {
					return
				}
			}
		}
	}
}
