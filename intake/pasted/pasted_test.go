package pasted

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
)

// encode writes a text as UTF-16.
func encode(s string, big bool) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		if big {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return out
}

func TestText(t *testing.T) {
	const text = "mật khẩu = 1\ntrực ban\n"
	crlf := strings.ReplaceAll(text, "\n", "\r\n")
	for name, file := range map[string][]byte{
		"UTF-8": []byte(text), "CR LF": []byte(crlf), "CR": []byte(strings.ReplaceAll(text, "\n", "\r")),
		"Notepad": []byte("\ufeff" + crlf), "PowerShell": encode("\ufeff"+crlf, false), "big": encode("\ufeff"+crlf, true),
		"without a mark": encode(crlf, false), "big without a mark": encode(crlf, true),
		"a line end behind it": append(encode("\ufeff"+strings.TrimSuffix(text, "\n"), false), encode("\n", false)[0]),
	} {
		if got, err := Text(file); err != nil || strings.TrimSuffix(got, "\n") != strings.TrimSuffix(text, "\n") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for name, c := range map[string]struct {
		file []byte
		line int
	}{
		"Windows-1258":    {[]byte("a\nm\xe2t kh\xe2\xecu\n"), 2},
		"a picture":       {[]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00"), 0},
		"UTF-32":          {[]byte("\xff\xfe\x00\x00a\x00\x00\x00"), 0},
		"UTF-16, halved":  {[]byte("\xff\xfea"), 0},
		"half a pair":     {[]byte("\xff\xfe\x00\xd8a\x00"), 0},
		"a NUL in a text": {[]byte("abc\x00def"), 0},
	} {
		var wrong *EncodingError
		if got, err := Text(c.file); !errors.As(err, &wrong) || wrong.Line != c.line {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// TestFirstLine: a password file as editors write it.
func TestFirstLine(t *testing.T) {
	file := filepath.Join(t.TempDir(), "smtp")
	for written, want := range map[string][2]string{ // the line, the password
		"":                               {},
		"mật khẩu: 12 %":                 {"mật khẩu: 12 %", "mật khẩu: 12 %"},
		"of today\n":                     {"of today", "of today"},
		"of today\r\n":                   {"of today", "of today"}, // as Notepad ends a line
		"of today\nold\n":                {"of today", "of today"},
		" of today \t\n":                 {" of today \t", "of today"},
		"\nof today":                     {},
		"\ufeffof today":                 {"of today", "of today"},
		"of today\u00a0\n":               {"of today\u00a0", "of today"},
		"\u200bof today\u200b\ufeff\r\n": {"\u200bof today\u200b\ufeff", "of today"},
		string(encode("\ufeffof today\r\n", false)):         {"of today", "of today"},
		string(encode("of today\r\n", false)):               {"of today", "of today"},
		string(encode("\ufeffmật khẩu \u00a0\r\n", true)):   {"mật khẩu \u00a0", "mật khẩu"},
		"\ufeff" + string(bytes.Repeat([]byte("\r\n"), 10)): {},
	} {
		if err := os.WriteFile(file, []byte(written), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := FirstLine(file); got != want[0] || err != nil {
			t.Errorf("%q: %q, %v", written, got, err)
		}
		if got, err := Password(file); got != want[1] || err != nil {
			t.Errorf("%q: %q, %v", written, got, err)
		}
	}
	if err := os.WriteFile(file, []byte("of\u200btoday"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Password(file); !errors.Is(err, ErrHidden) || !strings.Contains(err.Error(), "U+200B is a zero width space") || strings.Contains(err.Error(), "today") {
		t.Errorf("%v", err)
	}
	if got, err := Password(""); got != "" || err != nil {
		t.Errorf("no file: %q, %v", got, err)
	}
	if _, err := Password(file + ".gone"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is gone: %v", err)
	}
}

// TestValue: nothing passes that a person would not see, or would read as another.
func TestValue(t *testing.T) {
	for value, want := range map[string]string{
		"truc-ban@example.vn":             "",
		"9 GiB":                           "",
		"truc-ban@example.vn\u200b":       `"truc-ban@example.vn⟨U+200B⟩": ⟨U+200B⟩ is a zero width space`,
		"truc-ban@example.vn\u00a0":       `⟨U+00A0⟩ is a no-break space`,
		"trực-ban@example.vn":             `"trực-ban@example.vn": ự cannot stand there, only letters without accents`,
		"tru\u031bc-ban@example.vn":       `⟨U+031B⟩ is an accent that stands apart from its letter`,
		"truc-b\u0430n@example.vn":        `"truc-b⟨U+0430⟩n@example.vn": ⟨U+0430⟩ is a Cyrillic letter (а)`,
		"truc-b\u03b1n@example.vn":        `a Greek letter`,
		"truc\u00adban@example.vn":        `a soft hyphen`,
		"\ufefftruc-ban@example.vn":       `a byte order mark`,
		"truc-ban\u202e@example.vn":       `a mark of writing direction`,
		"truc-ban\u2066@example.vn":       `a mark of writing direction`,
		"truc-ban\u2060@example.vn":       `a word joiner`,
		"truc‑ban@example.vn":             `a dash (‑) and not -`,
		"truc–ban@example.vn":             `a dash (–) and not -`,
		"ｔruc-ban@example.vn":             `a full-width t`,
		"truc-ban＠example.vn":             `a full-width @`,
		"𝐭ruc-ban@example.vn":             `⟨U+1D42D⟩`,
		"ﬁ@example.vn":                    `another writing (ﬁ) of fi`,
		"truc-ban@example.vn ":            `a blank before or after it`,
		"\ttruc-ban@example.vn":           `a tab`,
		"“truc-ban@example.vn”":           `a curly quote`,
		"truc-ban@example.vn\r":           `a line end`,
		"truc-ban@example\u3002vn":        `⟨U+3002⟩`,
		"truc-ban@example.vn\u3000":       `a space that is not the space bar's`,
		"truc\u2800ban@example.vn":        `nobody sees`,
		"truc-ban@example.vn\U000e0020":   `nobody sees`,
		"truc-ban@example.vn\ufffd":       `what is left of a lost character`,
		"truc-ban@example.vn\u200d\u200c": `a zero width joiner`,
	} {
		err := Value(value)
		if (err != nil) != (want != "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", value, err, want)
		}
	}
}

// TestName: what people write in their own scripts passes, in one form.
func TestName(t *testing.T) {
	for name, want := range map[string]string{ // "" where it is refused
		"Đồn Biên phòng Na Cô Sa":   "Đồn Biên phòng Na Cô Sa",
		"Tru\u031b\u0323c ban":      "Trực ban", // as Macs write it
		"Trư\u0323c ban":            "Trực ban",
		"Nhà văn hóa “Bản 1” – chợ": "Nhà văn hóa “Bản 1” – chợ",
		"Buôn Ama Thuột, ơ̆":        "Buôn Ama Thuột, ơ̆",
		"ບ້ານ\u200bໃໝ່":             "ບ້ານ\u200bໃໝ່",
		"ភូមិ\u200bថ្មី":            "ភូមិ\u200bថ្មី",
		"𖬌𖬣𖬵 Hmoob":                 "𖬌𖬣𖬵 Hmoob",
		"Пост 1":                    "Пост 1",
		"Chợ ☎️":                    "Chợ ☎️",
		"Chợ\u200b":                 "", "Ch\u00adợ": "", "Chợ\u00a0phiên": "", "\u202eợhC": "", "Chợ\ufeff": "", "Chợ\u2060": "",
		"Вản Na Cô": "Вản Na Cô"[:0], "Chợ phiеn": "", "Ｃhợ": "", "Ðồn": "", "\u0323Chợ": "", "Ch\ufffd": "", "Chợ\x1b": "", "Chợ \u0300": "",
	} {
		got, err := Name(name)
		if (err != nil) != (want == "") || err == nil && got != want {
			t.Errorf("%+q: %+q, %v", name, got, err)
		}
	}
}

func TestLine(t *testing.T) {
	for line, want := range map[string]string{
		"  a\u00a0b\u200bc\u00add\ufeff\t": "a bcd", "\u202ea": "\u202ea", "ບ້ານ\u200bໃໝ່": "ບ້ານ\u200bໃໝ່",
	} {
		if got := Line(line); got != want {
			t.Errorf("%+q: %+q", line, got)
		}
	}
}
