package reply

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tipbox/crypto/receipt"
	"tipbox/intake"
	"tipbox/intake/redis"
	"tipbox/intake/redis/redistest"
)

const box = "https://tip.example.vn"

var (
	today   = time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)
	secretA = bytes.Repeat([]byte{1}, 32)
	secretB = bytes.Repeat([]byte{2}, 32)
)

func directory(t *testing.T, ids ...string) *intake.Directory {
	t.Helper()
	var units []*intake.Unit
	for _, id := range ids {
		units = append(units, &intake.Unit{ID: id, Receivers: map[intake.Audience]intake.Receiver{intake.ToUnit: {}, intake.Oversight: {}}})
	}
	d, err := intake.NewDirectory(units)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func open(t *testing.T, change func(*Options)) *Replies {
	t.Helper()
	o := Options{
		Dir: filepath.Join(t.TempDir(), "replies"), Secrets: [][]byte{secretA}, Directory: directory(t, "na-co-sa", "muong-nhe"),
		Now: func() time.Time { return today },
	}
	change(&o)
	r, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close(context.Background()) })
	return r
}

var sealTo = sync.OnceValue(func() string {
	r, err := receipt.NewCode().Derive(box)
	if err != nil {
		panic(err)
	}
	return r.Recipient()
})

func sealed(t *testing.T) []byte {
	t.Helper()
	b, err := (&receipt.Reply{Unit: "na-co-sa", Site: "ncs01", Answer: receipt.Received, On: "2026-11-29"}).Seal(sealTo())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func lookup() receipt.Lookup { return receipt.Lookup(random(16)) }

// TestStores runs the same against the disk and against a real Redis.
func TestStores(t *testing.T) {
	server := redistest.Start(t)
	for name, change := range map[string]func(*Options){
		"disk":  func(*Options) {},
		"redis": func(o *Options) { o.Redis = &redis.Server{URL: server.URL()} },
	} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			dir := filepath.Join(t.TempDir(), "replies")
			here := func(o *Options) { o.Dir = dir; change(o) }
			r := open(t, here)
			_, pass := r.Pass("na-co-sa", intake.ToUnit)
			mine, other := lookup(), lookup()
			post := func(l receipt.Lookup, b []byte, want error) {
				t.Helper()
				if err := r.Post(ctx, pass, l, b); !errors.Is(err, want) {
					t.Errorf("posting: %v, want %v", err, want)
				}
			}
			looked := func(l receipt.Lookup, want ...[]byte) {
				t.Helper()
				got, err := r.Look(ctx, l)
				if err != nil || len(got) != len(want) {
					t.Fatalf("%d replies, %v, want %d", len(got), err, len(want))
				}
				for _, w := range want {
					found := false
					for _, g := range got {
						found = found || bytes.Equal(g, w)
					}
					if !found {
						t.Error("a reply is missing")
					}
				}
			}
			first := sealed(t)
			post(mine, first, nil)
			post(mine, first, nil) // the same bytes again
			looked(mine, first)
			looked(other)
			post(other, first[:4000], ErrShape)

			// Two officers, and more, answer at once: eight stay, none twice.
			var all sync.WaitGroup
			full := make(chan error, 16)
			for range cap(full) {
				b := sealed(t)
				all.Go(func() { full <- r.Post(ctx, pass, mine, b) })
			}
			all.Wait()
			close(full)
			refused := 0
			for err := range full {
				switch {
				case errors.Is(err, ErrMany):
					refused++
				case err != nil:
					t.Errorf("posting: %v", err)
				}
			}
			got, err := r.Look(ctx, mine)
			if err != nil || len(got) != receipt.MaxReplies || refused != cap(full)-receipt.MaxReplies+1 {
				t.Errorf("%d replies, %d refused, %v", len(got), refused, err)
			}

			// What is deleted is gone here at once, from the store later, and then for all.
			if err := r.Forget(ctx, mine, []Name{NameOf(first), NameOf(sealed(t))}); err != nil {
				t.Fatal(err)
			}
			got, _ = r.Look(ctx, mine)
			kept, err := r.store.get(ctx, markOf(mine), today)
			if len(got) != receipt.MaxReplies-1 || len(kept) != receipt.MaxReplies || err != nil {
				t.Errorf("%d shown, %d kept after a deletion", len(got), len(kept))
			}
			ninth := sealed(t)
			post(mine, ninth, nil) // it has the place of the deleted one
			if err := r.Forget(ctx, mine, []Name{NameOf(ninth)}); err != nil {
				t.Fatal(err)
			}
			if err := r.Close(ctx); err != nil {
				t.Fatal(err)
			}
			r = open(t, here)
			if got, err = r.Look(ctx, mine); err != nil || len(got) != receipt.MaxReplies-1 {
				t.Errorf("%d replies after a restart, %v", len(got), err)
			}
		})
	}
}

// TestWeeks holds how long a reply waits: 90 days, and to the end of that week.
func TestWeeks(t *testing.T) {
	for day := range 400 {
		now := today.AddDate(0, 0, day)
		week := weekOf(now.Add(Life))
		end, ok := weekEnd(week)
		if wait := end.Sub(now); !ok || wait < Life || wait > Life+7*24*time.Hour {
			t.Fatalf("left on %s it ends with %s, on %s", now, week, end)
		}
		// It is found until then, whenever one looks.
		for later := now; later.Before(end); later = later.AddDate(0, 0, 1) {
			found := false
			for _, w := range weeks(later) {
				found = found || w == week
			}
			if !found {
				t.Fatalf("left on %s, not looked for on %s", now, later)
			}
		}
	}
	for _, bad := range []string{"", "tmp", "2026-W54", "2026-W00", "2026-W9", "2026-W09x"} {
		if _, ok := weekEnd(bad); ok {
			t.Errorf("%q passes for a week", bad)
		}
	}
}

func TestDiskExpires(t *testing.T) {
	now := today
	dir := filepath.Join(t.TempDir(), "replies")
	r := open(t, func(o *Options) { o.Dir, o.Now = dir, func() time.Time { return now } })
	_, pass := r.Pass("na-co-sa", intake.ToUnit)
	l := lookup()
	if err := r.Post(t.Context(), pass, l, sealed(t)); err != nil {
		t.Fatal(err)
	}
	now = today.Add(Life)
	if got, _ := r.Look(t.Context(), l); len(got) != 1 {
		t.Error("gone before its time")
	}
	now = today.Add(Life + 7*24*time.Hour)
	if got, _ := r.Look(t.Context(), l); len(got) != 0 {
		t.Error("still there after its time")
	}
	r.sweep(t.Context())
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left on the disk: %v, %v", left, err)
	}
}

// TestDiskTellsNothing looks at what a thief of the disk has.
func TestDiskTellsNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "replies")
	r := open(t, func(o *Options) { o.Dir = dir })
	_, pass := r.Pass("na-co-sa", intake.ToUnit)
	l := lookup()
	if err := r.Post(t.Context(), pass, l, sealed(t)); err != nil {
		t.Fatal(err)
	}
	before := state(t, dir)
	got, err := r.Look(t.Context(), l)
	if err == nil {
		err = r.Forget(t.Context(), l, []Name{NameOf(got[0])})
	}
	if err != nil {
		t.Fatal(err)
	}
	if after := state(t, dir); after != before {
		t.Errorf("looking and deleting leave a trace:\n%s\n%s", before, after)
	}
	if strings.Contains(before, l.String()) || strings.Contains(before, "na-co-sa") || !strings.Contains(before, "1970-01-01") {
		t.Errorf("the names say more than they should:\n%s", before)
	}
}

// state lists names, times and modes.
func state(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		b.WriteString(path + " " + info.ModTime().UTC().String() + " " + info.Mode().String() + "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestDamaged: what was not whole when the power went was thanked to nobody.
func TestDamaged(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "replies")
	r := open(t, func(o *Options) { o.Dir = dir })
	_, pass := r.Pass("na-co-sa", intake.ToUnit)
	good, cut, l := sealed(t), sealed(t), lookup()
	for _, b := range [][]byte{good, cut} {
		if err := r.Post(t.Context(), pass, l, b); err != nil {
			t.Fatal(err)
		}
	}
	week := filepath.Join(dir, weekOf(today.Add(Life)))
	half := filepath.Join(week, fileOf(markOf(l), NameOf(sealed(t)))+asideSuffix)
	for path, content := range map[string][]byte{
		filepath.Join(week, fileOf(markOf(l), NameOf(cut))): cut[:100], half: good[:100], filepath.Join(week, "README"): nil,
	} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r = open(t, func(o *Options) { o.Dir = dir })
	if got, err := r.Look(t.Context(), l); err != nil || len(got) != 1 || !bytes.Equal(got[0], good) {
		t.Errorf("%d replies, %v", len(got), err)
	}
	if _, err := os.Stat(half); err == nil {
		t.Error("half a file stays")
	}
	if err := r.Post(t.Context(), pass, l, cut); err != nil {
		t.Errorf("the damaged one again: %v", err)
	}
}

func TestNoRoom(t *testing.T) {
	free := int64(0)
	var l receipt.Lookup
	r := open(t, func(o *Options) { o.Free = func() int64 { return free } })
	_, pass := r.Pass("na-co-sa", intake.ToUnit)
	if err := r.Post(t.Context(), pass, l, sealed(t)); !errors.Is(err, ErrFull) || r.Trouble() != "full" {
		t.Errorf("%v, trouble %q", err, r.Trouble())
	}
	if _, err := r.Look(t.Context(), l); err != nil || r.Trouble() != "full" {
		t.Errorf("a look on a full disk: %v, trouble %q", err, r.Trouble())
	}
	free = 1 << 30
	if err := r.Post(t.Context(), pass, l, sealed(t)); err != nil || r.Trouble() != "" {
		t.Errorf("%v, trouble %q", err, r.Trouble())
	}
	// A file where the week's directory should be: as a disk that takes no writes.
	r = open(t, func(o *Options) {
		if err := os.MkdirAll(o.Dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(o.Dir, weekOf(today.Add(Life))), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	})
	if err := r.Post(t.Context(), pass, l, sealed(t)); !errors.Is(err, ErrAway) || r.Trouble() == "" {
		t.Errorf("%v, trouble %q", err, r.Trouble())
	}
}

func TestShare(t *testing.T) {
	now := today
	r := open(t, func(o *Options) { o.Now = func() time.Time { return now } })
	r.share = 2
	_, pass := r.Pass("na-co-sa", intake.ToUnit)
	_, others := r.Pass("muong-nhe", intake.ToUnit)
	post := func(pass string, b []byte, want error) {
		t.Helper()
		if err := r.Post(t.Context(), pass, lookup(), b); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	post(pass, sealed(t), nil)
	post(pass, []byte("x"), ErrShape) // costs nothing
	post(pass, sealed(t), nil)
	post(pass, sealed(t), ErrFull)
	post(others, sealed(t), nil)
	now = now.AddDate(0, 0, 7)
	post(pass, sealed(t), nil)
}

func TestPasses(t *testing.T) {
	now := today
	r := open(t, func(o *Options) {
		o.Secrets, o.Now = [][]byte{secretB, secretA}, func() time.Time { return now }
	})
	old := open(t, func(o *Options) { o.Now = func() time.Time { return now } }) // before the new line came
	half, pass := r.Pass("na-co-sa", intake.ToUnit)
	_, oversight := r.Pass("na-co-sa", intake.Oversight)
	_, retired := old.Pass("na-co-sa", intake.ToUnit)
	_, others := r.Pass("muong-nhe", intake.ToUnit)
	if half != "2026-2" || pass == oversight || pass == retired || pass == others || len(pass) != 19 {
		t.Errorf("%s: %s, %s, %s, %s", half, pass, oversight, retired, others)
	}
	good := func(typed, unit string) {
		t.Helper()
		if got, ok := r.passes.check(typed, now); ok != (unit != "") || got != unit {
			t.Errorf("%q on %s is %q, want %q", typed, now.Format(time.DateOnly), got, unit)
		}
	}
	good(pass, "na-co-sa")
	good(oversight, "na-co-sa")
	good(retired, "na-co-sa") // of the second line
	good(others, "muong-nhe")
	good(" "+strings.ToLower(pass[:7])+" \r\n "+pass[7:]+"\u200b\n", "na-co-sa")
	good(strings.NewReplacer("0", "o", "1", "l", "-", "–").Replace(pass), "na-co-sa")
	good("", "")
	good(pass[:18], "")
	good("0000-0000-0000-0000", "")
	for _, at := range []time.Time{time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 6, 30, 23, 0, 0, 0, time.UTC)} {
		now = at // last half-year's
		good(pass, "na-co-sa")
	}
	now = time.Date(2027, 7, 1, 0, 0, 0, 0, time.UTC)
	good(pass, "")
	now = today.AddDate(-2, 0, 0)
	_, ancient := r.Pass("na-co-sa", intake.ToUnit)
	now = today
	good(ancient, "")
	// A reload brings a unit, and takes one.
	r.Use(directory(t, "na-co-sa", "si-pa-phin"))
	_, newcomers := r.Pass("si-pa-phin", intake.ToUnit)
	good(newcomers, "si-pa-phin")
	good(others, "")
	good(pass, "na-co-sa")
	// The retired line was taken out.
	r.passes.keys, r.passes.half = r.passes.keys[:1], ""
	good(retired, "")
	good(pass, "na-co-sa")
}

// TestRedisIsAway: an hour without it is told, and passes.
func TestRedisIsAway(t *testing.T) {
	server := redistest.Start(t, "--maxmemory", "3mb", "--maxmemory-policy", "noeviction")
	r := open(t, func(o *Options) { o.Redis = &redis.Server{URL: server.URL()} })
	_, pass := r.Pass("na-co-sa", intake.ToUnit)
	l := lookup()
	if err := r.Post(t.Context(), pass, l, sealed(t)); err != nil {
		t.Fatal(err)
	}
	server.Kill()
	if err := r.Post(t.Context(), pass, l, sealed(t)); !errors.Is(err, ErrAway) || r.Trouble() != redis.DialRefused {
		t.Errorf("%v, trouble %q", err, r.Trouble())
	}
	if _, err := r.Look(t.Context(), l); !errors.Is(err, ErrAway) {
		t.Errorf("looking: %v", err)
	}
	server.Start()
	if err := r.Post(t.Context(), pass, l, sealed(t)); err != nil || r.Trouble() != "" {
		t.Errorf("%v, trouble %q", err, r.Trouble())
	}
	var err error
	for range 1000 {
		if err = r.Post(t.Context(), pass, lookup(), sealed(t)); err != nil {
			break
		}
	}
	if !errors.Is(err, ErrFull) || r.Trouble() != redis.OutOfMemory {
		t.Errorf("a full Redis: %v, trouble %q", err, r.Trouble())
	}
}

// TestRedisTellsNothing: only hashes of weeks, with an end, whose fields are no lookups.
func TestRedisTellsNothing(t *testing.T) {
	server := redistest.Start(t)
	r := open(t, func(o *Options) { o.Redis = &redis.Server{URL: server.URL()} })
	r.o.Now = time.Now
	_, pass := r.Pass("na-co-sa", intake.ToUnit)
	for range 3 {
		if err := r.Post(t.Context(), pass, lookup(), sealed(t)); err != nil {
			t.Fatal(err)
		}
	}
	key := keyPrefix + weekOf(time.Now().Add(Life))
	for command, want := range map[string]string{"DBSIZE": ":1", "HLEN " + key: ":4", "TYPE " + key: "+hash"} {
		if got, err := server.Do(strings.Fields(command)...); err != nil || got != want {
			t.Errorf("%s: %s, %v", command, got, err)
		}
	}
	if ttl, _ := server.Do("TTL", key); strings.HasPrefix(ttl, ":-") {
		t.Errorf("%s has no end: %s", key, ttl)
	}
}

// countingStore notes what it is asked for.
type countingStore struct {
	store
	asked map[mark]int
}

func (s *countingStore) get(_ context.Context, m mark, _ time.Time) ([][]byte, error) {
	s.asked[m]++
	return nil, nil
}

func (*countingStore) expire(time.Time) error { return nil }

// TestIdleIsFilled: Redis is asked all the time, each time for another mark.
func TestIdleIsFilled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &countingStore{asked: make(map[mark]int)}
		r := &Replies{o: Options{Redis: &redis.Server{}, Now: time.Now}, store: s}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan bool)
		go func() { r.Run(ctx); close(done) }()
		time.Sleep(time.Minute + time.Second)
		stop()
		<-done
		if len(s.asked) != 30 {
			t.Errorf("asked for %d marks in a minute", len(s.asked))
		}
	})
}

// blockingStore answers when it is told to.
type blockingStore struct {
	store
	let chan bool
}

func (s *blockingStore) get(ctx context.Context, _ mark, _ time.Time) ([][]byte, error) {
	select {
	case <-s.let:
		return nil, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func TestTooManyLooks(t *testing.T) {
	s := &blockingStore{let: make(chan bool)}
	r := &Replies{o: Options{Now: time.Now}, store: s, looks: make(chan struct{}, maxLooks)}
	var all sync.WaitGroup
	for range maxLooks {
		r.looks <- struct{}{}
	}
	if _, err := r.Look(t.Context(), lookup()); !errors.Is(err, ErrBusy) {
		t.Errorf("one too many: %v", err)
	}
	<-r.looks // it ends: one was put in above
	all.Go(func() {
		if _, err := r.Look(t.Context(), lookup()); err != nil {
			t.Error(err)
		}
	})
	s.let <- true
	all.Wait()
}
