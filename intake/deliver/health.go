package deliver

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tipbox/intake/metric"
	"tipbox/intake/spool"
)

// Health is how delivery is, for the operator. It says live what our own probes
// meet and what a person has to act on; what a lone tip moves it says in tens
// or by the day (package metric says why).
type Health struct {
	// Server is why the mail server cannot be used, by name, or "": as the last
	// probe found it.
	Server string
	// Mailboxes are the addresses that took no mail when they were last asked.
	Mailboxes []MailboxHealth
	// Held is how many tips wait in hold/ for a person, or are refused for good
	// by one address while another is still tried.
	Held int
	// Spool is the spool's own account; its counts of tips are exact.
	Spool spool.Status
	// Units has every unit of which there is something to say, by id.
	Units []UnitHealth
}

// UnitHealth is how delivery to one unit is, tips about it and to it together.
type UnitHealth struct {
	Unit        string
	Waiting     int    // in tens, rounded down
	Bulk        int    // those of them that came beyond the limits, in tens likewise
	OldestDays  int    // midnights (UTC) since the oldest due tip could first have gone
	Reason      string // why, by name, where OldestDays is not 0; else ""
	LastSuccess string // day (UTC) of the last mail the server took before today, e.g. "2026-11-22"; "" if none since the start
}

// Health returns how delivery is now.
func (r *Runner) Health() Health {
	now := time.Now()
	h := Health{Spool: r.o.Spool.Status()}
	h.Held = h.Spool.Held
	r.mu.Lock()
	h.Server, h.Mailboxes = r.server, r.mailboxHealth()
	lanes, bulks := slices.Collect(maps.Values(r.lanes)), slices.Collect(maps.Values(r.bulks))
	r.mu.Unlock()
	units := make(map[string]*UnitHealth)
	of := func(id string) *UnitHealth {
		if units[id] == nil {
			units[id] = &UnitHealth{Unit: id}
		}
		return units[id]
	}
	for _, l := range lanes {
		h.Held += l.report(of(l.key.unit), now)
	}
	for _, b := range bulks {
		b.report(of(b.key.unit), now)
	}
	for _, id := range slices.Sorted(maps.Keys(units)) {
		u := *units[id]
		u.Waiting = int(metric.Floor(int64(u.Waiting), 10))
		u.Bulk = int(metric.Floor(int64(u.Bulk), 10))
		if u != (UnitHealth{Unit: id}) {
			h.Units = append(h.Units, u)
		}
	}
	return h
}

// report adds the bulk to the health of its unit.
func (b *bulk) report(u *UnitHealth, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	u.Waiting += len(b.tips)
	u.Bulk += len(b.tips)
	for _, p := range b.tips {
		if days := int(metric.Days(now.Add(p.due.Sub(now)), now)); days > u.OldestDays {
			u.OldestDays, u.Reason = days, cmp.Or(b.reason, Flooded)
		}
	}
	u.LastSuccess = max(u.LastSuccess, b.lastSuccess(now))
}

// report adds the lane to the health of its unit, and returns how many of its
// tips an address refuses for good.
func (l *lane) report(u *UnitHealth, now time.Time) (refused int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	u.Waiting += len(l.parcels)
	for _, p := range l.parcels {
		if len(p.refused) > 0 {
			refused++
		}
		due := now.Add(p.due.Sub(now)) // by today's clock, if it has been set since
		if days := int(metric.Days(due, now)); days > u.OldestDays {
			u.OldestDays = days
			u.Reason = cmp.Or(l.reason, p.reason)
		}
	}
	u.LastSuccess = max(u.LastSuccess, l.lastSuccess(now))
	return refused
}

// gauges shows Health as metrics. Units are not told apart: their tips are few.
type gauges struct{ r *Runner }

var (
	waitingDesc = prometheus.NewDesc("tipbox_spool_waiting", "Tips waiting in the spool, rounded down to tens.", nil, nil)
	heldDesc    = prometheus.NewDesc("tipbox_spool_held", "Tips that a person has to decide about.", nil, nil)
	damagedDesc = prometheus.NewDesc("tipbox_spool_damaged", "Files in the spool that are damaged or cannot be read.", nil, nil)
	oldestDesc  = prometheus.NewDesc("tipbox_spool_oldest_due_days", "Midnights (UTC) since the oldest due tip could first have gone.", nil, nil)
	upDesc      = prometheus.NewDesc("tipbox_mail_up", "1 if the mail server could be used when it was last probed.", nil, nil)
	boxesDesc   = prometheus.NewDesc("tipbox_mailboxes_away", "Addresses that took no mail when they were last asked for, on our own clock.", nil, nil)
	freeDesc    = prometheus.NewDesc("tipbox_spool_free_bytes", "Free bytes on the spool's disk, in whole gigabytes.", nil, nil)
)

// Describe implements prometheus.Collector.
func (gauges) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{waitingDesc, heldDesc, damagedDesc, oldestDesc, upDesc, boxesDesc, freeDesc} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (g gauges) Collect(ch chan<- prometheus.Metric) {
	h := g.r.Health()
	oldest := 0
	for _, u := range h.Units {
		oldest = max(oldest, u.OldestDays)
	}
	up := 0
	if h.Server == "" {
		up = 1
	}
	free := metric.Floor(int64(min(h.Spool.Free, 1<<62)), 1<<30)
	for d, v := range map[*prometheus.Desc]float64{
		waitingDesc: float64(metric.Floor(int64(h.Spool.Waiting), 10)),
		heldDesc:    float64(h.Held),
		damagedDesc: float64(h.Spool.Damaged + h.Spool.Unread),
		oldestDesc:  float64(oldest),
		upDesc:      float64(up),
		boxesDesc:   float64(len(h.Mailboxes)),
		freeDesc:    float64(free),
	} {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v)
	}
}
