package main

import (
	"strings"
	"testing"
	"time"

	"tipbox/crypto/open"
	"tipbox/intake"
)

// Anyone can seal a tip whose header is as long as a tip may be. Terminal and
// register show the beginning of it.
func TestLongHeaderFields(t *testing.T) {
	long := strings.Repeat("ă", 1_000_000)
	tip := newOpened(&open.Tip{Unit: long, Site: long, SiteName: long, Mailbox: intake.Mailbox(long), Lang: long, Text: "x"}, open.Source{Name: "a.age"}, [32]byte{})
	var shown strings.Builder
	if err := printTip(&shown, &tip); err != nil {
		t.Fatal(err)
	}
	if row := strings.Join(registerRow(&tip, time.Now()), ","); len(shown.String()) > 3000 || len(row) > 3000 {
		t.Errorf("shown in %d bytes, entered in %d", shown.Len(), len(row))
	}
	if !strings.Contains(shown.String(), "ăă…") {
		t.Error("nothing says that more was there")
	}
}
