// Package check finds what is wrong with a box, beside the running server, and
// says how to mend it.
package check

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tipbox/cmd/internal/box"
	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/terminal"
	"tipbox/intake"
	"tipbox/templates"
)

// Finding is what one check found: nothing wrong, or what and how to mend it.
type Finding struct {
	Part string `json:"part"`
	Text string `json:"text"`
	Hint string `json:"hint,omitempty"` // "" where nothing is wrong
	// Warning marks what may be meant so, and works.
	Warning bool `json:"warning,omitempty"`
}

// Verdict is the finding in a word: ok, warning or problem.
func (f Finding) Verdict() string {
	switch {
	case f.Warning:
		return "warning"
	case f.Hint != "":
		return "problem"
	}
	return "ok"
}

func problem(part, text, hint string) Finding { return Finding{Part: part, Text: text, Hint: hint} }

// checkTime bounds each check that goes over the network.
const checkTime = 15 * time.Second

// Config yields what is found, part by part; Hint is not "" where a person is needed.
func Config(cfg *config.Config) iter.Seq[Finding] {
	return func(yield func(Finding) bool) {
		for _, check := range []func(*config.Config) []Finding{
			checkKeys, checkIdentities, checkNames, checkLanguages, checkPosters, checkFiles, checkExposed, checkReadable, checkDisk, checkMirror, checkSpool, checkClock, checkRedis, checkStore, checkMail,
			checkAlerts, checkStarted, checkCertificate, checkLink, checkHealth,
		} {
			for _, f := range check(cfg) {
				if !yield(f) {
					return
				}
			}
		}
	}
}

// checkKeys names the kind of each unit's keys; whose they are says tipbox keys list.
// Of many units it says only how many there are: what is well needs no line each.
func checkKeys(cfg *config.Config) (all []Finding) {
	const few = 5
	if units := cfg.Directory.Units(); len(units) > few {
		kinds, oversight := make(map[string]int), 0
		for _, u := range units {
			kinds[u.Receivers[intake.ToUnit].Kind]++
			if u.HasOversight() {
				oversight++
			}
		}
		text := terminal.Counted(len(units), "unit")
		for _, kind := range slices.Sorted(maps.Keys(kinds)) {
			text += fmt.Sprintf(", %d sealed with %s keys", kinds[kind], kind)
		}
		return []Finding{{Part: "keys", Text: fmt.Sprintf("%s, %d with an oversight", text, oversight)}}
	}
	for _, u := range cfg.Directory.Units() {
		text := u.ID + ": sealed with " + u.Receivers[intake.ToUnit].Kind + " keys"
		if u.HasOversight() {
			text += ", and tips about it to its oversight alone"
		}
		all = append(all, Finding{Part: "keys", Text: text})
	}
	return all
}

// checkIdentities finds secret keys beside the recipients, such as the one that
// tipbox init made: here they are of no use, but to who breaks in.
func checkIdentities(cfg *config.Config) (all []Finding) {
	var dirs []string
	for _, file := range cfg.RecipientsFiles {
		dirs = append(dirs, filepath.Dir(file))
	}
	slices.Sort(dirs)
	for _, dir := range slices.Compact(dirs) {
		entries, _ := os.ReadDir(dir) // the recipients could be read
		for _, e := range entries {
			if path := filepath.Join(dir, e.Name()); e.Type().IsRegular() && isIdentity(path) {
				all = append(all, problem("keys", path+" is a secret key", "move it to the officer's computer and keep it nowhere else: this server does not need it"))
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
func checkFiles(cfg *config.Config) (all []Finding) {
	say := func(part string, err error) {
		f := Finding{Part: part, Text: err.Error()}
		if hints := terminal.Hints(err); hints != nil {
			f.Hint = hints[0]
		}
		all = append(all, f)
	}
	if _, err := os.Stat(cfg.SecretFile); !errors.Is(err, fs.ErrNotExist) { // else tipbox serve makes it
		if _, err := box.LoadSecrets(cfg.SecretFile); err != nil {
			say("secret", err)
		}
	}
	if cfg.HTTP.TLSCert != "" {
		if _, err := box.LoadTLS(cfg.HTTP); err != nil {
			say("tls", err)
		}
	}
	return all
}

// checkNames finds what pages and posters in the first language would call by a
// name in a foreign one: Vietnamese stands in for every language, no other does.
func checkNames(cfg *config.Config) (all []Finding) {
	for _, u := range cfg.Directory.Units() {
		first := slices.Concat(u.Languages, cfg.Languages)[0]
		named := func(what string, names intake.Names) {
			if names[first] == "" && names["vi"] == "" {
				all = append(all, problem("names", fmt.Sprintf("%s has no name in %s: page and poster say %q", what, first, names.In(first)),
					fmt.Sprintf("add it to its name in the configuration, as in { %s = \"…\" }", first)))
			}
		}
		named("unit "+u.ID, u.Name)
		if len(u.OversightName) > 0 {
			named("the oversight of "+u.ID, u.OversightName)
		}
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
func checkLanguages(cfg *config.Config) (all []Finding) {
	tags := slices.Clone(cfg.Languages)
	for _, u := range cfg.Directory.Units() {
		tags = append(tags, u.Languages...)
	}
	for _, f := range templates.CheckLocales(cfg.LocaleDir, tags) {
		if f.Fatal || slices.Contains(tags, strings.TrimSuffix(filepath.Base(f.File), ".json")) {
			all = append(all, problem("language", f.String(), languageHint(cfg, "locale_dir")))
		} else {
			all = append(all, Finding{Part: "language", Text: f.String()})
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
	return append(all, Finding{Part: "language", Text: strings.Join(offered, ", ")})
}

// checkStarted finds a tipbox serve that was neither reloaded nor started anew since
// something was changed that it reads then.
func checkStarted(cfg *config.Config) []Finding {
	if !box.Changed(cfg) {
		return nil // nor is it said of one that was not served yet
	}
	return []Finding{problem("serve", "the configuration, a recipients file or a language was changed since tipbox serve read it",
		"it goes on with the old ones, retired keys among them: systemctl reload tipbox, and a restart where that says so")}
}
