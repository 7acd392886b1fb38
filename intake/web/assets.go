package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"tipbox/intake"
	"tipbox/templates"
	"tipbox/templates/browser"
)

// asset is a file of the page in the codings that it is served in, ready-made.
type asset struct {
	kind                string
	plain, gzip, brotli []byte // brotli may be nil
}

func (f asset) isSound() bool { return strings.HasPrefix(f.kind, "audio/") }

// assets are what pages can do without: the script that seals on the phone and, by
// unit and language, what it seals to and says; those that open and post replies. Each is found under the
// hash of its content, so an old page never meets a new script half way.
//
// None of it may be stored by a browser: an entry in its cache would outlive the
// history that people are told how to clear, and say that they were here. So a
// second visit loads it again, 47 KB that no tip waits for.
type assets struct {
	byPath map[string]asset
	script string
	data   map[string]string // path, by unit id and language
	keys   map[*intake.Unit]string
	spoken map[string]string // path, by language
	// Of the pages on which replies are read, and posted.
	replies, outbox pageScript
}

// pageScript is where a page's script is, and what it says.
type pageScript struct {
	path string
	data map[string]string // path, by language
}

// newAssets makes them for the box at the base URL.
func newAssets(d *intake.Directory, pages *templates.Pages, base string) (*assets, error) {
	a := &assets{byPath: make(map[string]asset), data: make(map[string]string), keys: make(map[*intake.Unit]string), spoken: make(map[string]string)}
	a.script = a.addScript("seal-", browser.Seal())
	worker := a.addScript("worker-", browser.Worker())
	a.replies = pageScript{a.addScript("replies-", browser.Replies()), make(map[string]string)}
	a.outbox = pageScript{a.addScript("outbox-", browser.Outbox()), make(map[string]string)}
	for _, l := range offeredByAny(pages, d) {
		var err error
		if a.replies.data[l.Tag], err = a.addData(map[string]any{"worker": worker, "texts": l.RepliesTexts()}); err != nil {
			return nil, err
		}
		if a.outbox.data[l.Tag], err = a.addData(map[string]any{"texts": l.OutboxTexts()}); err != nil {
			return nil, err
		}
	}
	for _, u := range d.Units() {
		for _, l := range pages.Offer(u.Languages) {
			if l.Spoken != nil {
				a.spoken[l.Tag] = a.add("", "", asset{kind: l.Spoken.Kind, plain: l.Spoken.Data})
			}
		}
		to := make(map[intake.Audience][]string)
		for a, r := range u.Receivers {
			to[a] = r.Recipients
		}
		if len(to[intake.ToUnit]) == 0 {
			continue
		}
		recipients, err := json.Marshal(to)
		if err != nil {
			return nil, fmt.Errorf("writing the recipients of %s: %w", u.ID, err)
		}
		a.keys[u] = hash(recipients)
		for _, l := range pages.Offer(u.Languages) {
			data := map[string]any{
				"keys": a.keys[u], "unit": u.ID, "to": to, "worker": worker,
				"texts": l.ScriptTexts(),
			}
			if u.Replies {
				data["reply_at"] = base
			}
			if a.data[u.ID+" "+l.Tag], err = a.addData(data); err != nil {
				return nil, err
			}
		}
	}
	return a, nil
}

func (a *assets) addScript(prefix string, s browser.Script) string {
	return a.add(prefix, ".js", asset{"text/javascript; charset=utf-8", s.Plain, nil, s.Brotli})
}

func (a *assets) addData(data map[string]any) (string, error) {
	b, err := json.Marshal(data)
	if err != nil {
		return "", fmt.Errorf("writing a script's data: %w", err)
	}
	return a.add("", ".json", asset{kind: "application/json", plain: b}), nil
}

// add makes the asset ready and returns its path.
func (a *assets) add(prefix, suffix string, file asset) string {
	path := "/s/" + prefix + hash(file.plain) + suffix
	if !file.isSound() {
		file.gzip = zip(file.plain, false).Bytes()
	}
	a.byPath[path] = file
	return path
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:10]) // lower case, as all paths
}

// extras puts into the form the recording, and what it needs to seal on the phone.
func (a *assets) extras(f *templates.Form, s *intake.Site) {
	f.Spoken = a.spoken[f.Locale.Tag]
	if f.Keys = a.data[s.Unit.ID+" "+f.Locale.Tag]; f.Keys != "" {
		f.Script, f.Code, f.SiteName = a.script, s.Code, s.Name.In("vi")
	}
}

// asset answers with a file of the page.
func (a *app) asset(c echo.Context) error {
	file, ok := a.assets.byPath[c.Request().URL.Path]
	if !ok {
		return echo.ErrNotFound
	}
	if file.isSound() { // players ask for parts of it
		c.Response().Header().Set("Content-Type", file.kind)
		http.ServeContent(c.Response(), c.Request(), "", time.Time{}, bytes.NewReader(file.plain))
		return nil
	}
	body, coding := file.plain, ""
	switch {
	case file.brotli != nil && accepts(c.Request(), "br"):
		body, coding = file.brotli, "br"
	case file.gzip != nil && accepts(c.Request(), "gzip"):
		body, coding = file.gzip, "gzip"
	}
	h := c.Response().Header()
	h.Set("Content-Type", file.kind)
	if coding != "" {
		h.Set("Content-Encoding", coding)
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	c.Response().WriteHeader(http.StatusOK)
	_, _ = bytes.NewReader(body).WriteTo(c.Response())
	return nil
}
