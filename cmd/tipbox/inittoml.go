//go:build !desk

package main

import (
	"bytes"
	"fmt"
	"strings"
)

// initFile is what a first tipbox.toml says.
type initFile struct {
	initCmd
	admin          string
	caFile         string // of the mail server; "" for the system's
	proxied        bool
	recipientsFile string
	sites          []initSite
}

type initSite struct{ code, name string }

// toml returns the file, with a comment wherever a person may hesitate.
func (f *initFile) toml() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `# tipbox configuration. An unknown key is an error; no secret stands here.
# After each change:  tipbox check -c tipbox.toml

base_url  = %s      # what posters carry: changing it means printing them again
data_dir  = %s
languages = ["vi", "en"]

[http]
listen = %s
admin  = %s           # health and metrics, on this machine only
`, tomlString(f.baseURL), tomlString(f.dataDir), tomlString(f.listen), tomlString(f.admin))
	if f.proxied {
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
`, tomlString(f.smtpHost), f.smtpPort, tomlString(f.smtpTLS))
	if f.caFile != "" {
		fmt.Fprintf(&b, "ca_file = %s\n", tomlString(f.caFile))
	}
	if f.smtpUser != "" {
		fmt.Fprintf(&b, `username = %s
password_file = "secrets/smtp"      # the password alone, on one line
`, tomlString(f.smtpUser))
	}
	fmt.Fprintf(&b, `from = %[1]s
bounces = %[1]s           # is told if a mail cannot be delivered after all: someone must read it

[[units]]
id    = %[2]s
name  = { vi = %[3]s }
mail  = [%[4]s]
recipients_file = %[5]s
phone = %[6]s
later_window = "6h"
`, tomlString(f.from), tomlString(f.unitID), tomlString(f.unitName), tomlString(f.mail),
		tomlString(f.recipientsFile), tomlString(f.phone))
	for _, site := range f.sites {
		fmt.Fprintf(&b, `
  [[units.sites]]
  code = %s
  name = { vi = %s }
`, tomlString(site.code), tomlString(site.name))
	}
	return b.Bytes()
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
