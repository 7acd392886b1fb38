package limit

import (
	"encoding/binary"
	"testing"
	"time"

	"tipbox/intake"
)

var designRules = Rules{
	Sender: Rule{60, time.Hour, 40}, Site: Rule{240, time.Hour, 80}, All: Rule{6000, time.Hour, 1000},
}

func TestFormsAreBounded(t *testing.T) {
	clock := noon()
	f := newForms(100, clock.now)
	mark := func(i int) (m intake.FormMark) {
		binary.BigEndian.PutUint64(m[:], uint64(i))
		return m
	}
	for i := range 1000 {
		f.record(mark(i), intake.TipMark{1})
		f.record(mark(i), intake.TipMark{2})
	}
	if len(f.tips) != 100 || len(f.order)-f.head != 100 || cap(f.order) > 400 {
		t.Errorf("%d forms, %d in order, room for %d", len(f.tips), len(f.order)-f.head, cap(f.order))
	}
	if got := f.served(mark(899)); len(got) != 0 {
		t.Errorf("the oldest is still known: %v", got)
	}
	if got := f.served(mark(900)); len(got) != 2 {
		t.Errorf("one of the newest hundred is forgotten: %v", got)
	}
	clock.forward(intake.FormLife)
	f.record(mark(2000), intake.TipMark{1})
	if got := f.served(mark(950)); len(got) != 2 {
		t.Errorf("forgotten within the form's life: %v", got)
	}
	clock.forward(24 * time.Hour)
	f.record(mark(2001), intake.TipMark{1})
	if len(f.tips) != 2 {
		t.Errorf("%d forms after their life, want 2", len(f.tips))
	}
	for i := range intake.FormTips + 2 {
		f.record(mark(2001), intake.TipMark{byte(i)})
	}
	if got := f.served(mark(2001)); len(got) != intake.FormTips {
		t.Errorf("%d tips of one form", len(got))
	}
}
