// Package templates holds the pages that a villager sees and what they say in
// each language. Pages are parsed and executed once with every language at
// start, so that no mistake in them waits for a villager to find it.
package templates

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"strings"
	"time"

	"tipbox/templates/pictograms"
)

//go:embed pages/*.html pages/page.css pages/send.js
var pageFiles embed.FS

// Pages are the pages in all languages that may be offered.
type Pages struct {
	catalog
	page  *template.Template
	style string // for the Content-Security-Policy
	early string // likewise
}

// Options say which languages there are.
type Options struct {
	Languages []string // BCP 47 tags of those offered where a unit has no wish; the first is the default; none is "vi"
	LocaleDir string   // of files that add languages or replace ours; "" for none
}

// Load parses the pages and the locales. It returns an error that names every
// mistake of a locale, and every language that there is no locale for.
func Load(o Options) (*Pages, error) {
	c, err := newCatalog(o)
	if err != nil {
		return nil, err
	}
	p := &Pages{catalog: c}
	style, err := source("pages/page.css")
	if err != nil {
		return nil, err
	}
	early, err := source("pages/send.js")
	if err != nil {
		return nil, err
	}
	p.style, p.early = hashSource(style), hashSource(early)
	p.page = template.New("").Funcs(template.FuncMap{
		"style": func() template.CSS { return template.CSS(style) }, //nolint:gosec // our own file
		"early": func() template.JS { return template.JS(early) },   //nolint:gosec // likewise
		"icon":  icon,
		"fill":  fill,
		"dial":  dial,
	})
	files, err := pageFiles.ReadDir("pages")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		name, isPage := strings.CutSuffix(f.Name(), ".html")
		if !isPage {
			continue
		}
		text, err := source("pages/" + f.Name())
		if err != nil {
			return nil, err
		}
		if _, err := p.page.New(name).Parse(text); err != nil {
			return nil, fmt.Errorf("parsing a page: %w", err)
		}
	}
	for _, l := range p.locales {
		for _, v := range samples(l) {
			if err := p.Write(io.Discard, v); err != nil {
				return nil, fmt.Errorf("trying the pages in %s: %w", l.Tag, err)
			}
		}
	}
	return p, nil
}

// View is one of *Form, *Thanks and *Note.
type View interface {
	Lang() string  // BCP 47 tag
	Private() bool // it shows what somebody typed: nothing of it may outlive the answer
	page() string
}

// Write writes the page of the view.
func (p *Pages) Write(w io.Writer, v View) error {
	if err := p.page.ExecuteTemplate(w, v.page(), v); err != nil {
		return fmt.Errorf("writing the page %q: %w", v.page(), err)
	}
	return nil
}

// StyleHash returns the style-src source of the pages' inline style, as in
// https://www.w3.org/TR/CSP3/#grammardef-hash-source.
func (p *Pages) StyleHash() string { return p.style }

// EarlyHash returns the script-src source of the form's inline script, which is
// there before any other can be: it shows that the form is on its way, holds back
// a second tap for 20 seconds, and marks the form (data-posted), so that the
// script that seals, if it arrives only then, does not send the same tip again.
func (p *Pages) EarlyHash() string { return p.early }

func hashSource(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

var (
	comments = regexp.MustCompile(`(?s)/\*.*?\*/`)
	indents  = regexp.MustCompile(`\n\s*`)
	cssSpace = regexp.MustCompile(`\s*([{};,])\s*|(:)\s+`)
)

// source returns an embedded file without what only its authors need.
func source(name string) (string, error) {
	b, err := pageFiles.ReadFile(name)
	if err != nil {
		return "", err
	}
	text := indents.ReplaceAllString(string(b), "\n")
	if strings.HasSuffix(name, ".css") {
		text = cssSpace.ReplaceAllString(comments.ReplaceAllString(text, ""), "$1$2")
		text = strings.ReplaceAll(text, ";}", "}")
	}
	return strings.TrimSpace(text), nil
}

// icon returns a pictogram as inline SVG, hidden from screen readers: the words
// stand beside it.
func icon(name string) template.HTML {
	const side = pictograms.Side
	return template.HTML(fmt.Sprintf( //nolint:gosec // our own files
		`<svg viewBox="0 -%d %d %d" aria-hidden="true" focusable="false"><path d="%s"/></svg>`, side, side, side, pictograms.Path(name)))
}

// fill puts values, in pairs of name and value, into a text's placeholders.
func fill(text string, pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, "{"+pairs[i]+"}", pairs[i+1])
	}
	return text
}

// dial returns the number of a tel: link (RFC 3966) for a number as people write it.
func dial(phone string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, phone)
}

// Duration says d in words, rounded up: to minutes, and from 90 minutes on to hours.
func (l *Locale) Duration(d time.Duration) string {
	n, one, many := int((d+time.Minute-1)/time.Minute), l.Minute, l.Minutes
	if n >= 90 || n == 60 {
		n, one, many = (n+59)/60, l.Hour, l.Hours
	}
	if n <= 1 {
		return one
	}
	return fill(many, "n", fmt.Sprint(n))
}
