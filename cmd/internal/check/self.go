package check

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"tipbox/cmd/internal/box"
	"tipbox/cmd/internal/config"
	"tipbox/intake/admin"
	"tipbox/intake/spool"
)

const clockHint = "set the clock, and have it kept right (timedatectl set-ntp true)"

// longestWindow is the longest that a tip sent for later waits.
const longestWindow = 72 * time.Hour

// checkClock finds a clock that is wrong, or was.
func checkClock(cfg *config.Config) (all []Finding) {
	if kept, known := clockIsKept(); known && !kept {
		all = append(all, Finding{Part: "clock", Text: "nothing keeps this machine's clock right", Hint: clockHint, Warning: true})
	}
	now := time.Now()
	if at, ok := box.StartedAt(cfg); ok && at.After(now.Add(time.Minute)) {
		all = append(all, problem("clock", "tipbox serve was started at "+at.UTC().Format(time.DateTime)+
			", which this machine's clock says is yet to come", clockHint))
	}
	if control, err := spool.OpenControl(filepath.Join(cfg.DataDir, "spool")); err == nil {
		defer control.Close()
		items, _ := control.List() // what cannot be read is told elsewhere
		if slices.ContainsFunc(items, func(i spool.Item) bool { return i.NotBefore.After(now.Add(longestWindow)) }) {
			all = append(all, problem("clock", "tips wait for a moment that no window reaches: the clock was wrong when they came, or is now",
				clockHint+"; tipbox serve draws their moment anew when it starts"))
		}
	}
	return all
}

// checkCertificate says until when the certificate is good that phones see. Whether it
// is the right one shows the link.
func checkCertificate(cfg *config.Config) []Finding {
	ctx, cancel := context.WithTimeout(context.Background(), checkTime)
	defer cancel()
	end, err := box.CertificateEnd(ctx, cfg)
	if err != nil || end.IsZero() {
		return nil
	}
	return []Finding{certificateEnds(end, time.Now())}
}

// certificateEnds finds an end that is as near as health tells of it.
func certificateEnds(end, now time.Time) Finding {
	f := Finding{Part: "tls", Text: fmt.Sprintf("the certificate is good until %s", day(end))}
	if end.Sub(now) <= box.CertificateSoon {
		f.Hint = "renew it, and see why it does not renew itself"
	}
	return f
}

// asked are the parts of health that only tipbox serve itself can tell.
var asked = []string{"alerts", "clock"}

// checkHealth asks tipbox serve, where it runs, for what only it knows.
func checkHealth(cfg *config.Config) (all []Finding) {
	if cfg.HTTP.Admin == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), checkTime)
	defer cancel()
	report, err := admin.Ask(ctx, cfg.HTTP.Admin)
	if err != nil {
		return nil // it does not run, which the link tells
	}
	for _, p := range report.Parts {
		if slices.Contains(asked, p.Name) && p.Detail != "" {
			all = append(all, problem(p.Name, p.Detail, "docs/operating.md says under Health what it means"))
		}
	}
	return all
}
