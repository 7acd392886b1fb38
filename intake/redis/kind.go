package redis

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/redis/go-redis/v9"
)

// The kinds of failure.
const (
	WritesToDisk = "writes-to-disk" // a *PersistentError
	OutOfMemory  = "out-of-memory"
	Auth         = "auth"         // no password, or a wrong one
	Denied       = "denied"       // logged in, but without a right (ACL) that is needed
	ReadOnly     = "read-only"    // a replica, or its disk is full
	Loading      = "loading"      // what it holds, after a start
	FailingOver  = "failing-over" // a Cluster or its replicas are being put in order
	Busy         = "busy"         // with a script, or with too many clients
	Timeout      = "timeout"
	DialRefused  = "refused-dial"
	BadTLS       = "tls" // not spoken, or a certificate that nobody vouches for
	Dropped      = "dropped"
	ErrorReply   = "error-reply" // any other error that it answers, and what cannot be true
	Other        = "other"
)

// Kind names what is wrong with a Redis by one of the constants, "" for a nil
// error: for health, metrics and the log, which must not repeat the error itself,
// because it may name keys and addresses.
func Kind(err error) string {
	if err == nil {
		return ""
	}
	var persistent *PersistentError
	if errors.As(err, &persistent) {
		return WritesToDisk
	}
	for _, k := range [...]struct{ prefix, kind string }{
		{"OOM", OutOfMemory},
		{"NOAUTH", Auth}, {"WRONGPASS", Auth}, {"NOPERM", Denied}, {"ERR The user executing the script", Denied}, {"ERR invalid password", Auth}, {"ERR AUTH", Auth},
		{"READONLY", ReadOnly}, {"MISCONF", ReadOnly}, {"NOREPLICAS", ReadOnly},
		{"LOADING", Loading}, {"MASTERDOWN", FailingOver}, {"CLUSTERDOWN", FailingOver},
		{"TRYAGAIN", FailingOver}, {"MOVED", FailingOver}, {"ASK", FailingOver},
		{"BUSY", Busy}, {"ERR max number of clients", Busy},
	} {
		if redis.HasErrorPrefix(err, k.prefix) || redis.HasErrorPrefix(err, strings.TrimPrefix(k.prefix, "ERR ")) {
			return k.kind
		}
	}
	var answered redis.Error
	var dialled *net.OpError
	var waited net.Error
	var untrusted *tls.CertificateVerificationError
	var noTLS tls.RecordHeaderError
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, redis.ErrPoolTimeout),
		errors.As(err, &waited) && waited.Timeout():
		return Timeout
	case errors.As(err, &dialled) && dialled.Op == "dial":
		return DialRefused
	case errors.As(err, &untrusted), errors.As(err, &noTLS):
		return BadTLS
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &dialled),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return Dropped
	case errors.As(err, &answered), errors.Is(err, ErrUntrue):
		return ErrorReply
	}
	return Other
}
