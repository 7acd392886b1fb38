package smtp

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"net/mail"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tipbox/intake"
	"tipbox/intake/deliver"
	"tipbox/intake/deliver/smtp/postfixtest"
	"tipbox/intake/deliver/smtp/smtptest"
	"tipbox/intake/spool"
)

// TestBounceWithoutTheTip: a real Postfix takes a tip with a photo, the server
// behind it refuses it, and the report has everything but the tip. The spool has
// it still, and sends it again: the same mail, for the same Message-ID.
func TestBounceWithoutTheTip(t *testing.T) {
	t.Parallel()
	const bounces = "hom-thu@" + postfixtest.Domain
	var refusing atomic.Bool
	refusing.Store(true)
	next := smtptest.Start(t, smtptest.Options{Encryption: smtptest.Plain, Answer: func(e smtptest.Event) smtptest.Answer {
		if e.Step == smtptest.Message && refusing.Load() {
			return smtptest.Say("554 5.7.1 attachment not allowed here")
		}
		return smtptest.Usual
	}})
	relay := postfixtest.StartBefore(t, next.Port, bounces, "hom-thu")
	tr := transport(t, Options{
		Host: relay.Host, Port: relay.Port, TLS: StartTLS, CAFile: relay.CAFile,
		Username: relay.Username, Password: func() (string, error) { return relay.Password, nil }, From: bounces, Bounces: bounces,
	})
	dir := filepath.Join(t.TempDir(), "spool")
	s, err := spool.Open(spool.Options{Dir: dir, Floor: 1, KeepSent: 7 * 24 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	directory, err := intake.NewDirectory([]*intake.Unit{{
		ID: "na-co-sa", Receivers: map[intake.Audience]intake.Receiver{intake.ToUnit: {Mail: []string{"truc-ban@" + postfixtest.Elsewhere}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	run := deliver.New(deliver.Options{Spool: s, Directory: directory, Transport: tr, Rescan: 50 * time.Millisecond, Probe: -1})
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { run.Run(ctx) })
	defer running.Wait()
	defer cancel()

	sealed := bytes.Repeat([]byte("age-encryption.org/v1 photo "), 300<<10/28)
	id := intake.ID("TB-7K3M-9QF2")
	if err := s.Put(intake.Envelope{ID: id, Unit: "na-co-sa", Audience: intake.ToUnit}, sealed); err != nil {
		t.Fatal(err)
	}
	report := relay.Fetch(t, "hom-thu", 1)[0]
	if !bytes.Contains(report, []byte(id)) || !bytes.Contains(report, []byte("attachment not allowed here")) {
		t.Errorf("the report is not about the tip:\n%s", report)
	}
	if bytes.Contains(report, []byte(base64.StdEncoding.EncodeToString(sealed[:45]))) || len(report) > 50_000 {
		t.Errorf("the report brings the tip back (%d bytes): this test shows nothing", len(report))
	}
	if len(next.Mails()) != 0 {
		t.Fatal("the next server took it")
	}

	refusing.Store(false)
	desk, err := spool.OpenControl(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer desk.Close()
	err = spool.ErrWaiting
	for errors.Is(err, spool.ErrWaiting) && t.Context().Err() == nil { // until the runner has put it away
		err = desk.Resend(id)
	}
	if err != nil {
		t.Fatalf("sending it again: %v", err)
	}
	got := next.Wait(1)
	arrived := open(t, got[0].Data)
	if !bytes.Equal(arrived.sealed, sealed) {
		t.Error("what arrives is not the tip")
	}
	m, err := mail.ReadMessage(bytes.NewReader(got[0].Data))
	if err != nil {
		t.Fatal(err)
	}
	if messageID := m.Header.Get("Message-Id"); messageID == "" || !bytes.Contains(report, []byte(messageID)) {
		t.Errorf("Message-ID %s is not the one that was refused", messageID)
	}
}
