package weekly

import (
	"bytes"
	"context"
	"time"

	"tipbox/cmd/internal/config"
	"tipbox/intake/deliver"
)

// pageWeeks are shown on the page that is mailed: a quarter of a year.
const pageWeeks = 13

// Page makes the page of the week before now's, as tipbox counts --pdf does, to be mailed;
// nil where that week was not counted.
func Page(ctx context.Context, cfg *config.Config, now time.Time) (*deliver.Page, error) {
	c := &Command{Config: cfg, Weeks: pageWeeks, Now: func() time.Time { return now }}
	s, err := c.read(ctx)
	if err != nil {
		return nil, err
	}
	last := s.weeks[len(s.weeks)-1]
	if last.Servers == 0 {
		return nil, nil
	}
	vi, en := state(last)
	var pdf bytes.Buffer
	if err := s.pdf(&pdf, now); err != nil {
		return nil, err
	}
	return &deliver.Page{Monday: last.Monday, Totals: s.said(last) + " (" + vi + " / " + en + ")\n", PDF: pdf.Bytes()}, nil
}
