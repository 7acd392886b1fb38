package tally

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tipbox/intake"
	"tipbox/intake/redis"
	"tipbox/intake/redis/redistest"
)

// sunday is the last minute of a week in Vietnam, and not yet Sunday evening in UTC.
var sunday = time.Date(2026, 11, 29, 23, 59, 0, 0, zone)

// at counts at times that a test sets.
func at(t *testing.T, o Options, now *time.Time) *Tally {
	t.Helper()
	o.Now = func() time.Time { return *now }
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// end lets the server end, which writes what is over.
func end(t *testing.T, c *Tally) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c.Run(ctx)
}

func read(t *testing.T, o Options, now time.Time, weeks int) []Week {
	t.Helper()
	o.Now = func() time.Time { return now }
	all, err := Read(t.Context(), o, weeks)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func times(n int, do func()) {
	for range n {
		do()
	}
}

// TestStores runs the same against the disk and against a real Redis.
func TestStores(t *testing.T) {
	server := redistest.Start(t)
	for name, o := range map[string]Options{
		"disk":  {Dir: filepath.Join(t.TempDir(), "counts")},
		"redis": {Redis: &redis.Server{URL: server.URL()}},
	} {
		t.Run(name, func(t *testing.T) {
			now := sunday.AddDate(0, 0, -7)
			c := at(t, o, &now)
			times(9, func() { c.Delivered("one", intake.Front) }) // in the week of the start
			now = now.Add(2 * time.Minute)
			c.write(t.Context())
			now = sunday
			times(12, func() { c.Delivered("one", intake.Front) })
			times(4, func() { c.Delivered("one", intake.Bulk) })
			times(5, func() { c.Delivered("two", intake.Bulk) })
			times(7, func() { c.Held("two", "TB-0000-0001") }) // one tip, refused each day
			now = now.Add(2 * time.Minute)
			times(40, func() { c.Delivered("one", intake.Front) }) // already in the next
			end(t, c)
			end(t, c) // what is written a second time is there once

			all := read(t, o, now, 3)
			if got := fmt.Sprint(all[0].Servers, all[0].Whole, all[1].Servers, all[1].Whole, all[2].Servers, all[2].Whole); got != "0 false 1 false 1 true" {
				t.Error(got)
			}
			if got := all[1].Units; len(got) != 1 || got["one"] != (Counts{Delivered: 9}) {
				t.Errorf("the week of the start: %v", got)
			}
			if got := all[2].Units; len(got) != 2 || got["one"] != (Counts{Delivered: 12}) || got["two"] != (Counts{Bulk: 5}) {
				t.Errorf("the week past: %v", got)
			}
		})
	}
}

// TestServersAddUp: two servers' small counts are large together, and are added before
// they are hidden; a week that one of them has lost is not whole.
func TestServersAddUp(t *testing.T) {
	server := redistest.Start(t)
	o := Options{Redis: &redis.Server{URL: server.URL()}}
	now := sunday.AddDate(0, 0, -7)
	a, b := at(t, o, &now), at(t, o, &now)
	now = now.Add(2 * time.Minute)
	a.write(t.Context())
	b.write(t.Context())
	times(3, func() { a.Delivered("one", intake.Front) })
	times(4, func() { b.Delivered("one", intake.Front) })
	now = sunday.Add(2 * time.Minute)
	server.Kill()
	a.write(t.Context()) // kept, and tried again
	server.Start()
	a.write(t.Context())
	b.write(t.Context())
	now = now.AddDate(0, 0, 7)
	times(6, func() { a.Delivered("one", intake.Front) })
	now = now.AddDate(0, 0, 7)
	end(t, a) // b was killed
	all := read(t, o, now, 3)
	if w := all[0]; w.Servers != 2 || !w.Whole || w.Units["one"].Delivered != 7 {
		t.Errorf("two servers: %+v", w)
	}
	if all[2].Servers != 1 || all[2].Whole || all[2].Units["one"].Delivered != 6 {
		t.Errorf("one is gone: %+v", all[2])
	}
	if got, _ := server.Do("TTL", keyPrefix+"2026-11-23"); !strings.HasPrefix(got, ":") || got == ":-1" {
		t.Errorf("the week has no end: %s", got)
	}
}

// TestSmallIsNotOnDisk: of a week in which a single tip came, the disk has the same
// bytes as of one in which none did, and nothing before the week is over.
func TestSmallIsNotOnDisk(t *testing.T) {
	written := func(tips int) string {
		o := Options{Dir: filepath.Join(t.TempDir(), "counts")}
		now := sunday.AddDate(0, 0, -6)
		c := at(t, o, &now)
		times(tips, func() { c.Delivered("one", intake.Front); c.Held("one", "TB-0000-0001") })
		c.write(t.Context())
		if _, err := os.Stat(o.Dir); err == nil {
			t.Error("something is written before the week is over")
		}
		now = sunday.Add(time.Hour)
		end(t, c)
		b, err := os.ReadFile(filepath.Join(o.Dir, "2026-11-23.json"))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	none := written(0)
	for tips := range Least {
		if got := written(tips); got != none {
			t.Errorf("%d tips: %s; none: %s", tips, got, none)
		}
	}
	if got := written(Least); got != `{"v":1,"whole":false,"units":{"one":{"delivered":5}}}`+"\n" {
		t.Error(got)
	}
}

// TestWrittenByAClock: the moment of writing is the same whenever the tips came, and
// within an hour of the week's end; a quiet week is written, too.
func TestWrittenByAClock(t *testing.T) {
	moment := func(tip time.Duration) (at time.Time) {
		synctest.Test(t, func(t *testing.T) {
			dir := t.TempDir()
			time.Sleep(17 * time.Minute) // a bubble's clock begins on a Saturday, at a full hour
			begun := time.Now()
			c, err := New(Options{Dir: dir})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go c.Run(ctx)
			if tip > 0 {
				go func() { time.Sleep(tip); c.Delivered("one", intake.Front) }()
			}
			file := filepath.Join(dir, name(Monday(time.Now()))+ending)
			for time.Since(begun) < 72*time.Hour {
				time.Sleep(time.Minute)
				synctest.Wait()
				if _, err := os.Stat(file); err == nil {
					at = time.Now()
					return
				}
			}
			t.Fatal("never written")
		})
		return at
	}
	quiet := moment(0)
	if late := quiet.Sub(Monday(quiet)); late <= 0 || late > tick+time.Minute {
		t.Errorf("%v after the week's end", late)
	}
	for _, tip := range []time.Duration{time.Hour, 13 * time.Hour, 40*time.Hour + 17*time.Minute} {
		if got := moment(tip); !got.Equal(quiet) {
			t.Errorf("a tip after %v: written at %v, without at %v", tip, got, quiet)
		}
	}
}

// TestClockIsSet: a start with a clock that stands still in 1970 makes no week whole,
// and overwrites none when it is set back.
func TestClockIsSet(t *testing.T) {
	o := Options{Dir: filepath.Join(t.TempDir(), "counts")}
	now := time.Unix(0, 0)
	c := at(t, o, &now)
	now = sunday.AddDate(0, 0, -3)
	times(6, func() { c.Delivered("one", intake.Front) })
	now = sunday.Add(2 * time.Minute)
	c.write(t.Context())
	now = sunday
	times(9, func() { c.Delivered("one", intake.Front) })
	now = sunday.Add(2 * time.Minute)
	end(t, c)
	w := read(t, o, now, 1)[0]
	if w.Whole || w.Units["one"].Delivered != 6 {
		t.Errorf("%+v", w)
	}
	now = sunday.AddDate(0, 0, 7*(Keep+2))
	end(t, c)
	if files, err := os.ReadDir(o.Dir); err != nil || len(files) > 1 {
		t.Errorf("what is too old stays: %v, %v", files, err)
	}
}

// TestDamaged: what cannot be read is told with its name, and counts for nothing.
func TestDamaged(t *testing.T) {
	for _, text := range []string{"", "x", `{"v":2}`, `{"v":1,"units":{"one":{"held":-7}}}`} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "2026-11-23.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		now := sunday.Add(time.Hour)
		_, err := Read(t.Context(), Options{Dir: dir, Now: func() time.Time { return now }}, 1)
		if err == nil || !strings.Contains(err.Error(), "2026-11-23.json: damaged") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
