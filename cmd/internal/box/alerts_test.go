//go:build unix

package box

import (
	"bytes"
	"context"
	"testing"
	"testing/synctest"
	"time"

	"tipbox/intake"
	"tipbox/intake/admin"
	"tipbox/intake/alert"
	"tipbox/intake/alert/setting"
)

// TestUnansweredIsNoState: that nobody has answered an alert is said, and is in no
// number.
func TestUnansweredIsNoState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		acks, err := Acks([][]byte{bytes.Repeat([]byte{7}, 32)}, nil)
		if err != nil {
			t.Fatal(err)
		}
		channel, err := alert.New(setting.Channel{Kind: "command", Command: []string{"/bin/sh", "-c", "exit 0"}})
		if err != nil {
			t.Fatal(err)
		}
		c := &callers{asked: new(alert.Asked), bells: alert.NewBells(alert.Options{
			Receivers: []alert.Receiver{{Unit: "na-co-sa", Audience: intake.ToUnit, Channels: []*alert.Channel{channel}}},
			Acks:      acks, Link: func(string) string { return "" },
		})}
		ctx, end := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { c.bells.Run(ctx); close(done) }()
		c.bells.Ring("na-co-sa", intake.ToUnit)
		time.Sleep(29 * time.Minute)
		if got := c.status(); got != (admin.Status{}) {
			t.Errorf("while it calls: %+v", got)
		}
		time.Sleep(2 * time.Minute)
		if got, want := c.status(), (admin.Status{Detail: "na-co-sa: nobody has answered the last alert"}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		end()
		<-done
	})
}
