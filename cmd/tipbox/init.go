//go:build !desk

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"tipbox/crypto/keys"
	"tipbox/intake/config"
)

type initCmd struct {
	dir string

	baseURL, unitID, unitName, siteCode, siteName, mail, phone string

	smtpHost, smtpTLS, smtpUser, from string
	smtpPort                          int
	listen, dataDir                   string

	recipients, passphraseFile string
	classic                    bool
}

func newInitCommand(t *terminal) *cobra.Command {
	var c initCmd
	cmd := &cobra.Command{
		Use:   "init DIR",
		Short: "Make a first tipbox.toml and keys, asking or by flags",
		Long: `Make a first tipbox.toml and keys. On a terminal it asks for what no flag says.

Arguments:
  DIR   the directory to make; it must not exist or be empty`,
		Example: `  tipbox init /etc/tipbox --recipients na-co-sa.recipients`,
		Args:    arguments("DIR"),
	}
	f := cmd.Flags()
	f.StringVar(&c.baseURL, "base-url", "", "address on the posters, a `URL` such as https://tip.example.vn")
	f.StringVar(&c.unitID, "unit-id", "", "unit `ID`, such as na-co-sa")
	f.StringVar(&c.unitName, "unit-name", "", "unit `NAME` in Vietnamese")
	f.StringVar(&c.siteCode, "site-code", "", "`CODE` of the first site, such as ncs01")
	f.StringVar(&c.siteName, "site-name", "", "`NAME` of the first site in Vietnamese")
	f.StringVar(&c.mail, "mail", "", "mail `ADDRESS` that tips go to")
	f.StringVar(&c.phone, "phone", "", "telephone `NUMBER` to call when it cannot wait")
	f.StringVar(&c.smtpHost, "smtp-host", "", "`HOST` that takes mail for the unit")
	f.IntVar(&c.smtpPort, "smtp-port", 587, "its `PORT`")
	choiceFlag(f, &c.smtpTLS, "smtp-tls", "`MODE` of encryption, none for loopback only", "starttls", "tls", "none")
	f.StringVar(&c.smtpUser, "smtp-user", "", "user `NAME` there; the password goes into DIR/secrets/smtp")
	f.StringVar(&c.from, "from", "", "mail `ADDRESS` of the box itself")
	f.StringVar(&c.listen, "listen", "127.0.0.1:8080", "`ADDRESS` to listen on")
	f.StringVar(&c.dataDir, "data-dir", "data", "keep the spool in this `DIR`: /var/lib/tipbox with the systemd unit")
	f.StringVar(&c.recipients, "recipients", "", "the unit's recipients `FILE`, made where its identity stays; without it a key is made here")
	f.BoolVar(&c.classic, "classic", false, "make a classic X25519 key, which age older than 1.3 can open")
	f.StringVar(&c.passphraseFile, "passphrase-file", "", "read the key's passphrase from the first line of `FILE`")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		c.dir = args[0]
		return c.run(t, f)
	}
	return cmd
}

// questions are asked on a terminal for the flags that were not given.
var questions = []struct {
	flag, text string
	optional   bool
}{
	{"base-url", "Địa chỉ in trên áp phích / address on the posters (https://…)", false},
	{"unit-id", "Mã đơn vị, chữ thường không dấu / unit id, such as na-co-sa", false},
	{"unit-name", "Tên đơn vị / unit name", false},
	{"site-code", "Mã điểm dán áp phích / site code, such as ncs01", false},
	{"site-name", "Tên điểm dán áp phích / site name", false},
	{"mail", "Thư điện tử của đơn vị / the unit's mail address", false},
	{"phone", "Điện thoại của đơn vị, có thể bỏ trống / telephone, may be empty", true},
	{"smtp-host", "Máy chủ gửi thư / mail server", false},
	{"smtp-user", "Tên đăng nhập máy chủ gửi thư, có thể bỏ trống / user at the mail server, may be empty", true},
	{"from", "Địa chỉ người gửi của hòm thư / the box's own mail address", false},
}

func (c *initCmd) run(t *terminal, flags *pflag.FlagSet) error {
	if err := emptyDir(c.dir); err != nil {
		return err
	}
	if c.recipients != "" { // before a dozen questions
		if _, err := keys.ReadRecipients(c.recipients); err != nil {
			return hint(usage(err), "it is what tipbox keygen prints; tipbox keygen --show IDENTITY prints it again")
		}
	}
	if err := ask(t, flags); err != nil {
		return err
	}
	f := initFile{
		initCmd:        *c,
		admin:          "127.0.0.1:9090",
		proxied:        strings.HasPrefix(c.baseURL, "https:"),
		recipientsFile: "keys/" + c.unitID + ".recipients",
		sites:          []initSite{{c.siteCode, c.siteName}},
	}
	identity, err := f.write(t)
	if err != nil {
		return err
	}
	t.say("made %s", filepath.Join(c.dir, "tipbox.toml"))
	if c.smtpUser != "" {
		t.say("next: put the mail password on the first line of %s", filepath.Join(c.dir, "secrets", "smtp"))
	}
	if identity != "" {
		t.say("next: move %s to the officer's computer and keep it nowhere else:", identity)
		t.say("      whoever has it and its passphrase reads every tip; without it no tip can be read")
	}
	t.say("next: tipbox poster -c %[1]s -o posters; tipbox serve -c %[1]s; and beside it tipbox check -c %[1]s", filepath.Join(c.dir, "tipbox.toml"))
	return nil
}

// emptyDir refuses a directory in which something could be overwritten.
func emptyDir(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking into the directory: %w", err)
	}
	if len(entries) > 0 {
		return hint(fmt.Errorf("%s is not empty", dir), "name a new directory: nothing is ever overwritten")
	}
	return nil
}

// ask fills what no flag gave, on a terminal; elsewhere it names the flags.
func ask(t *terminal, flags *pflag.FlagSet) error {
	interactive := term.IsTerminal(int(os.Stdin.Fd()))
	in := bufio.NewReader(os.Stdin)
	var missing []string
	for _, q := range questions {
		if flags.Lookup(q.flag).Value.String() != "" {
			continue
		}
		if !interactive {
			if !q.optional {
				missing = append(missing, "--"+q.flag)
			}
			continue
		}
		fmt.Fprintf(t.err, "%s: ", q.text)
		line, err := in.ReadString('\n')
		if err != nil {
			return fmt.Errorf("reading an answer: %w", err)
		}
		if err := flags.Set(q.flag, strings.TrimSpace(line)); err != nil {
			return err
		}
	}
	if len(missing) > 0 {
		return hint(usage(fmt.Errorf("missing %s", strings.Join(missing, ", "))), "on a terminal tipbox init asks for what is missing")
	}
	return nil
}

// write makes the directory, all of it or nothing, and returns the path of the
// identity if it made one.
func (f *initFile) write(t *terminal) (identity string, err error) {
	_, statErr := os.Stat(f.dir)
	defer func() {
		if err == nil {
			return
		}
		for _, made := range []string{"keys", "secrets", "tipbox.toml"} {
			_ = os.RemoveAll(filepath.Join(f.dir, made))
		}
		if errors.Is(statErr, fs.ErrNotExist) {
			_ = os.Remove(f.dir)
		}
	}()
	for _, dir := range []string{"keys", "secrets"} {
		if err := os.MkdirAll(filepath.Join(f.dir, dir), 0o700); err != nil {
			return "", fmt.Errorf("making the directory: %w", err)
		}
	}
	recipients, identity, err := f.keys(t)
	if err != nil {
		return "", err
	}
	if err := writeSynced(filepath.Join(f.dir, filepath.FromSlash(f.recipientsFile)), recipients); err != nil {
		return "", fmt.Errorf("writing the recipients file: %w", err)
	}
	path := filepath.Join(f.dir, "tipbox.toml")
	text := f.toml()
	if _, err := config.Parse(path, text); err != nil {
		return "", hint(usage(err), "nothing was written; the answers above were not all good")
	}
	if err := writeSynced(path, text); err != nil {
		return "", fmt.Errorf("writing the configuration: %w", err)
	}
	return identity, nil
}

// keys returns the recipients file's text, from the file given or from a key
// made now, whose identity it writes.
func (f *initFile) keys(t *terminal) (recipients []byte, identity string, err error) {
	if f.recipients != "" {
		b, err := os.ReadFile(f.recipients)
		return b, "", err
	}
	identity = filepath.Join(f.dir, "keys", f.unitID+".identity")
	recipient, err := makeIdentity(t, identity, f.classic, f.passphraseFile, 0)
	if err != nil {
		return nil, "", err
	}
	return []byte("# " + f.unitName + "\n" + recipient + "\n"), identity, nil
}
