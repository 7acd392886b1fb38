package browser

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tipbox/templates/browser/browsertest"
)

// bundles are what build.mjs writes.
var bundles = []string{
	"reader.html", "seal.js", "seal.js.br", "worker.js", "worker.js.br", "replies.js", "replies.js.br", "outbox.js", "outbox.js.br", "LICENSES.txt",
}

// TestBundles builds the bundles from the lock file and the sources and compares
// them with the committed ones: what is served is what can be read here.
func TestBundles(t *testing.T) {
	dir := t.TempDir()
	if out, err := browsertest.Node(t, ".", time.Minute, "build.mjs", dir).CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	for _, name := range bundles {
		built, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		committed, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, ".br") {
			// Another Node's brotli may write it otherwise, but not much larger.
			if len(committed) > len(built)*105/100 {
				t.Errorf("%s has %d bytes, built anew %d", name, len(committed), len(built))
			}
			built, committed = unbrotli(t, built), unbrotli(t, committed)
		}
		if !bytes.Equal(built, committed) {
			t.Errorf("%s is not what the sources give: run node build.mjs in templates/browser and commit", name)
		}
	}
}

func unbrotli(t *testing.T, b []byte) []byte {
	t.Helper()
	cmd := browsertest.Node(t, ".", time.Minute, "-e", "process.stdin.pipe(zlib.createBrotliDecompress()).pipe(process.stdout)")
	cmd.Stdin = bytes.NewReader(b)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal("undoing brotli: ", err)
	}
	return out
}

// TestNode runs the tests of the scripts, in Node and in real browsers.
func TestNode(t *testing.T) {
	files, err := filepath.Glob("test/*.test.mjs")
	if err != nil || len(files) == 0 {
		t.Fatal("no tests found", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			browsertest.Play(t, ".", 8*time.Minute, 1, nil, file)
		})
	}
}

// TestEnds holds that no browser's test waits for ever: all have the limits of
// test/support.mjs.
func TestEnds(t *testing.T) {
	files, err := filepath.Glob("test/*.mjs")
	more, errMore := filepath.Glob("test/*/*.mjs")
	if files = append(files, more...); err != nil || errMore != nil || len(files) < 8 {
		t.Fatal(files, err, errMore)
	}
	unlimited := map[string]*regexp.Regexp{
		"part of node:test": regexp.MustCompile(`import .* from "node:test"`),
		"page":              regexp.MustCompile(`\.newPage\(`),
		"await of an event": regexp.MustCompile(`await (new Promise|once)\(`),
		"request":           regexp.MustCompile(`await fetch\([^,]*\)`),
	}
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for what, pattern := range unlimited {
			for _, found := range pattern.FindAll(b, -1) {
				if string(found) != `import { describe } from "node:test"` && filepath.Base(path) != "support.mjs" {
					t.Errorf("%s: a %s without an end: %s", path, what, found)
				}
			}
		}
	}
}

// TestLockFile holds that the lock file names versions and sums, not where
// somebody's registry is.
func TestLockFile(t *testing.T) {
	b, err := os.ReadFile("package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(b), `"resolved"`) {
		t.Error(`package-lock.json holds download addresses: npm install with omit-lockfile-registry-resolved, as in .npmrc`)
	}
}

func TestReader(t *testing.T) {
	page := string(Reader(`v1"<x`))
	if !strings.Contains(page, `data-version="v1&#34;&lt;x"`) || strings.Contains(page, "%VERSION%") {
		t.Error("the version is not in the page as text")
	}
	if len(page) > 600_000 {
		t.Errorf("the reader has grown to %d bytes", len(page))
	}
	for _, name := range []string{"age-encryption 0", "@noble/hashes 2", "@noble/post-quantum"} {
		if !strings.Contains(Licences, name) {
			t.Errorf("the licences do not name %s", name)
		}
	}
}
