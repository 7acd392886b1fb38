// Package metric has the numbers that may be shown about tips. Prometheus asks
// every few seconds and keeps the answers for years: a counter that moves with
// one tip tells the second in which it was sent, and with it, beside a camera
// above the poster, who sent it. So whatever a lone tip can move is shown only
// once a day (NewDaily), or only in steps that a lone tip does not make
// (NewTens, Floor, Days).
package metric

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Options describe a Counter.
type Options struct {
	Name   string // with the suffix _total
	Help   string
	Labels []string // names; their values must not tell a site, a unit or a person
}

// Counter is a prometheus.Collector that counts exactly and shows less. A
// series appears only once there is something to show, so its first appearance
// tells no more than its value.
type Counter struct {
	desc  *prometheus.Desc
	names int
	daily bool

	mu     sync.Mutex
	day    int64
	series map[string]*series // by label values, joined
}

type series struct {
	labels       []string
	count, shown int64
}

// NewDaily returns a counter whose shown value is brought up to date at
// midnight UTC only: for whatever a single tip moves (accepted, allowed,
// attempted, deferred, delivered). Counts of a day on which the process ends
// are never shown: keeping them would mean writing them down.
func NewDaily(o Options) *Counter {
	o.Help += " Brought up to date at midnight UTC only."
	c := newCounter(o)
	c.daily = true
	return c
}

// NewTens returns a counter that is shown at once but rounded down to a
// multiple of ten: for what an operator must see while it happens, and what
// comes in floods if it comes at all (refusals).
func NewTens(o Options) *Counter {
	o.Help += " Rounded down to tens."
	return newCounter(o)
}

func newCounter(o Options) *Counter {
	return &Counter{
		desc:   prometheus.NewDesc(o.Name, o.Help, o.Labels, nil),
		names:  len(o.Labels),
		day:    day(time.Now()),
		series: make(map[string]*series),
	}
}

// Inc counts one under the values of the labels, of which it wants as many as
// the counter has names: else it panics, as prometheus does.
func (c *Counter) Inc(labels ...string) {
	if len(labels) != c.names {
		panic(fmt.Sprintf("metric: %d label values for %s", len(labels), c.desc))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turn()
	key := strings.Join(labels, "\xff")
	s := c.series[key]
	if s == nil {
		s = &series{labels: labels}
		c.series[key] = s
	}
	s.count++
	if !c.daily {
		s.shown = Floor(s.count, 10)
	}
}

// turn shows what was counted before the last midnight, the first time it is
// called after it.
func (c *Counter) turn() {
	today := day(time.Now())
	if !c.daily || today <= c.day {
		return
	}
	c.day = today
	for _, s := range c.series {
		s.shown = s.count
	}
}

// Describe implements prometheus.Collector.
func (c *Counter) Describe(ch chan<- *prometheus.Desc) { ch <- c.desc }

// Collect implements prometheus.Collector.
func (c *Counter) Collect(ch chan<- prometheus.Metric) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turn()
	for _, s := range c.series {
		if s.shown > 0 {
			ch <- prometheus.MustNewConstMetric(c.desc, prometheus.CounterValue, float64(s.shown), s.labels...)
		}
	}
}

// Floor rounds n down to a multiple of step, for gauges that are shown live: a
// spool's depth in tens, free disk space in gigabytes.
func Floor(n, step int64) int64 { return n - n%step }

// Days returns how many times it was midnight UTC after since and until now.
// An age in hours would tell, by the moment of its step, the minute in which
// it began; this steps at midnight, whatever began when.
func Days(since, now time.Time) int64 { return max(0, day(now)-day(since)) }

func day(t time.Time) int64 { return t.Unix() / 86400 }
