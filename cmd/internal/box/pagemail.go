package box

import (
	"context"
	"time"

	"tipbox/intake/tally"
)

const (
	// pageHour is when the page of a week's counts is mailed, after the Monday's midnight
	// in Vietnam: by then all servers have written what they have counted.
	pageHour = 7 * time.Hour
	// pageEvery is how often it is looked whether one is to be mailed, or again.
	pageEvery = time.Hour
)

// mailPages mails the page of each week where counts.mail says so, until ctx ends.
func (b *Box) mailPages(ctx context.Context) {
	if b.page == nil {
		return
	}
	tick := time.NewTicker(pageEvery)
	defer tick.Stop()
	for {
		b.mailPage(ctx, time.Now())
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// mailPage mails the page of the week before now's to whoever does not have it yet. Its
// moment hangs on the clock alone, and on the mail server.
func (b *Box) mailPage(ctx context.Context, now time.Time) {
	cfg := b.current.Load().cfg
	monday := tally.Monday(now).AddDate(0, 0, -7)
	if len(cfg.CountsMail) == 0 || now.Sub(tally.Monday(now)) < pageHour {
		return
	}
	const later = "the page of the week's counts was not mailed: it is tried again each hour"
	page, err := b.page(ctx, cfg, now)
	if err != nil {
		b.log.Warn(later, "reason", "counts")
		return
	}
	if page == nil {
		return
	}
	for _, to := range cfg.CountsMail {
		ours, err := b.tally.Claim(ctx, monday, to)
		if err != nil {
			b.log.Warn(later, "reason", "counts")
			return
		}
		key := monday.Format(time.DateOnly) + " " + to
		if !ours || b.paged[key] {
			continue
		}
		mailed := b.runner.MailPage(ctx, page, to)
		b.paged[key] = mailed
		if err := b.tally.Settle(ctx, monday, to, mailed); err != nil || !mailed {
			b.log.Warn(later, "reason", "mail")
		}
	}
}
