//go:build !desk

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tipbox/intake"
	"tipbox/intake/config"
	"tipbox/intake/deliver"
	"tipbox/intake/deliver/smtp"
	"tipbox/intake/limit"
	"tipbox/intake/spool"
	"tipbox/templates"
)

type checkCmd struct {
	config string
}

func newCheckCommand(t *terminal) *cobra.Command {
	var c checkCmd
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Say what is wrong and how to mend it",
		Long: `Say what is wrong and how to mend it: keys, languages, disk, spool, Redis, mail
server, and the link on the posters, for which tipbox serve must run beside it.
The exit status is 1 if anything needs a person.`,
		Args: arguments(),
		RunE: func(*cobra.Command, []string) error { return c.run(t) },
	}
	configFlag(cmd.Flags(), &c.config)
	return cmd
}

// checked is what one check found: nothing wrong, or what and how to mend it.
type checked struct {
	part string
	text string
	hint string // "" where nothing is wrong
}

// checkTime bounds each check that goes over the network.
const checkTime = 15 * time.Second

// Run prints a line for each part, and exits 1 if one of them needs a person.
func (c *checkCmd) run(t *terminal) error {
	cfg, err := loadConfig(c.config)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "ok       %-8s %s\n", "config", c.config)
	wrong := 0
	for _, check := range []func(*config.Config) []checked{
		checkKeys, checkLanguages, checkPosters, checkDisk, checkSpool, checkRedis, checkMail, checkLink,
	} {
		for _, f := range check(cfg) {
			word := "ok"
			if f.hint != "" {
				word, wrong = "problem", wrong+1
			}
			fmt.Fprintf(t.out, "%-8s %-8s %s\n", word, f.part, f.text)
			if f.hint != "" {
				t.say("hint: %s", f.hint)
			}
		}
	}
	if wrong > 0 {
		return fmt.Errorf("%d problems", wrong)
	}
	return nil
}

// checkKeys names the kind of each unit's keys; whose they are says tipbox keys list.
func checkKeys(cfg *config.Config) (all []checked) {
	for _, u := range cfg.Directory.Units() {
		text := u.ID + ": sealed with " + u.RecipientKind + " keys"
		if u.HasOversight() {
			text += ", and tips about it to its oversight alone"
		}
		all = append(all, checked{part: "keys", text: text})
	}
	return all
}

// checkLanguages names everything that is wrong with a locale, and drafts.
func checkLanguages(cfg *config.Config) (all []checked) {
	tags := slices.Clone(cfg.Languages)
	for _, u := range cfg.Directory.Units() {
		tags = append(tags, u.Languages...)
	}
	for _, f := range templates.CheckLocales(cfg.LocaleDir, tags) {
		if f.Fatal || slices.ContainsFunc(tags, func(tag string) bool { return f.File == tag+".json" }) {
			all = append(all, checked{"language", f.String(), "mend the file in locale_dir; docs/operating.md says how a language is added"})
		} else {
			all = append(all, checked{part: "language", text: f.String()})
		}
	}
	return append(all, checked{part: "language", text: strings.Join(cfg.Languages, ", ")})
}

// checkDisk writes what the spool writes: a file, down to the disk.
func checkDisk(cfg *config.Config) []checked {
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		return []checked{{"disk", err.Error(), "data_dir must belong to the user that tipbox serve runs as"}}
	}
	probe := filepath.Join(cfg.DataDir, ".check")
	defer func() { _ = os.Remove(probe) }()
	if err := writeSynced(probe, []byte("tipbox\n")); err != nil {
		return []checked{{"disk", "cannot write: " + err.Error(), "data_dir must belong to the user that tipbox serve runs as, on a disk with free space"}}
	}
	f := checked{part: "disk", text: cfg.DataDir + " can be written"}
	switch free, err := spool.Free(cfg.DataDir); {
	case err != nil:
		f.text, f.hint = "asking for free space: "+err.Error(), "is data_dir on a local disk?"
	case free < cfg.Spool.MinFree:
		f.text = fmt.Sprintf("%d MiB are free, and spool.min_free wants %d: no tip is taken", free>>20, cfg.Spool.MinFree>>20)
		f.hint = "make room on the disk"
	}
	return []checked{f}
}

// checkSpool finds tips that the configuration has no unit for any more.
func checkSpool(cfg *config.Config) (all []checked) {
	dir := filepath.Join(cfg.DataDir, "spool")
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil // not served yet
	}
	desk, err := spool.OpenDesk(dir)
	if err != nil {
		return []checked{{"spool", err.Error(), "run tipbox check as the user that tipbox serve runs as"}}
	}
	defer desk.Close()
	items, err := desk.List()
	if err != nil {
		return []checked{{"spool", err.Error(), "run tipbox check as the user that tipbox serve runs as"}}
	}
	for _, item := range items {
		if u := cfg.Directory.Unit(item.Unit); item.Unit != "" && (u == nil || !reaches(u, item.Audience)) {
			all = append(all, checked{"spool", fmt.Sprintf("%s waits for unit %q, which has no address for it", item.ID, item.Unit),
				"put the unit back into the configuration until its tips are delivered"})
		}
	}
	return append(all, checked{part: "spool", text: fmt.Sprintf("%d tips wait", len(items))})
}

// reaches reports whether the unit has an address for the audience.
func reaches(u *intake.Unit, a intake.Audience) bool {
	_, mail := u.SealerFor(a)
	return len(mail) > 0
}

func checkRedis(cfg *config.Config) []checked {
	if cfg.Redis == nil {
		return []checked{{part: "redis", text: "none: this server keeps the limits itself"}}
	}
	password, err := firstLine(cfg.Redis.PasswordFile)
	if err != nil {
		return []checked{{"redis", err.Error(), "redis.password_file must be readable for tipbox serve"}}
	}
	ctx, cancel := context.WithTimeout(context.Background(), checkTime)
	defer cancel()
	err = limit.Inspect(ctx, limit.Server{URL: cfg.Redis.URL, Password: password})
	var persistent *limit.PersistentError
	switch {
	case errors.As(err, &persistent):
		return []checked{{"redis", persistent.Error(), `it must forget: set save "" and appendonly no in redis.conf; until then tipbox gives it nothing`}}
	case errors.Is(err, limit.ErrPersistenceUnknown):
		return []checked{{"redis", err.Error(), "ask whoever runs it that neither snapshots nor an append-only file are written"}}
	case err != nil:
		return []checked{{"redis", err.Error(), "tips are taken without it; mend redis.url, or leave [redis] out on a single server"}}
	}
	return []checked{{part: "redis", text: "answers, and writes nothing to disk"}}
}

// checkMail logs in, begins a mail and takes it back: it sends nothing.
func checkMail(cfg *config.Config) []checked {
	if _, err := firstLine(cfg.SMTP.PasswordFile); err != nil {
		return []checked{{"mail", err.Error(), "put the password alone on the first line of the file that smtp.password_file names"}}
	}
	transport, err := newTransport(cfg)
	if err == nil {
		ctx, cancel := context.WithTimeout(context.Background(), checkTime)
		defer cancel()
		var conn deliver.Conn
		if conn, err = transport.Dial(ctx); err == nil {
			defer conn.Close() //nolint:errcheck // nothing was sent
			if asker, ok := conn.(deliver.Asker); ok {
				err = asker.Ask(ctx)
			}
		}
		if err == nil {
			f := checked{part: "mail", text: fmt.Sprintf("%s:%d takes mail from us", cfg.SMTP.Host, cfg.SMTP.Port)}
			if cfg.SMTP.Bounces == "" {
				f.text += ", and tells nobody if it cannot deliver: set smtp.bounces"
			}
			return []checked{f}
		}
	}
	advice := map[string]string{
		deliver.BadAuth:     "it wants a login, or another one: mend smtp.username and the password file",
		deliver.BadTLS:      "smtp.tls may be the wrong way of encrypting for this port (587 starttls, 465 tls), or smtp.ca_file is missing",
		deliver.DialRefused: "nobody answers there: mend smtp.host and smtp.port, or a firewall is in the way",
		deliver.Timeout:     "nobody answers there: mend smtp.host and smtp.port, or a firewall is in the way",
		deliver.Unresolved:  "smtp.host is not known to the DNS",
	}[deliver.Reason(err)]
	if advice == "" {
		advice = "tips are taken and wait until the mail server lets us in"
	}
	cause := err
	for next := errors.Unwrap(cause); next != nil; next = errors.Unwrap(cause) {
		cause = next
	}
	return []checked{{"mail", fmt.Sprintf("%s:%d: %s: %v", cfg.SMTP.Host, cfg.SMTP.Port, deliver.Reason(err), cause), advice}}
}

// checkLink opens the first poster's page as a phone would, through whatever
// stands in front of the server.
func checkLink(cfg *config.Config) []checked {
	var site *intake.Site
	for site = range cfg.Directory.Sites() {
		break
	}
	ctx, cancel := context.WithTimeout(context.Background(), checkTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, cfg.Link(site), nil)
	if err != nil {
		return []checked{{"link", err.Error(), "mend base_url"}}
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return []checked{{"link", err.Error(), "start tipbox serve and the web server in front of it, and see that the name leads here"}}
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		return []checked{{"link", fmt.Sprintf("%s is redirected to %s", cfg.Link(site), resp.Header.Get("Location")),
			"posters must lead straight to the form: make base_url what people end up at"}}
	case resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusGone,
		!strings.Contains(resp.Header.Get("Content-Security-Policy"), "default-src 'none'"):
		return []checked{{"link", fmt.Sprintf("%s answers %s, and not with our form", cfg.Link(site), resp.Status),
			"the web server in front must pass everything on unchanged: see deploy/"}}
	}
	return []checked{{part: "link", text: cfg.Link(site) + " answers with the form"}}
}

// newTransport returns the way to the mail server.
func newTransport(cfg *config.Config) (*smtp.Transport, error) {
	return smtp.New(smtp.Options{
		Host: cfg.SMTP.Host, Port: cfg.SMTP.Port, TLS: cfg.SMTP.TLS, Username: cfg.SMTP.Username,
		PasswordFile: cfg.SMTP.PasswordFile, CAFile: cfg.SMTP.CAFile, From: cfg.SMTP.From, Bounces: cfg.SMTP.Bounces,
	})
}
