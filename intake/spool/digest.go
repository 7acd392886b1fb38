package spool

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"tipbox/intake"
	"tipbox/intake/durable"
)

// Digest is a mail of many tips that was begun. It is on the disk before its first
// attempt: after a crash the same tips go again, under the same Message-ID.
type Digest struct {
	Tips    []intake.ID `json:"tips"`
	Reached []string    `json:"reached,omitempty"` // addresses that have it
}

// digestName is what the file of a digest may be called, but for ".json".
var digestName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)

// SaveDigest writes down the digest of that name, durably, or with nil that there
// is none any more. A name has small letters, digits and hyphens.
func (s *Spool) SaveDigest(name string, d *Digest) error {
	if !digestName.MatchString(name) {
		return fmt.Errorf("%q is no name for a digest", name)
	}
	path := filepath.Join(s.path, "digest", name+".json")
	if d == nil {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("forgetting a digest: %w", err)
		}
		s.mirror.changed()
		// After a power cut it is found again, with tips that are gone.
		return s.moves.forgetTimes("digest")
	}
	line, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("writing down a digest: %w", err)
	}
	if err := durable.Replace(path, line, 0o600); err != nil {
		return fmt.Errorf("writing down a digest: %w", err)
	}
	if err := errors.Join(s.disk.setTimes(path, epoch), s.moves.forgetTimes("digest")); err != nil {
		return err
	}
	s.mirror.copy("digest", name+".json")
	return nil
}

// Digests returns the digests that were begun, by name. One that cannot be read is
// as if it had not been: its tips go in another.
func (s *Spool) Digests() (map[string]*Digest, error) {
	dir := filepath.Join(s.path, "digest")
	files, _, err := listing(dir)
	if err != nil {
		return nil, fmt.Errorf("reading the digests: %w", err)
	}
	all := make(map[string]*Digest)
	for _, file := range files {
		name := digestIn(file)
		if name == "" {
			continue
		}
		d, err := readDigest(filepath.Join(dir, file))
		if err != nil {
			s.log.Error("a digest that was begun cannot be read: its tips go in another, some perhaps twice")
			continue
		}
		all[name] = d
	}
	return all, nil
}

// Digest returns the digest of that name if one was begun, by this server or by one
// whose spool was adopted, else nil.
func (s *Spool) Digest(name string) *Digest {
	d, err := readDigest(filepath.Join(s.path, "digest", name+".json"))
	if err != nil {
		return nil // as if it had not been begun
	}
	return d
}

func readDigest(path string) (*Digest, error) {
	line, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	d := new(Digest)
	return d, json.Unmarshal(line, d)
}

// digestIn returns the name of the digest in the name of its file, or "".
func digestIn(file string) string {
	name, isDigest := strings.CutSuffix(file, ".json")
	if !isDigest || !digestName.MatchString(name) {
		return ""
	}
	return name
}
