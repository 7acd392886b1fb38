package templates

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tipbox/templates/postertext"
)

func drawn(t *testing.T, p *Pages, v View) string {
	t.Helper()
	var b strings.Builder
	if err := p.Write(&b, v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// inOrder fails unless the texts stand in the page, one after the other.
func inOrder(t *testing.T, page string, texts ...string) {
	t.Helper()
	for rest, i := page, 0; i < len(texts); i++ {
		_, after, ok := strings.Cut(rest, texts[i])
		if !ok {
			t.Errorf("%q is not there, or not after %q", texts[i], texts[max(0, i-1)])
			return
		}
		rest = after
	}
}

// TestOneNameForEachMailbox: the form says what the poster said that led to it.
func TestOneNameForEachMailbox(t *testing.T) {
	posters, err := postertext.Load("")
	if err != nil {
		t.Fatal(err)
	}
	for tag, l := range load(t, Options{}).locales {
		on := posters[tag]
		if on == nil {
			t.Errorf("%s: no poster", tag)
			continue
		}
		for form, poster := range map[string]string{l.Suggestion: on.Suggestion, l.Report: on.Report, l.Crime: on.Crime, l.Box: on.Name} {
			if said := strings.NewReplacer("~", " ", "\u00a0", " ").Replace(poster); said != form {
				t.Errorf("%s: %q on the form, %q on the poster", tag, form, said)
			}
		}
	}
}

// TestOversightBearsItsName: who is asked to judge the unit has a name and a number of
// its own, and who complains of the unit is not told to call it.
func TestOversightBearsItsName(t *testing.T) {
	p := load(t, Options{})
	l := p.locales["vi"]
	page := Page{Locale: l, Unit: "Đồn", Phone: "0215 000 000"}
	other := &Other{Name: "Thanh tra tỉnh", Phone: "0215 111 111"}
	const unit, own = `href="tel:0215000000"`, `href="tel:0215111111"`
	form := drawn(t, p, &Form{Page: page, Action: "/t/a", Oversight: true, Other: other})
	inOrder(t, form, unit, `value="oversight"`, "Thanh tra tỉnh", "Chỉ cơ quan này mở được", own)
	given := &Form{Page: page, Action: "/t/a", Oversight: true, Other: other, To: "oversight", Notice: TooMany}
	if given := drawn(t, p, given); strings.Contains(given, unit) {
		t.Error("a tip about the unit that cannot be sent: told to call the unit")
	} else {
		inOrder(t, given, "tel:113", own, "<form")
	}
	if given.Oversight = false; !strings.Contains(drawn(t, p, given), unit) {
		t.Error("without an oversight: not told to call the unit")
	}
	thanks := &Thanks{Page: page, Delivery: "urgent", Oversight: true, Other: other, Again: "/t/a"}
	said := drawn(t, p, thanks)
	inOrder(t, said, "tới Thanh tra tỉnh", "tel:113", own)
	if strings.Contains(said, unit) {
		t.Error("thanked for a tip about the unit: told to call the unit")
	}
	thanks.Other = nil
	if said = drawn(t, p, thanks); strings.Contains(said, unit) || !strings.Contains(said, "tới "+l.ThanksOther) || !strings.Contains(drawn(t, p, &Form{Page: page, Action: "/t/a", Oversight: true}), l.ToOversight) {
		t.Errorf("unnamed: %s", said)
	}
}

// TestThanksInOrder: how to clear the page comes first and to close it last, Zalo's
// readers have a line of their own, and one more tip is no button.
func TestThanksInOrder(t *testing.T) {
	p := load(t, Options{})
	for _, l := range p.locales {
		page := Page{Locale: l, Unit: "Đồn", Truth: "/k"}
		thanks := drawn(t, p, &Thanks{Page: page, Delivery: "now", Again: "/t/a", Host: "tip.example.vn"})
		inOrder(t, thanks, "<h1", l.Traces, "<li>"+fill(l.TracesHistory, "host", "tip.example.vn"), "<li>"+l.TracesPhotos, "<li>"+l.TracesZalo+"</li>", "<li>"+l.TracesClose+"</li></ol>",
			`<p class="again"><a href="/t/a">`+l.Another)
		inOrder(t, drawn(t, p, &Truth{Page: page, Host: "tip.example.vn"}), l.TruthSent, l.Traces, "<li>"+l.TracesClose+"</li></ol>", "<h2>"+l.Truth)
		for key, text := range l.texts {
			if strings.Contains(text, "Nhật ký") {
				t.Errorf("%s: %s: no browser's history is called so", l.Tag, key)
			}
		}
	}
}

// TestPlainWords: nothing that only those who run a box call so, but where it decides
// how far secrecy goes, or where officers read it.
func TestPlainWords(t *testing.T) {
	jargon := regexp.MustCompile(`(?i)máy chủ|địa chỉ mạng|mã hóa|ký tự|không bắt buộc|4\.000`)
	allowed := map[string]bool{"truth_kept": true, "seal_failed": true, "read_failed": true, "read_plain": true, "problem_text_broken": true}
	for key, text := range load(t, Options{}).locales["vi"].texts {
		if word := jargon.FindString(text); word != "" && !allowed[key] && !strings.HasPrefix(key, "outbox_") && !strings.HasPrefix(key, "leave_") {
			t.Errorf("%s says %q: %s", key, word, text)
		}
	}
}

// TestStaleIsNoAlarm: of a page that was open for long nothing is wrong but its age.
func TestStaleIsNoAlarm(t *testing.T) {
	p := load(t, Options{})
	page := Page{Locale: p.locales["vi"]}
	for _, n := range []Notice{Stale, TooMany, Full, Broken, Failed} {
		given := drawn(t, p, &Form{Page: page, Action: "/t/a", Notice: n})
		if calm := strings.Contains(given, `class="alert calm"`); calm != (n == Stale) || strings.Contains(given, page.Locale.CannotWait) == calm {
			t.Errorf("%s: calm: %v", n, calm)
		}
	}
}

// TestContrast: whatever is written is read in the sun, by day and by night: 7:1, as
// WCAG 2.2 has it for its highest grade (1.4.6).
func TestContrast(t *testing.T) {
	light := func(colour string) (sum float64) {
		if len(colour) == 3 {
			colour = regexp.MustCompile(".").ReplaceAllString(colour, "$0$0")
		}
		for i, part := range []float64{.2126, .7152, .0722} {
			n, err := strconv.ParseUint(colour[2*i:2*i+2], 16, 8)
			if err != nil {
				t.Fatal(err)
			}
			if c := float64(n) / 255; c <= .04045 {
				sum += part * c / 12.92
			} else {
				sum += part * math.Pow((c+.055)/1.055, 2.4)
			}
		}
		return sum
	}
	named := regexp.MustCompile(`--(\w+): ?#(\w+)`)
	schemes := regexp.MustCompile(`(?s):root ?\{.*?\}`).FindAllString(string(load(t, Options{}).style), -1)
	if len(schemes) != 2 {
		t.Fatalf("%d schemes", len(schemes))
	}
	for _, scheme := range schemes {
		colours := make(map[string]string)
		for _, m := range named.FindAllStringSubmatch(scheme, -1) {
			colours[m[1]] = m[2]
		}
		for text, grounds := range map[string]string{"ink": "paper card tint badtint", "soft": "paper card tint", "brand": "paper card tint", "bad": "paper card badtint", "onbrand": "brand"} {
			for ground := range strings.FieldsSeq(grounds) {
				a, b := light(colours[text])+.05, light(colours[ground])+.05
				if ratio := max(a/b, b/a); ratio < 7 {
					t.Errorf("%s on %s: %.2f in %s", text, ground, ratio, scheme)
				}
			}
		}
	}
}
