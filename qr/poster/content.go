package poster

import (
	"strings"
	"time"

	"tipbox/intake"
	"tipbox/qr"
	"tipbox/templates/postertext"
)

// maxLanguages is how many languages a poster has room for.
const maxLanguages = 2

// content is what one site's poster says, whatever its paper.
type content struct {
	texts  []*postertext.Text // one or two; the first is set large
	unit   []string           // the unit's name in each of the languages, without repeats
	site   []string
	symbol *qr.Symbol
	code   string
	phone  string
	// replies is the address at which the unit's replies are read; "" where it gives none.
	replies string
	date    string
	brand   Color
	tint    Color
	emblem  *Emblem
}

// newContent gathers what stands on the site's posters.
func newContent(site *intake.Site, link string, o *Options, brand Brand) (*content, error) {
	symbol, err := qr.New(link)
	if err != nil {
		return nil, err
	}
	texts := o.Texts.In(site.Unit.PosterLanguages...)
	texts = texts[:min(len(texts), maxLanguages)]
	c := &content{
		texts: texts, symbol: symbol, code: site.Code, phone: site.Unit.Phone,
		date: o.Date.Format("02/01/2006"), brand: brand.Color, tint: tint(brand.Color), emblem: brand.Emblem,
	}
	if site.Unit.Replies {
		host, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(link, "https://"), "http://"), "/")
		c.replies = host + "/r"
	}
	for _, t := range texts {
		c.unit = appendNew(c.unit, site.Unit.Name[t.Lang])
		c.site = appendNew(c.site, site.Name[t.Lang])
	}
	if len(c.unit) == 0 {
		c.unit = []string{site.Unit.Name.In()}
	}
	if len(c.site) == 0 {
		c.site = []string{site.Name.In()}
	}
	return c, nil
}

func appendNew(list []string, name string) []string {
	for _, have := range list {
		if have == name {
			return list
		}
	}
	if name == "" {
		return list
	}
	return append(list, name)
}

// say returns a text in each language as paragraphs: the first of the given
// size, the others in regular type at part of it.
func (c *content) say(pick func(*postertext.Text) string, first para, others float64, space float64) []para {
	list := make([]para, len(c.texts))
	for i, t := range c.texts {
		list[i] = first
		list[i].text = c.fill(pick(t))
		if i > 0 {
			list[i].bold, list[i].space, list[i].lead = false, space, 0
			list[i].max, list[i].min = first.max*others, first.min*others
			if first.color == ink {
				list[i].color = muted
			}
		}
	}
	return list
}

// typed returns the link as people type it: browsers add https:// themselves. Where
// it is too long for a line, it ends after the host.
func (c *content) typed() string {
	return strings.Replace(strings.TrimPrefix(c.symbol.Link, "https://"), "/t/", string(wordBreak)+"/t/", 1)
}

// call is the unit's telephone, to stand below 113; it has no text where there is none.
func (c *content) call(size, space float64) para {
	p := para{bold: true, max: size, min: 2.2, color: ink, space: space}
	if c.phone != "" {
		p.text = c.fill(c.texts[0].Phone)
	}
	return p
}

// alone returns the content in its first language only.
func (c *content) alone() *content {
	one := *c
	one.texts, one.unit, one.site = c.texts[:1], c.unit[:1], c.site[:1]
	return &one
}

// fill puts the site's own facts into a text's placeholders.
func (c *content) fill(text string) string {
	return strings.NewReplacer("{phone}", noBreak(c.phone), "{code}", c.code, "{date}", c.date, "{replies}", c.replies).Replace(text)
}

// readHere says where replies are read, or nothing.
func (c *content) readHere(t *postertext.Text) string {
	if c.replies == "" {
		return ""
	}
	return c.fill(t.Replies)
}

// noBreak keeps a telephone number on one line.
func noBreak(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") }

// midnight is the print date as files carry it.
func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}
