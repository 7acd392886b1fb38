package box

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tipbox/intake/waittest"
)

// TestRules: Prometheus' rules do what their tests say, and ask for numbers that there
// are.
func TestRules(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..", "..")
	cmd := waittest.Command(t, "promtool", "test", "rules", "tipbox.rules.test.yml")
	cmd.Dir = filepath.Join(root, "deploy")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	rules, err := os.ReadFile(filepath.Join(root, "deploy", "tipbox.rules.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var source strings.Builder
	for _, dir := range []string{"cmd/internal/box", "intake"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			source.Write(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	names := regexp.MustCompile(`\btipbox_\w+`).FindAllString(string(rules), -1)
	if len(names) < 12 {
		t.Errorf("only %v", names)
	}
	for _, name := range names {
		if !strings.Contains(source.String(), `"`+name+`"`) {
			t.Errorf("there is no number %s", name)
		}
	}
}
