package box

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"tipbox/cmd/internal/config"
	"tipbox/intake/deliver"
	"tipbox/intake/deliver/smtp"
	"tipbox/intake/deliver/smtp/smtptest"
	"tipbox/intake/tally"
)

// TestPageIsMailed: on the Monday, from seven on, the page of the week goes to each
// address that counts.mail names, once, through the same mail server as tips; after a
// restart not again; to whom it failed an hour later.
func TestPageIsMailed(t *testing.T) {
	refuses := ""
	server := smtptest.Start(t, smtptest.Options{Answer: func(e smtptest.Event) smtptest.Answer {
		if e.Step == smtptest.Recipient && strings.Contains(e.To, "province") && refuses != "" {
			return smtptest.Say(refuses)
		}
		return smtptest.Answer{}
	}})
	transport, err := smtp.New(smtp.Options{Host: server.Host, Port: server.Port, TLS: "starttls", CAFile: server.CAFile, From: "hom-thu@na-co-sa.example"})
	if err != nil {
		t.Fatal(err)
	}
	b := small(t, transport)
	defer b.close()
	monday := tally.Monday(time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC))
	week := monday.AddDate(0, 0, -7)
	now, counted := monday.Add(-time.Hour), true
	o, err := Counts(b.cfg)
	if err != nil {
		t.Fatal(err)
	}
	o.Now = func() time.Time { return now }
	start := func() { // the tally, anew: what was mailed is known from the disk alone
		t.Helper()
		if b.tally, err = tally.New(o); err != nil {
			t.Fatal(err)
		}
		b.paged = make(map[string]bool)
	}
	start()
	now = monday.Add(time.Minute)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	b.tally.Run(ended) // writes the week
	b.page = func(_ context.Context, _ *config.Config, at time.Time) (*deliver.Page, error) {
		if !counted {
			return nil, nil
		}
		return &deliver.Page{Monday: tally.Monday(at).AddDate(0, 0, -7), Totals: "Tuần từ 23/11/2026: gửi từng thư 12.\n", PDF: []byte("%PDF-1.3 the page")}, nil
	}
	had := 0
	try := func(at time.Time, want ...string) {
		t.Helper()
		now = at
		b.mailPage(t.Context(), at)
		var got []string
		mails := server.Mails()
		for _, m := range mails[had:] {
			got = append(got, m.To...)
			if err := isPage(m.Data); err != nil {
				t.Errorf("%v in\n%s", err, m.Data)
			}
		}
		had = len(mails)
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("at %v: %v, want %v", at, got, want)
		}
	}
	try(monday.Add(12 * time.Hour)) // nobody is named
	b.cfg.CountsMail = []string{"province@example.vn", "staff@example.vn"}
	try(monday.Add(pageHour - time.Minute))
	counted = false
	try(monday.Add(pageHour))
	counted, refuses = true, "450 4.2.0 later"
	try(monday.Add(pageHour), "staff@example.vn")
	try(monday.Add(pageHour + pageEvery))
	refuses = ""
	start()
	try(monday.Add(pageHour+2*pageEvery), "province@example.vn")
	try(monday.Add(pageHour + 3*pageEvery))
	start()
	try(monday.AddDate(0, 0, 6))
	try(monday.AddDate(0, 0, 7).Add(pageHour), "province@example.vn", "staff@example.vn")
	if ours, err := b.tally.Claim(t.Context(), week, "staff@example.vn"); ours || err != nil {
		t.Errorf("an older week is mailed again: %v, %v", ours, err)
	}
}

// isPage holds a mail to be the page's.
func isPage(data []byte) error {
	m, err := mail.ReadMessage(strings.NewReader(string(data)))
	if err != nil {
		return err
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || !strings.HasPrefix(subject, "[Hòm thư] Số tin tuần từ ") || !strings.HasPrefix(m.Header.Get("Message-ID"), "<TC-2026-1") {
		return errors.New("another subject or id")
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	text, err := parts.NextPart()
	if err != nil {
		return err
	}
	words, err := io.ReadAll(text)
	if err != nil || !strings.HasPrefix(string(words), "Tuần từ 23/11/2026: gửi từng thư 12.") {
		return errors.New("no totals")
	}
	page, err := parts.NextPart()
	if err != nil || !strings.HasPrefix(page.FileName(), "so-tin-2026-1") || page.Header.Get("Content-Type") == "" {
		return errors.New("no page")
	}
	return nil
}
