package keys_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"mime/quotedprintable"
	"os"
	"strings"
	"testing"

	"tipbox/crypto/keys"
	"tipbox/intake/pasted"
)

func letterFile(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/letter/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// cutAt breaks a text every n characters.
func cutAt(s string, n int, by string) string {
	var pieces []string
	for ; len(s) > n; s = s[n:] {
		pieces = append(pieces, s[:n])
	}
	return strings.Join(append(pieces, s), by)
}

// TestLetters: a recipient that went through a letter is found, with its label,
// whatever became of its line.
func TestLetters(t *testing.T) {
	_, handed, _ := strings.Cut(letterFile(t, "quoted.txt"), "\n> ")
	handed = strings.TrimSpace(handed)
	r := generate(t, keys.PostQuantum).Recipient().String()
	text := "# Páo\n" + r + "\n"
	var soft bytes.Buffer
	w := quotedprintable.NewWriter(&soft)
	if _, err := w.Write([]byte("Kính gửi anh,\n\n" + text)); err != nil {
		t.Fatal(err)
	}
	w.Close()
	mail := "Subject: khoa\nContent-Transfer-Encoding: base64\n\n" + cutAt(base64.StdEncoding.EncodeToString([]byte("Kính gửi anh,\n"+text)), 76, "\n") + "\n"
	for name, c := range map[string]struct {
		file, label string
		server      bool // the server's recipients file may be so as well
	}{
		"case: letter":       {letterFile(t, "letter.txt"), "Páo", false},
		"case: quoted":       {letterFile(t, "quoted.txt"), "Páo", true},
		"case: wrapped 76":   {letterFile(t, "wrapped-76.txt"), "", true},
		"case: wrapped 998":  {letterFile(t, "wrapped-998.txt"), "", true},
		"quoted twice":       {"> > # Páo\n>> " + r + "\n", "Páo", true},
		"quoted and wrapped": {"> # Páo\n> " + cutAt(r, 70, "\n> "), "Páo", true},
		"wrapped by answer":  {"> # Páo\n> " + cutAt(r, 1000, "\n"), "Páo", true},
		"CR LF":              {"# Páo\r\n" + cutAt(r, 72, "\r\n"), "Páo", true},
		"soft breaks":        {"# Páo\n" + cutAt(r, 75, "=\n"), "Páo", true},
		"quoted-printable":   {soft.String(), "Páo", false},
		"format=flowed":      {"# Páo\n" + cutAt(r, 71, " \n"), "Páo", true},
		"joined by blanks":   {"# Páo\n" + cutAt(r, 71, " "), "Páo", true},
		"blank lines":        {"# Páo\n" + cutAt(r, 71, "\n\n"), "Páo", true},
		"indented":           {"    # Páo\n    " + cutAt(r, 71, "\n    "), "Páo", true},
		"hyphens":            {"# Páo\n" + cutAt(r, 71, "-\n"), "Páo", true},
		"no-break spaces":    {"#\u00a0Páo\n\u00a0" + cutAt(r, 71, "\u00a0\n\u00a0"), "Páo", true},
		"zero width spaces":  {"# Páo\n" + cutAt(r, 30, "\u200b"), "Páo", true},
		"soft hyphens":       {"# Páo\n" + cutAt(r, 30, "\u00ad"), "Páo", true},
		"capitals":           {"# Páo\nA" + r[1:], "Páo", true},
		"all capitals":       {"# Páo\n" + strings.ToUpper(r), "Páo", true},
		"UTF-16":             {string(utf16LE(text)), "Páo", true},
		"in a sentence":      {"Khóa của tôi: “" + r + "”.\nCảm ơn.", "", false},
		"with what is said":  {"Tôi gửi dòng age1… ở dưới:\n\n" + text, "Páo", false},
		"HTML":               {"<html><p>Kính gửi&nbsp;anh,</p><p># Páo<br>" + cutAt(r, 64, "<wbr>") + "</p></html>", "Páo", false},
		"HTML, its spaces":   {"<div># P&#225;o</div><div style=\"a:b\">" + cutAt(r, 64, "&nbsp;") + "</div>", "Páo", false},
		"HTML, hyphens":      {"<div># Páo</div><div>" + cutAt(r, 64, "&shy;") + "</div>", "Páo", false},
		"a saved mail":       {mail, "Páo", false},
		"text and HTML":      {text + "\n<p>" + r + "</p>", "Páo", false},
	} {
		r := r
		if strings.HasPrefix(name, "case: ") {
			r = handed
		}
		rs, err := keys.FindRecipients([]byte(c.file))
		if err != nil || rs.Len() != 1 || rs.All()[0].String() != r || rs.All()[0].Label != c.label {
			t.Errorf("%s: %v, %+v", name, err, rs)
		}
		if rs, err = keys.ParseRecipients(strings.NewReader(c.file)); (err == nil) != c.server || err == nil && (rs.All()[0].String() != r || rs.All()[0].Label != c.label) {
			t.Errorf("%s, as recipients file: %v", name, err)
		}
	}
}

// TestLettersThatLostIt: what cannot be undone is named, and never left out.
func TestLettersThatLostIt(t *testing.T) {
	pq, classic := generate(t, keys.PostQuantum).Recipient().String(), generate(t, keys.Classic).Recipient().String()
	for name, c := range map[string]struct {
		file string
		want error
		says string
	}{
		"case: cut":            {letterFile(t, "cut.txt"), keys.ErrCut, "line 2: not a recipient: it is cut off after 700 of its 1959 characters"},
		"cut and wrapped":      {cutAt(pq[:700], 70, "\n") + "\nPáo", keys.ErrCut, "after 700 of its 1959 characters, which are wrapped over 10 lines"},
		"a line is missing":    {cutAt(pq[:70]+pq[140:], 70, "\n"), keys.ErrCut, "after 1889 of its 1959 characters"},
		"the beginning is":     {"Anh Páo viết:\n" + pq[70:], keys.ErrCut, "a piece of one whose beginning is missing"},
		"one of two":           {classic + "\n\n" + classic[:40] + "\n", keys.ErrCut, "line 3: "},
		"a letter was changed": {pq[:100] + other(pq[100]) + pq[101:], keys.ErrChanged, "line 1: not a recipient: a character was changed, or a piece is missing"},
		"a Cyrillic letter":    {pq[:100] + "\u0430" + pq[101:], keys.ErrChanged, "⟨U+0430⟩ is a Cyrillic letter (а)"},
		"it begins with one":   {"\u0430" + pq[1:], keys.ErrMalformed, "line 1: "},
		"lines swapped":        {pq[:70] + "\n" + pq[140:210] + "\n" + pq[70:140] + "\n" + pq[210:], keys.ErrChanged, "line 1: "},
		"an identity":          {"Gửi anh: AGE-SECRET-KEY-1QQ", keys.ErrSecretKey, "line 1: "},
		"nothing":              {"Kính gửi anh,\nxem https://example.vn/age1 nhé", keys.ErrNoRecipients, ""},
	} {
		_, err := keys.FindRecipients([]byte(c.file))
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), pq[200:240]) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var encoding *pasted.EncodingError
	if _, err := keys.FindRecipients([]byte("# P\xe1o\n" + pq)); !errors.As(err, &encoding) || encoding.Line != 1 {
		t.Errorf("in Windows' letters: %v", err)
	}
}

// other returns another letter of Bech32.
func other(c byte) string {
	if c == 'q' {
		return "p"
	}
	return "q"
}

// TestUnwrappedFile: a file that is changed is written with each recipient in one
// line.
func TestUnwrappedFile(t *testing.T) {
	dir := t.TempDir() + "/recipients"
	a, b := generate(t, keys.PostQuantum).Recipient(), generate(t, keys.PostQuantum).Recipient()
	if err := os.WriteFile(dir, []byte("\ufeff> # Páo\r\n> "+cutAt(a.String(), 70, "\r\n")+"\r\n\r\n# giữ\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := keys.EditRecipients(dir)
	if err != nil {
		t.Fatal(err)
	}
	b.Label = "Mai"
	if err := f.Add(b); err != nil {
		t.Fatal(err)
	}
	if got, want := string(f.Bytes()), "# Páo\n"+a.String()+"\n\n# giữ\n\n# Mai\n"+b.String()+"\n"; got != want {
		t.Errorf("%s", got)
	}
}

// TestMangledIdentities: a locked identity that was copied out of a letter or a
// chat opens: age itself sees whether it is whole.
func TestMangledIdentities(t *testing.T) {
	id := generate(t, keys.PostQuantum)
	locked, err := id.Lock(passphrase, 4)
	if err != nil {
		t.Fatal(err)
	}
	text := string(locked)
	lines := strings.Split(strings.TrimSpace(text), "\n")
	body := strings.Join(lines[1:len(lines)-1], "")
	for name, file := range map[string]string{
		"blanks behind":     strings.ReplaceAll(text, "\n", "  \n"),
		"indented":          "    " + strings.ReplaceAll(text, "\n", "\n    "),
		"tabs":              "\t" + strings.ReplaceAll(text, "\n", "\n\t"),
		"CR LF":             strings.ReplaceAll(text, "\n", "\r\n"),
		"blank lines":       strings.ReplaceAll(text, "\n", "\n\n"),
		"quoted":            "> " + strings.ReplaceAll(text, "\n", "\n> "),
		"quoted twice":      ">> " + strings.ReplaceAll(text, "\n", "\n>> "),
		"in a letter":       "Khóa của tôi đây:\n\n" + text + "\nPáo\n",
		"wrapped anew":      lines[0] + "\n" + cutAt(body, 40, "\n") + "\n" + lines[len(lines)-1],
		"in one line":       lines[0] + "\n" + body + "\n" + lines[len(lines)-1],
		"quoted-printable":  strings.ReplaceAll(strings.ReplaceAll(text, "=", "=3D"), "\n", "\r\n"),
		"dashes corrected":  strings.ReplaceAll(text, "-----", "—--"),
		"no-break spaces":   strings.ReplaceAll(text, "\n", "\u00a0\n\u00a0"),
		"zero width spaces": strings.ReplaceAll(text, "\n", "\u200b\n"),
		"UTF-16, indented":  string(utf16LE("  " + strings.ReplaceAll(text, "\n", "\r\n  "))),
	} {
		if ids, err := keys.ParseIdentities([]byte(file), with(passphrase)); err != nil || ids.Recipients()[0].String() != id.Recipient().String() {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, file := range map[string]string{
		"a line is missing": strings.Replace(text, lines[3]+"\n", "", 1),
		"no last line":      strings.Join(lines[:len(lines)-1], "\n"),
		"two lines swapped": strings.Replace(text, lines[3]+"\n"+lines[4], lines[4]+"\n"+lines[3], 1),
	} {
		if _, err := keys.ParseIdentities([]byte(file), with(passphrase)); !errors.Is(err, keys.ErrDamaged) && !errors.Is(err, keys.ErrWrongPassphrase) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestPassphraseFiles: case 43, and a key made with a blank at its passphrase's end.
func TestPassphraseFiles(t *testing.T) {
	for _, file := range []string{"pass-bom", "pass-utf16"} {
		if pass, err := pasted.FirstLine("testdata/windows/" + file); err != nil || pass != "con trau di truoc cai cay" {
			t.Fatalf("%s: %q, %v", file, pass, err)
		}
	}
	if _, err := keys.ReadIdentities("testdata/windows/key.age", with("con trau di truoc cai cay")); err != nil {
		t.Error(err)
	}
	for made, typed := range map[string][]string{
		passphrase:       {passphrase + " ", " " + passphrase, passphrase + "\u00a0", strings.ReplaceAll(passphrase, " ", "\u00a0"), passphrase + "\u200b"},
		passphrase + " ": {passphrase + " "},
	} {
		locked, err := generate(t, keys.PostQuantum).Lock(made, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, pass := range typed {
			if _, err := keys.ParseIdentities(locked, with(pass)); err != nil {
				t.Errorf("made with %q, opened with %q: %v", made, pass, err)
			}
		}
	}
}
