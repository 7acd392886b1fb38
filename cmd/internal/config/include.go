package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"

	"tipbox/intake/pasted"
)

// part is a file with units: tipbox.toml itself, or one that it includes.
type part struct {
	path     string // "" for tipbox.toml itself
	text     string
	units    []unit
	unknown  []Problem // what Load tells with all else
	unread   []Problem // why nothing of it could be read
	included bool
}

// include reads what the file includes: files with [[units]] and nothing else, whose
// paths are relative to tipbox.toml, so that a unit may be moved from one to the other.
func (d *Draft) include() {
	dir := filepath.Dir(d.path)
	var paths []string
	for i, pattern := range d.file.Include {
		if !filepath.IsAbs(pattern) {
			pattern = filepath.Join(dir, pattern)
		}
		found, err := filepath.Glob(pattern)
		if err != nil {
			d.main.unknown = append(d.main.unknown, Problem{Key: fmt.Sprintf("include[%d]", i), Text: fmt.Sprintf("%q is no pattern: expected one such as units/*.toml", pattern)})
		}
		for _, path := range found {
			if !slices.Contains(paths, path) {
				paths = append(paths, path)
			}
		}
	}
	for _, path := range paths {
		d.parts = append(d.parts, readPart(path))
	}
}

func readPart(path string) *part {
	p := &part{path: path, included: true}
	data, err := os.ReadFile(path)
	if err != nil {
		p.unread = []Problem{{File: path, Text: fmt.Sprintf("cannot be read: %v", err)}}
		return p
	}
	p.text, err = pasted.Text(data)
	if wrong := new(pasted.EncodingError); errors.As(err, &wrong) {
		p.unread = []Problem{{File: path, Line: wrong.Line, Text: wrong.Error()}}
		return p
	}
	var f file
	unknown, broken := decode(p.text, &f)
	for _, list := range [][]Problem{unknown, broken} {
		for i := range list {
			list[i].File = path
		}
	}
	p.unknown, p.unread, p.units = unknown, broken, f.Units
	if f.Units = nil; len(broken) == 0 && !reflect.DeepEqual(f, file{}) {
		p.unknown = append(p.unknown, Problem{File: path, Text: "holds more than [[units]]: the rest belongs into tipbox.toml"})
	}
	if len(p.units) == 0 && len(broken) == 0 {
		p.unknown = append(p.unknown, Problem{File: path, Text: "holds no [[units]]"})
	}
	return p
}

// paths returns those of the included files.
func paths(parts []*part) (all []string) {
	for _, p := range parts {
		if p.included {
			all = append(all, p.path)
		}
	}
	return all
}

// fileOf says in which included file each unit stands.
func fileOf(parts []*part) map[string]string {
	of := make(map[string]string)
	for _, p := range parts {
		for _, u := range p.units {
			of[u.ID] = p.path
		}
	}
	return of
}
