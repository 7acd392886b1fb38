package reply

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"tipbox/crypto/receipt"
	"tipbox/intake/durable"
)

// disk keeps replies as DIR/WEEK/MARK-NAME, and all of them in memory, too: looking
// reads no file, so neither times on the disk nor the time of the answer tell of it.
type disk struct {
	dir  string
	free func() int64

	mu  sync.Mutex
	all map[mark][]kept
	n   int
}

type kept struct {
	week   string
	name   Name
	sealed []byte
}

// asideSuffix ends the name of a file that is being written.
const asideSuffix = ".new"

// noTime is what the files' times are set to: nothing is told by them.
var noTime = time.Unix(0, 0)

func openDisk(dir string, free func() int64, now time.Time) (*disk, error) {
	d := &disk{dir: dir, free: free, all: make(map[mark][]kept)}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if err := d.expire(now); err != nil && !errors.Is(err, syscall.EROFS) {
		return nil, err
	}
	weeks, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, w := range weeks {
		if _, ok := weekEnd(w.Name()); !ok || !w.IsDir() {
			continue // not ours
		}
		files, err := os.ReadDir(filepath.Join(dir, w.Name()))
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			d.read(w.Name(), f.Name())
		}
	}
	return d, nil
}

// read takes in a file. One that is not whole was never thanked for, or its disk
// fails: nobody could open it, and no tip waits for it.
func (d *disk) read(week, file string) {
	path := filepath.Join(d.dir, week, file)
	if strings.HasSuffix(file, asideSuffix) {
		_ = os.Remove(path) // of a run that was cut short
		return
	}
	m, name, ok := parseFile(file)
	if !ok {
		return // not ours
	}
	sealed, err := os.ReadFile(path)
	if err != nil || len(sealed) != receipt.SealedSize || NameOf(sealed) != name {
		return
	}
	d.all[m] = append(d.all[m], kept{week, name, sealed})
	d.n++
}

func fileOf(m mark, n Name) string { return m.String() + "-" + n.String() }

func parseFile(file string) (m mark, n Name, ok bool) {
	a, b, ok := strings.Cut(file, "-")
	if !ok || len(a) != hex.EncodedLen(len(m)) || len(b) != hex.EncodedLen(len(n)) {
		return m, n, false
	}
	_, errM := hex.Decode(m[:], []byte(a))
	_, errN := hex.Decode(n[:], []byte(b))
	return m, n, errM == nil && errN == nil
}

func (d *disk) get(_ context.Context, m mark, now time.Time) ([][]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all [][]byte
	for _, k := range d.all[m] {
		if end, _ := weekEnd(k.week); now.Before(end) {
			all = append(all, k.sealed)
		}
	}
	return all, nil
}

func (d *disk) add(_ context.Context, m mark, sealed []byte, now time.Time) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	name := NameOf(sealed)
	switch {
	case slices.ContainsFunc(d.all[m], func(k kept) bool { return k.name == name }):
		return false, nil
	case len(d.all[m]) >= receipt.MaxReplies:
		return false, ErrMany
	case d.n >= MaxKept || d.free() < receipt.SealedSize:
		return false, ErrFull
	}
	week := weekOf(now.Add(Life))
	if err := d.write(week, fileOf(m, name), sealed); err != nil {
		return false, err
	}
	d.all[m] = append(d.all[m], kept{week, name, slices.Clone(sealed)})
	d.n++
	return true, nil
}

// write is durable once it returns nil.
func (d *disk) write(week, file string, sealed []byte) error {
	dir := filepath.Join(d.dir, week)
	switch err := os.Mkdir(dir, 0o700); {
	case err == nil:
		if err := durable.SyncDir(d.dir); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrExist):
		return err
	}
	path := filepath.Join(dir, file)
	aside := path + asideSuffix
	_ = os.Remove(aside) // of a try that failed
	err := durable.WriteNew(aside, sealed)
	if err == nil {
		err = os.Chtimes(aside, noTime, noTime)
	}
	if err == nil {
		err = durable.Rename(aside, path)
	}
	if err != nil {
		_ = os.Remove(aside)
	}
	return err
}

func (d *disk) remove(_ context.Context, m mark, names map[Name]bool, _ time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var left []kept
	var failed error
	for _, k := range d.all[m] {
		if !names[k.name] {
			left = append(left, k)
			continue
		}
		if err := os.Remove(filepath.Join(d.dir, k.week, fileOf(m, k.name))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			left, failed = append(left, k), err
			continue
		}
		d.n--
	}
	d.set(m, left)
	return failed
}

func (d *disk) set(m mark, left []kept) {
	if len(left) == 0 {
		delete(d.all, m)
		return
	}
	d.all[m] = left
}

func (d *disk) expire(now time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	over := func(week string) bool {
		end, ok := weekEnd(week)
		return ok && !now.Before(end)
	}
	for m, all := range d.all {
		left := slices.DeleteFunc(slices.Clone(all), func(k kept) bool { return over(k.week) })
		d.n -= len(all) - len(left)
		d.set(m, left)
	}
	weeks, err := os.ReadDir(d.dir)
	if err != nil {
		return err
	}
	for _, w := range weeks {
		if over(w.Name()) {
			if err := os.RemoveAll(filepath.Join(d.dir, w.Name())); err != nil {
				return fmt.Errorf("removing a week that is over: %w", err)
			}
		}
	}
	return nil
}

func (d *disk) close() error { return nil }

// diskKind says what a disk has, without a path.
func diskKind(err error) string {
	var errno syscall.Errno
	switch {
	case errors.Is(err, ErrFull):
		return "full"
	case errors.As(err, &errno):
		return errno.Error()
	}
	return "unexpected"
}
