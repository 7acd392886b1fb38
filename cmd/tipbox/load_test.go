package main

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"
)

// TestFiveHundredAtOnce is item 3 of "nothing acknowledged is ever lost": 500
// senders, each on a connection of their own, press the button together. All
// are thanked, and each tip arrives once.
func TestFiveHundredAtOnce(t *testing.T) {
	t.Parallel()
	const senders = 500
	officer, flags := recruit(t)
	mails := mailServer(t, nil)
	box := serve(t, initBox(t, mails, wide, flags...))

	var open, written sync.WaitGroup
	press := make(chan struct{})
	texts := make([]string, senders)
	answers := make([]*answer, senders)
	errs := make([]error, senders)
	open.Add(senders)
	for i := range senders {
		texts[i] = fmt.Sprintf("Tin thứ %d trong năm trăm.", i)
		v := newVillager(t, box.url+"/t/ncs01")
		written.Go(func() {
			f := report(texts[i])
			// The page has come, and its connection stays open for the form.
			f.fields["token"], _, errs[i] = v.page(t.Context())
			open.Done()
			select {
			case <-press:
			case <-t.Context().Done():
				return
			}
			if errs[i] == nil {
				answers[i], errs[i] = v.send(t.Context(), f)
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
			t.Fatalf("sender %d: %v\n%s", i, errs[i], box.stderr)
		}
		if a.status != http.StatusOK {
			t.Fatalf("sender %d got %d\n%s", i, a.status, box.stderr)
		}
	}
	mails.Wait(senders)
	t.Logf("500 senders answered in %v, all mails delivered after %v", answered, time.Since(began))
	if err := box.stop(t); err != nil { // and with it whatever mail was still to come
		t.Errorf("tipbox serve ended with %v\n%s", err, box.stderr)
	}
	officer.want(mails.Mails(), texts, 1)
}
