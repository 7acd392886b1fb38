//go:build !desk

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tipbox/cmd/internal/config"
	"tipbox/intake"
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
server, whether tipbox serve was started since the last change, and the link on
the posters, for which it must run.
The exit status is 1 if there is a problem.`,
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
		checkKeys, checkIdentities, checkNames, checkLanguages, checkPosters, checkFiles, checkDisk, checkSpool, checkRedis, checkMail, checkStarted, checkLink,
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
	if cfg.SMTP.Bounces == "" { // it works, and may be meant so
		fmt.Fprintf(t.out, "warning  mail     smtp.bounces is not set: nobody is told of a tip that was mailed and could not be delivered\n")
		t.say("hint: set it to a mailbox that someone reads, or look at the mail server's own queue (mailq) now and then")
	}
	switch wrong {
	case 0:
		return nil
	case 1:
		return errors.New("1 problem")
	}
	return fmt.Errorf("%d problems", wrong)
}

// checkKeys names the kind of each unit's keys; whose they are says tipbox keys list.
func checkKeys(cfg *config.Config) (all []checked) {
	for _, u := range cfg.Directory.Units() {
		text := u.ID + ": sealed with " + u.Receivers[intake.ToUnit].Kind + " keys"
		if u.HasOversight() {
			text += ", and tips about it to its oversight alone"
		}
		all = append(all, checked{part: "keys", text: text})
	}
	return all
}

// checkIdentities finds secret keys beside the recipients, such as the one that
// tipbox init made: here they are of no use, but to who breaks in.
func checkIdentities(cfg *config.Config) (all []checked) {
	var dirs []string
	for _, file := range cfg.RecipientsFiles {
		dirs = append(dirs, filepath.Dir(file))
	}
	slices.Sort(dirs)
	for _, dir := range slices.Compact(dirs) {
		entries, _ := os.ReadDir(dir) // the recipients could be read
		for _, e := range entries {
			if path := filepath.Join(dir, e.Name()); e.Type().IsRegular() && isIdentity(path) {
				all = append(all, checked{"keys", path + " is a secret key", "move it to the officer's computer and keep it nowhere else: this server does not need it"})
			}
		}
	}
	return all
}

// isIdentity knows a secret key by how the file begins, and one that we may not
// read by its name.
func isIdentity(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return filepath.Ext(path) == ".identity"
	}
	defer f.Close()
	head, _ := io.ReadAll(io.LimitReader(f, 4096))
	return bytes.Contains(head, []byte("AGE-SECRET-KEY-")) || bytes.Contains(head, []byte("BEGIN AGE ENCRYPTED FILE")) ||
		bytes.HasPrefix(head, []byte("age-encryption.org/"))
}

// checkFiles finds what else tipbox serve would not start with.
func checkFiles(cfg *config.Config) (all []checked) {
	say := func(part string, err error) {
		f := checked{part: part, text: err.Error()}
		if hinted := new(hintedError); errors.As(err, hinted) {
			f.hint = hinted.hints[0]
		}
		all = append(all, f)
	}
	if _, err := os.Stat(cfg.SecretFile); !errors.Is(err, fs.ErrNotExist) { // else tipbox serve makes it
		if _, err := loadSecret(cfg.SecretFile); err != nil {
			say("secret", err)
		}
	}
	if cfg.HTTP.TLSCert != "" {
		if _, err := loadTLS(cfg.HTTP); err != nil {
			say("tls", err)
		}
	}
	return all
}

// checkNames finds what pages and posters in the first language would call by a
// name in a foreign one: Vietnamese stands in for every language, no other does.
func checkNames(cfg *config.Config) (all []checked) {
	for _, u := range cfg.Directory.Units() {
		first := slices.Concat(u.Languages, cfg.Languages)[0]
		named := func(what string, names intake.Names) {
			if names[first] == "" && names["vi"] == "" {
				all = append(all, checked{"names", fmt.Sprintf("%s has no name in %s: page and poster say %q", what, first, names.In(first)),
					fmt.Sprintf("add it to its name in the configuration, as in { %s = \"…\" }", first)})
			}
		}
		named("unit "+u.ID, u.Name)
		for _, s := range u.Sites {
			named("site "+s.Code, s.Name)
		}
	}
	return all
}

// languageHint says where a language is mended, which is not in what we ship.
func languageHint(cfg *config.Config, dir string) string {
	where := "mend TAG.json in " + dir + ", which for a built-in language is a copy of ours"
	if cfg.LocaleDir == "" {
		where = "set locale_dir and put TAG.json into " + dir + ", for a built-in language a copy of ours"
	}
	return where + "; or take the language out of languages. docs/operating.md says how one is added"
}

// checkLanguages names everything that is wrong with a locale, and drafts, and
// then the languages that are offered all the same.
func checkLanguages(cfg *config.Config) (all []checked) {
	tags := slices.Clone(cfg.Languages)
	for _, u := range cfg.Directory.Units() {
		tags = append(tags, u.Languages...)
	}
	for _, f := range templates.CheckLocales(cfg.LocaleDir, tags) {
		if f.Fatal || slices.Contains(tags, strings.TrimSuffix(filepath.Base(f.File), ".json")) {
			all = append(all, checked{"language", f.String(), languageHint(cfg, "locale_dir")})
		} else {
			all = append(all, checked{part: "language", text: f.String()})
		}
	}
	pages, err := templates.Load(templates.Options{Languages: cfg.Languages, LocaleDir: cfg.LocaleDir})
	if err != nil {
		return all // said above
	}
	var offered []string
	for _, l := range pages.Offer(nil) {
		offered = append(offered, l.Tag)
	}
	return append(all, checked{part: "language", text: strings.Join(offered, ", ")})
}
