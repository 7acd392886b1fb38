package limit

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Server names a Redis: redis://HOST:PORT/DB, rediss:// with TLS or unix://PATH.
// More nodes are added as ?addr=HOST:PORT: of a Cluster, or, with
// master_name=NAME, of the Sentinels that know the master's address.
type Server struct {
	URL      string
	Password string
}

// silence stops go-redis' own log, which names addresses and goes to stderr
// past our logger. It is the library's only global, so it is set once.
var silence = sync.OnceFunc(func() { redis.SetLogger(silent{}) })

type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

// dial returns a client that gives up after patience wherever it waits, and
// tries nothing twice: who waits for it is a person who pressed Send. It begins
// to connect at once, in the background.
func dial(s Server, patience time.Duration) (redis.UniversalClient, error) {
	silence()
	u, err := url.Parse(s.URL)
	if err != nil {
		return nil, errors.New("redis url is malformed") // err would repeat it, and with it a password
	}
	q := u.Query()
	nodes, master := q["addr"], q.Get("master_name")
	q.Del("addr")
	q.Del("master_name")
	u.RawQuery = q.Encode()
	one, err := redis.ParseURL(u.String())
	if err != nil {
		return nil, fmt.Errorf("redis url: %w", err)
	}
	if s.Password != "" {
		one.Password = s.Password
	}
	if one.Network == "unix" && (len(nodes) > 0 || master != "") {
		return nil, errors.New("redis url: unix:// names one server only")
	}
	o := &redis.UniversalOptions{
		Addrs: append([]string{one.Addr}, nodes...), MasterName: master,
		DB: one.DB, Username: one.Username, Password: one.Password, TLSConfig: one.TLSConfig,
		Protocol: 2, DisableIdentity: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		ContextTimeoutEnabled:    true,
		DialTimeout:              patience, ReadTimeout: patience, WriteTimeout: patience, PoolTimeout: patience,
		DialerRetries: 1, MaxRetries: -1,
		PoolSize: 32, MinIdleConns: 2, ConnMaxIdleTime: 5 * time.Minute, PipelinePoolSize: -1,
		Dialer: dialer(one.Network == "unix", one.TLSConfig, patience),
	}
	return redis.NewUniversalClient(o), nil
}

// kind names what is wrong with Redis, for health, metrics and the log, which
// must not repeat the error itself: it may name keys and addresses.
func kind(err error) string {
	if err == nil {
		return ""
	}
	var persistent *PersistentError
	if errors.As(err, &persistent) {
		return "writes-to-disk"
	}
	for _, k := range [...]struct{ prefix, kind string }{
		{"OOM", "out-of-memory"},
		{"NOAUTH", "auth"}, {"WRONGPASS", "auth"}, {"NOPERM", "auth"}, {"ERR invalid password", "auth"}, {"ERR AUTH", "auth"},
		{"READONLY", "read-only"}, {"MISCONF", "read-only"}, {"NOREPLICAS", "read-only"},
		{"LOADING", "loading"}, {"MASTERDOWN", "failing-over"}, {"CLUSTERDOWN", "failing-over"},
		{"TRYAGAIN", "failing-over"}, {"MOVED", "failing-over"}, {"ASK", "failing-over"},
		{"BUSY", "busy"}, {"ERR max number of clients", "busy"},
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
		return "timeout"
	case errors.As(err, &dialled) && dialled.Op == "dial":
		return "refused-dial"
	case errors.As(err, &untrusted), errors.As(err, &noTLS):
		return "tls"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &dialled):
		return "dropped"
	case errors.As(err, &answered), errors.Is(err, errUntrue):
		return "error-reply"
	}
	return "other"
}
