package served

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"tipbox/cmd/internal/box"
	"tipbox/cmd/internal/config"
	"tipbox/crypto/keys"
)

// zalo is how Zalo's browser calls itself: its form has a line more.
const zalo = phone + " Zalo android/12345678 ZaloTheme/light ZaloLanguage/vi"

// boxes are two configurations, between which a page has everything that a unit may
// have, and nothing.
var boxes = []string{`
base_url = "https://tip.example.vn"
languages = ["vi", "en"]
[http]
trusted_proxies = ["127.0.0.1"]
[smtp]
host = "smtp.example.vn"
from = "a@example.vn"
[[units]]
id = "a"
name = { vi = "Đơn vị A", en = "Unit A" }
mail = ["a@example.vn"]
recipients_file = "unit"
oversight_file = "oversight"
oversight_mail = ["b@example.vn"]
oversight_phone = "0215 111 111"
phone = "0215 000 000"
replies = true
board_dir = "board"
[[units.sites]]
code = "a"
name = { vi = "Bản A", en = "Village A" }
[[units]]
id = "b"
name = { vi = "Đơn vị B" }
mail = ["b@example.vn"]
recipients_file = "unit"
[[units.sites]]
code = "b"
name = { vi = "Bản B" }
`, `
base_url = "https://tip.example.vn"
languages = ["vi"]
[http]
trusted_proxies = ["127.0.0.1"]
[smtp]
host = "smtp.example.vn"
from = "a@example.vn"
[[units]]
id = "b"
name = { vi = "Đơn vị B" }
mail = ["b@example.vn"]
recipients_file = "unit"
[[units.sites]]
code = "b"
name = { vi = "Bản B" }
`}

// Release returns what the pages of this binary, of the version, are made of.
func Release(ctx context.Context, version string) (*Manifest, error) {
	m := &Manifest{Version: version}
	for _, text := range boxes {
		if err := m.addBox(ctx, text); err != nil {
			return nil, fmt.Errorf("drawing the release's pages: %w", err)
		}
	}
	return m, nil
}

func (m *Manifest) addBox(ctx context.Context, text string) error {
	dir, err := os.MkdirTemp("", "tipbox-release-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // public keys and an empty folder
	if err := furnish(dir); err != nil {
		return err
	}
	cfg, err := config.Parse(filepath.Join(dir, "tipbox.toml"), []byte(text))
	if err != nil {
		return err
	}
	pages, done, err := box.Pages(cfg)
	if err != nil {
		return err
	}
	defer done()
	for _, path := range PagesOf(cfg) {
		for _, agent := range []string{phone, zalo} {
			if err := m.Add(ctx, pages, path, agent); err != nil {
				return err
			}
		}
	}
	return nil
}

// furnish writes the files that the boxes name.
func furnish(dir string) error {
	for _, name := range []string{"unit", "oversight"} {
		id, err := keys.Generate(keys.PostQuantum)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(id.Recipient().String()+"\n"), 0o600); err != nil {
			return err
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "board"), 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "board", "a.md"), []byte("# A\n"), 0o600)
}

// PagesOf returns the paths of all pages of a configuration that take something or
// say something of how it is kept: one form of each unit, of a site drawn anew each
// time, in each of its languages, and the pages without a site.
func PagesOf(cfg *config.Config) (paths []string) {
	paths = []string{"/", "/t", "/k", "/r", "/o"}
	for _, u := range cfg.Directory.Units() {
		if site := drawn(u); site != nil {
			paths = append(paths, "/t/"+site.Code)
			for _, lang := range append(u.Languages, cfg.Languages...) {
				paths = append(paths, "/t/"+site.Code+"?l="+lang)
			}
		}
	}
	return paths
}
