package smtp

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"tipbox/intake"
	"tipbox/intake/deliver"
	"tipbox/intake/deliver/smtp/smtptest"
)

// TestRandomFaults: through a server that goes wrong at random, each tip that
// Send reports as taken is there, and each that it does not is tried again or on
// hold; a duplicate is the same mail.
func TestRandomFaults(t *testing.T) {
	t.Parallel()
	srv := server(t, smtptest.Random(20261123, smtptest.Rates{
		Refuse: 0.02, Defer: 0.04, Drop: 0.02, TakeAndDrop: 0.05, Stall: 0.002,
	}))
	tr := transport(t, settings(t, srv))
	tr.o.CommandTimeout, tr.o.DataTimeout = 300*time.Millisecond, 300*time.Millisecond

	const tips = 100
	reasons, sent, held := make(map[string]int), make(map[intake.ID]bool), make(map[intake.ID]bool)
	var c deliver.Conn
	for i := range tips {
		m := tip(fmt.Sprintf("%02d", i))
		for !sent[m.ID] && !held[m.ID] {
			var err error
			if c == nil {
				if c, err = tr.Dial(t.Context()); err != nil {
					reasons[deliver.Reason(err)]++
					c = nil
					continue
				}
			}
			var final *deliver.PermanentError
			switch err = c.Send(t.Context(), m); {
			case err == nil:
				sent[m.ID] = true
			case errors.As(err, &final):
				held[m.ID] = true
			default:
				reasons[deliver.Reason(err)]++
				if deliver.Reason(err) != deliver.Reply4xx {
					c.Close()
					c = nil
				}
			}
		}
	}
	taken := make(map[intake.ID]int)
	for _, m := range srv.Mails() {
		mail := open(t, m.Data)
		id, err := intake.ParseID(mail.name[:len("TB-7K3M-9QXA")])
		if err != nil {
			t.Fatal(err)
		}
		if got := mail.header.Get("Message-Id"); got != "<"+string(id)+"@example.vn>" {
			t.Errorf("%s has the Message-ID %s", id, got)
		}
		taken[id]++
	}
	doubled := 0
	for id := range sent {
		if taken[id] == 0 {
			t.Errorf("%s was reported as taken and is not there", id)
		}
		doubled += taken[id] - 1
	}
	if len(sent)+len(held) != tips {
		t.Errorf("%d sent and %d on hold of %d", len(sent), len(held), tips)
	}
	t.Logf("%d sent over %d connections, %d on hold, %d duplicates; deferrals: %v", len(sent), srv.Connections(), len(held), doubled, reasons)
	if doubled == 0 || reasons[deliver.Dropped] == 0 || reasons[deliver.Reply4xx] == 0 {
		t.Error("the server did not go wrong")
	}
}
