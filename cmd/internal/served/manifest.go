package served

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Manifest is what the pages of a release are made of, whatever units, sites, words
// and keys they show: published with it, so that someone without the configuration
// can tell whether a page asks, runs or sends more than the release does.
type Manifest struct {
	Version  string   `json:"version"`
	Files    []string `json:"files"`    // SHA-256 of the scripts under /s/, hexadecimal, sorted
	Inline   []string `json:"inline"`   // and of what stands in a page's own script and style elements
	Elements []string `json:"elements"` // each element with its attributes, see shape, sorted
	Policies []string `json:"policies"` // Content-Security-Policy, sorted
}

// Add takes up what a page, and what it loads, is made of.
func (m *Manifest) Add(ctx context.Context, pages http.Handler, path, agent string) error {
	page, err := fetch(ctx, pages, path, agent)
	if err != nil {
		return err
	}
	elements, inline, err := taken(page.Body.String())
	if err != nil {
		return err
	}
	m.Elements, m.Inline = append(m.Elements, elements...), append(m.Inline, inline...)
	m.Policies = append(m.Policies, page.Header().Get("Content-Security-Policy"))
	for todo := loads(page.Body.String()); len(todo) > 0; todo = todo[1:] {
		file, err := fetch(ctx, pages, todo[0], agent)
		if err != nil {
			return err
		}
		if isScript(todo[0]) {
			m.Files = append(m.Files, sum(file.Body.String()))
		} else {
			todo = append(todo, loads(file.Body.String())...) // the worker, which the data names
		}
	}
	for _, list := range []*[]string{&m.Files, &m.Inline, &m.Elements, &m.Policies} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return nil
}

func fetch(ctx context.Context, pages http.Handler, path, agent string) (*httptest.ResponseRecorder, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("User-Agent", agent)
	w := httptest.NewRecorder()
	pages.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		return nil, fmt.Errorf("%s answers %d", path, w.Code)
	}
	return w, nil
}

// Foreign says what in a page, or in a script, is not the release's, "" for nothing.
func (m *Manifest) Foreign(path, policy, body string) string {
	if strings.HasPrefix(path, "/s/") {
		if isScript(path) && !slices.Contains(m.Files, sum(body)) {
			return "is no script of " + m.Version
		}
		return "" // keys and words, which are the configuration's
	}
	elements, inline, err := taken(body)
	if err != nil {
		return err.Error()
	}
	if !slices.Contains(m.Policies, policy) {
		return fmt.Sprintf("has a Content-Security-Policy that is not %s's: %q", m.Version, policy)
	}
	for _, hash := range inline {
		if !slices.Contains(m.Inline, hash) {
			return "has a script or style in it that is not " + m.Version + "'s"
		}
	}
	for _, e := range elements {
		if !slices.Contains(m.Elements, e) {
			return fmt.Sprintf("has an element that is not %s's: %s", m.Version, e)
		}
	}
	return ""
}

func isScript(path string) bool { return strings.HasSuffix(path, ".js") }

func sum(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}

// taken takes a page apart.
func taken(page string) (elements, inline []string, err error) {
	root, err := html.ParseWithOptions(strings.NewReader(page), html.ParseOptionEnableScripting(false)) // so that noscript is looked into
	if err != nil {
		return nil, nil, fmt.Errorf("reading the page: %w", err)
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		elements = append(elements, shape(n))
		if n.Data == "script" || n.Data == "style" {
			var text strings.Builder
			for c := range n.ChildNodes() {
				text.WriteString(c.Data)
			}
			inline = append(inline, sum(text.String()))
		}
	}
	if len(elements) == 0 {
		return nil, nil, errors.New("no page")
	}
	return elements, inline, nil
}

// shape is an element as every page has it, in its own way: the values that units,
// languages and visitors change are left out, those that decide what is asked and
// where it goes are kept.
func shape(n *html.Node) string {
	var attributes []string
	for _, a := range n.Attr {
		value := "…"
		switch {
		case a.Key == "href", a.Key == "src", a.Key == "action", a.Key == "data-keys", a.Key == "srcset", a.Key == "data":
			value = leads(a.Val)
		case a.Key == "http-equiv", a.Key == "content" && n.Data == "meta",
			slices.Contains([]string{"type", "name", "method", "enctype", "target", "rel", "autocomplete", "disabled", "hidden", "class"}, a.Key):
			value = a.Val
		case strings.HasPrefix(a.Key, "on"), strings.HasPrefix(a.Key, "form"):
			value = a.Val // none of ours has any
		}
		attributes = append(attributes, " "+a.Key+"="+value)
	}
	slices.Sort(attributes)
	return n.Data + strings.Join(attributes, "")
}

// leads says where an address leads, without what is a unit's or a site's.
func leads(to string) string {
	path, _, _ := strings.Cut(to, "?")
	for _, prefix := range []string{"/t/", "/s/", "/b/", "tel:", "#", "?"} {
		if strings.HasPrefix(to, prefix) {
			return prefix + "…"
		}
	}
	return path
}
