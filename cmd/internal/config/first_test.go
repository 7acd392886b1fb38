package config

import (
	"path/filepath"
	"strings"
	"testing"

	"tipbox/intake"
)

// A first file is good, whatever was answered, and says just that.
func TestFirst(t *testing.T) {
	first := First{
		BaseURL: "https://tip.example.vn", Listen: "127.0.0.1:8080", Admin: "127.0.0.1:9090", DataDir: `C:\tipbox`, Proxied: true,
		SMTPHost: "smtp.example.vn", SMTPTLS: "tls", SMTPUser: "u", From: "hom-thu@example.vn", SMTPPort: 465, CAFile: "ca.pem",
		UnitID: "na-co-sa", UnitName: "Đồn \"Na Cô Sa\" \\", Mail: "truc-ban@example.vn", Phone: "0215 000 000",
		RecipientsFile: "unit.recipients", PosterLanguages: "mww, vi",
		Sites: []FirstSite{{"ncs01", "Chợ"}, {"ncs02", "Trường “học”"}},
	}
	d := dir(t)
	read := func(f First) *Config {
		t.Helper()
		cfg, err := Parse(filepath.Join(d, "tipbox.toml"), f.TOML())
		if err != nil {
			t.Fatalf("%v in\n%s", err, f.TOML())
		}
		return cfg
	}
	cfg := read(first)
	u := cfg.Directory.Unit("na-co-sa")
	if u.Name["vi"] != first.UnitName || u.Phone != first.Phone || strings.Join(u.PosterLanguages, " ") != "mww vi" || u.Receivers[intake.ToUnit].Mail[0] != first.Mail ||
		len(u.Sites) != 2 || u.Sites[1].Code != "ncs02" || u.Sites[1].Name["vi"] != first.Sites[1].Name {
		t.Errorf("unit %+v", u)
	}
	if s := cfg.SMTP; s.Host != first.SMTPHost || s.Port != 465 || s.TLS != "tls" || s.Username != "u" || s.PasswordFile == "" ||
		s.CAFile != filepath.Join(d, "ca.pem") || s.From != first.From || s.Bounces != first.From {
		t.Errorf("SMTP %+v", s)
	}
	if len(cfg.HTTP.TrustedProxies) != 1 || filepath.Base(cfg.DataDir) != first.DataDir {
		t.Errorf("%+v, %s", cfg.HTTP, cfg.DataDir)
	}
	first.Proxied, first.SMTPUser, first.CAFile, first.BaseURL = false, "", "", "http://127.0.0.1:8080"
	cfg = read(first)
	if len(cfg.HTTP.TrustedProxies) != 0 || cfg.SMTP.Username != "" || cfg.SMTP.PasswordFile != "" || cfg.SMTP.CAFile != "" {
		t.Errorf("%+v, %+v", cfg.HTTP, cfg.SMTP)
	}
}

// A control character, which no form lets through but a script may, stays what it is.
func TestTOMLString(t *testing.T) {
	for in, want := range map[string]string{
		`a"b\c`: `"a\"b\\c"`, "a\nb": `"a\u000Ab"`, "\x7f \x1f": `"\u007F \u001F"`, "Đồn": `"Đồn"`,
	} {
		if got := tomlString(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}
