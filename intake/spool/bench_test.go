package spool

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

// tipSize is about what a text-only tip to three recipients is sealed to.
const tipSize = 21 << 10

// parallel runs f b.N times from that many goroutines.
func parallel(b *testing.B, goroutines int, f func(n int)) {
	b.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for n := int(next.Add(1)); n <= b.N; n = int(next.Add(1)) {
				f(n)
			}
		})
	}
	wg.Wait()
}

// BenchmarkPut compares Put with two bare fsyncs a tip, of the file and of the
// directory, from as many goroutines.
func BenchmarkPut(b *testing.B) {
	sealed := bytes.Repeat([]byte{'x'}, tipSize)
	for _, goroutines := range []int{1, 32, 500} {
		b.Run(fmt.Sprintf("spool-%d", goroutines), func(b *testing.B) {
			s := open(b, filepath.Join(b.TempDir(), "spool"))
			b.ResetTimer()
			parallel(b, goroutines, func(n int) {
				if err := s.Put(envelope(n), sealed); err != nil {
					b.Error(err)
				}
			})
		})
		b.Run(fmt.Sprintf("mirrored-%d", goroutines), func(b *testing.B) {
			s := mirrored(b, b.TempDir(), Options{})
			b.ResetTimer()
			parallel(b, goroutines, func(n int) {
				if err := s.Put(envelope(n), sealed); err != nil {
					b.Error(err)
				}
			})
		})
		b.Run(fmt.Sprintf("bare-%d", goroutines), func(b *testing.B) {
			dir := b.TempDir()
			b.ResetTimer()
			parallel(b, goroutines, func(n int) {
				if err := bareWrite(dir, n, sealed); err != nil {
					b.Error(err)
				}
			})
		})
	}
}

func bareWrite(dir string, n int, sealed []byte) error {
	f, err := os.Create(filepath.Join(dir, fmt.Sprint(n)))
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Write(sealed); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return osDisk{}.syncDir(dir)
}

// fill puts that many tips of a few bytes into a spool's directory, without
// waiting for the disk.
func fill(tb testing.TB, dir string, tips int) {
	tb.Helper()
	open(tb, dir).Close()
	for n := range tips {
		e := Entry{Envelope: envelope(n), Size: 6}
		line, err := encodeHeader(&e, []byte("sealed"))
		if err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "new", fileName(&e)), append(line, "sealed"...), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
}

// BenchmarkOpen opens a spool in which 10,000 tips wait: under 2 s is wanted.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	fill(b, dir, 10_000)
	for b.Loop() {
		open(b, dir).Close()
	}
}

// BenchmarkRescan is what the server does every few seconds.
func BenchmarkRescan(b *testing.B) {
	dir := b.TempDir()
	fill(b, dir, 10_000)
	s := open(b, dir)
	for b.Loop() {
		if err := s.Rescan(); err != nil {
			b.Fatal(err)
		}
	}
}

// TestMemoryOfAFullSpool: 10,000 waiting tips cost little, whatever their size.
func TestMemoryOfAFullSpool(t *testing.T) {
	const tips, most = 10_000, 16 << 20
	dir := t.TempDir()
	fill(t, dir, tips)
	inUse := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := inUse()
	s := open(t, dir)
	used := inUse() - before
	if s.Status().Waiting != tips || used > most {
		t.Errorf("%d tips waiting cost %d bytes of memory, want at most %d", s.Status().Waiting, used, most)
	}
	t.Logf("%d tips waiting cost %d KiB", tips, used>>10)
}
