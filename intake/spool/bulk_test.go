package spool

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tipbox/intake"
)

// account is what a Watcher was told.
type account map[intake.ID]int64

func (a account) Found(id intake.ID, bytes int64) { a[id] = bytes }
func (a account) Gone(id intake.ID)               { delete(a, id) }

func bulkEnvelope(id intake.ID) intake.Envelope {
	return intake.Envelope{ID: id, Unit: "na-co-sa", Audience: intake.ToUnit, Lane: intake.Bulk, Work: true, Rank: 5}
}

// TestBulkIsAccounted: whoever keeps the account of the bulk lane hears of each of
// its tips, over a restart too, and of no other.
func TestBulkIsAccounted(t *testing.T) {
	dir := t.TempDir()
	open := func() *Spool {
		t.Helper()
		s, err := Open(Options{Dir: dir, Floor: 1, Try: -1})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	want := func(got account, ids ...intake.ID) {
		t.Helper()
		if !slices.Equal(slices.Sorted(maps.Keys(got)), ids) {
			t.Errorf("accounted for %v, want %v", got, ids)
		}
	}
	s := open()
	got := account{}
	s.Watch(got)
	const one, two, front = intake.ID("TB-0000-0001"), intake.ID("TB-0000-0002"), intake.ID("TB-0000-0003")
	for _, e := range []intake.Envelope{bulkEnvelope(one), bulkEnvelope(two), {ID: front, Unit: "na-co-sa", Audience: intake.ToUnit}} {
		if err := s.Put(e, make([]byte, 100)); err != nil {
			t.Fatal(err)
		}
	}
	want(got, one, two)
	if err := s.Remove(one); err != nil {
		t.Fatal(err)
	}
	want(got, two)
	s.Close()

	s = open()
	defer s.Close()
	again := account{}
	s.Watch(again)
	want(again, two)
	e, ok := s.Lookup(two)
	if !ok || e.Lane != intake.Bulk || !e.Work || e.Rank != 5 || again[two] != 100 {
		t.Errorf("after a restart: %+v, %v", e, again)
	}
	if e, _ := s.Lookup(front); e.Lane != intake.Front {
		t.Errorf("front lane: %+v", e)
	}
}

// TestLanesInTheFile: an old file is of the front lane, and one of a lane that we
// don't know is left to a newer tipbox.
func TestLanesInTheFile(t *testing.T) {
	const plain = `{"v":1,"id":"TB-0000-0001","unit":"a","audience":"unit","urgent":false,"not_before":0,"size":3`
	for line, want := range map[string]string{
		plain + `}`:                           "front",
		plain + `,"lane":"bulk","rank":7}`:    "bulk",
		plain + `,"lane":"express"}`:          "newer",
		plain + `,"lane":"bulk","rank":8}`:    "corrupt",
		plain + `,"lane":"bulk","rank":-1}`:   "corrupt",
		plain + `,"lane":"bulk","haste":"x"}`: "newer",
	} {
		e, _, err := decodeHeader([]byte(line))
		got := map[bool]string{true: "bulk", false: "front"}[e.Lane == intake.Bulk]
		switch {
		case err == ErrNewer: //nolint:errorlint // as it is returned
			got = "newer"
		case err != nil:
			got = "corrupt"
		}
		if got != want {
			t.Errorf("%s: %s (%v), want %s", line, got, err, want)
		}
	}
}

// TestBulkCopies: copies of the bulk lane stay for the day and the night after,
// and go first when room is needed.
func TestBulkCopies(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(Options{Dir: dir, Floor: 1, Try: -1, KeepSent: 7 * 24 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	day := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	kept := func() string {
		t.Helper()
		files, err := filepath.Glob(filepath.Join(dir, "sent", "*", "*.tip"))
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, f := range files {
			ids = append(ids, strings.TrimSuffix(strings.TrimPrefix(filepath.Base(f), "0-TB-0000-"), ".tip"))
		}
		slices.Sort(ids)
		return strings.Join(ids, " ")
	}
	deliver := func(e intake.Envelope) {
		t.Helper()
		if err := s.Put(e, make([]byte, 100)); err != nil {
			t.Fatal(err)
		}
		if err := s.Remove(e.ID); err != nil {
			t.Fatal(err)
		}
	}
	tend := func() {
		t.Helper()
		if err := s.tend(day); err != nil {
			t.Fatal(err)
		}
	}
	tend()
	deliver(bulkEnvelope("TB-0000-0001"))
	deliver(intake.Envelope{ID: "TB-0000-0002", Unit: "na-co-sa", Audience: intake.ToUnit})
	for n, want := range []string{"0001 0002", "0001 0002", "0002", "0002"} {
		tend()
		if got := kept(); got != want {
			t.Errorf("on day %d: %s, want %s", n, got, want)
		}
		day = day.AddDate(0, 0, 1)
	}
	tend()
	deliver(bulkEnvelope("TB-0000-0003"))
	if s.makeRoom(1 << 62) {
		t.Error("room where there is none")
	}
	if got := kept(); got != "" {
		t.Errorf("kept %s although there is no room", got)
	}
}

// TestDigestOnDisk: what was begun is found again, but for what cannot be read.
func TestDigestOnDisk(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(Options{Dir: dir, Floor: 1, Try: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	begun := &Digest{Tips: []intake.ID{"TB-0000-0001"}, Reached: []string{"a@example.vn"}}
	if err := s.SaveDigest("na-co-sa-unit", begun); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveDigest("../new/x", begun); err == nil {
		t.Error("a name leads out of the directory")
	}
	if err := os.WriteFile(filepath.Join(dir, "digest", "b-unit.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := s.Digests()
	if err != nil || len(all) != 1 || !slices.Equal(all["na-co-sa-unit"].Tips, begun.Tips) || !slices.Equal(all["na-co-sa-unit"].Reached, begun.Reached) {
		t.Errorf("found %v, %v", all, err)
	}
	for range 2 {
		if err := s.SaveDigest("na-co-sa-unit", nil); err != nil {
			t.Fatal(err)
		}
	}
	if all, _ := s.Digests(); len(all) != 0 {
		t.Errorf("still there: %v", all)
	}
}
