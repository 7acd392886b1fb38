//go:build !desk

package main

import (
	"github.com/spf13/cobra"

	"tipbox/cmd/internal/setup"
	"tipbox/cmd/internal/terminal"
)

func newInitCommand(t *terminal.Terminal) *cobra.Command {
	var c setup.Init
	cmd := &cobra.Command{
		Use:   "init DIR",
		Short: "Make a first tipbox.toml and keys, asking or by flags",
		Long: `Make a first tipbox.toml and keys. On a terminal it asks for what no flag says.
Where root runs it and there is a group tipbox, as with the Debian package, that
group can read all but the secret key.

Arguments:
  DIR   the directory to make; it must not exist or be empty`,
		Example: `  tipbox init /etc/tipbox --recipients na-co-sa.recipients`,
		Args:    arguments("DIR"),
	}
	f := cmd.Flags()
	f.StringVar(&c.BaseURL, "base-url", "", "address on the posters, a `URL` such as https://tip.example.vn")
	f.StringVar(&c.UnitID, "unit-id", "", "unit `ID`, such as na-co-sa")
	f.StringVar(&c.UnitName, "unit-name", "", "unit `NAME` in Vietnamese")
	f.StringVar(&c.SiteCode, "site-code", "", "`CODE` of the first site, such as ncs01")
	f.StringVar(&c.SiteName, "site-name", "", "`NAME` of the first site in Vietnamese")
	f.StringVar(&c.Mail, "mail", "", "mail `ADDRESS` that tips go to")
	f.StringVar(&c.Phone, "phone", "", "telephone `NUMBER` to call when it cannot wait")
	f.StringVar(&c.PosterLanguages, "poster-languages", "", "at most two `TAGS`, such as \"vi mww\": the first large on the posters, the second under it; else Vietnamese")
	f.StringVar(&c.SMTPHost, "smtp-host", "", "`HOST` that takes mail for the unit")
	f.IntVar(&c.SMTPPort, "smtp-port", 587, "its `PORT`")
	choiceFlag(f, &c.SMTPTLS, "smtp-tls", "`MODE` of encryption, none for loopback only", "starttls", "tls", "none")
	f.StringVar(&c.SMTPUser, "smtp-user", "", "user `NAME` there; the password goes into DIR/secrets/smtp")
	f.StringVar(&c.From, "from", "", "mail `ADDRESS` of the box itself")
	f.StringVar(&c.Listen, "listen", "127.0.0.1:8080", "`ADDRESS` to listen on")
	f.StringVar(&c.DataDir, "data-dir", "", "keep the spool in this `DIR`; without it data in DIR, or /var/lib/tipbox for one below /etc")
	f.StringVar(&c.Recipients, "recipients", "", "the unit's recipients `FILE`, made where its identity stays; without it a key is made here")
	f.BoolVar(&c.Classic, "classic", false, "make a classic X25519 key, which age older than 1.3 can open")
	f.StringVar(&c.PassphraseFile, "passphrase-file", "", "read the key's passphrase from the first line of `FILE`")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		c.Dir = args[0]
		return c.Run(t, f)
	}
	return cmd
}
