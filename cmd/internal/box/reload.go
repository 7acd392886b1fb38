package box

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/terminal"
	"tipbox/intake/durable"
	"tipbox/intake/web"
	"tipbox/templates"
)

// serving is what a reload puts in the place of what was served before, all of it at
// once: a request that began with the old one ends with it.
type serving struct {
	cfg     *config.Config
	form    http.Handler
	sum     []byte // startSum
	ringers *Ringers
}

func (b *Box) serving(cfg *config.Config) (*serving, error) {
	sum := startSum(cfg) // before the files are read: what changes meanwhile counts as changed
	pages, err := templates.Load(templates.Options{Languages: cfg.Languages, LocaleDir: cfg.LocaleDir})
	if err != nil {
		return nil, terminal.Usage(err)
	}
	ringers, err := RingersOf(cfg)
	if err != nil {
		return nil, terminal.Usage(err)
	}
	form, err := web.New(web.Options{
		Service: b.service, Directory: cfg.Directory, Pages: pages, BaseURL: cfg.BaseURL,
		TrustedProxies: cfg.HTTP.TrustedProxies, Log: b.log, Bodies: b.bodies, Replies: b.replies,
		Acknowledge: b.calls.acks.Acknowledge,
	})
	if err != nil {
		return nil, err
	}
	return &serving{cfg, form, sum, ringers}, nil
}

// Reload reads the configuration anew and serves its units, sites, keys and
// languages from now on; nothing that runs is cut short. What is wrong with it
// comes as an error, and what was served before is served on; what is wrong with one
// unit alone stops that unit alone, see config.Serving. What a reload does
// not take, such as another address to listen on, is returned by name, as it
// stands in tipbox.toml: it is as it was until the next start.
func (b *Box) Reload() (stays []string, err error) {
	before := b.current.Load().cfg
	cfg, err := config.Serving(before.Path, before)
	if err != nil {
		return nil, terminal.Usage(err)
	}
	stays = fixed(b.cfg, cfg)
	// The rest goes on as it was started.
	cfg.BaseURL, cfg.DataDir, cfg.SecretFile = b.cfg.BaseURL, b.cfg.DataDir, b.cfg.SecretFile
	cfg.HTTP, cfg.Redis, cfg.Limits, cfg.Spool, cfg.SMTP = b.cfg.HTTP, b.cfg.Redis, b.cfg.Limits, b.cfg.Spool, b.cfg.SMTP
	cfg.Operator = b.cfg.Operator
	now, err := b.serving(cfg)
	if err != nil {
		return nil, err
	}
	b.current.Store(now)
	b.runner.Use(cfg.Directory)
	b.replies.Use(cfg.Directory)
	b.calls.bells.Use(now.ringers.Receivers)
	if len(stays) == 0 {
		b.noteServed()
	}
	return stays, nil
}

// fixed returns what differs and is read at the start only.
func fixed(started, now *config.Config) (names []string) {
	for _, part := range []struct {
		name     string
		old, new any
	}{
		{"base_url", started.BaseURL, now.BaseURL},
		{"data_dir", started.DataDir, now.DataDir},
		{"secret_file", started.SecretFile, now.SecretFile},
		{"[http]", started.HTTP, now.HTTP},
		{"[redis]", started.Redis, now.Redis},
		{"[limits]", started.Limits, now.Limits},
		{"[spool]", started.Spool, now.Spool},
		{"[smtp]", started.SMTP, now.SMTP},
		{"[operator]", started.Operator, now.Operator},
	} {
		if !reflect.DeepEqual(part.old, part.new) {
			names = append(names, part.name)
		}
	}
	return names
}

// noteServed leaves word for tipbox check of which configuration is served.
func (b *Box) noteServed() {
	if err := durable.Replace(startedFile(b.cfg), b.current.Load().sum, 0o600); err != nil {
		b.log.Warn("tipbox check cannot be told which configuration is served") // a full disk ends nothing else
	}
}

// reloaded says what came of a reload, in one line for the journal.
func reloaded(stays []string, err error) string {
	switch {
	case err != nil:
		return fmt.Sprintf("nothing was reloaded, what was served before is served on: %v", err)
	case len(stays) > 0:
		return "units, sites, keys and languages were reloaded; restart for what has changed in " + strings.Join(stays, ", ")
	}
	return "units, sites, keys and languages were reloaded"
}
