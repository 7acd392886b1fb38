package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
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
		return []Finding{problem("link", err.Error(), "mend base_url")}
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return []Finding{problem("link", err.Error(), unreached(err))}
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	token := formToken.FindSubmatch(page)
	switch withdrawn := site.IsWithdrawn(time.Now()); {
	case err != nil:
		return []Finding{problem("link", err.Error(), "the web server in front must pass everything on: see deploy/")}
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		return []Finding{problem("link", fmt.Sprintf("%s is redirected to %s", link, resp.Header.Get("Location")),
			"posters must lead straight to the form: make base_url what people end up at")}
	case withdrawn && resp.StatusCode == http.StatusGone:
		return []Finding{{Part: "link", Text: link + " answers that it is withdrawn"}}
	case resp.StatusCode != http.StatusOK, token == nil,
		!strings.Contains(resp.Header.Get("Content-Security-Policy"), "default-src 'none'"):
		return []Finding{problem("link", fmt.Sprintf("%s answers %s, and not with our form", link, status(resp)), misled(cfg, resp))}
	}
	if wrong := checkToken(cfg, site, string(token[1])); wrong.Hint != "" {
		return []Finding{wrong}
	}
	return append([]Finding{{Part: "link", Text: link + " answers with the form"}}, checkProxy(cfg)...)
}

// unreached says what may be why nobody answers at the link.
func unreached(err error) string {
	const start = "start tipbox serve and the web server in front of it, and see that the name leads here"
	var unknown *net.DNSError
	switch {
	case errors.As(err, &unknown):
		return fmt.Sprintf("%s is not known to the DNS: have it lead to this server, or mend base_url", unknown.Name)
	case strings.Contains(err.Error(), "malformed HTTP"): // net/http has no type for it
		return "what answers there is no web server: another program may have the port of http.listen, or of the web server in front"
	}
	return certificateHint(err, "base_url", "the web server in front, with the certificates between (fullchain): phones would warn of this one as well; "+
		"for an authority of your own, in this machine's (update-ca-certificates)", start)
}

// status is the answer's status as a person knows it: some programs give a number
// that is none of HTTP's, or no words with it.
func status(resp *http.Response) string {
	words := strings.TrimSpace(strings.TrimPrefix(resp.Status, fmt.Sprintf("%03d", resp.StatusCode)))
	return strings.TrimSpace(fmt.Sprintf("%03d %s", resp.StatusCode, cmp.Or(words, http.StatusText(resp.StatusCode))))
}

// misled says what may be why another page answers than the form.
func misled(cfg *config.Config, resp *http.Response) string {
	switch code := resp.StatusCode; {
	case code == http.StatusBadGateway, code == http.StatusServiceUnavailable, code == http.StatusGatewayTimeout:
		return "the web server in front answers, and tipbox serve does not: see that it runs (systemctl status tipbox), and that the web server passes on to http.listen, " + cfg.HTTP.Listen
	case code < 100, code >= 600:
		return "what answers there is no web server as we know them: another program may have the port of http.listen, " + cfg.HTTP.Listen + " (ss -ltnp says which)"
	case code == http.StatusNotFound, code == http.StatusForbidden, code == http.StatusUnauthorized:
		return "another site or program answers for this name, or its port, " + cfg.HTTP.Listen + ", is another's: the web server in front must pass every path on to tipbox: see deploy/"
	}
	return "the web server in front must pass everything on unchanged: see deploy/; or another program has the port of http.listen, " + cfg.HTTP.Listen
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
func checkToken(cfg *config.Config, site *intake.Site, token string) Finding {
	const asUser = "run tipbox check as the user that tipbox serve runs as"
	other := problem("link", cfg.Link(site)+" answers with the form of another tipbox, which seals and mails as its own configuration says",
		"another one may have the port, or the name leads elsewhere; or this one must be started anew since secret_file was changed")
	if _, err := os.Stat(cfg.SecretFile); errors.Is(err, fs.ErrNotExist) {
		return other // tipbox serve makes it, and has not run
	}
	secrets, err := box.LoadSecrets(cfg.SecretFile)
	if err != nil {
		return problem("link", "cannot tell whose form answers: "+err.Error(), asUser)
	}
	key, err := intake.NewFormKey(secrets...)
	if err != nil {
		return problem("link", "cannot tell whose form answers: "+err.Error(), asUser)
	}
	if _, err := key.Check(token, site.Code, time.Now()); err != nil {
		return other
	}
	return Finding{}
}
