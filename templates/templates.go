// Package templates holds the pages that a villager sees and what they say in
// each language. Pages are Go, so that the compiler finds the mistakes in them;
// what they show is escaped where it is written, all but our own style and script.
package templates

import (
	"crypto/sha256"
	_ "embed" // the style and the script
	"encoding/base64"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	g "maragu.dev/gomponents"
)

var (
	//go:embed pages/page.css
	pageStyle string
	//go:embed pages/form.css
	formStyle string
	//go:embed pages/send.js
	earlyScript string
)

// Pages are the pages in all languages that may be offered.
type Pages struct {
	catalog
	style, told, early embedded // told is the style of what only tells something, and is long
}

// Options say which languages there are.
type Options struct {
	Languages []string // BCP 47 tags of those offered where a unit has no wish; the first is the default; none is "vi"
	LocaleDir string   // of files that add languages or replace ours; "" for none
}

// Load reads the locales. It returns an error that names every mistake of a
// locale, and every language that there is no locale for.
func Load(o Options) (*Pages, error) {
	c, err := newCatalog(o)
	if err != nil {
		return nil, err
	}
	return &Pages{
		catalog: c, style: embedded(tidyStyle(pageStyle + formStyle)), told: embedded(tidyStyle(pageStyle)), early: embedded(tidy(earlyScript)),
	}, nil
}

// View is one of *Board, *Form, *Thanks, *Truth, *Replies, *Outbox, *Note and *Alert.
type View interface {
	Lang() string  // BCP 47 tag
	Private() bool // it shows what somebody typed: nothing of it may outlive the answer
	draw(*Pages) g.Node
}

// Write writes the page of the view.
func (p *Pages) Write(w io.Writer, v View) error {
	if err := v.draw(p).Render(w); err != nil {
		return fmt.Errorf("writing a page: %w", err)
	}
	return nil
}

// StyleHash returns the style-src source of the pages' inline style, as in
// https://www.w3.org/TR/CSP3/#grammardef-hash-source.
func (p *Pages) StyleHash() string { return hashSource(p.style) }

// ToldHash is StyleHash for the board.
func (p *Pages) ToldHash() string { return hashSource(p.told) }

// EarlyHash returns the script-src source of the form's inline script, which is
// there before any other can be: it shows that the form is on its way, holds back
// a second tap for 20 seconds, and marks the form (data-posted), so that the
// script that seals, if it arrives only then, does not send the same tip again.
func (p *Pages) EarlyHash() string { return hashSource(p.early) }

func hashSource(text embedded) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

var (
	comments = regexp.MustCompile(`(?s)/\*.*?\*/`)
	indents  = regexp.MustCompile(`\n\s*`)
	cssSpace = regexp.MustCompile(`\s*([{};,])\s*|(:)\s+`)
)

// tidy returns a file's text without what only its authors need.
func tidy(text string) string {
	return strings.TrimSpace(indents.ReplaceAllString(text, "\n"))
}

func tidyStyle(text string) string {
	text = cssSpace.ReplaceAllString(comments.ReplaceAllString(tidy(text), ""), "$1$2")
	return strings.TrimSpace(strings.ReplaceAll(text, ";}", "}"))
}

// fill puts values, in pairs of name and value, into a text's placeholders.
func fill(text string, pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, "{"+pairs[i]+"}", pairs[i+1])
	}
	return text
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
