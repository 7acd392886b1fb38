// Command dist makes what is handed out: tipbox for servers; tipbox-desk, the
// same without the server's part, for officers; the offline reader; Debian packages;
// a bill of materials for each binary; licences; and SHA256SUMS, signed where a key is
// given. The same sources and the same Go make the same bytes, wherever and whenever
// it runs.
//
//	go run ./.ci/dist -o dist -sign ~/.ssh/release
package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// product is one of the two programs.
type product struct {
	name    string
	tags    string
	targets []string
}

var products = []product{
	{"tipbox-desk", "desk", []string{"windows/amd64", "linux/amd64", "linux/arm64"}},
	{"tipbox", "", []string{"linux/amd64", "linux/arm64"}},
}

// maxSize is how many bytes a binary may have: it goes over bad lines.
const maxSize = 27_000_000

func main() {
	out := flag.String("o", "dist", "`directory` to write to; what is in it is replaced")
	version := flag.String("version", describe(), "version")
	key := flag.String("sign", "", "SSH `key` to sign SHA256SUMS with; none leaves it unsigned")
	deb := flag.String("deb", "", "make nothing but the Debian package for this `ARCH`")
	flag.Parse()
	err := run(*out, *version, *deb)
	if err == nil && *key != "" {
		err = sign(*out, *key)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// describe names the sources after git's nearest tag, or "dev" where there is no git.
func describe() string {
	out, err := exec.Command("git", "describe", "--tags", "--always", "--dirty").Output()
	if err != nil {
		return "dev"
	}
	return strings.TrimSpace(string(out))
}

// sourceTime is when the sources were last changed, in Unix seconds: what SOURCE_DATE_EPOCH
// says (https://reproducible-builds.org/specs/source-date-epoch/), else the last commit.
func sourceTime() (int64, error) {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		out, err := exec.Command("git", "log", "-1", "--format=%ct").Output()
		if err != nil {
			return 0, errors.New("SOURCE_DATE_EPOCH is not set, and there is no git to ask")
		}
		text = strings.TrimSpace(string(out))
	}
	return strconv.ParseInt(text, 10, 64)
}

func run(out, version, deb string) error {
	epoch, err := sourceTime()
	if err != nil {
		return err
	}
	if err := errors.Join(os.RemoveAll(out), os.MkdirAll(out, 0o755)); err != nil {
		return err
	}
	if deb != "" {
		if err := build(serverBinary(out, version, deb), "", version, "linux", deb); err != nil {
			return err
		}
		return pack(out, version, epoch, deb)
	}
	npm, err := bundled("templates/browser/package-lock.json")
	if err != nil {
		return err
	}
	for _, p := range products {
		for _, target := range p.targets {
			if err := p.make(out, version, target, npm); err != nil {
				return err
			}
		}
	}
	if err := pack(out, version, epoch, "amd64", "arm64"); err != nil {
		return err
	}
	// An officer needs no more than this one file.
	if err := command(nil, "go", "run", "-buildvcs=false", "-ldflags", "-X main.released="+version, "./cmd/tipbox",
		"reader", "-o", filepath.Join(out, "doc-tin.html")); err != nil {
		return err
	}
	// What the pages of this release are made of, for whoever wants to check one.
	manifest, err := exec.Command("go", "run", "-buildvcs=false", "-ldflags", "-X main.released="+version, "./cmd/tipbox", //nolint:gosec // ours
		"verify", "--page", "--print-manifest").Output()
	if err != nil {
		return fmt.Errorf("listing what the pages are made of: %w", err)
	}
	if err := os.WriteFile(filepath.Join(out, "pages.json"), manifest, 0o644); err != nil { //nolint:gosec // to be read by all
		return err
	}
	return writeSums(out)
}

// make builds the product for one OS/ARCH and lists what is in it.
func (p product) make(out, version, target string, npm []component) error {
	goos, goarch, _ := strings.Cut(target, "/")
	name := fmt.Sprintf("%s-%s-%s-%s", p.name, version, goos, goarch)
	binary := filepath.Join(out, name)
	if goos == "windows" {
		binary += ".exe"
	}
	if err := build(binary, p.tags, version, goos, goarch); err != nil {
		return err
	}
	if err := check(binary); err != nil {
		return err
	}
	return writeSBOM(filepath.Join(out, name+".cdx.json"), binary, version, npm)
}

// build builds a binary that depends on nothing but the sources and Go: no C, no
// paths of this machine, no state of the checkout, no build id.
func build(path, tags, version, goos, goarch string) error {
	env := []string{
		"GOOS=" + goos, "GOARCH=" + goarch, "CGO_ENABLED=0",
		"GOAMD64=v1", "GOARM64=v8.0", "GOFLAGS=-mod=readonly", "GOEXPERIMENT=",
	}
	return command(env, "go", "build", "-trimpath", "-buildvcs=false", "-tags", tags,
		"-ldflags", "-s -w -buildid= -X main.released="+version, "-o", path, "./cmd/tipbox")
}

func command(env []string, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), env...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, &said)
	}
	return nil
}

// check refuses a binary that is too large or tells where it was built.
func check(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if len(b) > maxSize {
		return fmt.Errorf("%s has %d bytes, more than %d", path, len(b), maxSize)
	}
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	home, _ := os.UserHomeDir()
	for _, place := range []string{here, filepath.Join(home, "go")} {
		if len(place) > len("/go") && bytes.Contains(b, []byte(place+"/")) {
			return fmt.Errorf("%s contains the path %s", path, place)
		}
	}
	fmt.Printf("%s  %.1f MB\n", path, float64(len(b))/1e6)
	return nil
}

// writeSums writes SHA256SUMS as sha256sum does.
func writeSums(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var sums []string
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return err
		}
		sums = append(sums, fmt.Sprintf("%x  %s\n", sha256.Sum256(b), e.Name()))
	}
	slices.SortFunc(sums, func(a, b string) int { return strings.Compare(a[64:], b[64:]) })
	return os.WriteFile(filepath.Join(dir, "SHA256SUMS"), []byte(strings.Join(sums, "")), 0o644)
}
