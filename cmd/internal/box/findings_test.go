package box

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"tipbox/cmd/internal/box/probe"
	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/keys"
	"tipbox/intake"
	"tipbox/intake/deliver"
	"tipbox/intake/waittest"
)

// sour is a mail server whose one mailbox is full when it is asked for, and that
// refuses every mail for good.
type sour struct{}

func (sour) Dial(context.Context) (deliver.Conn, error) { return sour{}, nil }
func (sour) Ask(context.Context) error                  { return nil }
func (sour) AskFor(context.Context, string) error {
	return &deliver.DeferredError{Reason: deliver.Full}
}
func (sour) Send(context.Context, *deliver.Mail) error {
	return &deliver.PermanentError{Code: 550, Step: "RCPT"}
}
func (sour) Close() error { return nil }

// TestOperatorHearsOfTheBox and of no tip: of a mailbox that our own probe finds full,
// and not that a tip is held or waits, which health tells beside it.
func TestOperatorHearsOfTheBox(t *testing.T) {
	dir := t.TempDir()
	id, err := keys.Generate(keys.PostQuantum)
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
		Transport: func(deliver.Transport) deliver.Transport { return sour{} },
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	if err := b.spool.Put(intake.Envelope{ID: "TB-0000-0001", Unit: "na-co-sa", Audience: intake.ToUnit, Urgent: true}, []byte("sealed")); err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { b.runner.Run(ctx); close(done) }()
	waittest.Until(t, "the tip is held and the mailbox asked", func() bool {
		h := b.runner.Health()
		return h.Held == 1 && len(h.Mailboxes) == 1
	})
	if detail := mailStatus(b.runner.Health()).Detail; !strings.Contains(detail, "1 tips held") {
		t.Errorf("health: %s", detail)
	}
	var told []string
	for _, f := range b.findings(t.Context()) {
		told = append(told, f.Text)
	}
	if len(told) != 1 || told[0] != "mailbox truc-ban@na-co-sa.example of na-co-sa: full" {
		t.Errorf("the operator is told %q", told)
	}
	end()
	waittest.For(t, done, "the end of the runner")
}
