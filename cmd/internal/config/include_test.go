package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tipbox/intake"
)

// many writes a tipbox.toml that includes two units, one with a table of sites, and
// returns its path.
func many(t *testing.T) (path string) {
	t.Helper()
	d := dir(t)
	head, unit, _ := strings.Cut(good, "[[units]]")
	files := map[string]string{
		"tipbox.toml":      "include = [\"units/*.toml\"]\n" + head + "[[units]]" + unit,
		"units/b.toml":     "[[units]]\nid = \"b\"\nname = { vi = \"Đơn vị B\" }\nmail = [\"b@example.vn\"]\nrecipients_file = \"other.recipients\"\nsites_file = \"sites/b.csv\"\n",
		"units/c.toml":     "[[units]]\nid = \"c\"\nname = { vi = \"Đơn vị C\" }\nmail = [\"c@example.vn\"]\nrecipients_file = \"other.recipients\"\n[[units.sites]]\ncode = \"c1\"\nname = { vi = \"Bản C\" }\n",
		"sites/b.csv":      "code,name_vi,name_en,withdrawn\nb1,Bản B 1,Village B 1,\nb2,\"Chợ, bản B\",,2026-11-22\n",
		"other.recipients": "",
	}
	own, err := os.ReadFile(filepath.Join(d, "both.recipients"))
	if err != nil {
		t.Fatal(err)
	}
	files["other.recipients"] = strings.SplitN(string(own), "\n", 2)[0] + "\n"
	for name, text := range files {
		write(t, filepath.Join(d, name), text)
	}
	return filepath.Join(d, "tipbox.toml")
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestInclude: units come from files of their own, sites from a table.
func TestInclude(t *testing.T) {
	path := many(t)
	cfg, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	b := cfg.Directory.Unit("b")
	if len(cfg.Directory.Units()) != 3 || b == nil || len(b.Sites) != 2 || b.Sites[0].Name["en"] != "Village B 1" || b.Sites[1].Name["vi"] != "Chợ, bản B" {
		t.Fatalf("%+v", b)
	}
	if !b.Sites[1].IsWithdrawn(time.Date(2026, 11, 23, 0, 0, 0, 0, time.Local)) || b.Sites[0].IsWithdrawn(time.Now()) || b.Sites[1].Unit != b {
		t.Errorf("%+v", b.Sites[1])
	}
}

// TestSitesTable: a table as Excel saves it in Vietnam, and what is wrong with one,
// with its line.
func TestSitesTable(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"Excel, semicolons":   {"\ufeffcode;name_vi;withdrawn\r\nb1;Bản B;22/11/2026\r\n", ""},
		"Excel, sep":          {"sep=;\r\ncode;name_vi\r\nb1;Bản B\r\n", ""},
		"Excel, Unicode Text": {string(utf16Text("code\tname_vi\tname_en\r\nb1\tBản B\tVillage\r\n")), ""},
		"another order":       {"Name_VI,code\nBản B,b1\n\n,,\n", ""},
		"no such column":      {"code,name\nb1,Bản\n", "sites/b.csv:1: has a column \"name\": expected code, name_vi"},
		"a column is missing": {"code,name_en\nb1,B\n", "sites/b.csv:1: lacks a column"},
		"a comma in a name":   {"code,name_vi\nb1,Chợ, bản B\n", "sites/b.csv:2: has 3 cells: expected 2"},
		"a bad code":          {"code,name_vi\nb1,Bản\nB 2,Bản\n", "sites/b.csv:3: code: \"B 2\": expected up to 24"},
		"no name":             {"code,name_vi\nb1,\n", "sites/b.csv:2: name: missing"},
		"a day that is none":  {"code,name_vi,withdrawn\nb1,Bản,32/11/2026\n", "sites/b.csv:2: withdrawn: \"2026-11-32\""},
		"twice":               {"code,name_vi\nb1,Bản\nb1,Chợ\n", "sites/b.csv:3: code: \"b1\" stands twice"},
		"twice, elsewhere":    {"code,name_vi\nc1,Bản\n", "units/c.toml:7: units[0].sites[0].code: \"c1\" stands twice"},
		"nothing":             {"", "sites/b.csv: is empty"},
		"no lines":            {"code,name_vi\n", "sites/b.csv: no sites"},
		"none":                {"-", "units/b.toml:6: units[0].sites_file: \"sites/b.csv\" does not exist"},
	} {
		t.Run(name, func(t *testing.T) {
			path := many(t)
			table := filepath.Join(filepath.Dir(path), "sites", "b.csv")
			write(t, table, c.text)
			if c.text == "-" {
				if err := os.Remove(table); err != nil {
					t.Fatal(err)
				}
			}
			cfg, err := Load(path)
			switch {
			case c.want == "" && err != nil:
				t.Fatal(err)
			case c.want == "":
				if s := cfg.Directory.Site("b1"); s == nil || s.Name["vi"] != "Bản B" {
					t.Errorf("%+v", s)
				}
			case err == nil || !strings.Contains(err.Error(), c.want):
				t.Errorf("%v\nwant %s", err, c.want)
			}
		})
	}
}

func utf16Text(s string) []byte {
	b := []byte{0xff, 0xfe}
	for _, r := range s {
		b = append(b, byte(r), byte(r>>8))
	}
	return b
}

// TestServing: what is wrong with one unit stops that unit alone, or it goes on as it
// was; what is wrong with all stops all.
func TestServing(t *testing.T) {
	for name, c := range map[string]struct {
		file, text string
		broken     string // what the broken one is called
		atStart    string // codes that are closed, and those that are gone
		gone       string
		fatal      bool
	}{
		"keys":             {"other.recipients", "nothing\n", "b c", "b1 b2 c1", "", false},
		"a table":          {"sites/b.csv", "code,name\n", "b", "", "b1 b2", false},
		"a row of a table": {"sites/b.csv", "code,name_vi\nb1,Bản B 1\nB2,x\n", "b", "b1", "b2", false},
		"a unit":           {"units/c.toml", "[[units]]\nid = \"c\"\nname = { vi = \"Đơn vị C\" }\nmail = [\"c\"]\nrecipients_file = \"other.recipients\"\n[[units.sites]]\ncode = \"c1\"\nname = { vi = \"Bản C\" }\n", "c", "c1", "", false},
		"an unknown key":   {"units/c.toml", "mistake = 1\n[[units]]\nid = \"c\"\n", "units/c.toml", "", "c1", false},
		"no TOML":          {"units/c.toml", "[[units\n", "units/c.toml", "", "c1", false},
		"the file itself":  {"tipbox.toml", "mistake = 1\n", "", "", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			path := many(t)
			before, err := Serving(path, nil)
			if err != nil || len(before.Broken) > 0 {
				t.Fatal(err, before)
			}
			write(t, filepath.Join(filepath.Dir(path), c.file), c.text)
			if _, err := Load(path); err == nil {
				t.Fatal("nothing is wrong")
			}
			cfg, err := Serving(path, nil)
			if c.fatal {
				if err == nil {
					t.Error("serves without a configuration")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, b := range cfg.Broken {
				rel, _ := filepath.Rel(filepath.Dir(path), b.File)
				if b.Unit != "" {
					rel = b.Unit
				}
				names = append(names, rel)
				if b.GoesOn || len(b.Problems) == 0 {
					t.Errorf("%+v", b)
				}
			}
			if got := strings.Join(names, " "); got != c.broken {
				t.Errorf("broken: %s", got)
			}
			for _, code := range strings.Fields(c.atStart) {
				if s := cfg.Directory.Site(code); s == nil || !s.Unit.Closed || len(s.Unit.Receivers[intake.ToUnit].Mail) == 0 || s.Unit.Receivers[intake.ToUnit].Sealer != nil {
					t.Errorf("%s: %+v", code, s)
				}
			}
			for _, code := range strings.Fields(c.gone) {
				if s := cfg.Directory.Site(code); s != nil {
					t.Errorf("%s: %+v", code, s)
				}
			}
			if s := cfg.Directory.Site("ncs01"); s == nil || s.Unit.Closed || s.Unit.Receivers[intake.ToUnit].Sealer == nil {
				t.Errorf("another unit: %+v", s)
			}

			after, err := Serving(path, before)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range after.Broken {
				if !b.GoesOn {
					t.Errorf("%+v does not go on", b)
				}
			}
			for _, code := range []string{"ncs01", "b1", "b2", "c1"} {
				if s := after.Directory.Site(code); s == nil || s.Unit.Closed || s.Unit.Receivers[intake.ToUnit].Sealer == nil || s == before.Directory.Site(code) {
					t.Errorf("%s: %+v", code, s)
				}
			}
			again, err := Serving(path, after) // and again, and again
			if err != nil || len(again.Directory.Units()) != 3 {
				t.Error(again, err)
			}
		})
	}
}
