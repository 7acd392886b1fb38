package limit

import (
	"slices"
	"sync"
	"time"

	"tipbox/intake"
)

// maxForms bounds the forms remembered in this process, to about 35 MB at
// worst: far more than are used in a week by people, less than a flood at the
// limit of the whole service makes of them in two days. Beyond it the oldest is
// forgotten first; that form, sent again, might then be a second tip.
const maxForms = 1 << 18

// forms remembers in this process which tips a form has served.
type forms struct {
	max int
	now func() time.Time

	mu    sync.Mutex
	tips  map[intake.FormMark]served
	order []formDay // oldest first from head on
	head  int
}

// served holds the tips of a form without a pointer: there may be many.
type served struct {
	n    int
	tips [intake.FormTips]intake.TipMark
}

// formDay says on which day a form was first used: an hour would be too much.
type formDay struct {
	form intake.FormMark
	day  int64
}

func newForms(limit int, now func() time.Time) *forms {
	return &forms{max: limit, now: now, tips: make(map[intake.FormMark]served)}
}

func (f *forms) served(form intake.FormMark) []intake.TipMark {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.tips[form]
	return slices.Clone(s.tips[:s.n])
}

func (f *forms) record(form intake.FormMark, tip intake.TipMark) {
	f.mu.Lock()
	defer f.mu.Unlock()
	today := day(micros(f.now()))
	for f.head < len(f.order) && today-f.order[f.head].day > int64(intake.FormLife/(24*time.Hour)) {
		f.forgetOldest()
	}
	s, known := f.tips[form]
	if s.n == len(s.tips) || slices.Contains(s.tips[:s.n], tip) {
		return
	}
	if !known {
		if len(f.tips) == f.max {
			f.forgetOldest()
		}
		f.order = append(f.order, formDay{form, today})
	}
	s.tips[s.n] = tip
	s.n++
	f.tips[form] = s
}

func (f *forms) forgetOldest() {
	delete(f.tips, f.order[f.head].form)
	f.head++
	if f.head > len(f.order)/2 {
		f.order = append(f.order[:0], f.order[f.head:]...)
		f.head = 0
	}
}
