// Package redis is the one way to a Redis: a client that gives up in time and
// believes no answer that cannot be true, names for what goes wrong, and whether
// a Redis writes to disk.
package redis

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"tipbox/intake/pasted"
)

// Server names a Redis: redis://HOST:PORT/DB, rediss:// with TLS or unix://PATH.
// More nodes are added as ?addr=HOST:PORT: of a Cluster, or, with
// master_name=NAME, of the Sentinels that know the master's address.
type Server struct {
	URL      string
	Password string
	CAFile   string // PEM of who vouches for a server's certificate; "" for the system's authorities
}

// silence stops go-redis' own log, which names addresses and goes to stderr
// past our logger. It is the library's only global, so it is set once.
var silence = sync.OnceFunc(func() { redis.SetLogger(silent{}) })

type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

// Dial returns a client that gives up after patience wherever it waits, and
// tries nothing twice: who waits for it is a person who pressed Send. It begins
// to connect at once, in the background.
func Dial(s Server, patience time.Duration) (redis.UniversalClient, error) {
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
	if s.CAFile != "" {
		if one.TLSConfig == nil {
			return nil, errors.New("redis url: a CA file is for rediss:// only")
		}
		pem, err := pasted.File(s.CAFile)
		if err != nil {
			return nil, fmt.Errorf("reading the certificate authorities of redis: %w", err)
		}
		one.TLSConfig.RootCAs = x509.NewCertPool()
		if !one.TLSConfig.RootCAs.AppendCertsFromPEM([]byte(pem)) {
			return nil, &fs.PathError{Op: "reading", Path: s.CAFile, Err: errors.New("no certificate in PEM")}
		}
	}
	o := &redis.UniversalOptions{
		Addrs: append([]string{one.Addr}, nodes...), MasterName: master,
		DB: one.DB, Username: one.Username, Password: one.Password, TLSConfig: one.TLSConfig,
		Protocol: 2, DisableIdentity: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		ContextTimeoutEnabled:    true,
		DialTimeout:              patience, ReadTimeout: patience, WriteTimeout: patience, PoolTimeout: patience,
		DialerRetries: 1, MaxRetries: -1,
		PoolSize: 32, MinIdleConns: 16, ConnMaxIdleTime: 5 * time.Minute, PipelinePoolSize: -1,
		Dialer: dialer(one.Network == "unix", one.TLSConfig, patience),
	}
	return redis.NewUniversalClient(o), nil
}
