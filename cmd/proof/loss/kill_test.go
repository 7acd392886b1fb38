package loss

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/deliver/smtp/smtptest"
	"tipbox/intake/waittest"
)

// TestKill is the short form of TestTortureKill, which make torture runs.
func TestKill(t *testing.T) {
	t.Parallel()
	killUnderLoad(t, 5)
}

// siege is a box under load: villagers who send a tip after the other and send
// each again until they are thanked, and a mail server that goes wrong at random.
type siege struct {
	t       *testing.T
	events  atomic.Int64 // answers that somebody got, from the box or from the mail server
	healthy atomic.Bool  // the mail server has come to its senses

	mu      sync.Mutex
	thanked []string
	again   int // forms that were sent again
}

// answer is the mail server's.
func (s *siege) answer() func(smtptest.Event) smtptest.Answer {
	wrong := smtptest.Random(rand.Uint64(), smtptest.Rates{
		Refuse: 0.02, Defer: 0.05, Drop: 0.01, TakeAndDrop: 0.04, Stall: 0.002,
	})
	return func(e smtptest.Event) smtptest.Answer {
		s.events.Add(1)
		if s.healthy.Load() {
			return smtptest.Usual
		}
		return wrong(e)
	}
}

// besiege sends tips until stop is closed, a pause between two, and the last one until
// it is thanked.
func (s *siege) besiege(v *boxtest.Villager, name string, pause time.Duration, stop chan struct{}) {
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		case <-time.After(pause):
		}
		tip := boxtest.Report(fmt.Sprintf("Tin %d của %s.", n, name))
		tries := 0
		for !s.send(v, tip) {
			tries++
			time.Sleep(5 * time.Millisecond) // an impatient thumb
		}
		s.mu.Lock()
		s.thanked = append(s.thanked, tip.Fields["message"])
		s.again += tries
		s.mu.Unlock()
	}
}

// send is one press of the button. It fetches the page only if there is none
// yet: who sends again sends the same page.
func (s *siege) send(v *boxtest.Villager, tip boxtest.Form) (thanked bool) {
	var err error
	if tip.Fields["token"] == "" {
		if tip.Fields["token"], _, err = v.Page(context.Background()); err != nil {
			delete(tip.Fields, "token")
			return false
		}
	}
	a, err := v.Send(context.Background(), tip)
	if err != nil {
		return false // killed in the middle
	}
	s.events.Add(1)
	if !a.Taken() {
		s.t.Errorf("%q was answered with %d", tip.Fields["message"], a.Status)
	}
	return a.Taken()
}

// killUnderLoad kills the box at random moments, that many times, and then
// holds what has arrived to what was acknowledged.
func killUnderLoad(t *testing.T, rounds int) {
	s := &siege{t: t}
	mails := boxtest.MailServer(t, s.answer())
	officer, flags := boxtest.Recruit(t)
	addr := boxtest.FreeAddr(t)
	config := boxtest.Init(t, mails, boxtest.Wide, append(flags, "--listen", addr)...)
	moreUnits(t, config, 3) // each has its own way to the mail server
	box := boxtest.Serve(t, config)

	var villagers sync.WaitGroup
	stop := make(chan struct{})
	for i := range 8 {
		v := boxtest.NewVillager(t, fmt.Sprintf("http://%s/t/ncs%02d", addr, 1+i%4))
		villagers.Go(func() { s.besiege(v, fmt.Sprintf("người %d", i), 0, stop) })
	}
	for range rounds {
		moment := s.events.Load() + rand.Int64N(150)
		waittest.Until(t, "the load goes on", func() bool { return s.events.Load() >= moment })
		box.Kill()
		box = boxtest.Serve(t, config)
	}
	close(stop)
	villagers.Wait()
	box.Kill()
	s.healthy.Store(true)
	box = boxtest.Serve(t, config) // what is due is due
	waiting := len(boxtest.Spool(t, config))
	boxtest.Tipbox(t, "spool", "release", "--all", "-c", config)
	waittest.Until(t, "the spool is worked off", func() bool { return len(boxtest.Spool(t, config)) == 0 })
	box.Stop()
	lost, doubled := officer.Want(mails.Mails(), s.thanked, 1_000)
	t.Logf("%d kills; %d tips acknowledged after %d forms sent again; %d mails over %d connections; %d waited or were held at the last kill; %d lost; %d duplicates, each with the Message-ID of its first",
		rounds+1, len(s.thanked), s.again, len(mails.Mails()), mails.Connections(), waiting, lost, doubled)
	if len(s.thanked) < 8 || len(mails.Mails()) < len(s.thanked) {
		t.Error("there was no load")
	}
}

// moreUnits adds units with a site each, ncs02 and so on, that have the first one's key.
func moreUnits(t testing.TB, config string, units int) {
	t.Helper()
	f, err := os.OpenFile(config, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for i := 2; i < 2+units; i++ {
		fmt.Fprintf(f, `
[[units]]
id    = "don-%[1]d"
name  = { vi = "Đồn số %[1]d" }
mail  = ["truc-ban@don-%[1]d.example"]
recipients_file = "keys/na-co-sa.recipients"
  [[units.sites]]
  code = "ncs%02[1]d"
  name = { vi = "Bản số %[1]d" }
`, i)
	}
}
