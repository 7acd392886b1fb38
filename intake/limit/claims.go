package limit

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"tipbox/intake"
	"tipbox/intake/redis"
)

const (
	// claimLife is how long a server has a form to itself: as long as the slowest
	// submission takes, whose photos wait for their turn.
	claimLife = 35 * time.Second
	// claimAgain is how often one that meets a claim looks whether it is over.
	claimAgain = 100 * time.Millisecond
)

func formKey(form intake.FormMark) string  { return "tipbox:form:" + hex.EncodeToString(form[:]) }
func claimKey(form intake.FormMark) string { return "tipbox:claim:" + hex.EncodeToString(form[:]) }

// claim reserves the form for the tip, if nobody has, and tells what the form has
// served: in this order, so that with the claim in hand nothing comes in between.
// own is what the claim is let go with.
func (s *shared) claim(ctx context.Context, form intake.FormMark, own string) (claimed bool, tips []intake.TipMark, err error) {
	var got *goredis.BoolCmd
	var served *goredis.StringSliceCmd
	_, err = s.client.Pipelined(ctx, func(p goredis.Pipeliner) error {
		got = p.SetNX(ctx, claimKey(form), own, claimLife)
		served = p.SMembers(ctx, formKey(form))
		return nil
	})
	if err != nil {
		return false, nil, fmt.Errorf("claiming a form: %w", err)
	}
	for _, m := range served.Val() {
		if len(served.Val()) > intake.FormTips || len(m) != len(intake.TipMark{}) {
			return false, nil, fmt.Errorf("asking what a form has served: %w", redis.ErrUntrue)
		}
		tips = append(tips, intake.TipMark([]byte(m)))
	}
	if len(tips) > 0 { // for Redis has noted that it was asked
		err = s.note(ctx, form, "")
	}
	return got.Val(), tips, err
}

// release lets go of a claim.
func (s *shared) release(ctx context.Context, form intake.FormMark, own string) error {
	if err := s.releaseScript.Run(ctx, s.client, []string{claimKey(form)}, own).Err(); err != nil {
		return fmt.Errorf("letting go of a form: %w", err)
	}
	return nil
}

func (s *shared) record(ctx context.Context, form intake.FormMark, tip intake.TipMark) error {
	return s.note(ctx, form, string(tip[:]))
}

// note remembers the form until a midnight, because a time to live of exactly a
// week tells for a week when the tip was sent; and with it the tip, "" for none.
func (s *shared) note(ctx context.Context, form intake.FormMark, tip string) error {
	end := (day(micros(s.now().Add(intake.FormLife))) + 1) * daySeconds
	err := s.recordScript.Run(ctx, s.client, []string{formKey(form)}, tip, end, intake.FormTips).Err()
	if err != nil {
		return fmt.Errorf("recording what the form has served: %w", err)
	}
	return nil
}

// Claim reserves the form for one submission, on all servers that share the
// Redis, and tells how many different tips it has served, and whether the tip is
// one of them. It waits where another server has the form: until that has
// recorded its tip or let go, and no longer than claimLife, after which a server
// that died has lost it. Then the caller does the work.
//
// done ends it: with true once the tip is safe.
func (l *Limits) Claim(ctx context.Context, form intake.FormMark, tip intake.TipMark) (n int, again bool, done func(safe bool)) {
	tips := l.forms.served(form)
	own := rand.Text()
	claimed := false
	for deadline := time.Now().Add(claimLife); !slices.Contains(tips, tip); {
		var elsewhere []intake.TipMark
		answered := l.ask(ctx, func(ctx context.Context) (err error) {
			claimed, elsewhere, err = l.redis.claim(ctx, form, own)
			return err
		})
		for _, t := range elsewhere {
			if !slices.Contains(tips, t) {
				tips = append(tips, t)
			}
		}
		if claimed || !answered || time.Now().After(deadline) {
			break
		}
		time.Sleep(claimAgain)
	}
	return len(tips), slices.Contains(tips, tip), func(safe bool) {
		if safe {
			// In this process always, so that a retry finds it even if Redis is lost.
			l.forms.record(form, tip)
		}
		if !safe && !claimed {
			return
		}
		l.ask(ctx, func(ctx context.Context) (err error) {
			if safe {
				err = l.redis.record(ctx, form, tip)
			}
			if claimed && err == nil {
				err = l.redis.release(ctx, form, own)
			}
			return err
		})
	}
}
