package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"

	"tipbox/cmd/internal/box"
	"tipbox/cmd/internal/config"
	"tipbox/intake"
)

// checkLink opens a poster's page as a phone would, through whatever stands in
// front of the server.
func checkLink(cfg *config.Config) []Finding {
	site := goodSite(cfg)
	link := cfg.Link(site)
	ctx, cancel := context.WithTimeout(context.Background(), checkTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return []Finding{{"link", err.Error(), "mend base_url"}}
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return []Finding{{"link", err.Error(), "start tipbox serve and the web server in front of it, and see that the name leads here"}}
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	token := formToken.FindSubmatch(page)
	switch withdrawn := site.IsWithdrawn(time.Now()); {
	case err != nil:
		return []Finding{{"link", err.Error(), "the web server in front must pass everything on: see deploy/"}}
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		return []Finding{{"link", fmt.Sprintf("%s is redirected to %s", link, resp.Header.Get("Location")),
			"posters must lead straight to the form: make base_url what people end up at"}}
	case withdrawn && resp.StatusCode == http.StatusGone:
		return []Finding{{Part: "link", Text: link + " answers that it is withdrawn"}}
	case resp.StatusCode != http.StatusOK, token == nil,
		!strings.Contains(resp.Header.Get("Content-Security-Policy"), "default-src 'none'"):
		return []Finding{{"link", fmt.Sprintf("%s answers %s, and not with our form", link, resp.Status),
			"the web server in front must pass everything on unchanged: see deploy/"}}
	}
	if wrong := checkToken(cfg, site, string(token[1])); wrong != nil {
		return []Finding{*wrong}
	}
	return []Finding{{Part: "link", Text: link + " answers with the form"}}
}

// goodSite returns a site whose poster leads to a form, or where there is none, the first.
func goodSite(cfg *config.Config) (first *intake.Site) {
	for site := range cfg.Directory.Sites() {
		if !site.IsWithdrawn(time.Now()) {
			return site
		}
		if first == nil {
			first = site
		}
	}
	return first
}

var formToken = regexp.MustCompile(`name="token" value="([^"]+)"`)

// checkToken finds whether the form is of this tip box: only who has our secret
// makes a token that it finds good.
func checkToken(cfg *config.Config, site *intake.Site, token string) *Finding {
	const asUser = "run tipbox check as the user that tipbox serve runs as"
	other := &Finding{"link", cfg.Link(site) + " answers with the form of another tipbox, which seals and mails as its own configuration says",
		"another one may have the port, or the name leads elsewhere; or this one must be started anew since secret_file was changed"}
	if _, err := os.Stat(cfg.SecretFile); errors.Is(err, fs.ErrNotExist) {
		return other // tipbox serve makes it, and has not run
	}
	secret, err := box.LoadSecret(cfg.SecretFile)
	if err != nil {
		return &Finding{"link", "cannot tell whose form answers: " + err.Error(), asUser}
	}
	key, err := intake.NewFormKey(secret)
	if err != nil {
		return &Finding{"link", "cannot tell whose form answers: " + err.Error(), asUser}
	}
	if _, err := key.Check(token, site.Code, time.Now()); err != nil {
		return other
	}
	return nil
}
