package config

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"
)

// First is what a first tipbox.toml says, with one unit.
type First struct {
	BaseURL, Listen, Admin, DataDir string
	Proxied                         bool // by a web server on the same machine

	SMTPHost, SMTPTLS, SMTPUser, From string // SMTPUser "" for no login
	SMTPPort                          int
	CAFile                            string // of the mail server; "" for the system's

	UnitID, UnitName, Mail, Phone string
	PosterLanguages               string // tags with spaces between; "" for Vietnamese alone
	RecipientsFile                string
	Replies                       bool // senders are offered codes
	Sites                         []FirstSite
}

// FirstSite is a site of it.
type FirstSite struct{ Code, Name string }

// TOML returns the file, with a comment wherever a person may hesitate.
func (f *First) TOML() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `# tipbox configuration. An unknown key is an error; no secret stands here.
# After each change:  tipbox check -c tipbox.toml

base_url  = %s      # what posters carry: changing it means printing them again
data_dir  = %s
languages = ["vi", "en"]

[http]
listen = %s
admin  = %s           # health and metrics, on this machine only
`, tomlString(f.BaseURL), tomlString(f.DataDir), tomlString(f.Listen), tomlString(f.Admin))
	if f.Proxied {
		b.WriteString(`trusted_proxies = ["127.0.0.1"]     # the web server in front of tipbox, see deploy/
`)
	}
	fmt.Fprintf(&b, `
# [redis]                           # limits shared with other servers; leave out for one
# url = "redis://127.0.0.1:6379/0"

[smtp]
host = %s
port = %d
tls  = %s
`, tomlString(f.SMTPHost), f.SMTPPort, tomlString(f.SMTPTLS))
	if f.CAFile != "" {
		fmt.Fprintf(&b, "ca_file = %s\n", tomlString(f.CAFile))
	}
	if f.SMTPUser != "" {
		fmt.Fprintf(&b, `username = %s
password_file = "secrets/smtp"      # the password alone, on one line
`, tomlString(f.SMTPUser))
	}
	fmt.Fprintf(&b, `from = %[1]s
bounces = %[1]s           # is told if a mail cannot be delivered after all: someone must read it

[[units]]
id    = %[2]s
name  = { vi = %[3]s }
mail  = [%[4]s]
recipients_file = %[5]s
phone = %[6]s
# oversight_file  = "keys/tinh.recipients"      # an inspectorate: the form then asks whether a tip is about the
# oversight_mail  = ["thanh-tra@example.vn"]    # unit itself, and such a tip goes to these keys and addresses alone
# oversight_name  = { vi = "Thanh tra Bộ đội Biên phòng tỉnh" }
# oversight_phone = "0215 111 111"
poster_languages = %[7]s           # the first large, a second under it; each takes room from the code
later_window = "6h"
`, tomlString(f.From), tomlString(f.UnitID), tomlString(f.UnitName), tomlString(f.Mail),
		tomlString(f.RecipientsFile), tomlString(f.Phone), tomlStrings(strings.FieldsFunc(cmp.Or(f.PosterLanguages, "vi"), between)))
	replies := "# replies = true"
	if f.Replies {
		replies = replies[2:]
	}
	b.WriteString(replies + "                  # senders may keep a code, by which they read what the unit answers\n")
	for _, site := range f.Sites {
		fmt.Fprintf(&b, `
  [[units.sites]]
  code = %s
  name = { vi = %s }
`, tomlString(site.Code), tomlString(site.Name))
	}
	return b.Bytes()
}

// between parts the tags of a list as people type it.
func between(r rune) bool { return r == ' ' || r == ',' }

func tomlStrings(list []string) string {
	var quoted []string
	for _, s := range list {
		quoted = append(quoted, tomlString(s))
	}
	return "[" + strings.Join(quoted, ", ") + "]"
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
