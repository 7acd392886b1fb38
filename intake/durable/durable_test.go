package durable_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"tipbox/intake/durable"
)

func TestWriteNew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "khoa")
	if err := durable.WriteNew(path, []byte("first")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if err := durable.WriteNew(path, []byte("second")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("written over: %v", err)
	}
	if b, _ := os.ReadFile(path); string(b) != "first" {
		t.Errorf("now %q", b)
	}
}

// TestWriteFirst: of many at once one writes the file, none sees half of it, and
// nothing is left beside it.
func TestWriteFirst(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "secret")
	var wrote atomic.Int32
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			content := bytes.Repeat([]byte{byte('a' + i)}, 1000)
			switch err := durable.WriteFirst(path, content); {
			case err == nil:
				wrote.Add(1)
			case !errors.Is(err, fs.ErrExist):
				t.Error(err)
			}
			if b, err := os.ReadFile(path); err != nil || len(b) != len(content) || !bytes.Equal(b, bytes.Repeat(b[:1], len(b))) {
				t.Errorf("%d bytes, %v", len(b), err)
			}
		})
	}
	all.Wait()
	entries, err := os.ReadDir(dir)
	if wrote.Load() != 1 || len(entries) != 1 || err != nil {
		t.Errorf("%d wrote it, and there are %v, %v", wrote.Load(), entries, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}

// TestReplaceAfterACrash: what a run that was cut short has left is in nobody's way.
func TestReplaceAfterACrash(t *testing.T) {
	path := filepath.Join(t.TempDir(), "so-tin.csv")
	if err := os.WriteFile(path+".new", []byte("half of a longer text"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := durable.Replace(path, []byte("whole"), 0o600); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "whole" {
		t.Errorf("%q, %v", b, err)
	}
}

// TestReplaceFollowsNoLink: a link under the name of the half file is put aside, and
// what it points to is not written over.
func TestReplaceFollowsNoLink(t *testing.T) {
	dir := t.TempDir()
	victim, path := filepath.Join(dir, "victim"), filepath.Join(dir, "so-tin.csv")
	if err := os.WriteFile(victim, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(victim, path+".new"); err != nil {
		t.Fatal(err)
	}
	if err := durable.Replace(path, []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(victim); err != nil || string(b) != "kept" {
		t.Errorf("the victim has %q, %v", b, err)
	}
}

// TestReplace: a file that is replaced stays readable to those who could read it.
func TestReplace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "recipients")
	if err := durable.Replace(path, []byte("a"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 { // nobody else may give a file away
		if err := os.Chown(path, 12345, 54321); err != nil {
			t.Fatal(err)
		}
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := durable.Replace(path, []byte("b"), 0o644); err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if os.SameFile(before, after) {
		t.Error("the file was written over and not replaced")
	}
	was, is := before.Sys().(*syscall.Stat_t), after.Sys().(*syscall.Stat_t)
	if is.Mode != was.Mode || is.Uid != was.Uid || is.Gid != was.Gid {
		t.Errorf("mode %o of %d:%d, want %o of %d:%d", is.Mode, is.Uid, is.Gid, was.Mode, was.Uid, was.Gid)
	}
}

// TestReplaceOnAFullDisk: the file stays as it was, and no part of another is left.
func TestReplaceOnAFullDisk(t *testing.T) {
	dir := t.TempDir()
	var unlimited syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &unlimited); err != nil {
		t.Fatal(err)
	}
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 64 << 10, Max: unlimited.Max}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &unlimited); err != nil {
			t.Error(err)
		}
	})
	path := filepath.Join(dir, "so-tin.csv")
	if err := durable.Replace(path, []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := durable.Replace(path, make([]byte, 1<<20), 0o600); err == nil {
		t.Fatal("a disk of 64 KiB took 1 MiB")
	}
	entries, err := os.ReadDir(dir)
	if b, readErr := os.ReadFile(path); err != nil || readErr != nil || len(entries) != 1 || string(b) != "a" {
		t.Errorf("the disk has %v, the file %q: %v, %v", entries, b, err, readErr)
	}
}
