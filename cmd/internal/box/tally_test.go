package box

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tipbox/cmd/internal/box/probe"
	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/keys"
	"tipbox/intake"
	"tipbox/intake/deliver"
	"tipbox/intake/tally"
)

// takesAll is a mail server that takes everything over.
type takesAll struct{}

func (takesAll) Dial(context.Context) (deliver.Conn, error) { return takesAll{}, nil }
func (takesAll) Send(context.Context, *deliver.Mail) error  { return nil }
func (takesAll) Close() error                               { return nil }

// small is a box with one unit and that way to a mail server.
func small(t *testing.T, mail deliver.Transport) *Box {
	t.Helper()
	dir := t.TempDir()
	id, err := keys.Generate(keys.Classic)
	if err != nil {
		t.Fatal(err)
	}
	first := config.First{
		BaseURL: "http://127.0.0.1", Listen: "127.0.0.1:0", DataDir: "data", SMTPHost: "127.0.0.1", SMTPPort: 25, SMTPTLS: "none",
		From: "hom-thu@na-co-sa.example", UnitID: "na-co-sa", UnitName: "Đồn Biên phòng Na Cô Sa", Mail: "truc-ban@na-co-sa.example",
		RecipientsFile: "recipients", Sites: []config.FirstSite{{Code: "ncs01", Name: "Nhà văn hóa bản Na Cô Sa 1"}},
	}
	for name, text := range map[string]string{"tipbox.toml": string(first.TOML()), "recipients": id.Recipient().String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cfg, err := config.Load(filepath.Join(dir, "tipbox.toml"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := New(&terminal.Terminal{Err: io.Discard}, Options{Config: cfg, Probe: &probe.Probe{
		Handler:   func(h http.Handler, _ prometheus.Registerer, _ *slog.Logger) http.Handler { return h },
		Transport: func(deliver.Transport) deliver.Transport { return mail },
	}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func counted(t *testing.T, b *Box, now time.Time) map[string]tally.Counts {
	t.Helper()
	o, err := Counts(b.cfg)
	if err != nil {
		t.Fatal(err)
	}
	o.Now = func() time.Time { return now }
	weeks, err := tally.Read(t.Context(), o, 1)
	if err != nil {
		t.Fatal(err)
	}
	return weeks[0].Units
}

// TestMailedIsCounted: what the box mails to a unit is in the week's counts, which
// stand where tipbox counts looks.
func TestMailedIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(tally.Monday(time.Now()).AddDate(0, 0, 7)) - time.Minute) // the spool tries itself each half minute
		b := small(t, takesAll{})
		defer b.close()
		ctx, cancel := context.WithCancel(t.Context())
		go b.tally.Run(ctx)
		mailing, mailed := context.WithCancel(ctx)
		go b.runner.Run(mailing)
		for n := range 6 {
			e := intake.Envelope{ID: intake.ID(fmt.Sprintf("TB-0000-%04d", n)), Unit: "na-co-sa", Audience: intake.ToUnit}
			if err := b.spool.Put(e, []byte("sealed")); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		mailed()
		time.Sleep(time.Hour + time.Second)
		synctest.Wait()
		if got := counted(t, b, time.Now())["na-co-sa"].Delivered; got != 6 {
			t.Errorf("counted %v", got)
		}
		cancel()
		synctest.Wait()
	})
}

// TestWeekIsWrittenAtTheEnd: a box that ends writes the week that is over.
func TestWeekIsWrittenAtTheEnd(t *testing.T) {
	b := small(t, takesAll{})
	o, err := Counts(b.cfg)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	o.Now = func() time.Time { return now }
	if b.tally, err = tally.New(o); err != nil {
		t.Fatal(err)
	}
	for range 7 {
		b.tally.Delivered("na-co-sa", intake.Front)
	}
	now = now.AddDate(0, 0, 7)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if err := b.Run(ctx, func(string, string) { cancel() }); err != nil {
		t.Fatal(err)
	}
	if got := counted(t, b, now)["na-co-sa"].Delivered; got != 7 {
		t.Errorf("counted %v", got)
	}
}
