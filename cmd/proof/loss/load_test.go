package loss

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"tipbox/cmd/internal/boxtest"
)

// TestFiveHundredAtOnce is item 3 of "nothing acknowledged is ever lost": 500
// senders, each on a connection of their own, press the button together. All
// are thanked, and each tip arrives once.
func TestFiveHundredAtOnce(t *testing.T) {
	t.Parallel()
	const senders = 500
	officer, flags := boxtest.Recruit(t)
	mails := boxtest.MailServer(t, nil)
	box := boxtest.Serve(t, boxtest.Init(t, mails, boxtest.Wide, flags...))

	var open, written sync.WaitGroup
	press := make(chan struct{})
	texts := make([]string, senders)
	answers := make([]*boxtest.Answer, senders)
	errs := make([]error, senders)
	open.Add(senders)
	for i := range senders {
		texts[i] = fmt.Sprintf("Tin thứ %d trong năm trăm.", i)
		v := boxtest.NewVillager(t, box.URL+"/t/ncs01")
		written.Go(func() {
			f := boxtest.Report(texts[i])
			// The page has come, and its connection stays open for the form.
			f.Fields["token"], _, errs[i] = v.Page(t.Context())
			open.Done()
			select {
			case <-press:
			case <-t.Context().Done():
				return
			}
			if errs[i] == nil {
				answers[i], errs[i] = v.Send(t.Context(), f)
			}
		})
	}
	open.Wait()
	began := time.Now()
	close(press)
	written.Wait()
	answered := time.Since(began)
	for i, a := range answers {
		if errs[i] != nil {
			t.Fatalf("sender %d: %v\n%s", i, errs[i], box.Said)
		}
		if !a.Taken() {
			t.Fatalf("sender %d got %d\n%s", i, a.Status, box.Said)
		}
	}
	mails.Wait(senders)
	t.Logf("500 senders answered in %v, all mails delivered after %v", answered, time.Since(began))
	box.Stop()
	officer.Want(mails.Mails(), texts, 1)
}
