//go:build !desk

package main

import (
	"encoding/json"
	"errors"

	"github.com/spf13/cobra"

	"tipbox/cmd/internal/served"
	"tipbox/cmd/internal/terminal"
)

// pageFlags gives verify its other half, and returns it.
func pageFlags(t *terminal.Terminal, cmd *cobra.Command, path *string) func(args []string) error {
	var (
		page        served.Verify
		form, print bool
	)
	cmd.Use = "verify PHOTO... | --page [URL]"
	cmd.Short = "Tell whether posters in photos, or the page that is served, are ours"
	cmd.Long += `

With --page the pages themselves are looked at, as a telephone fetches them: a
form of each unit, its script and data, and the pages besides. Each is compared,
byte for byte, with what this tipbox would serve for the configuration; what
differs is named, and the exit status is 1. URL is the box, where it is not
base_url. It shows what this asker got, now: run it from where villagers are,
again and again.

With --from MANIFEST no configuration is needed, and URL is a poster's link: the
scripts must be the release's, and the page may ask, run and send nothing that
the release's does not. Its words are not compared.`
	cmd.Example += `
  tipbox verify --page -c tipbox.toml
  tipbox verify --page --from pages.json https://tip.example.vn/t/ncs01`
	flags := cmd.Flags()
	flags.BoolVar(&form, "page", false, "look at the page that is served, and not at photos")
	flags.StringVar(&page.From, "from", "", "with --page: compare with a release's `MANIFEST`, pages.json")
	flags.BoolVar(&print, "print-manifest", false, "with --page: print this release's manifest")
	_ = flags.MarkHidden("print-manifest") // it is there
	return func(args []string) error {
		ctx, stop := terminal.UntilSignal()
		defer stop()
		if print {
			m, err := served.Release(ctx, version)
			if err != nil {
				return err
			}
			out := json.NewEncoder(t.Out)
			out.SetEscapeHTML(false)
			out.SetIndent("", "\t")
			return out.Encode(m)
		}
		if len(args) > 1 {
			return terminal.Usage(errors.New("--page takes one URL"))
		}
		if len(args) == 1 {
			page.URL = args[0]
		}
		if page.From != "" {
			return page.Run(ctx, t, nil)
		}
		cfg, err := loadConfig(*path)
		if err != nil {
			return err
		}
		return page.Run(ctx, t, cfg)
	}
}
