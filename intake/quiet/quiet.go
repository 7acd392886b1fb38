// Package quiet keeps what could tell who sent a tip out of the log, out of what
// the process leaves behind when it dies, and out of its memory once it is answered.
package quiet

import (
	"context"
	"log/slog"
	"reflect"
	"regexp"
	"slices"
)

// allowed are the keys that may stand in a log line. None of them ever carries
// an address, a user agent, a header, a path, a file name, a token or text of a
// form; errors have no key, because their text quotes such things.
var allowed = []string{
	"id",      // of a tip
	"unit",    // its id
	"reason",  // a short name out of a fixed set
	"kind",    // likewise
	"state",   // likewise
	"count",   // of anything
	"bytes",   // of disk or memory
	"code",    // of an SMTP or HTTP answer
	"at",      // places in our code
	"version", // of this program
}

// withheld stands where something was taken out.
const withheld = "[withheld]"

// traces finds what looks like an address of the network or of mail, a link, or
// a token: no message of ours has any, but a library's may.
var traces = regexp.MustCompile(`(?i)` +
	`[a-z][a-z0-9+.-]*://\S+` + // links
	`|[^\s<>"]+@[^\s<>"]+` + // mail
	`|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?` + // IPv4
	`|\[?(?:[0-9a-f]{0,4}:){2,}[0-9a-f.%:]*(?:\](?::\d+)?)?` + // IPv6
	`|\?\S+=\S+` + // query strings
	`|[a-z0-9+/_=-]{32,}`) // form tokens, keys, digests

// Handler passes on log records without anything that is not allowed.
type Handler struct{ next slog.Handler }

// NewHandler returns a handler that passes records on to next with only the
// allowed attributes, of plain kinds, and with whatever looks like an address, a
// link or a token taken out of message and values. How many attributes it
// dropped is said under the key "withheld", so that the loss is not a riddle.
func NewHandler(next slog.Handler) *Handler { return &Handler{next} }

// Enabled asks the next handler.
func (h *Handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

// Handle passes the record on, cleaned.
func (h *Handler) Handle(ctx context.Context, r slog.Record) error {
	clean := slog.NewRecord(r.Time, r.Level, mask(r.Message), 0)
	attrs := make([]slog.Attr, 0, r.NumAttrs())
	r.Attrs(func(a slog.Attr) bool { attrs = append(attrs, a); return true })
	clean.AddAttrs(sift(attrs)...)
	return h.next.Handle(ctx, clean)
}

// WithAttrs returns a handler that adds those attributes that are allowed.
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &Handler{h.next.WithAttrs(sift(attrs))}
}

// WithGroup returns the handler itself: a group's name would only hide its keys.
func (h *Handler) WithGroup(string) slog.Handler { return h }

func sift(attrs []slog.Attr) []slog.Attr {
	kept, dropped := make([]slog.Attr, 0, len(attrs)+1), 0
	for _, a := range attrs {
		v, plain := value(a.Value.Resolve())
		if slices.Contains(allowed, a.Key) && plain {
			kept = append(kept, slog.Attr{Key: a.Key, Value: v})
		} else {
			dropped++
		}
	}
	if dropped > 0 {
		kept = append(kept, slog.Int("withheld", dropped))
	}
	return kept
}

// value returns a plain value, and a named string type as a string. Structs,
// errors and all else that prints itself are not plain.
func value(v slog.Value) (slog.Value, bool) {
	switch v.Kind() {
	case slog.KindInt64, slog.KindUint64, slog.KindFloat64, slog.KindBool, slog.KindDuration:
		return v, true
	case slog.KindString:
		return slog.StringValue(mask(v.String())), true
	case slog.KindAny:
		if s, ok := stringKind(v.Any()); ok {
			return slog.StringValue(mask(s)), true
		}
	}
	return slog.Value{}, false
}

func mask(s string) string { return traces.ReplaceAllString(s, withheld) }

// stringKind returns the text of a value whose type is a named string, such as
// intake.ID, whatever methods it has.
func stringKind(v any) (string, bool) {
	r := reflect.ValueOf(v)
	if r.Kind() != reflect.String {
		return "", false
	}
	return r.String(), true
}
