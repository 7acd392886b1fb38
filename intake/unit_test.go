package intake

import (
	"slices"
	"testing"
	"time"
)

func TestNamesIn(t *testing.T) {
	all := Names{"vi": "Suối", "hmn-VN": "Dej", "en": "Stream"}
	for name, c := range map[string]struct {
		names Names
		langs []string
		want  string
	}{
		"the language asked for":             {all, []string{"en"}, "Stream"},
		"the first that there is":            {all, []string{"lo", "hmn-VN", "en"}, "Dej"},
		"else Vietnamese":                    {all, []string{"lo"}, "Suối"},
		"else always the same one of others": {Names{"mww": "c", "en": "a", "hmn-VN": "b"}, nil, "a"},
		"an empty name is none":              {Names{"vi": "", "en": "Stream"}, []string{"vi"}, "Stream"},
		"no name at all":                     {nil, []string{"vi"}, ""},
	} {
		for range 20 { // a map's order changes from one time to the next
			if got := c.names.In(c.langs...); got != c.want {
				t.Errorf("%s: %q, want %q", name, got, c.want)
				break
			}
		}
	}
}

func TestDirectory(t *testing.T) {
	suoi, cho, cau := &Site{Code: "suoi"}, &Site{Code: "cho"}, &Site{Code: "cau"}
	a := &Unit{ID: "a", Sites: []*Site{suoi, cho}, Receivers: map[Audience]Receiver{ToUnit: {Kind: "a's"}}}
	b := &Unit{ID: "b", Sites: []*Site{cau}, Receivers: map[Audience]Receiver{ToUnit: {}, Oversight: {Kind: "b's"}}}
	d, err := NewDirectory([]*Unit{a, b})
	if err != nil {
		t.Fatal(err)
	}
	if got := slices.Collect(d.Sites()); !slices.Equal(got, []*Site{suoi, cho, cau}) {
		t.Errorf("sites %v", got)
	}
	for s := range d.Sites() { // who has found one looks at no other
		if s == cho {
			break
		}
	}
	if d.Site("CHO") != cho || d.Site("ch0") != nil || cau.Unit != b || d.Unit("b") != b || d.Unit("c") != nil {
		t.Error("a site or a unit is not found, or another than was asked for")
	}
	if a.HasOversight() || !b.HasOversight() {
		t.Error("who has an oversight")
	}
	for _, c := range []struct {
		unit string
		to   Audience
		kind string
		ok   bool
	}{{"a", ToUnit, "a's", true}, {"b", Oversight, "b's", true}, {"a", Oversight, "", false}, {"gone", ToUnit, "", false}} {
		if r, ok := d.Receiver(c.unit, c.to); ok != c.ok || r.Kind != c.kind {
			t.Errorf("%s, %s: %+v, %v", c.unit, c.to, r, ok)
		}
	}
}

// Two of one name would let a poster's tips go to another's post.
func TestDirectoryTwice(t *testing.T) {
	for want, units := range map[string][]*Unit{
		`unit "a" stands twice`:         {{ID: "a"}, {ID: "b"}, {ID: "a"}},
		`site code "suoi" stands twice`: {{ID: "a", Sites: []*Site{{Code: "suoi"}}}, {ID: "b", Sites: []*Site{{Code: "suoi"}}}},
	} {
		if _, err := NewDirectory(units); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// A poster is bad from the moment on that the configuration names.
func TestWithdrawn(t *testing.T) {
	at := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	site := &Site{Withdrawn: at}
	if site.IsWithdrawn(at.Add(-1)) || !site.IsWithdrawn(at) || (&Site{}).IsWithdrawn(at) {
		t.Error("withdrawn at another moment than was said")
	}
}
