//go:build !desk

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tipbox/cmd/internal/config"
	"tipbox/crypto/keys"
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

// questions are asked on a terminal for the flags that were not given. The key
// is where tipbox.toml says what is wrong with an answer, in English alone;
// expected is the same in Vietnamese.
var questions = []struct {
	flag, key, text string
	optional        bool
	expected        string
}{
	{"base-url", "base_url", "Địa chỉ in trên áp phích / address on the posters (https://…)", false,
		"cần https:// và tên máy chủ viết thường, không thêm gì phía sau"},
	{"unit-id", "units[0].id", "Mã đơn vị, chữ thường không dấu / unit id, such as na-co-sa", false,
		"cần chữ thường không dấu, chữ số, gạch nối, ví dụ na-co-sa"},
	{"unit-name", "units[0].name", "Tên đơn vị / unit name", false, "tên này không dùng được"},
	{"site-code", "units[0].sites[0].code", "Mã tờ dán đầu tiên / code of the first site, such as ncs01", false,
		"cần chữ thường không dấu, chữ số, gạch nối, ví dụ ncs01"},
	{"site-name", "units[0].sites[0].name", "Tên nơi dán / name of the first site", false, "tên này không dùng được"},
	{"mail", "units[0].mail[0]", "Thư điện tử của đơn vị / the unit's mail address", false,
		"cần một địa chỉ thư, ví dụ truc-ban@example.vn"},
	{"phone", "units[0].phone", "Điện thoại của đơn vị, có thể bỏ trống / telephone, may be empty", true,
		"số điện thoại này không dùng được"},
	{"smtp-host", "smtp.host", "Máy chủ gửi thư / mail server", false, "cần tên máy chủ gửi thư, ví dụ smtp.example.vn"},
	{"smtp-user", "smtp.username", "Tên đăng nhập máy chủ gửi thư, có thể bỏ trống / user at the mail server, may be empty", true,
		"tên này không dùng được"},
	{"from", "smtp.from", "Địa chỉ người gửi của hòm thư / the box's own mail address", false,
		"cần một địa chỉ thư, ví dụ hom-thu@example.vn"},
}

// hostName finds what may be a host's name. A number, such as an answer to
// another question, is none.
var hostName = regexp.MustCompile(`(?i)^([a-z0-9_-]+\.)*[a-z0-9-]*[a-z][a-z0-9-]*$`)

func (c *initCmd) run(t *terminal, flags *pflag.FlagSet) error {
	if err := emptyDir(c.dir); err != nil {
		return err
	}
	if c.recipients != "" { // before a dozen questions
		if _, err := keys.ReadRecipients(c.recipients); err != nil {
			return hint(usage(err), "it is what tipbox keygen prints; tipbox keygen --show IDENTITY prints it again")
		}
	}
	if err := c.ask(t, flags); err != nil {
		return err
	}
	if problem := c.problem("smtp.host"); problem != "" { // a flag's
		return usage(fmt.Errorf("--smtp-host %s", problem))
	}
	identity, err := c.file().write(t)
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
		return hint(fmt.Errorf("%s: thư mục không trống / the directory is not empty", dir),
			"đặt tên thư mục mới: không bao giờ ghi đè", "name a new directory: nothing is ever overwritten")
	}
	return nil
}

// ask fills what no flag gave with a person's answers, each until it is good;
// where there is nobody it names the flags.
func (c *initCmd) ask(t *terminal, flags *pflag.FlagSet) error {
	var missing []string
	for _, q := range questions {
		switch {
		case flags.Lookup(q.flag).Value.String() != "":
		case t.person == nil && q.optional:
		case t.person == nil:
			missing = append(missing, "--"+q.flag)
		default:
			for {
				fmt.Fprintf(t.err, "%s: ", q.text)
				answer, err := t.person.ReadString('\n')
				if err != nil {
					return fmt.Errorf("reading an answer: %w", err)
				}
				answer = strings.TrimSpace(answer)
				if answer == "" && !q.optional {
					t.say("  cần có / this is needed")
					continue
				}
				if err := flags.Set(q.flag, answer); err != nil {
					return err
				}
				problem := c.problem(q.key)
				if problem == "" {
					break
				}
				t.say("  %s / %s", q.expected, problem)
			}
		}
	}
	if len(missing) > 0 {
		return hint(usage(fmt.Errorf("missing %s", strings.Join(missing, ", "))), "on a terminal tipbox init asks for what is missing")
	}
	return nil
}

// problem returns what tipbox.toml, as it would be written now, has wrong at the
// key, or "".
func (c *initCmd) problem(key string) string {
	if key == "smtp.host" && !hostName.MatchString(c.smtpHost) && net.ParseIP(c.smtpHost) == nil {
		return fmt.Sprintf("%q: expected the mail server's name alone, such as smtp.example.vn", c.smtpHost)
	}
	_, err := config.Parse("tipbox.toml", c.file().toml())
	if err == nil {
		return ""
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if _, problem, ok := strings.Cut(line, " "+key+": "); ok {
			return problem
		}
	}
	return ""
}

// file returns the first tipbox.toml that the answers make.
func (c *initCmd) file() *initFile {
	return &initFile{
		initCmd:        *c,
		admin:          "127.0.0.1:9090",
		proxied:        strings.HasPrefix(c.baseURL, "https:"),
		recipientsFile: "keys/" + c.unitID + ".recipients",
		sites:          []initSite{{c.siteCode, c.siteName}},
	}
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
		return "", hint(usage(err), "nothing was written")
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
