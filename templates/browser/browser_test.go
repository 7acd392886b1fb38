package browser

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// bundles are what build.mjs writes.
var bundles = []string{"reader.html", "seal.js", "seal.js.br", "LICENSES.txt"}

// node returns the command, after "npm ci" has laid out what the lock file names.
func node(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	if _, err := os.Stat("node_modules/esbuild"); err != nil {
		t.Fatal("node_modules is missing: run npm ci --ignore-scripts in templates/browser, as make test does")
	}
	path, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("these tests need Node 18 or later: ", err)
	}
	return exec.Command(path, args...)
}

// TestBundles builds the bundles from the lock file and the sources and compares
// them with the committed ones: what is served is what can be read here.
func TestBundles(t *testing.T) {
	dir := t.TempDir()
	if out, err := node(t, "build.mjs", dir).CombinedOutput(); err != nil {
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
	cmd := node(t, "-e", "process.stdin.pipe(zlib.createBrotliDecompress()).pipe(process.stdout)")
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
	args := append([]string{"--test", "--test-concurrency=1", "--test-reporter=spec"}, files...)
	out, err := node(t, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if testing.Verbose() {
		t.Logf("%s", out)
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
	if len(page) > 250_000 {
		t.Errorf("the reader has grown to %d bytes", len(page))
	}
	for _, name := range []string{"age-encryption 0", "@noble/hashes 2", "@noble/post-quantum"} {
		if !strings.Contains(Licences, name) {
			t.Errorf("the licences do not name %s", name)
		}
	}
}
