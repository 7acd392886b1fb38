// Package admin is the listener for the operator: /healthz, /readyz and
// /metrics, on loopback only, without a log.
//
// What it shows is asked for every few seconds and kept by others, so it must
// not tell when a lone tip came in (package metric says why):
//
//   - live: what is told by probes of our own, on their own clock (Redis, the
//     mail server, the disk), and what a person put there (start, configuration);
//   - live, but in steps that a lone tip does not make: refusals and the spool's
//     depth in tens, free disk space in gigabytes;
//   - once a day, at midnight UTC: what each tip moves (accepted, allowed,
//     attempts by result, deferrals, the age of the oldest due tip in days);
//   - live all the same: held tips. Who needs one must be called, and the moment
//     of the refusal stands in our log and the mail server's anyway. For a tip
//     not sent "later" it is the moment of sending: the threat model says so. And that
//     nobody has answered an alert, which is half an hour old by then: likewise;
//   - never: Go's runtime and process collectors. CPU time, allocations and open
//     connections jump with every sealed photo.
package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"tipbox/intake"
)

// State is how a part of the service is, from best to worst.
type State int

const (
	// OK means that there is nothing to do.
	OK State = iota
	// Degraded means that tips are taken and kept, but an operator should look:
	// the mail server or Redis is away, a tip is held.
	Degraded
	// Unready means that no tip can be taken: the spool cannot be written or its
	// disk is full.
	Unready
)

func (s State) String() string {
	switch s {
	case OK:
		return "ok"
	case Degraded:
		return "degraded"
	}
	return "unready"
}

// MarshalText implements encoding.TextMarshaler with String's words.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Status is what a probe found.
type Status struct {
	State  State
	Detail string // a short English sentence for the operator; may be ""
}

// Probe tells how a part of the service is. It heeds ctx, which ends after two
// seconds, and must not tell what a single tip changed.
type Probe func(ctx context.Context) Status

// Part is a part of the service that health speaks of.
type Part struct {
	Name  string // e.g. "spool", "smtp", "redis"
	Probe Probe
}

// Options are what the listener shows.
type Options struct {
	Parts    []Part
	Registry *prometheus.Registry // our own: it must hold no Go or process collectors
}

const probeTime = 2 * time.Second

// New returns a server for a listener of Listen. GET /healthz answers 200 as
// long as the process lives, so that nothing restarts a service that a restart
// does not mend; GET /readyz answers 503 while a part is Unready. Both say in
// JSON how each part is. It adds tipbox_part_state to the registry.
func New(o Options) (*http.Server, error) {
	if err := o.Registry.Register(states(o.Parts)); err != nil {
		return nil, fmt.Errorf("registering the parts' states: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		answer(w, http.StatusOK, ask(r.Context(), o.Parts))
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		found := ask(r.Context(), o.Parts)
		code := http.StatusOK
		if found.Status == Unready {
			code = http.StatusServiceUnavailable
		}
		answer(w, code, found)
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(o.Registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError}))
	return &http.Server{
		Handler:           localOnly(mux),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       5 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		// net/http writes addresses into it.
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}, nil
}

func ask(ctx context.Context, parts []Part) Report {
	found := Report{Parts: make([]Said, 0, len(parts))}
	for _, p := range parts {
		s := p.ask(ctx)
		found.Status = max(found.Status, s.State)
		found.Parts = append(found.Parts, Said{p.Name, s.State, s.Detail})
	}
	return found
}

func (p Part) ask(ctx context.Context) Status {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	return p.Probe(ctx)
}

func answer(w http.ResponseWriter, code int, found Report) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	_ = e.Encode(found) // whoever asked has gone
}

// states shows each part's state as a metric, for alarms.
type states []Part

var stateDesc = prometheus.NewDesc("tipbox_part_state",
	"State of a part of the service: 0 ok, 1 degraded, 2 unready.", []string{"part"}, nil)

// Describe implements prometheus.Collector.
func (states) Describe(ch chan<- *prometheus.Desc) { ch <- stateDesc }

// Collect implements prometheus.Collector.
func (s states) Collect(ch chan<- prometheus.Metric) {
	for _, p := range s {
		found := p.ask(context.Background())
		ch <- prometheus.MustNewConstMetric(stateDesc, prometheus.GaugeValue, float64(found.State), p.Name)
	}
}

// localOnly refuses requests for a name that is not this machine's: a web page
// open on it could else read the listener through a name of its own that it has
// pointed at loopback (DNS rebinding).
func localOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		if !intake.IsLoopback(host) {
			http.Error(w, "this listener answers to localhost only", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// checkAddr refuses any address that other machines may reach.
func checkAddr(addr string) error {
	if host, _, err := net.SplitHostPort(addr); err != nil || !intake.IsLoopback(host) {
		return fmt.Errorf("admin listener %q: not a loopback address: expected 127.0.0.1:PORT, [::1]:PORT or localhost:PORT", addr)
	}
	return nil
}

// Listen listens on an address of loopback and refuses every other, also
// where localhost turns out to be one.
func Listen(ctx context.Context, addr string) (net.Listener, error) {
	if err := checkAddr(addr); err != nil {
		return nil, err
	}
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("admin listener: %w", err)
	}
	if err := checkAddr(ln.Addr().String()); err != nil {
		_ = ln.Close()
		return nil, err
	}
	return ln, nil
}
