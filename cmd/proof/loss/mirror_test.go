package loss

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/waittest"
)

// TestMirrorTakesOver is the short form of TestTortureMirror, which make torture runs.
func TestMirrorTakesOver(t *testing.T) {
	t.Parallel()
	takeOver(t, 2, 2, 15)
}

// takeOver kills servers under load, that many times, so many answers one after the
// other, and takes their disks away, all but the mirror. Another server, which takes tips meanwhile, adopts that, and is
// the next to die. The adoption itself is killed, too, and done again.
func takeOver(t *testing.T, rounds, senders int, between int64) {
	const seed = 16
	luck := rand.New(rand.NewPCG(seed, uint64(rounds)))
	s := &siege{t: t}
	mails := boxtest.MailServer(t, s.answer())
	officer, flags := boxtest.Recruit(t)
	addr := boxtest.FreeAddr(t)
	first := boxtest.Init(t, mails, "[spool]\nmirror = \"mirror-0\"\n"+boxtest.Wide, append(flags, "--listen", addr)...)
	dir := filepath.Dir(first)
	moreUnits(t, first, 3)
	text, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	config := func(n int) string {
		path := filepath.Join(dir, fmt.Sprintf("box-%d.toml", n))
		own := strings.NewReplacer(`data_dir  = "data"`, fmt.Sprintf(`data_dir = "data-%d"`, n), "mirror-0", fmt.Sprintf("mirror-%d", n)).Replace(string(text))
		if err := os.WriteFile(path, []byte("secret_file = \"secret\"\n"+own), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(filepath.Join(dir, fmt.Sprintf("mirror-%d", n)), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	serving := config(0)
	box := boxtest.Serve(t, serving)
	box.Is("mirror", "ok")

	var villagers sync.WaitGroup
	stop := make(chan struct{})
	for i := range senders {
		v := boxtest.NewVillager(t, fmt.Sprintf("http://%s/t/ncs%02d", addr, 1+i%4))
		// Not as fast as they can: while one spool is adopted the next one would grow by more than it.
		villagers.Go(func() { s.besiege(v, fmt.Sprintf("người %d", i), 50*time.Millisecond, stop) })
	}
	onlyThere := 0
	for n := range rounds {
		moment := s.events.Load() + between + luck.Int64N(between)
		waittest.Until(t, "the load goes on", func() bool { return s.events.Load() >= moment })
		box.Kill()
		dead := filepath.Join(dir, fmt.Sprintf("data-%d", n))
		if err := os.RemoveAll(dead); err != nil {
			t.Fatal(err)
		}
		mirror := filepath.Join(dir, fmt.Sprintf("mirror-%d", n))
		left, err := filepath.Glob(filepath.Join(mirror, "*", "*.tip*"))
		if err != nil {
			t.Fatal(err)
		}
		onlyThere += len(left)
		serving = config(n + 1)
		box = boxtest.Serve(t, serving)
		short := waittest.Command(t, boxtest.Binary(t), "spool", "adopt", "-c", serving, mirror)
		if err := short.Start(); err != nil {
			t.Fatal(err)
		}
		some := int(luck.Int64N(int64(len(left)/2 + 1)))
		waittest.Until(t, "some are adopted", func() bool {
			taken, err := filepath.Glob(filepath.Join(mirror, "adopted", "*"))
			return err == nil && len(taken) >= some
		})
		_ = short.Process.Kill()
		_ = short.Wait()
		boxtest.Tipbox(t, "spool", "adopt", "-c", serving, mirror)
		if again, _ := filepath.Glob(filepath.Join(mirror, "new", "*.tip")); len(again) > 0 {
			t.Errorf("the mirror still has %d", len(again))
		}
	}
	close(stop)
	villagers.Wait()
	box.Is("mirror", "ok")
	box.Kill()
	s.healthy.Store(true)
	box = boxtest.Serve(t, serving) // what is due is due
	boxtest.Tipbox(t, "spool", "release", "--all", "-c", serving)
	waittest.Until(t, "the spool is worked off", func() bool { return len(boxtest.Spool(t, serving)) == 0 })
	box.Stop()
	if left, _ := filepath.Glob(filepath.Join(dir, fmt.Sprintf("mirror-%d", rounds), "*", "*.tip*")); len(left) > 0 {
		t.Errorf("the last mirror still has %d delivered tips", len(left))
	}
	lost, doubled := officer.Want(mails.Mails(), s.thanked, 1_000)
	t.Logf("%d servers killed and their disks taken away; %d tips acknowledged after %d forms sent again; %d lay in the mirrors alone; %d mails; %d lost; %d duplicates, each with the Message-ID of its first",
		rounds, len(s.thanked), s.again, onlyThere, len(mails.Mails()), lost, doubled)
	if len(s.thanked) < senders || onlyThere == 0 {
		t.Error("there was no load")
	}
}
