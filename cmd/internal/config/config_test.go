package config

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tipbox/crypto/keys"
	"tipbox/intake"
	limits "tipbox/intake/limit"
)

// dir holds the recipients files that good names: one of each kind, one that
// the unit is among, a mixed one, an empty one, and a secret key where a
// recipient belongs.
func dir(t testing.TB) string {
	t.Helper()
	d := t.TempDir()
	recipient := make(map[string]string)
	for name, kind := range map[string]string{"tinh": keys.Classic, "unit": keys.PostQuantum, "other": keys.PostQuantum} {
		id, err := keys.Generate(kind)
		if err != nil {
			t.Fatal(err)
		}
		recipient[name] = id.Recipient().String()
	}
	for name, text := range map[string]string{
		"unit.recipients":  recipient["unit"],
		"tinh.recipients":  recipient["tinh"],
		"both.recipients":  recipient["other"] + "\n" + recipient["unit"],
		"mixed.recipients": recipient["tinh"] + "\n" + recipient["unit"],
		"empty.recipients": "# nobody\n",
		"secret":           secret,
	} {
		if err := os.WriteFile(filepath.Join(d, name), []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

const secret = "AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ"

const good = `base_url = "https://tip.example.vn"

[http]
trusted_proxies = ["127.0.0.1", "10.0.0.0/8"]

[smtp]
host = "smtp.example.vn"
from = "hom-thu@example.vn"

[[units]]
id = "na-co-sa"
name = { vi = "Đồn Biên phòng Na Cô Sa", en = "Na Cô Sa Border Post" }
mail = ["truc-ban@example.vn"]
recipients_file = "unit.recipients"

  [[units.sites]]
  code = "ncs01"
  name = { vi = "Nhà văn hóa bản Na Cô Sa 1" }

  [[units.sites]]
  code = "ncs02"
  name = { vi = "Chợ" }
  withdrawn = "2026-11-22"
`

func parse(t *testing.T, text string) (*Config, error) {
	t.Helper()
	return Parse(filepath.Join(dir(t), "tipbox.toml"), []byte(text))
}

func TestGood(t *testing.T) {
	cfg, err := parse(t, good)
	if err != nil {
		t.Fatal(err)
	}
	site := cfg.Directory.Site("NCS01")
	if site == nil || cfg.Link(site) != "https://tip.example.vn/t/ncs01" {
		t.Errorf("site %+v", site)
	}
	if own := site.Unit.Receivers[intake.ToUnit]; own.Sealer == nil || site.Unit.HasOversight() || !site.Unit.MarkUrgent || own.Kind != keys.PostQuantum {
		t.Errorf("unit %+v", site.Unit)
	}
	rules := Limits{Sender: Limit{60, time.Hour, 40}, Site: Limit{240, time.Hour, 80}, All: Limit{6000, time.Hour, 1000}}
	if cfg.Limits != rules || cfg.HTTP.BodyMemory != 256<<20 || cfg.HTTP.Listen != "127.0.0.1:8080" || cfg.HTTP.Admin != "127.0.0.1:9090" ||
		cfg.SMTP.Port != 587 || cfg.SMTP.TLS != "starttls" || site.Unit.LaterWindow != 6*time.Hour || strings.Join(cfg.Languages, " ") != "vi en" {
		t.Errorf("defaults: %+v", cfg)
	}
	if got := cfg.Directory.Site("ncs02").Withdrawn.Format("2006-01-02"); got != "2026-11-22" {
		t.Errorf("withdrawn %s", got)
	}
	if cfg.DataDir != filepath.Join(filepath.Dir(cfg.Path), "data") || cfg.SecretFile != filepath.Join(cfg.DataDir, "secret") {
		t.Errorf("paths: %s, %s", cfg.DataDir, cfg.SecretFile)
	}
}

// TestWrittenOtherwise: what an editor on Windows writes, and a day as TOML has days.
func TestWrittenOtherwise(t *testing.T) {
	text := "\ufeff" + strings.ReplaceAll(strings.Replace(good, `"2026-11-22"`, "2026-11-22", 1), "\n", "\r\n")
	cfg, err := parse(t, text)
	if err != nil {
		t.Fatal(err)
	}
	if got := cfg.Directory.Site("ncs02").Withdrawn; !got.Equal(time.Date(2026, 11, 22, 0, 0, 0, 0, time.Local)) {
		t.Errorf("withdrawn %s", got)
	}
	if _, err := parse(t, strings.Replace(text, "hom-thu@", "hom thu@", 1)); err == nil || !strings.Contains(err.Error(), ":8: smtp.from") {
		t.Errorf("the line after a mark: %v", err)
	}
}

func oversight(file, mail string) string {
	return fmt.Sprintf("oversight_file = %q\noversight_mail = [%q]\nid = ", file, mail)
}

func TestOversightAndPhones(t *testing.T) {
	for _, phone := range []string{"113", "0215 000 000", "+84 (215) 000-000", "(0215) 000.000"} {
		own := fmt.Sprintf("phone = %q\noversight_phone = \"0215 111 111\"\noversight_name = { vi = \"Thanh tra\" }\n", phone)
		cfg, err := parse(t, strings.Replace(good, "id = ", own+oversight("tinh.recipients", "thanh-tra@example.vn"), 1))
		if err != nil {
			t.Fatal(err)
		}
		if u := cfg.Directory.Unit("na-co-sa"); !u.HasOversight() || u.Phone != phone || u.OversightPhone != "0215 111 111" || u.OversightName.In("en") != "Thanh tra" {
			t.Errorf("unit %+v", u)
		}
	}
}

// Each change to a good file is refused, with the line and the key of what is
// wrong and a part of what is said.
func TestBad(t *testing.T) {
	for name, tc := range map[string]struct{ old, new, want string }{
		"http base URL":         {"https://tip", "http://tip", "1: base_url: "},
		"base URL with path":    {"example.vn\"\n\n[http]", "example.vn/box\"\n\n[http]", "1: base_url: "},
		"no proxies":            {`["127.0.0.1", "10.0.0.0/8"]`, "[]", "4: http.trusted_proxies: empty"},
		"everyone a proxy":      {"10.0.0.0/8", "0.0.0.0/0", "4: http.trusted_proxies[1]: "},
		"admin in public":       {"[http]", "[http]\nadmin = \"0.0.0.0:9090\"", "4: http.admin: "},
		"admin is the form":     {"[http]", "[http]\nadmin = \"127.0.0.1:8080\"", "4: http.admin: \"127.0.0.1:8080\": is taken by http.listen"},
		"admin in the form":     {"[http]", "[http]\nlisten = \":9090\"", "3: http.admin: \"127.0.0.1:9090\": is taken by http.listen"},
		"unknown key":           {"[smtp]", "[smtp]\nhots = \"x\"", "7: smtp.hots: unknown key: did you mean host?"},
		"letters swapped":       {"[smtp]", "[stmp]", "6: stmp: unknown key: did you mean smtp?"},
		"another language tag":  {"[http]", "languages = [\"vi\", \"tha\"]\n[http]", "3: languages[1]: \"tha\": expected the language's usual tag, th"},
		"no language tag":       {"[http]", "languages = [\"Thái\"]\n[http]", "3: languages[0]: \"Thái\": á cannot stand there, only letters without accents"},
		"unknown table":         {"[smtp]", "[smpt]", "6: smpt: unknown key: did you mean smtp?"},
		"host with port":        {`host = "smtp.example.vn"`, `host = "smtp.example.vn:587"`, "7: smtp.host: "},
		"host as a URL":         {`host = "smtp.example.vn"`, `host = "smtp://x"`, "7: smtp.host: "},
		"host of two words":     {`host = "smtp.example.vn"`, `host = "a b"`, "7: smtp.host: "},
		"wrong type":            {`host = "smtp.example.vn"`, "host = 5", "7: smtp.host: expected text in quotes"},
		"address for a list":    {`["truc-ban@example.vn"]`, `"truc-ban@example.vn"`, `13: units.mail: expected a list, such as ["truc-ban@example.vn"]`},
		"language for a list":   {"[http]", "languages = \"vi\"\n[http]", `3: languages: expected a list, such as ["vi", "en"]`},
		"number in a list":      {`["truc-ban@example.vn"]`, `[5]`, `13: units.mail: expected a list, such as ["truc-ban@example.vn"]`},
		"number in quotes":      {"[smtp]", "[smtp]\nport = \"587\"", "7: smtp.port: expected a whole number without quotes"},
		"truth in quotes":       {"id = ", "mark_urgent = \"no\"\nid = ", "11: units.mark_urgent: expected true or false"},
		"name for names":        {`{ vi = "Chợ" }`, `"Chợ"`, "22: units.sites.name: expected a name for each language"},
		"number for a name":     {`{ vi = "Chợ" }`, `{ vi = 5 }`, "22: units.sites.name: expected a name for each language"},
		"number for tables":     {"id = ", "sites = 5\nid = ", "11: units.sites: expected [[units.sites]], in two brackets"},
		"two brackets":          {"[smtp]", "[[smtp]]", "6: smtp: expected the table [smtp]"},
		"no table":              {"[http]", "spool = 5\n[http]", "3: spool: expected the table [spool]"},
		"syntax":                {"[smtp]", "[smtp", "6: "},
		"plain SMTP":            {"[smtp]", "[smtp]\ntls = \"none\"", "7: smtp.tls: \"none\" to smtp.example.vn"},
		"user, no password":     {"[smtp]", "[smtp]\nusername = \"tip\"", "7: smtp.username: "},
		"from":                  {"hom-thu@example.vn", "hom thu", "8: smtp.from: \"hom thu\""},
		"bounces":               {"[smtp]", "[smtp]\nbounces = \"me\"", "7: smtp.bounces: \"me\""},
		"alert of no kind":      {"  [[units.sites]]\n  code = \"ncs01\"", "  [[units.alerts]]\n  kind = \"sms\"\n\n  [[units.sites]]\n  code = \"ncs01\"", "17: units[0].alerts[0].kind: \"sms\": expected one of command, gotify, ntfy"},
		"alert without chat":    {"  [[units.sites]]\n  code = \"ncs01\"", "  [[units.alerts]]\n  kind = \"zalo\"\n  token_file = \"x\"\n\n  [[units.sites]]\n  code = \"ncs01\"", "16: units[0].alerts[0].chat: missing"},
		"oversight alert alone": {"  [[units.sites]]\n  code = \"ncs01\"", "  [[units.oversight_alerts]]\n  kind = \"command\"\n  command = [\"x\"]\n\n  [[units.sites]]\n  code = \"ncs01\"", "16: units[0].oversight_alerts[0]: expected oversight_file"},
		"the unit hears of it": {"  [[units.sites]]\n  code = \"ncs01\"", "  [[units.alerts]]\n  kind = \"command\"\n  command = [\"x\"]\n\n  [[units.oversight_alerts]]\n  kind = \"command\"\n  command = [\"x\"]\n\n  [[units.sites]]\n  code = \"ncs01\"",
			"20: units[0].oversight_alerts[0]: is among alerts as well"},
		"hour":                  {"id = ", "alive_at = \"7 h\"\nid = ", "11: units[0].alive_at: \"7 h\": expected an hour of the day, such as 07:00"},
		"heartbeat in clear":    {"[smtp]", "[operator]\nheartbeat_url = \"http://watch.example/x\"\n[smtp]", "7: operator.heartbeat_url: expected https://"},
		"heartbeat's token":     {"[smtp]", "[operator]\nheartbeat_token_file = \"x\"\n[smtp]", "7: operator.heartbeat_token_file: expected heartbeat_url"},
		"no recipients":         {"unit.recipients", "empty.recipients", "14: units[0].recipients_file: "},
		"no recipients file":    {"unit.recipients", "none.recipients", "14: units[0].recipients_file: \"none.recipients\" does not exist"},
		"mixed kinds":           {"unit.recipients", "mixed.recipients", "14: units[0].recipients_file: "},
		"secret key":            {"unit.recipients", "secret", "14: units[0].recipients_file: "},
		"secret key as name":    {"unit.recipients", secret, "14: units[0].recipients_file: is a secret key"},
		"secret key elsewhere":  {"truc-ban@example.vn", secret, "13: units[0].mail[0]: \"AGE-SECRET-KEY-…\": expected a mail address"},
		"oversight, no mail":    {"id = ", "oversight_file = \"tinh.recipients\"\nid = ", "11: units[0].oversight_file: "},
		"oversight by the unit": {"id = ", oversight("unit.recipients", "thanh-tra@example.vn"), "11: units[0].oversight_file: \"unit.recipients\" holds a recipient of recipients_file"},
		"oversight by both":     {"id = ", oversight("both.recipients", "thanh-tra@example.vn"), "11: units[0].oversight_file: \"both.recipients\" holds a recipient of recipients_file"},
		"oversight to the unit": {"id = ", oversight("tinh.recipients", "Truc-Ban@Example.vn"), "12: units[0].oversight_mail[0]: \"Truc-Ban@Example.vn\" is in mail as well"},
		"oversight's name only": {"id = ", "oversight_name = { vi = \"Thanh tra\" }\nid = ", "11: units[0].oversight_name: expected oversight_file and oversight_mail beside it"},
		"oversight unnamed":     {"id = ", "oversight_name = { vi = \" \" }\n" + oversight("tinh.recipients", "thanh-tra@example.vn"), "11: units[0].oversight_name.vi: empty"},
		"oversight's phone":     {"id = ", "oversight_phone = \"abc\"\n" + oversight("tinh.recipients", "thanh-tra@example.vn"), "11: units[0].oversight_phone: \"abc\": expected one telephone number"},
		"oversight at the unit": {"id = ", "phone = \"0215 000 000\"\noversight_phone = \"(0215) 000-000\"\n" + oversight("tinh.recipients", "thanh-tra@example.vn"), "12: units[0].oversight_phone: \"(0215) 000-000\" is phone as well"},
		"phone of letters":      {"id = ", "phone = \"abc\"\nid = ", "11: units[0].phone: \"abc\": expected one telephone number"},
		"phone too short":       {"id = ", "phone = \"+(84)\"\nid = ", "11: units[0].phone: "},
		"two phones":            {"id = ", "phone = \"0215 000 000; 0216 000 000\"\nid = ", "11: units[0].phone: "},
		"site code":             {`"ncs02"`, `"NCS 02"`, "21: units[0].sites[1].code: \"NCS 02\""},
		"site code twice":       {`"ncs02"`, `"ncs01"`, "21: units[0].sites[1].code: \"ncs01\" stands twice: also at units[0].sites[0].code"},
		"withdrawn":             {"2026-11-22", "22/11/2026", "23: units[0].sites[1].withdrawn: "},
		"withdrawn at a time":   {`"2026-11-22"`, "2026-11-22T10:00:00", "23: units[0].sites[1].withdrawn: "},
		"name":                  {"Chợ", " ", "22: units[0].sites[1].name.vi: empty"},
		"name too long":         {"Chợ", strings.Repeat("Chợ", 41), "22: units[0].sites[1].name.vi: has 123 characters"},
		"name's language":       {`{ vi = "Chợ" }`, `{ VI = "Chợ" }`, "22: units[0].sites[1].name.VI: "},
		"mail address":          {`["truc-ban@example.vn"]`, `["a@b.vn", "truc ban"]`, "13: units[0].mail[1]: "},
		"later window":          {"id = ", "later_window = \"6\"\nid = ", "11: units[0].later_window: "},
		"deadline":              {"id = ", "deadlines = { hand_over = \"1 day\" }\nid = ", "11: units[0].deadlines.hand_over: \"1 day\": expected hours, days or months"},
		"keep for a while":      {"[smtp]", "[spool]\nkeep_sent = \"7\"\n[smtp]", "7: spool.keep_sent: \"7\": expected a number of days up to 99"},
		"mirror within":         {"[smtp]", "[spool]\nmirror = \"data/spool\"\n[smtp]", "7: spool.mirror: \"data/spool\": expected a directory apart from data_dir"},
		"mirror around":         {"[smtp]", "[spool]\nmirror = \".\"\n[smtp]", "7: spool.mirror: \".\": expected a directory apart from data_dir"},
		"keep for hours":        {"[smtp]", "[spool]\nkeep_sent = \"24h\"\n[smtp]", "7: spool.keep_sent: \"24h\": expected a number of days up to 99"},
		"no room to leave":      {"[smtp]", "[spool]\nmin_free = \"0 MiB\"\n[smtp]", "7: spool.min_free: \"0 MiB\": expected a size above 0"},
		"no room for requests":  {"[http]", "[http]\nbody_memory = \"0 GiB\"", "4: http.body_memory: \"0 GiB\": expected a size above 0"},
		"room without a unit":   {"[smtp]", "[spool]\nmin_free = \"512\"\n[smtp]", "7: spool.min_free: \"512\": expected a size above 0"},
		"password in Redis URL": {"[smtp]", "[redis]\nurl = \"redis://:hunter2@127.0.0.1/0\"\n[smtp]", "7: redis.url: holds a password"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(good, tc.old) {
				t.Fatalf("%q is not in the good file", tc.old)
			}
			_, err := parse(t, strings.Replace(good, tc.old, tc.new, 1))
			var bad *Error
			if !errors.As(err, &bad) {
				t.Fatalf("got %v", err)
			}
			if want := "tipbox.toml:" + tc.want; !strings.Contains(err.Error(), want) {
				t.Errorf("got  %v\nwant %s", err, want)
			}
			for _, secret := range []string{"hunter2", "QQQQ"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the message repeats a secret: %v", err)
				}
			}
		})
	}
}

// TestLimitsThatCanBeKept holds that config and package limit agree on which
// they are: else one is refused without its line, while the service starts.
func TestLimitsThatCanBeKept(t *testing.T) {
	const longest = 1 << 50 * time.Microsecond
	ok := limits.Rule{Count: 60, Per: time.Hour, Burst: 40}
	for rule, want := range map[Limit]string{
		{60, 60 * time.Millisecond, 1}: "",
		{60, 59 * time.Millisecond, 1}: "per: \"59ms\" for 60: expected at least a millisecond",
		{1, longest, 1}:                "",
		{1, longest, 2}:                "burst: 2: expected fewer",
		{1, longest + 999, 1}:          "",
		{1, longest + 1000, 1}:         "burst: 1: expected fewer",
		{1, time.Hour, 312_749}:        "",
		{1, time.Hour, 312_750}:        "burst: 312750: expected fewer",
		{1, 1, math.MaxInt}:            "per: \"1ns\" for 1: ",
		{1, 1e6, math.MaxInt}:          "burst: 9223372036854775807: ",
		{math.MaxInt, time.Hour, 1}:    "per: \"1h0m0s\" for 9223372036854775807: ",
		{0, time.Hour, 1}:              "count: 0: ",
		{1, -time.Hour, 1}:             "per: \"-1h0m0s\": ",
		{1, time.Hour, 0}:              "burst: 0: ",
	} {
		text := fmt.Sprintf("[limits]\nsite = { count = %d, per = %q, burst = %d }\n[smtp]", rule.Count, rule.Per, rule.Burst)
		_, err := parse(t, strings.Replace(good, "[smtp]", text, 1))
		if (err != nil) != (want != "") || err != nil && !strings.Contains(err.Error(), ":7: limits.site."+want) {
			t.Errorf("%+v: got %v, want %q", rule, err, want)
		}
		_, kept := limits.New(limits.Options{Rules: limits.Rules{Sender: ok, Site: limits.Rule(rule), All: ok}, Secret: make([]byte, 32), Registerer: prometheus.NewRegistry()})
		if (kept != nil) != (err != nil) {
			t.Errorf("%+v: config says %v, limit %v", rule, err, kept)
		}
	}
}

func TestAllProblemsAtOnce(t *testing.T) {
	text := strings.NewReplacer("https://", "ftp://", "hom-thu@", "hom thu@", `"ncs02"`, `"?"`, "[http]", "[http]\nx = 1").Replace(good)
	_, err := parse(t, text)
	var bad *Error
	if !errors.As(err, &bad) || len(bad.Problems) != 4 {
		t.Fatalf("got %v", err)
	}
	for i := range bad.Problems[1:] {
		if bad.Problems[i].Line > bad.Problems[i+1].Line {
			t.Errorf("not in the order of lines:\n%v", err)
		}
	}
}

func TestNothing(t *testing.T) {
	_, err := parse(t, "")
	for _, key := range []string{"base_url: missing", "units: none", "smtp.host: missing"} {
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s is not in: %v", key, err)
		}
	}
}

func BenchmarkParse10000Sites(b *testing.B) {
	var text strings.Builder
	text.WriteString(good)
	for i := range 10_000 {
		fmt.Fprintf(&text, "\n[[units.sites]]\ncode = \"s%d\"\nname = { vi = \"Bản %d\" }\n", i, i)
	}
	path := filepath.Join(dir(b), "tipbox.toml")
	for b.Loop() {
		if _, err := Parse(path, []byte(text.String())); err != nil {
			b.Fatal(err)
		}
	}
}
