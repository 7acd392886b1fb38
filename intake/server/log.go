package server

import (
	"context"
	"log/slog"
	"regexp"
	"runtime/debug"
	"strings"

	"tipbox/intake/metric"
)

// quietErrors is behind http.Server.ErrorLog. What net/http writes there quotes
// addresses, TLS server names, header values and whatever a handler panicked
// with, so nothing of it is passed on: only which of the known things happened,
// and for a panic where in the code. What any client can bring about is counted
// and not logged: a line has a time, and thousands a second fill a disk.
type quietErrors struct {
	slog.Handler
	clients *metric.Counter
}

// newClientErrors returns the count of what clients did wrong beneath any page.
func newClientErrors() *metric.Counter {
	return metric.NewTens(metric.Options{
		Name: "tipbox_http_client_errors_total", Help: "Connections that failed before or beneath a request, as any client can bring about.",
		Labels: []string{"kind"},
	})
}

// happenings are what net/http and its HTTP/2 report, by how the line begins.
// Those with a kind are counted.
var happenings = []struct{ begins, say, kind string }{
	{"http: TLS handshake error", "", "tls"},
	{"http: panic serving", panicked, ""},
	{"http2: panic serving", panicked, ""},
	{"http: Accept error", "accepting connections failed, trying again", ""},
	{"http: response.WriteHeader", "a handler answered twice", ""},
	{"http: superfluous response", "a handler answered twice", ""},
	{"http: URL query contains semicolon", "", "query"},
	{"http2:", "", "http2"},
}

const panicked = "a handler panicked"

// frame finds the places in a stack trace: never the arguments.
var frame = regexp.MustCompile(`(?m)^\t\S*?([^/\s]+/[^/\s]+\.go:\d+)`)

// Enabled reports true: what is counted is counted whether or not it is logged.
func (h quietErrors) Enabled(context.Context, slog.Level) bool { return true }

// Handle writes the record as one of the happenings, or counts it.
func (h quietErrors) Handle(ctx context.Context, r slog.Record) error {
	quiet := slog.NewRecord(r.Time, r.Level, "the HTTP server reported something", r.PC)
	for _, known := range happenings {
		if !strings.HasPrefix(r.Message, known.begins) {
			continue
		}
		if known.kind != "" {
			h.clients.Inc(known.kind)
			return nil
		}
		quiet.Message = known.say
		break
	}
	if quiet.Message == panicked {
		quiet.Level = slog.LevelError
		quiet.AddAttrs(slog.String("at", places(r.Message)))
	}
	if !h.Handler.Enabled(ctx, quiet.Level) {
		return nil
	}
	return h.Handler.Handle(ctx, quiet)
}

// places returns where in the code a stack trace was panicking, without the
// arguments. The panic's own text comes first in a trace and could imitate a
// frame, so only what stands behind the last call of panic counts.
func places(trace string) string {
	i := strings.LastIndex(trace, "\npanic(")
	if i < 0 {
		return ""
	}
	var at []string
	for _, m := range frame.FindAllStringSubmatch(trace[i:], 6) {
		at = append(at, m[1])
	}
	return strings.Join(at, " ")
}

// PanicPlaces returns where in the code a panic came from, for a deferred function
// that has recovered: never the panic's value nor any argument, which may hold
// addresses and text.
func PanicPlaces() string { return places(string(debug.Stack())) }
