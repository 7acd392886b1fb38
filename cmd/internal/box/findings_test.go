package box

import (
	"context"
	"strings"
	"testing"

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
	b := small(t, sour{})
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
