package server

import (
	"context"
	"log/slog"
	"regexp"
	"runtime/debug"
	"strings"
)

// quietErrors is behind http.Server.ErrorLog. What net/http writes there quotes
// addresses, TLS server names, header values and whatever a handler panicked
// with, so nothing of it is passed on: only which of the known things happened,
// and for a panic where in the code.
type quietErrors struct{ slog.Handler }

// happenings are what net/http and its HTTP/2 report, by how the line begins.
var happenings = []struct{ begins, say string }{
	{"http: TLS handshake error", "a TLS handshake failed"},
	{"http: panic serving", "a handler panicked"},
	{"http2: panic serving", "a handler panicked"},
	{"http: Accept error", "accepting connections failed, trying again"},
	{"http: response.WriteHeader", "a handler answered twice"},
	{"http: superfluous response", "a handler answered twice"},
	{"http: URL query contains semicolon", "a query with semicolons"},
	{"http2:", "an HTTP/2 connection failed"},
}

// frame finds the places in a stack trace: never the arguments.
var frame = regexp.MustCompile(`(?m)^\t\S*?([^/\s]+/[^/\s]+\.go:\d+)`)

// Handle writes the record as one of the happenings.
func (h quietErrors) Handle(ctx context.Context, r slog.Record) error {
	quiet := slog.NewRecord(r.Time, r.Level, "the HTTP server reported something", r.PC)
	for _, known := range happenings {
		if strings.HasPrefix(r.Message, known.begins) {
			quiet.Message = known.say
			break
		}
	}
	if quiet.Message == "a handler panicked" {
		quiet.Level = slog.LevelError
		quiet.AddAttrs(slog.String("at", places(r.Message)))
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
