package config

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"tipbox/crypto/keys"
)

// full has every key whose value is text.
const full = `base_url = "https://tip.example.vn"
data_dir = "data"
languages = ["vi", "en"]
locale_dir = "locale"
secret_file = "secret-file"

[http]
listen = "127.0.0.1:8080"
admin = "127.0.0.1:9090"
trusted_proxies = ["127.0.0.1"]
body_memory = "256 MiB"

[redis]
url = "rediss://redis.example.vn:6380/0"
password_file = "redis-password"
ca_file = "redis-ca"

[limits]
sender = { count = 60, per = "1h", burst = 40 }

[spool]
min_free = "512 MiB"
bulk_max = "1 GiB"
keep_sent = "7d"
mirror = "mirror"

[smtp]
host = "smtp.example.vn"
tls = "starttls"
username = "tip"
password_file = "smtp-password"
ca_file = "smtp-ca"
from = "hom-thu@example.vn"
bounces = "thu-loi@example.vn"

[operator]
heartbeat_url = "https://watch.example.vn/ping/{token}"
heartbeat_token_file = "heartbeat"

  [[operator.alerts]]
  kind = "webhook"
  url = "https://chat.example.vn/hook"
  body = '{"content": "{text} {link}"}'

[[units]]
id = "na-co-sa"
name = { vi = "Đồn Na Cô Sa" }
mail = ["truc-ban@example.vn"]
recipients_file = "unit.recipients"
oversight_file = "tinh.recipients"
oversight_mail = ["thanh-tra@example.vn"]
oversight_name = { vi = "Thanh tra" }
oversight_phone = "0215 111 111"
phone = "0215 000 000"
later_window = "6h"
languages = ["vi"]
emblem = "emblem.png"
color = "#0b5d3b"
alive_at = "07:00"

  [[units.alerts]]
  kind = "command"
  command = ["/usr/local/bin/sms", "0912345678"]

  [[units.alerts]]
  kind = "zalo"
  token_file = "zalo-token"
  chat = "6ede9afa66b88fe6d6a9"

  [[units.oversight_alerts]]
  kind = "ntfy"
  url = "https://ntfy.example.vn/thanh-tra"

  [[units.sites]]
  code = "ncs01"
  name = { vi = "Nhà văn hóa" }
  withdrawn = "2026-11-22"
`

// TestOddCharacters: in no value passes a character that nobody sees, or that looks
// like another, and it is shown, with its line.
func TestOddCharacters(t *testing.T) {
	path := filepath.Join(dir(t), "tipbox.toml")
	if _, err := Parse(path, []byte(full)); err != nil {
		t.Fatal(err)
	}
	const odd = "\u200b \u00a0 \u00ad \u202e \u2066 \ufeff \u2060 \u0430 ｔ"
	tested := 0
	for n, line := range strings.Split(full, "\n") {
		_, value, text := strings.Cut(line, `= "`)
		if !text {
			if _, value, text = strings.Cut(line, `["`); !text {
				_, value, text = strings.Cut(line, `vi = "`)
			}
		}
		value, _, _ = strings.Cut(value, `"`)
		if !text || value == "" {
			continue
		}
		tested++
		at := len(value) / 2
		for c := range strings.FieldsSeq(odd) {
			if strings.Contains(line, "{ vi") {
				at = len(string([]rune(value)[:1])) // within a word
			}
			changed := value[:at] + c + value[at:]
			_, err := Parse(path, []byte(strings.Replace(full, `"`+value+`"`, `"`+changed+`"`, 1)))
			var bad *Error
			if !errors.As(err, &bad) || len(bad.Problems) != 1 || !strings.Contains(bad.Problems[0].Text, fmt.Sprintf("⟨U+%04X⟩ is ", []rune(c)[0])) {
				t.Errorf("line %d, %+q: %v", n+1, changed, err)
			}
			if bad != nil && len(bad.Problems) > 0 && !strings.HasPrefix(strings.Split(full, "\n")[bad.Problems[0].Line-1], line[:4]) {
				t.Errorf("line %d, %+q: told of line %d", n+1, changed, bad.Problems[0].Line)
			}
		}
	}
	if tested < 30 {
		t.Errorf("%d values", tested)
	}
}

// TestCase40 has the addresses that a unit was given and never got a tip at.
func TestCase40(t *testing.T) {
	for address, want := range map[string]string{
		"truc-ban@example.vn\u200b":      `13: units[0].mail[0]: "truc-ban@example.vn⟨U+200B⟩": ⟨U+200B⟩ is a zero width space`,
		"truc-ban@example.vn\u00a0":      `13: units[0].mail[0]: "truc-ban@example.vn⟨U+00A0⟩": ⟨U+00A0⟩ is a no-break space`,
		"tr\u1ef1c-ban@example.vn":       `13: units[0].mail[0]: "trực-ban@example.vn": ự cannot stand there`,
		"tru\u031b\u0323c-ban@a.example": `⟨U+031B⟩ is an accent that stands apart`,
		"truc-b\u0430n@example.vn":       `⟨U+0430⟩ is a Cyrillic letter`,
	} {
		if _, err := parse(t, strings.Replace(good, "truc-ban@example.vn", address, 1)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+q: %v", address, err)
		}
	}
}

// TestNamesInOneForm: accents that stand apart from their letters are joined, as
// posters need them.
func TestNamesInOneForm(t *testing.T) {
	cfg, err := parse(t, strings.Replace(good, "Chợ", "Cho\u031b\u0323", 1))
	if err != nil {
		t.Fatal(err)
	}
	if got := cfg.Directory.Site("ncs02").Name["vi"]; got != "Chợ" {
		t.Errorf("%+q", got)
	}
}

// TestFileNames: a file that is there may have any name; one that is not, no odd one.
func TestFileNames(t *testing.T) {
	d := dir(t)
	b, err := os.ReadFile(filepath.Join(d, "unit.recipients"))
	if err != nil {
		t.Fatal(err)
	}
	const there = "khoa\u00a0cu\u0309a đồn" // as a Mac saves it
	if err := os.WriteFile(filepath.Join(d, there), b, 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(d, "tipbox.toml")
	if _, err := Parse(path, []byte(strings.Replace(good, "unit.recipients", there, 1))); err != nil {
		t.Error(err)
	}
	_, err = Parse(path, []byte(strings.Replace(good, "unit.recipients", "cu\u0309a", 1)))
	if err == nil || !strings.Contains(err.Error(), `"của": its accents stand apart from their letters`) {
		t.Error(err)
	}
}

func TestSecretsStayUnsaid(t *testing.T) {
	for old, value := range map[string]string{
		"truc-ban@example.vn": "AGE-SECRET-KEY-1\u200bQQQQ", "Chợ": "AGE-SECRET-KEY-1\u200bQQQQ",
		"[smtp]": "[redis]\nurl = \"redis://:QQQQ\u200b@127.0.0.1/0\"\n[smtp]",
	} {
		if _, err := parse(t, strings.Replace(good, old, value, 1)); err != nil && strings.Contains(err.Error(), "QQQQ") {
			t.Errorf("%v", err)
		}
	}
}

// TestEncodings: the file as editors on Windows write it.
func TestEncodings(t *testing.T) {
	utf16File := func(mark string) string {
		var b strings.Builder
		for _, u := range utf16.Encode([]rune(mark + strings.ReplaceAll(good, "\n", "\r\n"))) {
			b.Write([]byte{byte(u), byte(u >> 8)})
		}
		return b.String()
	}
	for name, text := range map[string]string{
		"BOM": "\ufeff" + good, "UTF-16": utf16File("\ufeff"), "UTF-16 without a mark": utf16File(""),
		"CR LF": strings.ReplaceAll(good, "\n", "\r\n"), "CR": strings.ReplaceAll(good, "\n", "\r"),
	} {
		cfg, err := parse(t, text)
		if err != nil || cfg.Directory.Site("ncs02").Name["vi"] != "Chợ" {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := parse(t, strings.Replace(text, "h\x00o\x00m\x00-", "h\x00o\x00m\x00 ", 1)); name == "UTF-16" && (err == nil || !strings.Contains(err.Error(), ":8: smtp.from")) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := parse(t, strings.Replace(good, "Chợ", "Ch\xf3", 1)); err == nil || !strings.Contains(err.Error(), "toml:22: line 22 is not UTF-8: save the file as UTF-8") {
		t.Error(err)
	}
}

// TestCase41: what check reads, keys reads.
func TestCase41(t *testing.T) {
	if _, err := Load("testdata/bom/tipbox.toml"); err != nil {
		t.Error(err)
	}
	d, err := ReadDraft("testdata/bom/tipbox.toml")
	if err != nil {
		t.Fatal(err)
	}
	if u := d.Units(); len(u) != 1 || u[0].ID != "na-co-sa" || u[0].RecipientsFile != filepath.FromSlash("testdata/bom/rec") {
		t.Errorf("%+v", u)
	}
}

// TestWordProcessors: what they make of a file is named as a person sees it, all at
// once, and only that.
func TestWordProcessors(t *testing.T) {
	text := strings.NewReplacer(`"smtp.example.vn"`, "“smtp.example.vn”", `from =`, "from\u00a0=", `"ncs01"`, "‘ncs01’ # “x”", `"Chợ"`, `"“Chợ”"`).Replace(good)
	_, err := parse(t, text)
	var bad *Error
	if !errors.As(err, &bad) || len(bad.Problems) != 3 {
		t.Fatalf("%v", err)
	}
	for i, want := range []Problem{
		{"", 7, "", "⟨U+201C⟩ is a curly quote, as Word makes it, and not \": type it again"},
		{"", 8, "", "⟨U+00A0⟩ is a no-break space, as web pages and Word have it: type it again"},
		{"", 17, "", "⟨U+2018⟩ is a curly quote, as Word makes it, and not ': type it again"},
	} {
		if bad.Problems[i] != want {
			t.Errorf("%+v, want %+v", bad.Problems[i], want)
		}
	}
	for name, line := range map[string]string{
		"a dash": "bounces – \"a@b.vn\"", "a zero width space in a key": "bou\u200bnces = \"a@b.vn\"",
		"a full-width sign": "bounces ＝ \"a@b.vn\"", "a wide space": "\u3000bounces = \"a@b.vn\"",
	} {
		if _, err := parse(t, strings.Replace(good, "[smtp]", "[smtp]\n"+line, 1)); err == nil || !strings.Contains(err.Error(), "toml:7: ⟨U+") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestBreaks: of what is going to be written only what it breaks is told.
func TestBreaks(t *testing.T) {
	d := dir(t)
	path := filepath.Join(d, "tipbox.toml")
	text := strings.Replace(good, `id = "na-co-sa"`, oversight("tinh.recipients", "thanh-tra@example.vn")+`"na-co-sa"`, 1)
	draft, err := NewDraft(path, []byte(strings.Replace(text, "https://tip", "ftp://tip", 1)))
	if err != nil {
		t.Fatal(err)
	}
	read := func(names ...string) []byte {
		var all [][]byte
		for _, name := range names {
			b, err := os.ReadFile(filepath.Join(d, name))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, b)
		}
		return bytes.Join(all, []byte("\n"))
	}
	for _, c := range []struct {
		file string
		to   []byte
		want string
	}{
		{"unit.recipients", read("both.recipients"), ""},
		{"unit.recipients", read("tinh.recipients"), `units[0].oversight_file: "tinh.recipients" holds a recipient of recipients_file`},
		{"./tinh.recipients", read("unit.recipients"), "holds a recipient of recipients_file"},
		{"unit.recipients", read("mixed.recipients"), "recipients of different kinds"},
		{"unit.recipients", nil, keys.ErrNoRecipients.Error()},
		{"elsewhere", nil, ""},
	} {
		err := draft.Breaks(map[string][]byte{filepath.Join(d, c.file): c.to})
		if (err != nil) != (c.want != "") || err != nil && (!strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "ftp")) {
			t.Errorf("%s: %v, want %q", c.file, err, c.want)
		}
	}
}
