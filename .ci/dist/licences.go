package main

import (
	"bytes"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// writeLicences writes our licence and those of all that is built into a binary, most
// of which want to go wherever it goes: of the modules that it names, of Go, and those
// in our sources, of scripts and typefaces.
func writeLicences(path, binary string) error {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return fmt.Errorf("reading what the binary is built from: %w", err)
	}
	var all bytes.Buffer
	add := func(what string, files ...string) error {
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				return fmt.Errorf("the licence of %s: %w", what, err)
			}
			fmt.Fprintf(&all, "==== %s: %s\n\n%s\n\n", what, filepath.Base(file), strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n")))
		}
		return nil
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("finding Go: %w", err)
	}
	if err := add("tipbox", "LICENSE"); err != nil {
		return err
	}
	if err := add("Go", filepath.Join(strings.TrimSpace(string(root)), "LICENSE")); err != nil {
		return err
	}
	for _, m := range info.Deps {
		files, err := licencesOf(m.Path + "@" + m.Version)
		if err != nil {
			return err
		}
		if err := add(m.Path+" "+m.Version, files...); err != nil {
			return err
		}
	}
	fonts, err := filepath.Glob("templates/fonts/OFL-*.txt")
	if err != nil {
		return err
	}
	if err := add("typefaces", fonts...); err != nil {
		return err
	}
	if err := add("scripts", "templates/browser/LICENSES.txt"); err != nil {
		return err
	}
	return os.WriteFile(path, all.Bytes(), 0o644) //nolint:gosec // to be read by all
}

var licenceName = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)([.-].*)?$`)

// licencesOf returns the licence files of a module, which must have one.
func licencesOf(module string) ([]string, error) {
	out, err := exec.Command("go", "mod", "download", "-json", module).Output() //nolint:gosec // ours
	if err != nil {
		return nil, fmt.Errorf("finding %s: %w", module, err)
	}
	var found struct{ Dir string }
	if err := json.Unmarshal(out, &found); err != nil {
		return nil, fmt.Errorf("finding %s: %w", module, err)
	}
	entries, err := os.ReadDir(found.Dir)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		if e.Type().IsRegular() && licenceName.MatchString(e.Name()) {
			files = append(files, filepath.Join(found.Dir, e.Name()))
		}
	}
	if files == nil {
		return nil, fmt.Errorf("%s has no licence", module)
	}
	slices.Sort(files)
	return files, nil
}
