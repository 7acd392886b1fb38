package intake

import (
	"context"
	"crypto/rand"
	"errors"
	"math/big"
	"net/netip"
	"time"
)

// Sealer seals tips to one set of recipients.
type Sealer interface {
	// Seal returns the sealed tip, or ErrTooLarge.
	Seal(t *Tip) ([]byte, error)
	// PhotoRoom returns how many bytes each of n photos may have so that a tip
	// with the longest text still fits the largest size class.
	PhotoRoom(n int) int
	// Check reports whether a blob sealed elsewhere has the shape of a tip sealed
	// to these recipients: their kind, their number, a size class.
	Check(sealed []byte) error
}

// Ask is what a Limiter decides by.
type Ask struct {
	ID     ID
	Site   string // its code
	Sender netip.Addr
	Form   FormMark
	Photos bool
	Size   int64  // bytes that the sealed tip has at most
	Work   string // a solved challenge, "" for none
}

// Limiter decides which lane a tip takes.
type Limiter interface {
	// Take returns leave to send the tip, or spends nothing and returns a
	// *LimitError. It fails for no other reason: where a store cannot be reached,
	// another decides.
	Take(ctx context.Context, a Ask) (Grant, error)
}

// Grant is leave to send one tip. It ends with Kept or with Void.
type Grant interface {
	// Mark writes into the envelope how the tip goes.
	Mark(e *Envelope)
	// Kept says that the tip is in the spool with so many bytes.
	Kept(bytes int64)
	// Void says that it is not. With refund what was spent is given back.
	Void(ctx context.Context, refund bool)
}

// Forms remembers for FormLife which tips a form has served.
type Forms interface {
	// Claim reserves the form for one submission, on all servers, and reports how
	// many different tips it has served, and whether the tip is one of them. done,
	// with true once the tip is safe, lets go of it.
	Claim(ctx context.Context, form FormMark, tip TipMark) (n int, again bool, done func(safe bool))
}

// Spool keeps sealed tips until the mail server has them.
type Spool interface {
	// Put stores the tip durably: once it returns nil the tip survives a power
	// cut. It returns ErrSpooled where it holds the id already, and ErrNoRoom
	// where the disk takes no more.
	Put(e Envelope, sealed []byte) error
}

// Photos makes an uploaded image harmless.
type Photos interface {
	// Clean returns the image as an upright JPEG of at most limit bytes with
	// nothing of the camera left, or ErrPhotoFormat, ErrPhotoHEIC, ErrPhotoPixels,
	// or ErrBusy where ctx ends, or may as well, before there is room to decode.
	Clean(ctx context.Context, upload []byte, limit int) ([]byte, error)
}

// photoWait bounds how long a submission's photos wait for their turn to be
// decoded: half of what proxies commonly wait for an answer.
const photoWait = 30 * time.Second

// Service takes submissions.
type Service struct {
	o     Options
	turns turns
}

// Options are the parts of a Service, all needed but Now.
type Options struct {
	Key    *FormKey
	Limits Limiter
	Forms  Forms
	Photos Photos
	Spool  Spool
	Now    func() time.Time // default time.Now
}

// NewService returns a service made of the parts.
func NewService(o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Service{o: o, turns: turns{forms: make(map[FormMark]*turn)}}
}

// Token returns a fresh form token for the site.
func (s *Service) Token(site *Site) string { return s.o.Key.Mint(site.Code, s.o.Now()) }

// Header fields in which tipbox check shows its token, and is told how its own request
// looks: the address that it counts by and the one that holds the connection.
const (
	OperatorHeader = "Tipbox-Operator"
	SeenHeader     = "Tipbox-Seen"
)

// Operator reports whether a request with this token is tipbox check's, which has the
// secret. Whoever else comes by it learns by it how we see themselves.
func (s *Service) Operator(token string) bool {
	_, err := s.o.Key.Check(token, operator, s.o.Now())
	return err == nil
}

// Submit takes a submission all the way into the spool and returns the tip's
// id: then the tip is safe. A form sent again gives the id it gave before and
// no second tip, also while the first is still running.
//
// It returns ErrWithdrawn, ErrClosed, ErrStaleForm, *InvalidError, *LimitError, ErrNoRoom, ErrBusy,
// or an error that is nobody's fault but ours; in every such case nothing is kept.
func (s *Service) Submit(ctx context.Context, sub *Submission) (ID, error) {
	now := s.o.Now()
	if sub.Site.IsWithdrawn(now) {
		return "", ErrWithdrawn
	}
	if sub.Site.Unit.Closed {
		return "", ErrClosed
	}
	form, err := s.o.Key.Check(sub.Token, sub.Site.Code, now)
	if err != nil {
		return "", err
	}
	id := form.TipID(sub.digest())
	// A sender whose line drops here must not stop the tip: the retry would have
	// to start over.
	ctx = context.WithoutCancel(ctx)
	done, err := s.turns.wait(ctx, form.Mark())
	if err != nil {
		return "", err
	}
	defer done()
	if err := s.take(ctx, sub, form, id); err != nil {
		return "", err
	}
	return id, nil
}

func (s *Service) take(ctx context.Context, sub *Submission, form Form, id ID) error {
	n, again, done := s.o.Forms.Claim(ctx, form.Mark(), form.TipMark(id))
	err := s.takeOnce(ctx, sub, form, id, n, again)
	done(err == nil && !again)
	return err
}

func (s *Service) takeOnce(ctx context.Context, sub *Submission, form Form, id ID, n int, again bool) error {
	switch {
	case again:
		return nil
	case n >= FormTips:
		return ErrStaleForm
	}
	sub.defaults()
	tip, problems := sub.tip(id)
	to, known := sub.Site.Unit.Receivers[sub.Audience]
	if !known && len(problems) == 0 {
		problems = append(problems, FieldProblem{"to", AudienceUnknown})
	}
	// All that can be told without a photo's turn is told before anything is spent:
	// what is spent and given back for nothing could be used to read what others do.
	if len(problems) == 0 && sub.Sealed != nil && to.Sealer.Check(sub.Sealed) != nil {
		problems = append(problems, FieldProblem{"message", SealedBroken})
	}
	if len(problems) > 0 {
		return &InvalidError{problems}
	}
	grant, err := s.o.Limits.Take(ctx, sub.ask(form, id))
	if err != nil {
		return err
	}
	size, err := s.spool(ctx, sub, id, tip, to.Sealer, grant)
	switch {
	case errors.Is(err, ErrSpooled):
		// Taken before a restart that forgot the form: the same tip, and thanked.
		grant.Void(ctx, true)
		return nil
	case err != nil:
		grant.Void(ctx, len(sub.Photos) == 0)
		return err
	}
	grant.Kept(size)
	return nil
}

// spool seals the tip and puts it into the spool. It returns the size of what is
// sealed.
func (s *Service) spool(ctx context.Context, sub *Submission, id ID, tip *Tip, sealer Sealer, grant Grant) (int64, error) {
	sealed := sub.Sealed
	if sealed == nil {
		var err error
		if sealed, err = s.seal(ctx, sub, tip, sealer); err != nil {
			return 0, err
		}
	}
	env := Envelope{ID: id, Unit: sub.Site.Unit.ID, Audience: sub.Audience, Urgent: sub.Delivery == Urgent}
	grant.Mark(&env)
	if sub.Delivery == Later {
		env.NotBefore = s.o.Now().Add(randomWithin(sub.Site.Unit.LaterWindow)).Truncate(time.Second)
	}
	if err := s.o.Spool.Put(env, sealed); err != nil {
		return 0, &StepError{"spooling", err}
	}
	return int64(len(sealed)), nil
}

// seal makes the photos harmless and seals the tip.
func (s *Service) seal(ctx context.Context, sub *Submission, tip *Tip, sealer Sealer) ([]byte, error) {
	defer func() {
		for _, photo := range tip.Photos {
			clear(photo)
		}
	}()
	room := sealer.PhotoRoom(len(sub.Photos))
	turn, cancel := context.WithTimeout(ctx, photoWait)
	defer cancel()
	for _, u := range sub.Photos {
		clean, err := s.o.Photos.Clean(turn, u.Data, room)
		if p := photoProblem(err); p != "" {
			return nil, &InvalidError{[]FieldProblem{{"photo", p}}}
		} else if err != nil {
			return nil, &StepError{"cleaning a photo", err}
		}
		tip.Photos = append(tip.Photos, clean)
	}
	sealed, err := sealer.Seal(tip)
	if err != nil {
		return nil, &StepError{"sealing", err}
	}
	return sealed, nil
}

// randomWithin returns a uniformly random duration in [0, d).
func randomWithin(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	n, err := rand.Int(rand.Reader, big.NewInt(int64(d)))
	if err != nil {
		panic(err) // crypto/rand never fails
	}
	return time.Duration(n.Int64())
}
