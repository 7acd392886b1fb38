// Package setup makes a box that is not there yet: a first tipbox.toml and keys.
package setup

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/pflag"

	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/desk"
	"tipbox/cmd/internal/terminal"
	"tipbox/cmd/internal/unitkeys"
	"tipbox/crypto/keys"
	"tipbox/intake/durable"
	"tipbox/intake/pasted"
)

// Init is tipbox init: what it is given, and what it asks for.
type Init struct {
	config.First
	Dir                string // to make
	SiteCode, SiteName string // of the first site

	Recipients     string // the unit's recipients file; "" to make a key
	PassphraseFile string // of the key; "" to ask for it
	Classic        bool   // a key that age older than 1.3 can open
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
	{"poster-languages", "units[0].poster_languages", "Tiếng trên áp phích, nhiều nhất hai, tiếng in to trước, ví dụ vi mww; có thể bỏ trống / languages of the posters, the large one first; may be empty", true,
		"cần mã tiếng, ví dụ vi, mww, en, nhiều nhất hai"},
	{"smtp-host", "smtp.host", "Máy chủ gửi thư / mail server", false, "cần tên máy chủ gửi thư, ví dụ smtp.example.vn"},
	{"smtp-user", "smtp.username", "Tên đăng nhập máy chủ gửi thư, có thể bỏ trống / user at the mail server, may be empty", true,
		"tên này không dùng được"},
	{"from", "smtp.from", "Địa chỉ người gửi của hòm thư / the box's own mail address", false,
		"cần một địa chỉ thư, ví dụ hom-thu@example.vn"},
}

// hostName finds what may be a host's name. A number, such as an answer to
// another question, is none.
var hostName = regexp.MustCompile(`(?i)^([a-z0-9_-]+\.)*[a-z0-9-]*[a-z][a-z0-9-]*$`)

// Run makes the directory, once it knows all it needs.
func (c *Init) Run(t *terminal.Terminal, flags *pflag.FlagSet) error {
	if err := EmptyDir(c.Dir); err != nil {
		return err
	}
	if c.DataDir == "" {
		c.DataDir = dataDir(c.Dir)
	}
	if _, err := pasted.Name(c.Dir); err != nil {
		return terminal.Usage(fmt.Errorf("DIR %w", err))
	}
	var recipients []byte
	if c.Recipients != "" { // before a dozen questions
		var err error
		if recipients, err = given(c.Recipients); err != nil {
			return terminal.Usage(err)
		}
	}
	if err := c.ask(t, flags); err != nil {
		return err
	}
	if err := c.check(recipients); err != nil {
		return terminal.Hint(terminal.Usage(err), "nothing was written")
	}
	identity, err := c.write(t, recipients)
	if err != nil {
		return err
	}
	t.Say("made %s", filepath.Join(c.Dir, "tipbox.toml"))
	if c.SMTPUser != "" {
		t.Say("next: put the mail password on the first line of %s", filepath.Join(c.Dir, "secrets", "smtp"))
	}
	if identity != "" {
		t.Say("next: move %s to the officer's computer and keep it nowhere else:", identity)
		t.Say("      whoever has it and its passphrase reads every tip; without it no tip can be read")
	}
	next := "next: tipbox poster -c %[1]s -o posters; tipbox serve -c %[1]s; and beside it tipbox check -c %[1]s"
	if _, found := serviceGroup(); found {
		next = "next: systemctl enable --now tipbox.socket tipbox; runuser -u tipbox -- tipbox check -c %[1]s; tipbox poster -c %[1]s -o posters"
	}
	t.Say(next, filepath.Join(c.Dir, "tipbox.toml"))
	return nil
}

// given returns the recipients in a file, or in a letter, as a file of their own.
func given(path string) ([]byte, error) {
	rs, err := unitkeys.ReadFile(path)
	if err != nil {
		return nil, err
	}
	for _, r := range rs.All() {
		if _, err := unitkeys.OwnLabel(r); err != nil {
			return nil, err
		}
	}
	f, err := keys.NewFile(rs)
	if err != nil {
		return nil, err
	}
	return f.Bytes(), nil
}

// check finds what tipbox serve would not start with, before anyone thinks up a
// passphrase and anything is written.
func (c *Init) check(recipients []byte) error {
	if problem := c.problem("smtp.host"); problem != "" { // a flag's
		return fmt.Errorf("--smtp-host %s", problem)
	}
	if recipients == nil { // one is made yet
		id, err := keys.Generate(keys.Classic)
		if err != nil {
			return fmt.Errorf("making a key: %w", err)
		}
		recipients = []byte(id.Recipient().String())
	}
	path := filepath.Join(c.Dir, "tipbox.toml")
	draft, err := config.NewDraft(path, c.first())
	if err != nil {
		return err
	}
	if problems := draft.Problems(map[string][]byte{filepath.Join(c.Dir, "keys", c.UnitID+".recipients"): recipients}); len(problems) > 0 {
		return &config.Error{File: path, Problems: problems}
	}
	return nil
}

// EmptyDir refuses a directory in which something could be overwritten.
func EmptyDir(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking into the directory: %w", err)
	}
	if len(entries) > 0 {
		return terminal.Hint(fmt.Errorf("%s: thư mục không trống / the directory is not empty", dir),
			"đặt tên thư mục mới: không bao giờ ghi đè", "name a new directory: nothing is ever overwritten")
	}
	return nil
}

// ask fills what no flag gave with a person's answers, each until it is good;
// where there is nobody it names the flags.
func (c *Init) ask(t *terminal.Terminal, flags *pflag.FlagSet) error {
	var missing []string
	for _, q := range questions {
		switch {
		case flags.Lookup(q.flag).Value.String() != "":
		case t.Person == nil && q.optional:
		case t.Person == nil:
			missing = append(missing, "--"+q.flag)
		default:
			for {
				fmt.Fprintf(t.Err, "%s: ", q.text)
				answer, err := t.Person.ReadString('\n')
				if err != nil {
					return fmt.Errorf("reading an answer: %w", err)
				}
				answer = pasted.Trim(answer)
				if answer == "" && !q.optional {
					t.Say("  cần có / this is needed")
					continue
				}
				if err := flags.Set(q.flag, answer); err != nil {
					return err
				}
				problem := c.problem(q.key)
				if problem == "" {
					break
				}
				t.Say("  %s / %s", q.expected, problem)
			}
		}
	}
	if len(missing) > 0 {
		return terminal.Hint(terminal.Usage(fmt.Errorf("missing %s", strings.Join(missing, ", "))), "on a terminal tipbox init asks for what is missing")
	}
	return nil
}

// problem returns what tipbox.toml, as it would be written now, has wrong at the
// key, or "".
func (c *Init) problem(key string) string {
	if key == "smtp.host" && pasted.Value(c.SMTPHost) == nil && !hostName.MatchString(c.SMTPHost) && net.ParseIP(c.SMTPHost) == nil {
		return fmt.Sprintf("%q: expected the mail server's name alone, such as smtp.example.vn", c.SMTPHost)
	}
	draft, err := config.NewDraft(filepath.Join(c.Dir, "tipbox.toml"), c.first())
	if err != nil {
		return err.Error()
	}
	for _, p := range draft.Problems(nil) {
		if p.Key == key || strings.HasPrefix(p.Key, key+".") || strings.HasPrefix(p.Key, key+"[") { // of a name, its language; one of a list
			return p.Text
		}
	}
	return ""
}

// first returns the first tipbox.toml that the answers make.
func (c *Init) first() []byte {
	f := c.First
	f.Admin = "127.0.0.1:9090"
	f.Proxied = strings.HasPrefix(f.BaseURL, "https:")
	f.RecipientsFile = "keys/" + f.UnitID + ".recipients"
	f.Sites = []config.FirstSite{{Code: c.SiteCode, Name: c.SiteName}}
	return f.TOML()
}

// write makes the directory, all of it or nothing, and returns the path of the
// identity if it made one.
func (c *Init) write(t *terminal.Terminal, recipients []byte) (identity string, err error) {
	_, statErr := os.Stat(c.Dir)
	defer func() {
		if err == nil {
			return
		}
		for _, made := range []string{"keys", "secrets", "tipbox.toml"} {
			_ = os.RemoveAll(filepath.Join(c.Dir, made))
		}
		if errors.Is(statErr, fs.ErrNotExist) {
			_ = os.Remove(c.Dir)
		}
	}()
	for _, dir := range []string{"keys", "secrets"} {
		if err := os.MkdirAll(filepath.Join(c.Dir, dir), 0o700); err != nil {
			return "", fmt.Errorf("making the directory: %w", err)
		}
	}
	if recipients == nil {
		if recipients, identity, err = c.makeKey(t); err != nil {
			return "", err
		}
	}
	if err := durable.WriteNew(filepath.Join(c.Dir, "keys", c.UnitID+".recipients"), recipients); err != nil {
		return "", fmt.Errorf("writing the recipients file: %w", err)
	}
	path := filepath.Join(c.Dir, "tipbox.toml")
	text := c.first()
	if _, err := config.Parse(path, text); err != nil {
		return "", terminal.Hint(terminal.Usage(err), "nothing was written")
	}
	if err := durable.WriteNew(path, text); err != nil {
		return "", fmt.Errorf("writing the configuration: %w", err)
	}
	if gid, found := serviceGroup(); found {
		if err := c.share(gid); err != nil {
			return "", fmt.Errorf("having the service read it: %w", err)
		}
	}
	return identity, nil
}

// makeKey writes an identity made now, and returns the recipients file's text.
func (c *Init) makeKey(t *terminal.Terminal) (recipients []byte, identity string, err error) {
	identity = filepath.Join(c.Dir, "keys", c.UnitID+".identity")
	recipient, err := desk.MakeIdentity(t, identity, c.Classic, c.PassphraseFile, 0)
	if err != nil {
		return nil, "", err
	}
	return []byte("# " + c.UnitName + "\n" + recipient + "\n"), identity, nil
}
