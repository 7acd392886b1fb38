package config

import (
	"strings"
	"testing"
	"time"

	"tipbox/intake"
)

// Each change to a good file is taken: what is just within a bound, and what looks
// odd and is right. TestBad has what is not.
func TestJustGood(t *testing.T) {
	for name, tc := range map[string]struct{ old, new string }{
		"no path, but its slash":            {"example.vn\"\n\n[http]", "example.vn/\"\n\n[http]"},
		"http on loopback":                  {"https://tip.example.vn", "http://127.0.0.1:8080"},
		"the least room for requests":       {"[http]", "[http]\nbody_memory = \"64 MiB\""},
		"the least room, in KiB":            {"[smtp]", "[spool]\nmin_free = \"1KiB\"\n[smtp]"},
		"any port, drawn":                   {"[http]", "[http]\nlisten = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\""},
		"the last port":                     {"[http]", "[http]\nlisten = \":65535\""},
		"no admin":                          {"[http]", "[http]\nadmin = \"\""},
		"admin at the port of another host": {"[http]", "[http]\nlisten = \"192.0.2.1:9090\""},
		"a proxy's address alone":           {"10.0.0.0/8", "2001:db8::1"},
		"half the world":                    {"10.0.0.0/8", "128.0.0.0/1"},
		"our own certificate, no proxy":     {`trusted_proxies = ["127.0.0.1", "10.0.0.0/8"]`, "tls_cert = \"c\"\ntls_key = \"k\""},
		"an authority's certificate":        {`trusted_proxies = ["127.0.0.1", "10.0.0.0/8"]`, "acme_email = \"a@example.vn\"\nplain = \":80\""},
		"another authority":                 {`trusted_proxies = ["127.0.0.1", "10.0.0.0/8"]`, "acme_email = \"a@example.vn\"\nacme_directory = \"https://ca.example/dir\""},
		"plain SMTP on loopback":            {`host = "smtp.example.vn"`, "host = \"::1\"\ntls = \"none\""},
		"the first port":                    {"[smtp]", "[smtp]\nport = 1"},
		"the last port for mail":            {"[smtp]", "[smtp]\nport = 65535"},
		"a login":                           {"[smtp]", "[smtp]\nusername = \"u\"\npassword_file = \"p\""},
		"somebody for bounces":              {"[smtp]", "[smtp]\nbounces = \"a@example.vn\""},
		"Redis on a socket":                 {"[smtp]", "[redis]\nurl = \"unix:///run/redis.sock\"\n[smtp]"},
		"the shortest window":               {"id = ", "later_window = \"10m\"\nid = "},
		"the longest window":                {"id = ", "later_window = \"72h\"\nid = "},
		"a colour":                          {"id = ", "color = \"#0B5d3b\"\nid = "},
		"a name of 120 characters":          {"Chợ", strings.Repeat("Chợ", 40)},
		"a site that is not withdrawn":      {`"2026-11-22"`, `""`},
		"the longest id":                    {"na-co-sa", strings.Repeat("a", 40)},
		"the longest code":                  {"ncs02", strings.Repeat("a", 24)},
		"a limit of one":                    {"[smtp]", "[limits]\nsite = { count = 1, per = \"1h\", burst = 1 }\n[smtp]"},
	} {
		if !strings.Contains(good, tc.old) {
			t.Fatalf("%s: %q is not in the good file", name, tc.old)
		}
		if _, err := parse(t, strings.Replace(good, tc.old, tc.new, 1)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// And what is just beyond is not.
func TestJustBad(t *testing.T) {
	for name, tc := range map[string]struct{ old, new, want string }{
		"a question":                {"example.vn\"\n\n[http]", "example.vn?x=1\"\n\n[http]", "1: base_url: "},
		"a fragment":                {"example.vn\"\n\n[http]", "example.vn#x\"\n\n[http]", "1: base_url: "},
		"a name before the host":    {"https://tip", "https://a@tip", "1: base_url: "},
		"no host":                   {"https://tip.example.vn", "https://", "1: base_url: "},
		"capitals":                  {"https://tip", "https://TIP", "1: base_url: \"https://TIP.example.vn\": expected the host in lower case"},
		"too little for requests":   {"[http]", "[http]\nbody_memory = \"63 MiB\"", "4: http.body_memory: \"63 MiB\": expected at least 64 MiB"},
		"a port too high":           {"[http]", "[http]\nlisten = \":65536\"", "4: http.listen: "},
		"a port below":              {"[http]", "[http]\nlisten = \":-1\"", "4: http.listen: "},
		"a port's name":             {"[http]", "[http]\nlisten = \":http\"", "4: http.listen: "},
		"no port":                   {"[http]", "[http]\nadmin = \"127.0.0.1\"", "4: http.admin: \"127.0.0.1\": expected ADDRESS:PORT"},
		"two certificates":          {`trusted_proxies = ["127.0.0.1", "10.0.0.0/8"]`, "tls_cert = \"c\"\ntls_key = \"k\"\nacme_email = \"a@example.vn\"", "6: http.acme_email: stands beside tls_cert"},
		"an authority and a proxy":  {"[http]", "[http]\nacme_email = \"a@example.vn\"", "4: http.acme_email: stands beside trusted_proxies"},
		"an authority for nobody":   {"[http]", "[http]\nacme_directory = \"https://ca.example/dir\"", "4: http.acme_directory: is for acme_email"},
		"an authority without TLS":  {`trusted_proxies = ["127.0.0.1", "10.0.0.0/8"]`, "acme_email = \"a@example.vn\"\nacme_directory = \"http://ca.example/dir\"", "5: http.acme_directory: "},
		"a redirect to nowhere":     {"[http]", "[http]\nplain = \":80\"", "4: http.plain: is for a box that holds its certificate itself"},
		"a redirect to itself":      {`trusted_proxies = ["127.0.0.1", "10.0.0.0/8"]`, "listen = \":443\"\nacme_email = \"a@example.vn\"\nplain = \":443\"", "6: http.plain: \":443\": is taken by http.listen"},
		"half a certificate":        {"[http]", "[http]\ntls_key = \"k\"", "3: http.tls_cert: expected tls_cert and tls_key together"},
		"no address":                {"10.0.0.0/8", "10.0.0", "4: http.trusted_proxies[1]: \"10.0.0\": expected an address"},
		"mail's port 0":             {"[smtp]", "[smtp]\nport = 0", "7: smtp.port: 0: expected 1 to 65535"},
		"mail's port too high":      {"[smtp]", "[smtp]\nport = 65536", "7: smtp.port: 65536: "},
		"another kind of TLS":       {"[smtp]", "[smtp]\ntls = \"ssl\"", "7: smtp.tls: \"ssl\": expected tls, starttls or none"},
		"a password without a user": {"[smtp]", "[smtp]\npassword_file = \"p\"", "6: smtp.username: "},
		"one Redis for two":         {"[smtp]", "[redis]\nurl = \"redis://r/0\"\nstore_url = \"redis://r/0\"\n[smtp]", "8: redis.store_url: is the same"},
		"a store of another kind":   {"[smtp]", "[redis]\nurl = \"redis://r/0\"\nstore_url = \"http://r\"\n[smtp]", "8: redis.store_url: expected redis://"},
		"a store's password":        {"[smtp]", "[redis]\nurl = \"redis://r/0\"\nstore_url = \"redis://:hunter2@s/0\"\n[smtp]", "8: redis.store_url: holds a password: expected it in a file named by redis.store_password_file"},
		"another store":             {"[smtp]", "[redis]\nurl = \"http://127.0.0.1/\"\n[smtp]", "7: redis.url: expected redis://"},
		"a password in the query":   {"[smtp]", "[redis]\nurl = \"unix:///r?password=hunter2\"\n[smtp]", "7: redis.url: holds a password"},
		"a window too short":        {"id = ", "later_window = \"9m59s\"\nid = ", "11: units[0].later_window: "},
		"a window too long":         {"id = ", "later_window = \"72h1s\"\nid = ", "11: units[0].later_window: "},
		"no colour":                 {"id = ", "color = \"#0B5d3\"\nid = ", "11: units[0].color: "},
		"a name of 121 characters":  {"Chợ", strings.Repeat("Chợ", 40) + "a", "22: units[0].sites[1].name.vi: has 121 characters"},
		"a control character":       {"Chợ", `Ch\u007f`, "22: units[0].sites[1].name.vi: \"Ch⟨U+007F⟩\": ⟨U+007F⟩ is a control character"},
		"two lines":                 {"Chợ", `Chợ\nlớn`, "22: units[0].sites[1].name.vi: "},
		"an id too long":            {"na-co-sa", strings.Repeat("a", 41), "11: units[0].id: "},
		"a code too long":           {"ncs02", strings.Repeat("a", 25), "21: units[0].sites[1].code: "},
		"a mail address twice":      {`["truc-ban@example.vn"]`, `["a@b.vn", "a@b.vn"]`, "13: units[0].mail[1]: \"a@b.vn\" stands twice"},
		"an address with a name":    {`["truc-ban@example.vn"]`, `["A <a@b.vn>"]`, "13: units[0].mail[0]: "},
		"a language twice":          {"[http]", "languages = [\"vi\", \"vi\"]\n[http]", "3: languages[1]: \"vi\" stands twice"},
		"no languages":              {"[http]", "languages = []\n[http]", "3: languages: none"},
		"three on posters":          {"id = ", "poster_languages = [\"vi\", \"mww\", \"en\"]\nid = ", "11: units[0].poster_languages[2]: \"en\": expected at most two, one set large and one under it"},
		"no mail":                   {`["truc-ban@example.vn"]`, `[]`, "13: units[0].mail: missing"},
		"no recipients":             {`"unit.recipients"`, `""`, "14: units[0].recipients_file: missing"},
		"no name":                   {`{ vi = "Chợ" }`, `{}`, "22: units[0].sites[1].name: missing"},
		"oversight's mail alone":    {"id = ", "oversight_mail = [\"a@b.vn\"]\nid = ", "units[0].oversight_file: expected oversight_file and oversight_mail together"},
		"an unknown key unlike any": {"[smtp]", "[smtp]\nabcdefgh = 1", "7: smtp.abcdefgh: unknown key\n"},
	} {
		_, err := parse(t, strings.Replace(good, tc.old, tc.new, 1))
		if err == nil || !strings.Contains(err.Error()+"\n", tc.want) {
			t.Errorf("%s:\ngot  %v\nwant %s", name, err, tc.want)
		}
	}
}

// What is written is what is meant.
func TestSettings(t *testing.T) {
	cfg, err := parse(t, strings.NewReplacer(
		"[http]", "data_dir = \"/srv/tipbox\"\nsecret_file = \"s\"\nlocale_dir = \"l\"\n[spool]\nmin_free = \"2 GiB\"\nbulk_max = \"3KiB\"\nkeep_sent = \"2d\"\nmirror = \"/mnt/tipbox\"\n[http]\nadmin = \"\"",
		"10.0.0.0/8", "10.1.2.3/8", "[smtp]", "[redis]\nurl = \"rediss://r:6379/0\"\npassword_file = \"p\"\n[smtp]",
		"id = ", "mark_urgent = false\nlater_window = \"90m\"\nlanguages = [\"hmn-VN\", \"vi\"]\ncolor = \"#0b5d3b\"\nid = ").Replace(good))
	if err != nil {
		t.Fatal(err)
	}
	if cfg.DataDir != "/srv/tipbox" || !strings.HasSuffix(cfg.SecretFile, "/s") || !strings.HasSuffix(cfg.PosterTexts(), "/l/poster") {
		t.Errorf("paths: %s, %s, %s", cfg.DataDir, cfg.SecretFile, cfg.PosterTexts())
	}
	if cfg.Spool != (Spool{2 << 30, 3 << 10, 48 * time.Hour, "/mnt/tipbox"}) || cfg.HTTP.Admin != "" {
		t.Errorf("%+v, %+v", cfg.Spool, cfg.HTTP)
	}
	if p := cfg.HTTP.TrustedProxies; len(p) != 2 || p[0].String() != "127.0.0.1/32" || p[1].String() != "10.0.0.0/8" {
		t.Errorf("proxies %v", p)
	}
	if cfg.Redis == nil || cfg.Redis.URL != "rediss://r:6379/0" || !strings.HasSuffix(cfg.Redis.PasswordFile, "/p") {
		t.Errorf("Redis %+v", cfg.Redis)
	}
	if u := cfg.Directory.Unit("na-co-sa"); u.MarkUrgent || u.LaterWindow != 90*time.Minute || u.Languages[0] != "hmn-VN" || strings.Join(u.PosterLanguages, " ") != "hmn-VN" || u.Color != "#0b5d3b" {
		t.Errorf("%+v", u)
	}
	if u := cfg.Directory.Unit("na-co-sa"); len(u.Receivers[intake.ToUnit].Recipients) != 1 || u.Receivers[intake.ToUnit].Mail[0] != "truc-ban@example.vn" {
		t.Errorf("%+v", u.Receivers)
	}
	if len(cfg.RecipientsFiles) != 1 || !strings.HasSuffix(cfg.RecipientsFiles[0], "/unit.recipients") {
		t.Errorf("%v", cfg.RecipientsFiles)
	}
}

// The base URL travels in every tip that can be answered.
func TestRepliesAt(t *testing.T) {
	answers := strings.Replace(good, "id = ", "replies = true\nid = ", 1)
	cfg, err := parse(t, answers)
	if err != nil || !cfg.Directory.Units()[0].Replies {
		t.Fatalf("replies: %v", err)
	}
	host := strings.Repeat("a", 83) + ".vn"
	for text, want := range map[string]string{
		strings.Replace(good, "tip.example.vn", host, 1):        "",
		strings.Replace(answers, "tip.example.vn", host[1:], 1): "has 93 bytes",
		strings.Replace(answers, "tip.example.vn", host[4:], 1): "",
	} {
		if _, err := parse(t, text); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
