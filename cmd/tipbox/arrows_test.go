package main

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// arrows says for each package which packages of ours it may import, and
// owners which packages alone may import an outside library.
var (
	arrows = map[string][]string{
		"intake":                          {},
		"intake/metric":                   {},
		"intake/faulttest":                {},
		"intake/limit":                    {"intake", "intake/metric"},
		"intake/limit/redistest":          {"intake/porttest"},
		"intake/porttest":                 {},
		"intake/photo":                    {"intake", "intake/photo/jpegread"},
		"intake/photo/jpegread":           {},
		"intake/photo/jpegscan":           {},
		"intake/quiet":                    {},
		"intake/spool":                    {"intake", "intake/metric"},
		"intake/deliver":                  {"intake", "intake/spool", "intake/metric"},
		"intake/deliver/smtp":             {"intake", "intake/deliver", "templates/mail"},
		"intake/deliver/smtp/smtptest":    {},
		"intake/deliver/smtp/postfixtest": {"intake/porttest"},
		"intake/web":                      {"intake", "templates", "templates/browser", "intake/metric"},
		"intake/admin":                    {"intake"},
		"crypto/keys":                     {},
		"crypto/seal":                     {"intake", "crypto/keys"},
		"crypto/open":                     {"intake", "intake/photo/jpegread", "crypto/keys"},
		"templates":                       {"templates/pictograms"},
		"templates/postertext":            {},
		"templates/pictograms":            {},
		"templates/fonts":                 {},
		"templates/mail":                  {},
		"templates/browser":               {},
		"qr":                              {"intake/photo/jpegscan"},
		"qr/paper":                        {"qr", "templates/fonts"},
		"qr/poster":                       {"qr", "templates/fonts", "templates/pictograms", "templates/postertext", "intake"},
	}
	owners = map[string][]string{
		"filippo.io/age":                {"crypto/"},
		"github.com/redis/go-redis":     {"intake/limit"},
		"github.com/wneessen/go-mail":   {"intake/deliver/smtp"},
		"github.com/labstack/echo":      {"intake/web", "intake/admin"},
		"github.com/skip2/go-qrcode":    {"qr"},
		"github.com/makiuchi-d/gozxing": {"qr"},
		"codeberg.org/go-pdf/fpdf":      {"qr/poster", "qr/paper"},
		"maragu.dev/gomponents":         {"templates"},
	}
)

// TestArrows holds the layout: imports run one way, and each outside library
// that matters is behind one door.
func TestArrows(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "tipbox/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var pkg struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&pkg); err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(pkg.ImportPath, "tipbox/")
		if strings.HasPrefix(name, "cmd/") {
			continue
		}
		allowed, known := arrows[name]
		if !known {
			t.Errorf("package %s has no place in the layout", name)
		}
		for _, imp := range pkg.Imports {
			if ours, ok := strings.CutPrefix(imp, "tipbox/"); ok && !slices.Contains(allowed, ours) {
				t.Errorf("%s imports %s", name, ours)
			}
			for lib, doors := range owners {
				behind := slices.ContainsFunc(doors, func(d string) bool {
					return name == d || strings.HasSuffix(d, "/") && strings.HasPrefix(name, d)
				})
				if strings.HasPrefix(imp, lib) && !behind {
					t.Errorf("%s imports %s, which belongs to %v", name, imp, doors)
				}
			}
		}
	}
}
