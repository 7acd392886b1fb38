package templates

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// said finds the sentences that the scripts' sources name, and begun those of which
// they name the beginning.
var (
	said  = regexp.MustCompile(`(?:text|say|sayBusy|waiting|PhotoProblem)\("([a-z_]+)"|problem: "([a-z_]+)"|\["([a-z_]+)", \(|"((?:photo|message|mailbox|detail|too|reply|read|write)_[a-z_]+)"`)
	begun = regexp.MustCompile("text\\(`([a-z_]+_)\\$")
)

// TestScriptTexts: each sentence that a script says is there in every language, and
// none that it does not.
func TestScriptTexts(t *testing.T) {
	for script, texts := range map[string]func(*Locale) map[string]string{
		"seal": (*Locale).ScriptTexts, "replies": (*Locale).RepliesTexts, "outbox": (*Locale).OutboxTexts,
	} {
		files, err := filepath.Glob("browser/src/" + script + "/*.js")
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		var all []byte
		for _, f := range files {
			source, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, source...)
		}
		names := make(map[string]bool)
		for _, m := range said.FindAllSubmatch(all, -1) {
			names[string(bytes.Join(m[1:], nil))] = true
		}
		delete(names, "stopped")  // says nothing
		delete(names, "reply_at") // is no text
		for tag, l := range load(t, Options{}).locales {
			for _, m := range begun.FindAllSubmatch(all, -1) {
				for key := range l.texts {
					if strings.HasPrefix(key, string(m[1])) {
						names[key] = true
					}
				}
			}
			for name := range names {
				if texts(l)[name] == "" {
					t.Errorf("%s: the script %s says %q, which has no text", tag, script, name)
				}
			}
			for name := range texts(l) {
				if !names[name] {
					t.Errorf("%s: the script %s never says %q", tag, script, name)
				}
			}
		}
	}
}
