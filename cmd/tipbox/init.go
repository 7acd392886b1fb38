//go:build !desk

package main

import (
	"bufio"
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"text/template"

	"golang.org/x/term"

	"tipbox/crypto/keys"
	"tipbox/intake/config"
)

type initCmd struct {
	Dir string `arg:"" help:"Directory to make; it must not exist or be empty."`

	BaseURL  string `name:"base-url" placeholder:"URL" ask:"Địa chỉ in trên áp phích / address on the posters (https://…)" help:"Address on the posters, such as https://tip.example.vn."`
	UnitID   string `name:"unit-id" placeholder:"ID" ask:"Mã đơn vị, chữ thường không dấu / unit id, such as na-co-sa" help:"Unit id, such as na-co-sa."`
	UnitName string `name:"unit-name" placeholder:"NAME" ask:"Tên đơn vị / unit name" help:"Unit name in Vietnamese."`
	SiteCode string `name:"site-code" placeholder:"CODE" ask:"Mã điểm dán áp phích / site code, such as ncs01" help:"Code of the first site, such as ncs01."`
	SiteName string `name:"site-name" placeholder:"NAME" ask:"Tên điểm dán áp phích / site name" help:"Name of the first site in Vietnamese."`
	Mail     string `name:"mail" placeholder:"ADDRESS" ask:"Thư điện tử của đơn vị / the unit's mail address" help:"Mail address that tips go to."`
	Phone    string `name:"phone" placeholder:"NUMBER" ask:"Điện thoại của đơn vị, có thể bỏ trống / telephone, may be empty" optional:"yes" help:"Telephone to call when it cannot wait."`
	SMTPHost string `name:"smtp-host" placeholder:"HOST" ask:"Máy chủ gửi thư / mail server" help:"Mail server that takes mail for the unit."`
	SMTPPort int    `placeholder:"PORT" default:"587" help:"Its port."`
	SMTPTLS  string `name:"smtp-tls" placeholder:"MODE" enum:"tls,starttls,none" default:"starttls" help:"tls, starttls, or none (loopback only)."`
	SMTPUser string `name:"smtp-user" placeholder:"NAME" ask:"Tên đăng nhập máy chủ gửi thư, có thể bỏ trống / user at the mail server, may be empty" optional:"yes" help:"User at the mail server; the password goes into DIR/secrets/smtp."`
	From     string `name:"from" placeholder:"ADDRESS" ask:"Địa chỉ người gửi của hòm thư / the box's own mail address" help:"Mail address of the box itself."`
	Listen   string `default:"127.0.0.1:8080" help:"Address to listen on."`
	DataDir  string `default:"data" placeholder:"DIR" help:"Where the spool is kept, if not in DIR/data: /var/lib/tipbox with the systemd unit."`

	Recipients     string `placeholder:"FILE" help:"Recipients file of the unit, made where its identity stays. Without it a key is made here."`
	Classic        bool   `help:"Make a classic X25519 key, which age older than 1.3 can open."`
	PassphraseFile string `placeholder:"FILE" help:"Read the key's passphrase from the first line of FILE."`
}

// initFile is what the template shows of an initCmd.
type initFile struct {
	initCmd
	Admin          string
	CAFile         string // of the mail server; "" for the system's
	Proxied        bool
	RecipientsFile string
	Sites          []initSite
}

type initSite struct{ Code, Name string }

//go:embed init.toml.tmpl
var initTemplate string

func (c *initCmd) Run(t *terminal) error {
	if err := emptyDir(c.Dir); err != nil {
		return err
	}
	if c.Recipients != "" { // before a dozen questions
		if _, err := keys.ReadRecipients(c.Recipients); err != nil {
			return hint(usage(err), "it is what tipbox keygen prints; tipbox keygen --show IDENTITY prints it again")
		}
	}
	if err := c.ask(t); err != nil {
		return err
	}
	f := initFile{
		initCmd:        *c,
		Admin:          "127.0.0.1:9090",
		Proxied:        strings.HasPrefix(c.BaseURL, "https:"),
		RecipientsFile: "keys/" + c.UnitID + ".recipients",
		Sites:          []initSite{{c.SiteCode, c.SiteName}},
	}
	identity, err := f.write(t)
	if err != nil {
		return err
	}
	t.say("made %s", filepath.Join(c.Dir, "tipbox.toml"))
	if c.SMTPUser != "" {
		t.say("next: put the mail password on the first line of %s", filepath.Join(c.Dir, "secrets", "smtp"))
	}
	if identity != "" {
		t.say("next: move %s to the officer's computer and keep it nowhere else:", identity)
		t.say("      whoever has it and its passphrase reads every tip; without it no tip can be read")
	}
	t.say("next: tipbox poster -c %[1]s -o posters; tipbox serve -c %[1]s; and beside it tipbox check -c %[1]s", filepath.Join(c.Dir, "tipbox.toml"))
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
func (c *initCmd) ask(t *terminal) error {
	interactive := term.IsTerminal(int(os.Stdin.Fd()))
	in := bufio.NewReader(os.Stdin)
	var missing []string
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		field, question := v.Type().Field(i), v.Type().Field(i).Tag.Get("ask")
		if question == "" || v.Field(i).String() != "" {
			continue
		}
		if !interactive {
			if field.Tag.Get("optional") == "" {
				missing = append(missing, "--"+field.Tag.Get("name"))
			}
			continue
		}
		fmt.Fprintf(t.err, "%s: ", question)
		line, err := in.ReadString('\n')
		if err != nil {
			return fmt.Errorf("reading an answer: %w", err)
		}
		v.Field(i).SetString(strings.TrimSpace(line))
	}
	if len(missing) > 0 {
		return hint(usage(fmt.Errorf("missing %s", strings.Join(missing, ", "))), "on a terminal tipbox init asks for what is missing")
	}
	return nil
}

// write makes the directory, all of it or nothing, and returns the path of the
// identity if it made one.
func (f *initFile) write(t *terminal) (identity string, err error) {
	_, statErr := os.Stat(f.Dir)
	defer func() {
		if err == nil {
			return
		}
		for _, made := range []string{"keys", "secrets", "tipbox.toml"} {
			_ = os.RemoveAll(filepath.Join(f.Dir, made))
		}
		if errors.Is(statErr, fs.ErrNotExist) {
			_ = os.Remove(f.Dir)
		}
	}()
	for _, dir := range []string{"keys", "secrets"} {
		if err := os.MkdirAll(filepath.Join(f.Dir, dir), 0o700); err != nil {
			return "", fmt.Errorf("making the directory: %w", err)
		}
	}
	recipients, identity, err := f.keys(t)
	if err != nil {
		return "", err
	}
	if err := writeSynced(filepath.Join(f.Dir, filepath.FromSlash(f.RecipientsFile)), recipients); err != nil {
		return "", fmt.Errorf("writing the recipients file: %w", err)
	}
	path := filepath.Join(f.Dir, "tipbox.toml")
	text, err := f.toml()
	if err != nil {
		return "", err
	}
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
	if f.Recipients != "" {
		b, err := os.ReadFile(f.Recipients)
		return b, "", err
	}
	identity = filepath.Join(f.Dir, "keys", f.UnitID+".identity")
	recipient, err := makeIdentity(t, identity, f.Classic, f.PassphraseFile, 0)
	if err != nil {
		return nil, "", err
	}
	return []byte("# " + f.UnitName + "\n" + recipient + "\n"), identity, nil
}

func (f *initFile) toml() ([]byte, error) {
	tmpl := template.Must(template.New("").Funcs(template.FuncMap{"quote": tomlString}).Parse(initTemplate))
	var b bytes.Buffer
	if err := tmpl.Execute(&b, f); err != nil {
		return nil, fmt.Errorf("filling in the configuration: %w", err)
	}
	return b.Bytes(), nil
}

// tomlString quotes s as a TOML basic string.
func tomlString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
