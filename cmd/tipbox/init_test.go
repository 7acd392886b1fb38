package main

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tipbox/cmd/internal/boxtest"
	"tipbox/cmd/internal/terminal"
)

// TestInitAsks answers as a person may: what is wrong is said and asked again at
// once, and what was good is kept.
func TestInitAsks(t *testing.T) {
	_, flags := boxtest.Recruit(t)
	var typed, said bytes.Buffer
	for _, answer := range []string{
		"ftp://tip.example.vn", "https://tip.example.vn",
		"Na Cô", "na-co-sa",
		" ", "Đồn Na Cô Sa",
		"NCS 01", "ncs01",
		"Chợ phiên",
		"trực ban", "truc-ban@example.vn",
		"", // no telephone
		"Mông", "vi mww en", "vi mww",
		"12", "mail.example.vn:587", "mail.example.vn",
		"", // no user there
		"tip@example.vn",
	} {
		typed.WriteString(answer + "\n")
	}
	dir := filepath.Join(t.TempDir(), "box")
	person := &terminal.Terminal{Out: &said, Err: &said, Person: bufio.NewReader(&typed)}
	if code := run(append([]string{"init", dir}, flags...), person); code != terminal.ExitDone || typed.Len() > 0 {
		t.Fatalf("exit %d, %d bytes not read\n%s", code, typed.Len(), &said)
	}
	var complaints []string
	for line := range strings.Lines(said.String()) {
		if _, complaint, ok := strings.Cut(line, ":   "); ok { // no terminal has echoed the answer's end
			complaints = append(complaints, strings.TrimSpace(complaint))
		}
	}
	want := []string{
		`cần https:// và tên máy chủ viết thường, không thêm gì phía sau / "ftp://tip.example.vn": expected https:// (http:// is for loopback only)`,
		`cần chữ thường không dấu, chữ số, gạch nối, ví dụ na-co-sa / "Na Cô": ô cannot stand there, only letters without accents: is the Vietnamese input method on?`,
		`cần có / this is needed`,
		`cần chữ thường không dấu, chữ số, gạch nối, ví dụ ncs01 / "NCS 01": expected up to 24 lower-case letters, digits and dashes, such as ncs01`,
		`cần một địa chỉ thư, ví dụ truc-ban@example.vn / "trực ban": ự cannot stand there, only letters without accents: is the Vietnamese input method on?`,
		`cần mã tiếng, ví dụ vi, mww, en, nhiều nhất hai / "Mông": ô cannot stand there, only letters without accents: is the Vietnamese input method on?`,
		`cần mã tiếng, ví dụ vi, mww, en, nhiều nhất hai / "en": expected at most two, one set large and one under it`,
		`cần tên máy chủ gửi thư, ví dụ smtp.example.vn / "12": expected the mail server's name alone, such as smtp.example.vn`,
		`cần tên máy chủ gửi thư, ví dụ smtp.example.vn / "mail.example.vn:587": expected the mail server's name alone, such as smtp.example.vn`,
	}
	if !slices.Equal(complaints, want) {
		t.Errorf("it complained\n%s\nwant\n%s", strings.Join(complaints, "\n"), strings.Join(want, "\n"))
	}
	text, err := os.ReadFile(filepath.Join(dir, "tipbox.toml"))
	for _, kept := range []string{"https://tip.example.vn", "na-co-sa", "Đồn Na Cô Sa", "ncs01", "Chợ phiên", "mail.example.vn", `poster_languages = ["vi", "mww"]`} {
		if err != nil || !strings.Contains(string(text), kept) {
			t.Errorf("%v: tipbox.toml has no %s:\n%s", err, kept, text)
		}
	}
}
