// Package served tells whether the pages that a box serves are those that this
// binary would serve for the same configuration: fetched as a phone would, and
// compared byte for byte.
package served

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"time"

	"tipbox/crypto/receipt"
	"tipbox/intake"
)

// Verdict is what was found at one address.
type Verdict struct {
	Path string
	// Wrong says what is not ours, and how; "" where all is.
	Wrong string
}

// Options say what is compared.
type Options struct {
	URL   string       // of the box, without a slash at the end
	Line  *http.Client // follows no redirect
	Pages []string     // paths of the pages; what they load is looked at as well

	Ours    http.Handler // what this binary would serve; needed without a Release
	Release *Manifest    // nil to compare with Ours
}

const (
	// phone is what most villagers' telephones call themselves: a server that means to
	// deceive them must deceive us.
	phone   = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Mobile Safari/537.36"
	maxBody = 4 << 20
)

// Check looks at the pages and all that they load, and yields what was found, address
// by address. It ends early when ctx does.
func Check(ctx context.Context, o Options, found func(Verdict)) {
	seen := make(map[string]bool)
	for todo := slices.Clone(o.Pages); len(todo) > 0 && ctx.Err() == nil; todo = todo[1:] {
		path := todo[0]
		if seen[path] {
			continue
		}
		seen[path] = true
		loaded, wrong := o.look(ctx, path)
		found(Verdict{path, wrong})
		if !isScript(path) {
			todo = append(todo, loaded...)
		}
	}
}

var asset = regexp.MustCompile(`["'](/s/[0-9A-Za-z._-]+)["']`)

// loads returns what a page or its data has a browser fetch from us.
func loads(text string) (paths []string) {
	for _, m := range asset.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(paths, m[1]) {
			paths = append(paths, m[1])
		}
	}
	return paths
}

// look fetches one address, and returns what a browser would fetch next.
func (o *Options) look(ctx context.Context, path string) (loaded []string, wrong string) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, o.URL+path, nil)
	if err != nil {
		return nil, err.Error()
	}
	request.Header.Set("User-Agent", phone)
	request.Header.Set("Accept-Language", "vi-VN,vi;q=0.9")
	request.Header.Set("Accept", "*/*")
	if !strings.HasPrefix(path, "/s/") {
		request.Header.Set("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
	}
	got, body, err := o.fetch(request)
	if o.Release != nil {
		switch {
		case err != nil:
			return nil, err.Error()
		case got.StatusCode != http.StatusOK:
			return nil, fmt.Sprintf("answers %d", got.StatusCode)
		}
		return loads(body), o.Release.Foreign(path, got.Header.Get("Content-Security-Policy"), body)
	}
	ours := httptest.NewRecorder()
	o.Ours.ServeHTTP(ours, request.Clone(ctx))
	loaded = loads(ours.Body.String()) // what a forged page leads to does not decide where we look
	switch {
	case err != nil:
		return loaded, err.Error()
	case got.StatusCode != ours.Code:
		return loaded, fmt.Sprintf("answers %d, expected %d", got.StatusCode, ours.Code)
	}
	if wrong := headers(got.Header, ours.Header()); wrong != "" {
		return loaded, wrong
	}
	return loaded, differs(masked(body), masked(ours.Body.String()))
}

// fetch asks the box. The line asks for gzip by itself, and undoes it.
func (o *Options) fetch(request *http.Request) (*http.Response, string, error) {
	got, err := o.Line.Do(request)
	if err != nil {
		return nil, "", fmt.Errorf("no answer: %w", err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(io.LimitReader(got.Body, maxBody))
	if err != nil {
		return nil, "", fmt.Errorf("no whole answer: %w", err)
	}
	return got, string(body), nil
}

var (
	token = regexp.MustCompile(`(name="token" value=")[^"]*"`)
	code  = regexp.MustCompile(`name="code" value="([0-9]{20})"`)
)

// masked takes out what is drawn anew for every visitor: the form's token, and the
// code for a reply, in one piece and in the two rows that people copy.
func masked(page string) string {
	page = token.ReplaceAllString(page, `$1…"`)
	if m := code.FindStringSubmatch(page); m != nil {
		rows := receipt.Code(m[1]).Rows()
		page = strings.NewReplacer(m[1], "…", rows[0], "…", rows[1], "…").Replace(page)
	}
	return page
}

// headers compares what we say with every page, and finds what makes a browser load,
// keep or report more than we say.
func headers(got, ours http.Header) string {
	for name, want := range ours {
		if name == "Content-Length" || name == "Content-Encoding" || name == "Vary" || name == "Date" {
			continue // of the line, which may be another's
		}
		if !slices.Equal(got.Values(name), want) {
			return fmt.Sprintf("says %s: %q, expected %q", name, strings.Join(got.Values(name), ", "), strings.Join(want, ", "))
		}
	}
	for _, name := range []string{
		"Set-Cookie", "Link", "Refresh", "Location", "Nel", "Report-To", "Reporting-Endpoints", "Content-Security-Policy-Report-Only",
		"Speculation-Rules", "Service-Worker-Allowed", "Sourcemap", "X-Sourcemap", "Accept-Ch", "Critical-Ch", "No-Vary-Search", "Use-As-Dictionary",
	} {
		if got.Get(name) != "" && ours.Get(name) == "" {
			return fmt.Sprintf("says %s: %q, which is not ours", name, got.Get(name))
		}
	}
	return ""
}

// differs says where two texts part, "" where they do not.
func differs(got, want string) string {
	if got == want {
		return ""
	}
	at := 0
	for at < len(got) && at < len(want) && got[at] == want[at] {
		at++
	}
	return fmt.Sprintf("differs from byte %d on: %q, expected %q", at, around(got, at), around(want, at))
}

// around returns some of a text from a place on, with a little before it.
func around(text string, at int) string {
	const before, after = 12, 60
	return strings.ToValidUTF8(text[max(0, at-before):min(len(text), at+after)], "")
}

// drawn returns one of the unit's good sites, nil where it has none: another one each
// time, so that a server cannot know which is looked at.
func drawn(u *intake.Unit) *intake.Site {
	good := slices.DeleteFunc(slices.Clone(u.Sites), func(s *intake.Site) bool { return s.IsWithdrawn(time.Now()) })
	if len(good) == 0 {
		return nil
	}
	return good[rand.N(len(good))] //nolint:gosec // whoever can foresee it serves a forgery to all others
}
