package box

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"os"

	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/terminal"
	"tipbox/intake"
	"tipbox/intake/reply"
	"tipbox/intake/web"
	"tipbox/templates"
)

// Pages returns a handler that shows the pages of a configuration as Run would serve
// them, without its spool, its Redis and its secret: for comparing. Nothing can be
// sent to it. done gives back what it took.
func Pages(cfg *config.Config) (pages http.Handler, done func(), err error) {
	dir, err := os.MkdirTemp("", "tipbox-pages-")
	if err != nil {
		return nil, nil, fmt.Errorf("making a folder for pages: %w", err)
	}
	done = func() { _ = os.RemoveAll(dir) }
	defer func() {
		if err != nil {
			done()
		}
	}()
	secret := make([]byte, secretSize)
	_, _ = rand.Read(secret) // never fails
	key, err := intake.NewFormKey(secret)
	if err != nil {
		return nil, nil, err
	}
	replies, err := reply.New(reply.Options{Dir: dir, Secrets: [][]byte{secret}, Directory: cfg.Directory})
	if err != nil {
		return nil, nil, err
	}
	drawn, err := templates.Load(templates.Options{Languages: cfg.Languages, LocaleDir: cfg.LocaleDir})
	if err != nil {
		return nil, nil, terminal.Usage(err)
	}
	pages, err = web.New(web.Options{
		Service: intake.NewService(intake.Options{Key: key}), Directory: cfg.Directory, Pages: drawn, BaseURL: cfg.BaseURL, Replies: replies,
	})
	return pages, done, err
}
