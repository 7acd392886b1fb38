package qr

import (
	"net/url"
	"strings"
	"testing"
)

func TestJudge(t *testing.T) {
	base, err := url.Parse("https://tip.example.vn")
	if err != nil {
		t.Fatal(err)
	}
	status := func(code string) (known, withdrawn bool) { return code == "ncs01" || code == "old9", code == "old9" }
	for _, c := range []struct {
		text string
		want Judgement
	}{
		{"https://tip.example.vn/t/ncs01", Judgement{Verdict: Genuine, Code: "ncs01"}},
		{"HTTPS://TIP.EXAMPLE.VN/T/NCS01", Judgement{Verdict: Genuine, Code: "ncs01"}},
		{"https://tip.example.vn:443/t/ncs01", Judgement{Verdict: Genuine, Code: "ncs01"}},
		{"https://tip.example.vn/t/ncs02", Judgement{Verdict: Unknown, Code: "ncs02"}},
		{"https://tip.example.vn/t/old9", Judgement{Verdict: Withdrawn, Code: "old9"}},

		{"WIFI:S:free;T:nopass;;", Judgement{Verdict: Foreign, Difference: NotALink}},
		{"tel:113", Judgement{Verdict: Foreign, Difference: NotALink}},
		{"", Judgement{Verdict: Foreign, Difference: NotALink}},
		{"tip.example.vn/t/ncs01", Judgement{Verdict: Foreign, Difference: NotALink}},
		{"https://%zz", Judgement{Verdict: Foreign, Difference: NotALink}},
		{"https://tip.example.vn@evil.com/t/ncs01", foreign(UserInHost, "evil.com")},
		{"https://tip.examp1e.vn/t/ncs01", foreign(LookAlike, "tip.examp1e.vn")},
		{"https://tip.exаmple.vn/t/ncs01", foreign(LookAlike, "tip.exаmple.vn")}, // Cyrillic а
		{"https://tip.xn--exmple-4nf.vn/t/ncs01", foreign(LookAlike, "tip.exаmple.vn")},
		{"https://típ.example.vn/t/ncs01", foreign(LookAlike, "típ.example.vn")},
		{"https://tip.exarnple.vn/t/ncs01", foreign(LookAlike, "tip.exarnple.vn")},
		{"https://tip.exmaple.vn/t/ncs01", foreign(NearHost, "tip.exmaple.vn")},
		{"https://tip.exampel.vn/t/ncs01", foreign(NearHost, "tip.exampel.vn")},
		{"https://tip.examples.vn/t/ncs01", foreign(NearHost, "tip.examples.vn")},
		{"https://tip-example.vn/t/ncs01", foreign(NearHost, "tip-example.vn")},
		{"https://tip.example.vn.evil.com/t/ncs01", foreign(HostAsPrefix, "tip.example.vn.evil.com")},
		{"https://evil.com/t/ncs01", foreign(OtherHost, "evil.com")},
		{"https://203.0.113.9/t/ncs01", foreign(OtherHost, "203.0.113.9")},
		{"http://tip.example.vn/t/ncs01", foreign(OtherScheme, "tip.example.vn")},
		{"https://tip.example.vn:8443/t/ncs01", foreign(OtherPort, "tip.example.vn")},
		{"https://tip.example.vn/r/ncs01", foreign(OtherPath, "tip.example.vn")},
		{"https://tip.example.vn/t/", foreign(OtherPath, "tip.example.vn")},
		{"https://tip.example.vn/", foreign(OtherPath, "tip.example.vn")},
		{"https://tip.example.vn/t/ncs01/more", foreign(OtherPath, "tip.example.vn")},
		{"https://tip.example.vn/t/..%2Fncs01", foreign(OtherPath, "tip.example.vn")},
		{"https://tip.example.vn/t/ncs01?to=evil", foreign(Additions, "tip.example.vn")},
		{"https://tip.example.vn/t/ncs01#x", foreign(Additions, "tip.example.vn")},
	} {
		if got := Judge(c.text, base, status); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.text, got, c.want)
		}
	}
}

func foreign(d Difference, host string) Judgement {
	return Judgement{Verdict: Foreign, Difference: d, Host: host}
}

func TestJudgeBaseWithPort(t *testing.T) {
	base, err := url.Parse("http://127.0.0.1:8080")
	if err != nil {
		t.Fatal(err)
	}
	status := func(string) (known, withdrawn bool) { return true, false }
	if j := Judge("http://127.0.0.1:8080/t/a1", base, status); j.Verdict != Genuine {
		t.Errorf("our own loopback link: %+v", j)
	}
	if j := Judge("http://127.0.0.1/t/a1", base, status); j.Difference != OtherPort {
		t.Errorf("without the port: %+v", j)
	}
}

// FuzzJudge: whatever a stranger prints, a genuine verdict means our own link.
func FuzzJudge(f *testing.F) {
	base, err := url.Parse("https://tip.example.vn")
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{"https://tip.example.vn/t/ncs01", "https://tip.example.vn@x/t/ncs01", "\x00", "https://xn--/t/a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		j := Judge(text, base, func(code string) (bool, bool) { return code == "ncs01", false })
		if j.Verdict != Genuine {
			return
		}
		u, err := url.Parse(text)
		if err != nil {
			u, err = url.Parse(strings.TrimSpace(text))
		}
		if err != nil || u.User != nil || u.RawQuery != "" {
			t.Errorf("%q is called genuine", text)
		}
	})
}
