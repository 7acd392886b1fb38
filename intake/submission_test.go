package intake

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
)

// What is just within the bounds is taken: the page counts to the same numbers.
func TestSubmitAtTheBounds(t *testing.T) {
	for name, change := range map[string]func(*Submission){
		"4,000 characters": func(s *Submission) { s.Message = strings.Repeat("ă", MaxMessageRunes) },
		"14,000 bytes, a line end as two": func(s *Submission) {
			s.Message = strings.Repeat("🦌", MaxMessageBytes/4-1) + "\nab"
		},
		"120 characters of place": func(s *Submission) { s.Place = strings.Repeat("ă", MaxDetailRunes) },
		"400 bytes of time":       func(s *Submission) { s.Time = strings.Repeat("🦌", MaxDetailBytes/4) },
		"3 photos":                func(s *Submission) { s.Photos = make([]Upload, MaxPhotos) },
	} {
		p, service, site := newParts(t)
		sub := good(service, site)
		change(sub)
		if _, err := service.Submit(t.Context(), sub); err != nil || len(p.tips) != 1 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// One more than that is not.
func TestSubmitBeyondTheBounds(t *testing.T) {
	for want, change := range map[string]func(*Submission){
		"message: message_too_long": func(s *Submission) {
			s.Message = strings.Repeat("🦌", MaxMessageBytes/4-1) + "\nabc"
		},
		"place: detail_too_long":     func(s *Submission) { s.Place = strings.Repeat("ă", MaxDetailRunes+1) },
		"time: detail_too_long":      func(s *Submission) { s.Time = strings.Repeat("🦌", MaxDetailBytes/4) + "a" },
		"place: text_broken":         func(s *Submission) { s.Place = "su\xf4i" },
		"delivery: delivery_unknown": func(s *Submission) { s.Delivery = "NOW" },
	} {
		_, service, site := newParts(t)
		sub := good(service, site)
		change(sub)
		if _, err := service.Submit(t.Context(), sub); err == nil || err.Error() != "invalid submission: "+want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// sealedTip keeps the tip that was to be sealed.
type sealedTip struct {
	*parts
	tip *Tip
}

func (s *sealedTip) Seal(t *Tip) ([]byte, error) { s.tip = t; return s.parts.Seal(t) }

// What was sent as urgent is urgent to the officer who opens it and to the mail
// that brings it, and nothing else is.
func TestSubmitUrgent(t *testing.T) {
	for _, how := range []Delivery{Urgent, Now, Later, ""} {
		p, service, site := newParts(t)
		sealer := &sealedTip{parts: p}
		site.Unit.Receivers[ToUnit] = Receiver{Sealer: sealer}
		sub := good(service, site)
		sub.Delivery = how
		id, err := service.Submit(t.Context(), sub)
		if err != nil {
			t.Fatal(err)
		}
		if want := how == Urgent; sealer.tip.Urgent != want || p.tips[id].Urgent != want {
			t.Errorf("%q: urgent in the tip %v, in the envelope %v", how, sealer.tip.Urgent, p.tips[id].Urgent)
		}
	}
}

// A unit that draws no moments has what is sent for later at once.
func TestLaterWithoutAWindow(t *testing.T) {
	p, service, site := newParts(t)
	site.Unit.LaterWindow = 0
	sub := good(service, site)
	sub.Delivery = Later
	id, err := service.Submit(t.Context(), sub)
	if err != nil || p.tips[id].NotBefore.After(time.Now()) {
		t.Errorf("%v, not before %s", err, p.tips[id].NotBefore)
	}
}

// A tip sealed on the phone does not say whether it has photos: its size does.
func TestSealedWithPhotosIsLarge(t *testing.T) {
	for size, photos := range map[int]bool{MaxSealedText: false, MaxSealedText + 1: true} {
		p, service, site := newParts(t)
		sub := good(service, site)
		sub.Sealed = append([]byte("sealed"), bytes.Repeat([]byte{0}, size-len("sealed"))...)
		if _, err := service.Submit(t.Context(), sub); err != nil || p.asked.Photos != photos || p.asked.Size != int64(size) {
			t.Errorf("%d bytes: %v, asked %+v", size, err, p.asked)
		}
	}
}

// A form is good for a week, and an hour ahead: the clocks of two servers differ.
func TestFormLife(t *testing.T) {
	_, service, _ := newParts(t)
	key := service.o.Key
	now := time.Date(2026, 11, 29, 9, 30, 0, 0, time.UTC)
	for minted, want := range map[time.Duration]error{
		0:                        nil,
		-FormLife:                nil,
		-FormLife - time.Hour:    ErrStaleForm,
		time.Hour:                nil,
		2 * time.Hour:            ErrStaleForm,
		FormLife + 100*time.Hour: ErrStaleForm,
	} {
		if _, err := key.Check(key.Mint("suoi", now.Add(minted)), "suoi", now); !errors.Is(err, want) {
			t.Errorf("minted %v from now: %v, want %v", minted, err, want)
		}
	}
	// A retired secret makes no token, and those it made are good; each its own tip ids.
	before, err := NewFormKey(bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	after, err := NewFormKey(bytes.Repeat([]byte{2}, 32), bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	old := before.Mint("suoi", now)
	form, err := after.Check(old, "suoi", now)
	same, _ := before.Check(old, "suoi", now)
	if err != nil || form.Mark() != same.Mark() || form.TipID([32]byte{}) != same.TipID([32]byte{}) {
		t.Errorf("a token of the secret's second line: %v", err)
	}
	if _, err := before.Check(after.Mint("suoi", now), "suoi", now); !errors.Is(err, ErrStaleForm) {
		t.Errorf("a token of the first line, where that is not known: %v", err)
	}
	if _, err := NewFormKey(); err == nil {
		t.Error("no secret is taken")
	}
	if _, err := NewFormKey(make([]byte, 31)); err == nil {
		t.Error("a secret of 31 bytes is taken")
	}
	if _, err := NewFormKey(make([]byte, 32)); err != nil {
		t.Errorf("a secret of 32 bytes: %v", err)
	}
}

// A fault of ours says in which step it came.
func TestSubmitNamesTheStep(t *testing.T) {
	p, service, site := newParts(t)
	p.putErr = ErrNoRoom
	_, err := service.Submit(t.Context(), good(service, site))
	if want := "spooling: " + ErrNoRoom.Error(); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// Every photo that cannot be used is answered with its own reason.
func TestSubmitPhotoProblems(t *testing.T) {
	for photo, want := range map[error]string{
		ErrPhotoHEIC:   "photo: photo_heic",
		ErrPhotoFormat: "photo: photo_unreadable",
		ErrPhotoPixels: "photo: photo_too_large",
	} {
		p, service, site := newParts(t)
		p.photoErr = photo
		sub := good(service, site)
		sub.Photos = []Upload{{Data: []byte("photo")}}
		if _, err := service.Submit(t.Context(), sub); err == nil || err.Error() != "invalid submission: "+want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
