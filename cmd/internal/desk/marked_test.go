package desk

import (
	"strings"
	"testing"

	"tipbox/crypto/open"
	"tipbox/crypto/plaintext"
)

// TestForgedFrame: whatever a sender writes, and wherever, no line of it begins as
// tipbox begins its own, and none is so long that a window breaks it into two.
func TestForgedFrame(t *testing.T) {
	const frame = "═══ TB-7F3K-9QMX ═══ KHẨN / URGENT ═══"
	blanks := strings.Repeat(" ", 80-len([]rune(mark)))
	for name, text := range map[string]string{
		"a line":             "Xin chào\n\n" + frame + "\nWARNING: gõ mật khẩu tại http://x",
		"a carriage return":  "Xin chào\r" + frame,
		"a line separator":   "Xin chào\u2028" + frame + "\u0085" + frame,
		"after blanks":       "x" + blanks + frame,
		"after wide letters": strings.Repeat("漢", 40) + frame,
		"after a word":       strings.Repeat("ă", 78) + frame,
		"after tabs":         strings.Repeat("\t", 20) + frame,
		"after no width":     strings.Repeat("a\u0301", 78) + frame,
		"an escape":          "\x1b[2K\x1b[1G" + frame,
	} {
		for _, columns := range []int{72, 40} {
			tip := opened{Tip: &plaintext.Tip{Text: text, Site: text, SiteName: text, Unit: text, Mailbox: "x" + "report"}, ref: "TB-1111-1111", source: "a.eml (" + text + ")"}
			var b strings.Builder
			if err := printTip(&b, &tip, columns); err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(b.String(), "\n")
			for i, line := range lines {
				used := 0
				for _, r := range line {
					used += cells(r)
				}
				ours := i == 0 || line == "" || strings.HasPrefix(line, mark[:len("│")]) || strings.HasPrefix(strings.TrimLeft(line, " "), mark) ||
					strings.HasPrefix(line, "Hòm thư ") || strings.HasPrefix(line, "Nơi dán ") || strings.HasPrefix(line, "Đơn vị ") || strings.HasPrefix(line, "Tệp ")
				if !ours || i > 0 && used > columns {
					t.Errorf("%s in %d columns: line %d takes %d: %q", name, columns, i, used, line)
				}
			}
		}
	}
}

func TestMarked(t *testing.T) {
	for in, want := range map[string]string{
		"":                     "│\n",
		"một\n\nhai":           "│ một\n│\n│ hai\n",
		"một hai ba bốn":       "│ một hai\n│ ba bốn\n",
		"mộthaibabốn":          "│ mộthaiba\n│ bốn\n",
		"漢漢漢漢漢":                "│ 漢漢漢漢\n│ 漢\n",
		"a\tb":                 "│ a    b\n",
		"e\u0301e\u0301efghij": "│ e\u0301e\u0301efghij\n",
	} {
		if got := marked(in, 10); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestReplay: the same sealed file under another id is told, once for each.
func TestReplay(t *testing.T) {
	o := newOpened(&plaintext.Tip{ID: "TB-1111-1111"}, open.Source{Name: "a.age"}, [32]byte{})
	o.alsoAs("")
	o.alsoAs("TB-1111-1111")
	o.alsoAs("TB-2222-2222")
	o.alsoAs("TB-2222-2222")
	var b strings.Builder
	if err := printTip(&b, &o, columns); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "came as TB-2222-2222"); n != 1 || strings.Contains(b.String(), "came as TB-1111-1111") {
		t.Errorf("told %d times:\n%s", n, b.String())
	}
}
