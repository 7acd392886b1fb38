package spool

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"tipbox/intake/durable"
)

// mark puts tips out of the way of the server that had them.
func (a *adoption) mark(paths []string) {
	if len(paths) == 0 || a.own || a.Unmarked {
		return
	}
	there := &mover{disk: a.moves.disk, path: a.path}
	away := filepath.Join(a.path, adoptedDir)
	err := makeDir(there.disk, away)
	if err == nil {
		err = likeOwner(away, filepath.Join(a.path, "new"))
	}
	dirs := map[string]bool{adoptedDir: true}
	for _, path := range paths {
		if err == nil {
			err = there.disk.rename(filepath.Join(a.path, path), filepath.Join(away, filepath.Base(path)))
		}
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		dirs[filepath.Dir(path)] = true
	}
	for _, dir := range slices.Sorted(maps.Keys(dirs)) { // adopted/ first
		if err == nil {
			err = there.disk.syncDir(filepath.Join(a.path, dir))
		}
	}
	// A dead server's disk may take no writes any more: the tips are here all the same.
	a.Unmarked = err != nil
}

// digests reads what was begun there, and whom it has reached.
func (a *adoption) digests(files map[string]int64) map[string]*Digest {
	all := make(map[string]*Digest)
	for path := range files {
		if idIn(path) != "" {
			continue
		}
		d, err := readDigest(filepath.Join(a.path, path))
		if err != nil {
			continue // its tips go in others
		}
		all[path] = d
		for _, id := range d.Tips {
			a.reached[id] = append(a.reached[id], d.Reached...)
		}
	}
	return all
}

// takeDigests has what was begun there go on here, where no digest to the same
// receiver was: then its tips go in others, without those whom it has reached.
func (a *adoption) takeDigests(all map[string]*Digest) error {
	for path, d := range all {
		to := filepath.Join(a.moves.path, path)
		if _, err := os.Lstat(to); errors.Is(err, fs.ErrNotExist) {
			line, err := json.Marshal(d)
			if err != nil {
				return err
			}
			if err := durable.Replace(to, line, 0o600); err != nil {
				return noRoom(fmt.Errorf("adopting a digest: %w", err))
			}
			if err := errors.Join(likeOwner(to, filepath.Dir(to)), a.moves.disk.setTimes(to, epoch), a.moves.forgetTimes("digest")); err != nil {
				return fmt.Errorf("adopting a digest: %w", err)
			}
			a.Digests++
		}
		if !a.own && a.moves.disk.remove(filepath.Join(a.path, path)) != nil {
			a.Unmarked = true
		}
	}
	return nil
}
