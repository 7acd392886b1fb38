package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// parts is a Service's surroundings in memory, each of which can be made to
// fail. The real ones are tested where they live and together, end to end.
type parts struct {
	mu       sync.Mutex
	tips     map[ID]Envelope
	spent    int
	kept     int64
	asked    Ask
	served   map[FormMark]map[TipMark]bool
	putErr   error
	photoErr error
	limitErr error
	slow     time.Duration
	forget   bool // the store of used forms has lost everything
}

func (p *parts) Seal(t *Tip) ([]byte, error) {
	time.Sleep(p.slow) // under synctest: fake time
	return []byte(t.Message), nil
}
func (p *parts) PhotoRoom(int) int { return 1 << 20 }
func (p *parts) Check(b []byte) error {
	if !bytes.HasPrefix(b, []byte("sealed")) {
		return errors.New("not sealed")
	}
	return nil
}

func (p *parts) Take(_ context.Context, a Ask) (Grant, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = a
	if p.limitErr != nil {
		return nil, p.limitErr
	}
	p.spent++
	return grant{p}, nil
}

// grant is leave to send in the bulk lane.
type grant struct{ p *parts }

func (g grant) Mark(e *Envelope) { e.Lane, e.Rank = Bulk, 3 }
func (g grant) Kept(bytes int64) {
	g.p.mu.Lock()
	defer g.p.mu.Unlock()
	g.p.kept += bytes
}
func (g grant) Void(_ context.Context, refund bool) {
	g.p.mu.Lock()
	defer g.p.mu.Unlock()
	if refund {
		g.p.spent--
	}
}

func (p *parts) Claim(_ context.Context, f FormMark, t TipMark) (int, bool, func(bool)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	done := func(safe bool) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if safe {
			if p.served[f] == nil {
				p.served[f] = make(map[TipMark]bool)
			}
			p.served[f][t] = true
		}
	}
	if p.forget {
		return 0, false, done
	}
	return len(p.served[f]), p.served[f][t], done
}

func (p *parts) Put(e Envelope, _ []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.putErr != nil {
		return p.putErr
	}
	if _, ok := p.tips[e.ID]; ok {
		return ErrSpooled
	}
	p.tips[e.ID] = e
	return nil
}

func (p *parts) Clean(ctx context.Context, b []byte, _ int) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return b, p.photoErr
}

func newParts(t *testing.T) (*parts, *Service, *Site) {
	t.Helper()
	p := &parts{tips: make(map[ID]Envelope), served: make(map[FormMark]map[TipMark]bool)}
	key, err := NewFormKey(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	unit := &Unit{ID: "na-co-sa", Receivers: map[Audience]Receiver{ToUnit: {Sealer: p}}, LaterWindow: 6 * time.Hour}
	site := &Site{Code: "ncs01", Name: Names{"vi": "Nhà văn hóa"}, Unit: unit}
	return p, NewService(Options{Key: key, Limits: p, Forms: p, Photos: p, Spool: p}), site
}

func good(s *Service, site *Site) *Submission {
	return &Submission{Site: site, Token: s.Token(site), Mailbox: Report, Message: "Có người lạ"}
}

func TestSubmitBadInput(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*Submission)
		want   string
	}{
		"empty message":      {func(s *Submission) { s.Message = " \r\n\t" }, "message: message_missing"},
		"4,001 characters":   {func(s *Submission) { s.Message = strings.Repeat("ă", 4001) }, "message: message_too_long"},
		"4,000 emoji":        {func(s *Submission) { s.Message = strings.Repeat("🦌", 4000) }, "message: message_too_long"},
		"line ends count":    {func(s *Submission) { s.Message = strings.Repeat("ắ\n", 2000) + strings.Repeat("ắ", 1900) + "ngh" }, "message: message_too_long"},
		"broken UTF-8":       {func(s *Submission) { s.Message = "a\xff" }, "message: text_broken"},
		"no mailbox":         {func(s *Submission) { s.Mailbox = "" }, "mailbox: mailbox_missing"},
		"unknown mailbox":    {func(s *Submission) { s.Mailbox = "spam" }, "mailbox: mailbox_missing"},
		"long place":         {func(s *Submission) { s.Place = strings.Repeat("x", 121) }, "place: detail_too_long"},
		"4 photos":           {func(s *Submission) { s.Photos = make([]Upload, 4) }, "photo: too_many_photos"},
		"photo too large":    {func(s *Submission) { s.Photos = []Upload{{TooLarge: true}} }, "photo: photo_too_large"},
		"unknown delivery":   {func(s *Submission) { s.Delivery = "never" }, "delivery: delivery_unknown"},
		"no oversight here":  {func(s *Submission) { s.Audience = Oversight }, "to: audience_unknown"},
		"broken sealed blob": {func(s *Submission) { s.Sealed = []byte("x") }, "message: sealed_broken"},
		"two at once":        {func(s *Submission) { s.Message, s.Mailbox = "", "" }, "mailbox: mailbox_missing, message: message_missing"},
	} {
		t.Run(name, func(t *testing.T) {
			p, service, site := newParts(t)
			sub := good(service, site)
			tc.change(sub)
			_, err := service.Submit(t.Context(), sub)
			var invalid *InvalidError
			if !errors.As(err, &invalid) || err.Error() != "invalid submission: "+tc.want {
				t.Errorf("got %v, want %s", err, tc.want)
			}
			if p.asked.ID != "" || len(p.tips) != 0 {
				t.Errorf("asked the limits for %q, spooled %d: what can be told before is", p.asked.ID, len(p.tips))
			}
		})
	}
}

func TestSubmitNothingKeptOnFailure(t *testing.T) {
	for name, tc := range map[string]struct {
		set  func(*parts)
		want error
	}{
		"disk full":    {func(p *parts) { p.putErr = ErrNoRoom }, ErrNoRoom},
		"limit":        {func(p *parts) { p.limitErr = &LimitError{RetryAfter: time.Minute} }, nil},
		"HEIC":         {func(p *parts) { p.photoErr = ErrPhotoHEIC }, nil},
		"no turn":      {func(p *parts) { p.photoErr = fmt.Errorf("waiting: %w", ErrBusy) }, ErrBusy},
		"photo broken": {func(p *parts) { p.photoErr = fmt.Errorf("decoding: %w", ErrPhotoFormat) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p, service, site := newParts(t)
			tc.set(p)
			sub := good(service, site)
			sub.Photos = []Upload{{Data: []byte("jpeg")}}
			_, err := service.Submit(t.Context(), sub)
			if err == nil || tc.want != nil && !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
			// What is given back for nothing, once photos waited for their turn, would
			// let an attacker read what is left of a limit.
			if limited := p.limitErr != nil; len(p.served) != 0 || (p.spent == 0) != limited {
				t.Errorf("spent %d, forms %d", p.spent, len(p.served))
			}
			// The same form goes through once what was wrong is mended.
			p.putErr, p.limitErr, p.photoErr = nil, nil, nil
			if _, err := service.Submit(t.Context(), sub); err != nil || len(p.tips) != 1 {
				t.Errorf("second try: %v, %d tips", err, len(p.tips))
			}
		})
	}
}

// TestSubmitRefund: a text that could not be spooled costs its sender nothing.
func TestSubmitRefund(t *testing.T) {
	p, service, site := newParts(t)
	p.putErr = ErrNoRoom
	if _, err := service.Submit(t.Context(), good(service, site)); !errors.Is(err, ErrNoRoom) || p.spent != 0 {
		t.Errorf("%v, spent %d", err, p.spent)
	}
}

// TestSubmitAsks: the limits are told what they decide by, and what they decide
// stands in the envelope.
func TestSubmitAsks(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Submission)
		photos bool
		size   int64
	}{
		"text":        {func(*Submission) {}, false, MaxSealedText},
		"photo":       {func(s *Submission) { s.Photos = []Upload{{Data: []byte("jpeg")}} }, true, maxSealed},
		"sealed text": {func(s *Submission) { s.Message, s.Mailbox, s.Sealed = "", "", []byte("sealed") }, false, 6},
	} {
		t.Run(name, func(t *testing.T) {
			p, service, site := newParts(t)
			sub := good(service, site)
			sub.Work, sub.Sender = "solved", netip.MustParseAddr("192.0.2.1")
			c.change(sub)
			id, err := service.Submit(t.Context(), sub)
			if err != nil {
				t.Fatal(err)
			}
			a := p.asked
			if a.ID != id || a.Site != "ncs01" || a.Sender != sub.Sender || a.Work != "solved" || a.Photos != c.photos || a.Size != c.size || a.Form == (FormMark{}) {
				t.Errorf("asked %+v", a)
			}
			if e := p.tips[id]; e.Lane != Bulk || e.Rank != 3 || p.kept == 0 {
				t.Errorf("envelope %+v, kept %d", e, p.kept)
			}
		})
	}
}

// stuckPhotos never gets to a photo.
type stuckPhotos struct{}

func (stuckPhotos) Clean(ctx context.Context, _ []byte, _ int) ([]byte, error) {
	<-ctx.Done() // it ends: Submit bounds it, and that is what is tested
	return nil, ErrBusy
}

// TestPhotosWaitBounded: all photos of a submission together wait for so long.
func TestPhotosWaitBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, service, site := newParts(t)
		service.o.Photos = stuckPhotos{}
		sub := good(service, site)
		sub.Photos = []Upload{{Data: []byte("a")}, {Data: []byte("b")}}
		begin := time.Now()
		if _, err := service.Submit(t.Context(), sub); !errors.Is(err, ErrBusy) || time.Since(begin) != photoWait || p.spent != 1 {
			t.Errorf("%v after %v, spent %d", err, time.Since(begin), p.spent)
		}
	})
}

// A sender whose line drops while the tip is sealed has sent it all the same.
func TestSubmitOutlivesTheConnection(t *testing.T) {
	p, service, site := newParts(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	sub := good(service, site)
	sub.Photos = []Upload{{Data: []byte("photo")}}
	if _, err := service.Submit(ctx, sub); err != nil || len(p.tips) != 1 {
		t.Errorf("got %v, %d tips", err, len(p.tips))
	}
}

func TestFormToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, service, site := newParts(t)
		token := service.Token(site)
		check := func(token, site string) error {
			_, err := service.o.Key.Check(token, site, time.Now())
			return err
		}
		forged := []byte(token)
		forged[3] ^= 1
		for name, bad := range map[string]error{
			"forged":          check(string(forged), "ncs01"),
			"of another site": check(token, "ncs02"),
			"empty":           check("", "ncs01"),
		} {
			if !errors.Is(bad, ErrStaleForm) {
				t.Errorf("%s: got %v", name, bad)
			}
		}
		time.Sleep(7*24*time.Hour - time.Hour)
		if err := check(token, "ncs01"); err != nil {
			t.Errorf("within its life: %v", err)
		}
		time.Sleep(3 * time.Hour)
		if err := check(token, "ncs01"); !errors.Is(err, ErrStaleForm) {
			t.Errorf("expired: %v", err)
		}
	})
}

// Text is kept as written but for what MIME or a terminal could not carry.
func TestCleanText(t *testing.T) {
	for in, want := range map[string]string{
		"tie\u0302\u0301ng Vie\u0302\u0323t": "tiếng Việt",
		"a\r\nb\rc\n\n":                      "a\nb\nc",
		"\x00a\x1b[31m\x7f":                  "a[31m",
	} {
		if got, ok := cleanText(in); got != want || !ok {
			t.Errorf("cleanText(%q) = %q, %v", in, got, ok)
		}
	}
}

func TestParseID(t *testing.T) {
	for in, want := range map[string]ID{
		"TB-7K3Q-0M9Z":  "TB-7K3Q-0M9Z",
		"tb-7k3q-om9z ": "TB-7K3Q-0M9Z",
		"7k3q0m9z":      "TB-7K3Q-0M9Z",
		"7k3q0m9":       "",
		"TB-7K3Q-0M9U":  "",
	} {
		if got, err := ParseID(in); got != want || (err == nil) != (want != "") {
			t.Errorf("ParseID(%q) = %q, %v", in, got, err)
		}
	}
}

// Later draws a moment within the unit's window, once, and Now none.
func TestLaterIsWithinTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, service, site := newParts(t)
		start := time.Now()
		seen := make(map[time.Time]bool)
		for i := range 50 {
			sub := good(service, site)
			sub.Delivery, sub.Message = Later, fmt.Sprint(i)
			id, err := service.Submit(t.Context(), sub)
			if err != nil {
				t.Fatal(err)
			}
			at := p.tips[id].NotBefore
			if at.Before(start) || !at.Before(start.Add(6*time.Hour)) {
				t.Errorf("not before %s, submitted %s", at, start)
			}
			seen[at] = true
		}
		if len(seen) < 45 {
			t.Errorf("%d different moments of 50", len(seen))
		}
	})
}
