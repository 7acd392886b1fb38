package box

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tipbox/cmd/internal/config"
	"tipbox/intake/admin"
)

const (
	selfEvery = time.Minute
	// certificateEvery is how often the certificate is looked at.
	certificateEvery = time.Hour
	// CertificateSoon is how long before its end a certificate is told of: those that
	// renew themselves have done so by then.
	CertificateSoon = 14 * 24 * time.Hour
	// clockSlack is how far the clock may be set without anybody being told.
	clockSlack = time.Minute
	// clockTold is how long it is told.
	clockTold = 24 * time.Hour
	// staleSlack is how long a change may wait to be served: whoever changes a thing
	// is at it.
	staleSlack = time.Hour
)

// self is what a box finds out about itself, on its own clock.
type self struct {
	cfg     func() *config.Config // what is served
	refused func() string         // why the authority gives no certificate, "" where it does or none is asked
	version string
	started time.Time

	mu      sync.Mutex
	last    moment        // of the last look
	jump    time.Duration // that the clock made
	jumped  time.Time     // when that was found
	stale   time.Time     // since when the configuration is another one; zero if it is not
	expires time.Time     // the certificate; zero if not known
}

// newSelf also finds a clock that is behind the last start's.
func newSelf(cfg *config.Config, version string, served func() *config.Config, refused func() string) *self {
	s := &self{cfg: served, refused: refused, version: version, started: time.Now()}
	s.last = s.moment(s.started)
	if before, ok := StartedAt(cfg); ok && s.started.Sub(before) < -clockSlack {
		s.jump, s.jumped = s.started.Sub(before), s.started
	}
	return s
}

// run looks until ctx ends.
func (s *self) run(ctx context.Context) {
	tick := time.NewTicker(selfEvery)
	defer tick.Stop()
	var looked time.Time // at the certificate
	for {
		now := time.Now()
		s.look(s.moment(now))
		if looked.IsZero() || now.Sub(looked) >= certificateEvery {
			looked = now
			if end, err := CertificateEnd(ctx, s.cfg()); err == nil {
				s.mu.Lock()
				s.expires = end
				s.mu.Unlock()
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *self) look(now moment) {
	changed := Changed(s.cfg())
	s.mu.Lock()
	defer s.mu.Unlock()
	if d := drift(s.last, now); d.Abs() > clockSlack {
		s.jump, s.jumped = d, now.clock
	}
	s.last = now
	if !changed {
		s.stale = time.Time{}
	} else if s.stale.IsZero() {
		s.stale = now.clock
	}
}

// moment is what the clock says, and how long the process has run, by the clock that
// cannot be set.
type moment struct {
	clock time.Time
	since time.Duration
}

func (s *self) moment(now time.Time) moment { return moment{now, now.Sub(s.started)} }

// drift is by how much more the clock has gone forward than time has. A machine that
// slept looks like one whose clock was set.
func drift(before, after moment) time.Duration {
	return after.clock.Round(0).Sub(before.clock.Round(0)) - (after.since - before.since)
}

// parts are what is said of it.
func (s *self) parts() []admin.Part {
	probe := func(of func(now time.Time) string) admin.Probe {
		return func(context.Context) admin.Status {
			s.mu.Lock()
			defer s.mu.Unlock()
			if detail := of(time.Now()); detail != "" {
				return admin.Status{State: admin.Degraded, Detail: detail}
			}
			return admin.Status{}
		}
	}
	return []admin.Part{
		{Name: "clock", Probe: probe(s.clockWrong)},
		{Name: "certificate", Probe: probe(s.certificateWrong)},
		{Name: "configuration", Probe: probe(s.configurationWrong)},
	}
}

// clockWrong says that the clock was set; s.mu is held.
func (s *self) clockWrong(now time.Time) string {
	if s.jumped.IsZero() || now.Sub(s.jumped) > clockTold {
		return ""
	}
	return fmt.Sprintf("it was set by %v, or the machine slept; see that it is right (timedatectl)", s.jump.Round(time.Second))
}

func (s *self) certificateWrong(now time.Time) string {
	if why := s.refused(); why != "" {
		return "none from the authority: " + why
	}
	switch left := s.expires.Sub(now); {
	case s.expires.IsZero(), left > CertificateSoon:
		return ""
	case left <= 0:
		return "it ran out on " + s.expires.UTC().Format(time.DateOnly)
	default:
		return fmt.Sprintf("it runs out in %d days: renew it", left/(24*time.Hour))
	}
}

func (s *self) configurationWrong(now time.Time) string {
	if s.stale.IsZero() || now.Sub(s.stale) < staleSlack {
		return ""
	}
	return "it was changed, and the old one is still served: systemctl reload tipbox, and a restart where that says so"
}

// CertificateEnd returns until when the certificate is good that phones see: our
// own, or that of the web server in front. It is zero where there is none.
func CertificateEnd(ctx context.Context, cfg *config.Config) (time.Time, error) {
	if cfg.BaseURL.Scheme != "https" {
		return time.Time{}, nil
	}
	if cfg.HTTP.TLSCert != "" {
		c, err := LoadTLS(cfg.HTTP)
		if err != nil {
			return time.Time{}, err
		}
		pair, err := c.GetCertificate(nil)
		if err != nil {
			return time.Time{}, err
		}
		return pair.Leaf.NotAfter, nil
	}
	host, port := cfg.BaseURL.Hostname(), cfg.BaseURL.Port()
	if port == "" {
		port = "443"
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	// Whether it is the right one is for tipbox check to judge.
	d := tls.Dialer{Config: &tls.Config{ServerName: host, InsecureSkipVerify: true}} //nolint:gosec // nothing is said there
	conn, err := d.DialContext(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return time.Time{}, fmt.Errorf("looking at the certificate: %w", err)
	}
	defer conn.Close()
	return conn.(*tls.Conn).ConnectionState().PeerCertificates[0].NotAfter, nil
}

var (
	buildDesc   = prometheus.NewDesc("tipbox_build_info", "1, with the version.", []string{"version"}, nil)
	startDesc   = prometheus.NewDesc("tipbox_start_time_seconds", "When the process started, in Unix seconds.", nil, nil)
	expiresDesc = prometheus.NewDesc("tipbox_certificate_expiry_seconds", "Until when the certificate is good, in Unix seconds.", nil, nil)
	staleDesc   = prometheus.NewDesc("tipbox_configuration_stale", "1 if the configuration was changed since it was read.", nil, nil)
	jumpDesc    = prometheus.NewDesc("tipbox_clock_jump_seconds", "By how much the clock was set within the last day.", nil, nil)
)

// Describe implements prometheus.Collector.
func (s *self) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{buildDesc, startDesc, expiresDesc, staleDesc, jumpDesc} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (s *self) Collect(ch chan<- prometheus.Metric) {
	s.mu.Lock()
	defer s.mu.Unlock()
	show := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	show(buildDesc, 1, s.version)
	show(startDesc, float64(s.started.Unix()))
	if !s.expires.IsZero() {
		show(expiresDesc, float64(s.expires.Unix()))
	}
	stale, jump := 0.0, 0.0
	if !s.stale.IsZero() {
		stale = 1
	}
	if s.clockWrong(time.Now()) != "" {
		jump = s.jump.Seconds()
	}
	show(staleDesc, stale)
	show(jumpDesc, jump)
}
