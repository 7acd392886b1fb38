package served

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"tipbox/cmd/internal/box"
	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/terminal"
)

// patience is how long one answer may take, over a telephone's line.
const patience = time.Minute

// Verify is tipbox verify --page.
type Verify struct {
	URL  string // of the box; "" for the configuration's base_url
	From string // a release's manifest; "" to compare with this binary and the configuration
}

// Run prints a line for each address, and fails unless all is ours. cfg may be nil
// where a manifest is given, and then URL names a form.
func (v *Verify) Run(ctx context.Context, t *terminal.Terminal, cfg *config.Config) error {
	o := Options{
		URL:  strings.TrimSuffix(v.URL, "/"),
		Line: &http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
	if v.From != "" {
		m, err := readManifest(v.From)
		if err != nil {
			return err
		}
		form, path, err := split(v.URL)
		if err != nil {
			return err
		}
		o.URL, o.Release, o.Pages = form, m, []string{path, "/", "/t", "/k", "/r", "/o"}
	} else {
		pages, done, err := box.Pages(cfg)
		if err != nil {
			return err
		}
		defer done()
		o.Ours, o.Pages = pages, PagesOf(cfg)
		if o.URL == "" {
			o.URL = cfg.BaseURL.String()
		}
	}
	wrong := 0
	Check(ctx, o, func(found Verdict) {
		verdict := "genuine"
		if found.Wrong != "" {
			verdict, wrong = "differs", wrong+1
		}
		fmt.Fprintf(t.Out, "%s\t%s%s\t%s\n", verdict, o.URL, found.Path, found.Wrong)
	})
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case wrong > 0:
		return terminal.Hint(errors.New(terminal.Counted(wrong, "address")+" not as we would serve it"),
			"another version, or a configuration that was not reloaded, differs too: look at both first. Else whoever holds the server, or the line, shows people something else: take the posters down and call")
	}
	return nil
}

// split takes a form's address apart.
func split(form string) (base, path string, err error) {
	i := strings.Index(form, "/t/")
	if i < 0 || !strings.Contains(form[:i], "://") {
		return "", "", terminal.Hint(terminal.Usage(fmt.Errorf("%q is no form's address", form)), "give the address that a poster carries, such as https://tip.example.vn/t/ncs01")
	}
	return form[:i], form[i:], nil
}

func readManifest(path string) (*Manifest, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, terminal.Hint(fmt.Errorf("reading the release's manifest: %w", err), "it is pages.json, published beside the release's binaries")
	}
	m := new(Manifest)
	if err := json.Unmarshal(data, m); err != nil || len(m.Elements) == 0 {
		return nil, terminal.Hint(terminal.Usage(fmt.Errorf("%s is no release's manifest", path)), "it is pages.json, published beside the release's binaries")
	}
	return m, nil
}
