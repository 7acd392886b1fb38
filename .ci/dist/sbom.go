package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A bill of materials in CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/),
// of what the binary itself says it is built from. It has neither a serial
// number nor a time, which would differ from build to build.
type sbom struct {
	Schema     string      `json:"$schema"`
	Format     string      `json:"bomFormat"`
	Spec       string      `json:"specVersion"`
	Version    int         `json:"version"`
	Metadata   metadata    `json:"metadata"`
	Components []component `json:"components"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	PURL       string     `json:"purl"`
	Hashes     []hash     `json:"hashes,omitempty"`
	Properties []property `json:"properties,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func golang(path, version string) component {
	purl := fmt.Sprintf("pkg:golang/%s@%s", path, url.PathEscape(version))
	return component{Type: "library", Ref: purl, Name: path, Version: version, PURL: purl}
}

// writeSBOM lists the Go modules in the binary, Go's own library, and the npm
// packages in the scripts that the binary carries.
func writeSBOM(path, binary, version string, npm []component) error {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return fmt.Errorf("reading what the binary is built from: %w", err)
	}
	b, err := os.ReadFile(binary)
	if err != nil {
		return err
	}
	self := golang(info.Main.Path, version)
	self.Type, self.Name = "application", filepath.Base(binary)
	self.Hashes = []hash{{"SHA-256", fmt.Sprintf("%x", sha256.Sum256(b))}}
	list := append([]component{golang("std", strings.TrimPrefix(info.GoVersion, "go"))}, npm...)
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		c := golang(m.Path, m.Version)
		c.Properties = []property{{"go:sum", m.Sum}} // a hash of a module's files, not of one file
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b component) int { return strings.Compare(a.Ref, b.Ref) })
	text, err := json.MarshalIndent(sbom{
		Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", Format: "CycloneDX", Spec: "1.6", Version: 1,
		Metadata: metadata{self}, Components: list,
	}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

// bundled lists the npm packages that are in the page's and the reader's scripts:
// those of the lock file that are not for building alone.
func bundled(lock string) ([]component, error) {
	text, err := os.ReadFile(lock)
	if err != nil {
		return nil, err
	}
	var file struct {
		Packages map[string]struct {
			Version string `json:"version"`
			Dev     bool   `json:"dev"`
		} `json:"packages"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("reading %s: %w", lock, err)
	}
	var list []component
	for path, p := range file.Packages {
		i := strings.LastIndex(path, "node_modules/")
		if i < 0 || p.Dev {
			continue
		}
		name := path[i+len("node_modules/"):]
		purl := fmt.Sprintf("pkg:npm/%s@%s", strings.Replace(name, "@", "%40", 1), p.Version)
		list = append(list, component{Type: "library", Ref: purl, Name: name, Version: p.Version, PURL: purl})
	}
	if list == nil {
		return nil, fmt.Errorf("%s: no package is bundled", lock)
	}
	return list, nil
}
