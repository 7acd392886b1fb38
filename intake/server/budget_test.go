package server

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// deadlines is a ResponseWriter that notes the read deadline it is given.
type deadlines struct {
	http.ResponseWriter
	read time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error { d.read = t; return nil }

// inUse returns how many bytes are held now.
func (b *Budget) inUse() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used
}

func upload(t *testing.T, b *Budget) (*lease, *deadlines) {
	d := &deadlines{ResponseWriter: httptest.NewRecorder()}
	return b.lease(t.Context(), http.NewResponseController(d)), d
}

func TestBudgetKeepsAShareForTexts(t *testing.T) {
	b := NewBudget(100, 20)
	photos, _ := upload(t, b)
	text, _ := upload(t, b)
	if !photos.takePhoto(80) || photos.takePhoto(1) {
		t.Error("photos must have 80 of 100 bytes and no more")
	}
	text.written = ownText
	if !text.takeText(20) || text.takeText(1) {
		t.Error("texts must have the last 20 bytes and no more")
	}
	if own, _ := upload(t, b); !own.takeText(ownText) || own.takeText(1) {
		t.Error("a form must have its own text, and no more")
	} else {
		own.close()
	}
	photos.close()
	photos.close()
	if b.inUse() != 20 || !text.takeText(80) {
		t.Errorf("%d bytes in use", b.inUse())
	}
}

func TestBudgetCutsTheUploadThatStalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(100, 0)
		b.text = 0
		first, firstLine := upload(t, b)
		first.takePhoto(50)
		second, secondLine := upload(t, b)
		second.takePhoto(50)
		third, _ := upload(t, b)
		if third.takePhoto(10) {
			t.Fatal("there is no room, and nobody has stalled yet")
		}
		time.Sleep(stalledAfter - time.Second)
		second.strode(time.Now())
		second.extend(time.Now().Add(time.Minute))
		time.Sleep(time.Second)

		taken := make(chan bool)
		go func() { taken <- third.takePhoto(10) }()
		synctest.Wait()
		if firstLine.read.IsZero() || firstLine.read.After(time.Now()) {
			t.Error("the upload that stalled was not cut")
		}
		first.extend(time.Now().Add(time.Minute))
		if firstLine.read.After(time.Now()) {
			t.Error("what was cut went on")
		}
		if !secondLine.read.After(time.Now()) {
			t.Error("an upload that goes on was cut")
		}
		first.close()
		if !<-taken {
			t.Error("the room was not passed on")
		}
	})
}

func TestBudgetDoesNotWaitForever(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(100, 0)
		b.text = 0
		stuck, _ := upload(t, b)
		stuck.takePhoto(100)
		time.Sleep(stalledAfter)
		next, _ := upload(t, b)
		begin := time.Now()
		if next.takePhoto(1) || time.Since(begin) != shedWait {
			t.Errorf("gave up after %v", time.Since(begin))
		}
		// A form that is being sealed is no upload any more, and is left alone.
		stuck.cut = false
		stuck.arrived()
		if begin = time.Now(); next.takePhoto(1) || time.Since(begin) != 0 {
			t.Errorf("waited %v for a form that is not coming in", time.Since(begin))
		}
	})
}
