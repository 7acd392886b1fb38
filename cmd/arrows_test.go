package cmd_test

import (
	"errors"
	"go/build"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// arrows says for each package which packages of ours it imports, and owners
// which packages alone import an outside library.
var (
	arrows = map[string][]string{
		"intake":                          {},
		"intake/metric":                   {},
		"intake/faulttest":                {},
		"intake/limit":                    {"intake", "intake/metric", "intake/redis"},
		"intake/reply":                    {"crypto/receipt", "intake", "intake/durable", "intake/redis"},
		"intake/tally":                    {"intake", "intake/durable", "intake/redis"},
		"intake/redis":                    {"intake/pasted"},
		"intake/redis/redistest":          {"intake/porttest", "intake/waittest"},
		"intake/porttest":                 {},
		"intake/waittest":                 {},
		"intake/photo":                    {"intake", "intake/photo/jpegread"},
		"intake/photo/jpegread":           {},
		"intake/quiet":                    {},
		"intake/spool":                    {"intake", "intake/durable"},
		"intake/deliver":                  {"intake", "intake/metric", "intake/spool"},
		"intake/deliver/smtp":             {"intake", "intake/deliver", "intake/pasted", "templates/mail"},
		"intake/deliver/smtp/smtptest":    {"intake/waittest"},
		"intake/deliver/smtp/postfixtest": {"intake/porttest", "intake/waittest"},
		"intake/server":                   {"intake", "intake/metric"},
		"intake/server/formtest":          {},
		"intake/web":                      {"crypto/receipt", "intake", "intake/reply", "intake/server", "templates", "templates/browser"},
		"intake/admin":                    {"intake"},
		"intake/alert":                    {"intake", "intake/alert/setting", "intake/deliver", "intake/metric", "intake/pasted"},
		"intake/alert/setting":            {"intake"},
		"intake/durable":                  {},
		"crypto/keys":                     {"intake/pasted"},
		"crypto/book":                     {"crypto/keys", "crypto/receipt"},
		"crypto/counts":                   {"crypto/book", "crypto/keys", "intake"},
		"crypto/plaintext":                {"intake"},
		"crypto/receipt":                  {},
		"crypto/seal":                     {"crypto/keys", "crypto/plaintext", "intake"},
		"crypto/open":                     {"crypto/keys", "crypto/plaintext", "crypto/receipt", "crypto/unwrap", "intake", "intake/photo/jpegread", "intake/pasted"},
		"crypto/unwrap":                   {"intake"},
		"templates":                       {"templates/locale", "templates/pictograms"},
		"templates/locale":                {},
		"templates/postertext":            {"templates/locale"},
		"templates/pictograms":            {},
		"templates/fonts":                 {},
		"templates/mail":                  {},
		"templates/browser":               {},
		"templates/browser/browsertest":   {"intake/waittest"},
		"qr":                              {"qr/typo"},
		"qr/paper":                        {"qr", "qr/scan", "templates/fonts"},
		"qr/poster":                       {"intake", "intake/durable", "qr", "templates/fonts", "templates/pictograms", "templates/postertext"},
		"qr/scan":                         {"intake/photo/jpegread"},
		"qr/typo":                         {},
		"intake/pasted":                   {},

		"cmd/internal/box": {
			"cmd/internal/box/probe", "cmd/internal/config", "cmd/internal/terminal", "intake", "intake/admin", "intake/alert", "intake/alert/setting", "intake/deliver",
			"intake/deliver/smtp", "intake/durable", "intake/limit", "intake/photo", "intake/quiet", "intake/redis", "intake/reply", "intake/server",
			"intake/spool", "intake/tally", "intake/web", "intake/pasted", "templates",
		},
		"cmd/internal/box/probe": {"intake/deliver"},
		"cmd/internal/boxtest":   {"crypto/keys", "crypto/open", "intake/deliver/smtp/smtptest", "intake/porttest", "intake/spool", "intake/waittest"},
		"cmd/internal/check": {
			"cmd/internal/box", "cmd/internal/config", "cmd/internal/terminal", "intake", "intake/admin", "intake/alert", "intake/deliver", "intake/deliver/smtp",
			"intake/limit", "intake/redis", "intake/reply", "intake/spool", "intake/tally", "intake/pasted", "qr/poster", "templates", "templates/postertext",
		},
		"cmd/internal/config": {"crypto/keys", "crypto/seal", "intake", "intake/alert/setting", "intake/durable", "intake/pasted", "qr/typo", "crypto/book"},
		"cmd/internal/demo": {
			"cmd/internal/box", "cmd/internal/config", "cmd/internal/desk", "cmd/internal/setup", "cmd/internal/terminal", "intake",
			"intake/durable", "intake/spool", "qr/poster", "templates/postertext",
		},
		"cmd/internal/desk": {
			"cmd/internal/config", "cmd/internal/table", "cmd/internal/terminal", "cmd/internal/unread", "crypto/book", "crypto/counts", "crypto/keys", "crypto/open", "crypto/plaintext", "crypto/receipt",
			"crypto/seal", "crypto/unwrap", "intake", "intake/durable", "intake/pasted", "intake/photo", "qr/paper", "qr/scan", "templates/browser",
		},
		"cmd/internal/patrol": {
			"cmd/internal/config", "cmd/internal/table", "cmd/internal/terminal", "cmd/internal/unread", "intake", "intake/pasted", "qr", "qr/scan",
		},
		"cmd/internal/setup": {
			"cmd/internal/config", "cmd/internal/desk", "cmd/internal/terminal", "cmd/internal/unitkeys", "crypto/keys",
			"intake/durable", "intake/pasted",
		},
		"cmd/internal/table":      {"cmd/internal/terminal", "intake/durable"},
		"cmd/internal/passphrase": {"templates/browser"},
		"cmd/internal/terminal":   {"cmd/internal/passphrase", "crypto/open", "intake/pasted"},
		"cmd/internal/queue":      {"cmd/internal/config", "cmd/internal/terminal", "intake", "intake/spool"},
		"cmd/internal/sites":      {"cmd/internal/config", "cmd/internal/terminal", "intake", "intake/durable", "intake/pasted"},
		"cmd/internal/unread":     {"qr/scan"},
		"cmd/internal/weekly":     {"cmd/internal/box", "cmd/internal/config", "cmd/internal/table", "cmd/internal/terminal", "intake/deliver", "intake/durable", "intake/redis", "intake/tally", "templates/fonts"},
		"cmd/internal/served":     {"cmd/internal/box", "cmd/internal/config", "cmd/internal/terminal", "crypto/keys", "crypto/receipt", "intake"},
		"cmd/internal/unitkeys": {
			"cmd/internal/config", "cmd/internal/desk", "cmd/internal/terminal", "crypto/keys", "crypto/open", "intake/durable",
			"intake/pasted",
		},
		"cmd/proof/traces/leaky": {
			"cmd/internal/box", "cmd/internal/box/probe", "cmd/internal/config", "cmd/internal/terminal", "intake", "intake/deliver",
		},
		"cmd/tipbox": {
			"cmd/internal/box", "cmd/internal/check", "cmd/internal/config", "cmd/internal/demo", "cmd/internal/desk",
			"cmd/internal/patrol", "cmd/internal/queue", "cmd/internal/served", "cmd/internal/setup", "cmd/internal/sites", "cmd/internal/table", "cmd/internal/terminal", "cmd/internal/unitkeys", "cmd/internal/weekly", "intake",
			"qr/poster", "templates/postertext",
		},
	}
	owners = map[string][]string{
		"filippo.io/age":                {"crypto/book", "crypto/counts", "crypto/keys", "crypto/open", "crypto/receipt", "crypto/seal"},
		"github.com/redis/go-redis":     {"intake/redis", "intake/limit", "intake/reply", "intake/tally"},
		"github.com/wneessen/go-mail":   {"intake/deliver/smtp"},
		"github.com/labstack/echo":      {"intake/web"},
		"github.com/spf13/cobra":        {"cmd/tipbox"},
		"github.com/skip2/go-qrcode":    {"qr"},
		"github.com/makiuchi-d/gozxing": {"qr"},
		"codeberg.org/go-pdf/fpdf":      {"qr/poster", "qr/paper", "cmd/internal/weekly"},
		"maragu.dev/gomponents":         {"templates"},
		"github.com/yuin/goldmark":      {"templates"},
	}
)

// TestArrows holds the layout: imports run one way, each outside library that
// matters is behind one door, nobody keeps a permission that is not used, and
// docs/architecture.md has a word on each package.
func TestArrows(t *testing.T) {
	t.Chdir("..")
	imports := make(map[string][]string) // by package, in any of our builds
	for _, tags := range [][]string{nil, {"desk"}} {
		context := build.Default
		context.BuildTags = tags
		err := filepath.WalkDir(".", func(dir string, d fs.DirEntry, err error) error {
			switch {
			case err != nil || !d.IsDir():
				return err
			case dir != "." && strings.HasPrefix(d.Name(), "."), d.Name() == "testdata", d.Name() == "node_modules":
				return filepath.SkipDir
			}
			pkg, err := context.ImportDir(dir, 0)
			if none := new(build.NoGoError); errors.As(err, &none) {
				return nil
			}
			if len(pkg.GoFiles) > 0 { // else it has only tests
				imports[dir] = append(imports[dir], pkg.Imports...)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	page, err := os.ReadFile("docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	used := make(map[[2]string]bool) // a library and who imports it
	for name, all := range imports {
		allowed, known := arrows[name]
		if !known {
			t.Errorf("package %s has no place in the layout", name)
		}
		if !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("package %s does not stand in docs/architecture.md", name)
		}
		for _, imp := range all {
			if ours, ok := strings.CutPrefix(imp, "tipbox/"); ok && !slices.Contains(allowed, ours) {
				t.Errorf("%s imports %s", name, ours)
			}
			for lib, doors := range owners {
				if !strings.HasPrefix(imp, lib) {
					continue
				}
				if !slices.Contains(doors, name) {
					t.Errorf("%s imports %s, which belongs to %v", name, imp, doors)
				}
				used[[2]string{lib, name}] = true
			}
		}
	}
	for name, allowed := range arrows {
		for _, ours := range allowed {
			if !slices.Contains(imports[name], "tipbox/"+ours) {
				t.Errorf("%s may import %s, and does not", name, ours)
			}
		}
		if _, there := imports[name]; !there {
			t.Errorf("there is no package %s", name)
		}
	}
	for lib, doors := range owners {
		for _, name := range doors {
			if !used[[2]string{lib, name}] {
				t.Errorf("%s may import %s, and does not", name, lib)
			}
		}
	}
}
