package templates

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// said finds the sentences that the script's sources name.
var said = regexp.MustCompile(`(?:text|say|sayBusy|PhotoProblem)\("([a-z_]+)"|problem: "([a-z_]+)"|\["([a-z_]+)", \(|"((?:photo|message|mailbox|detail|too)_[a-z_]+)"`)

// TestScriptTexts: each sentence that the sealing script says is there in every
// language, and none that it does not.
func TestScriptTexts(t *testing.T) {
	files, err := filepath.Glob("browser/src/seal/*.js")
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	names := make(map[string]bool)
	for _, f := range files {
		source, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range said.FindAllStringSubmatch(string(source), -1) {
			names[m[1]+m[2]+m[3]+m[4]] = true
		}
	}
	delete(names, "stopped") // says nothing
	for tag, l := range load(t, Options{}).locales {
		texts := l.ScriptTexts()
		for name := range names {
			if texts[name] == "" {
				t.Errorf("%s: the script says %q, which has no text", tag, name)
			}
		}
		for name := range texts {
			if !names[name] {
				t.Errorf("%s: the script never says %q", tag, name)
			}
		}
	}
}
