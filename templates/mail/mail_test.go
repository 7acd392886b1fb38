package mail

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const id = "TB-7K3M-9QXA"

// TestTextIsConstant: nothing but the id differs between two mails.
func TestTextIsConstant(t *testing.T) {
	got := Text(id)
	if strings.Contains(got, placeholder) || !strings.Contains(got, id) {
		t.Errorf("the id is not in its places:\n%s", got)
	}
	if strings.ReplaceAll(got, id, placeholder) != text || len(got) != len(text) {
		t.Error("the text differs in more than the id")
	}
	if len(placeholder) != len(id) {
		t.Error("the placeholder is not as long as an id")
	}
}

// TestTextIsForOfficers: both languages tell the five steps by name, in lines
// that fit a page, and the command below them, out of the way.
func TestTextIsForOfficers(t *testing.T) {
	for name, text := range map[string]string{"one tip": Text(id), "a digest": DigestText} {
		t.Run(name, func(t *testing.T) { testTextIsForOfficers(t, text) })
	}
}

func testTextIsForOfficers(t *testing.T, text string) {
	vietnamese, english, both := strings.Cut(text, "\n----\n")
	if !both {
		t.Fatal("expected two languages, parted by ----")
	}
	for _, part := range []string{vietnamese, english} {
		_, steps, _ := strings.Cut(part, "\n\n1. ")
		steps, below, _ := strings.Cut(steps, "\n\n")
		for _, want := range []string{"\n2. ", "\n3. ", "\n4. ", "\n5. ", "doc-tin.html", "USB", "khoa-cua-toi"} {
			if !strings.Contains(steps, want) {
				t.Errorf("%q is missing in the steps:\n%s", want, steps)
			}
		}
		if n := strings.Count(steps, "\n") + 1; n != 5 {
			t.Errorf("%d steps, expected 5", n)
		}
		if strings.Contains(steps, "tipbox open") || !strings.Contains(below, "tipbox open -i") {
			t.Errorf("the command does not stand below the steps:\n%s", part)
		}
		for line := range strings.Lines(part) {
			if n := utf8.RuneCountInString(line); n > 160 {
				t.Errorf("line of %d characters: %s", n, line)
			}
		}
	}
	if !norm.NFC.IsNormalString(text) || strings.Contains(text, "\r") {
		t.Error("the text is not NFC with plain line ends")
	}
	if strings.Contains(text, "://") {
		t.Error("the text has a link, and says it has none")
	}
}

// TestPassText: the pass stands alone on its line, in whose words the desk looks for it.
func TestPassText(t *testing.T) {
	got := PassText("2026-2", "7F3K-9QMX-2ABC-4DEF")
	if !strings.Contains(got, "\nMã trả lời / Reply pass 2026-2: 7F3K-9QMX-2ABC-4DEF\n") || !norm.NFC.IsNormalString(got) || strings.Contains(got, "\r") {
		t.Errorf("%q", got)
	}
}

func TestSubject(t *testing.T) {
	if got := Subject(id, false); got != "[Hòm thư] Tin mới TB-7K3M-9QXA" {
		t.Error(got)
	}
	if got := Subject(id, true); !strings.HasPrefix(got, "[Hòm thư] KHẨN") || !strings.HasSuffix(got, "Tin mới TB-7K3M-9QXA") {
		t.Error(got)
	}
}
