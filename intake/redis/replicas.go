package redis

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// Replicas is Persistence for those who copy what a Redis holds, as it tells who they
// are, and for the way the copies take: a replica as it comes writes all it gets into
// dump.rdb when it begins. One that cannot be asked is ErrPersistenceUnknown.
func Replicas(ctx context.Context, s Server, client redis.UniversalClient, patience time.Duration) error {
	var mu sync.Mutex
	var found PersistentError
	unknown := error(nil)
	note := func(node string, err error) {
		mu.Lock()
		defer mu.Unlock()
		var persistent *PersistentError
		switch {
		case errors.As(err, &persistent):
			for _, setting := range persistent.Settings {
				found.Settings = append(found.Settings, node+setting)
			}
		case err != nil:
			unknown = fmt.Errorf("%w: %s%w", ErrPersistenceUnknown, node, err)
		}
	}
	if cluster, ok := client.(*redis.ClusterClient); ok {
		note("", cluster.ForEachShard(ctx, func(ctx context.Context, node *redis.Client) error { // replicas are among them
			_, err := copies(ctx, node)
			note("", err)
			return nil
		}))
	} else {
		replicas, err := copies(ctx, client)
		note("", err)
		for _, addr := range replicas {
			note("replica "+addr+": ", askReplica(ctx, s, addr, patience))
		}
	}
	if len(found.Settings) > 0 {
		slices.Sort(found.Settings)
		found.Settings = slices.Compact(found.Settings)
		return &found
	}
	return unknown
}

func askReplica(ctx context.Context, s Server, addr string, patience time.Duration) error {
	u, err := url.Parse(s.URL)
	if err != nil {
		return errors.New("redis url is malformed")
	}
	q := u.Query()
	q.Del("addr")
	q.Del("master_name")
	if u.RawQuery, u.Host = q.Encode(), addr; u.Scheme == "unix" {
		u = &url.URL{Scheme: "redis", User: u.User, Host: addr, Path: "/0"}
	}
	s.URL = u.String()
	replica, err := Dial(s, patience)
	if err != nil {
		return err
	}
	defer replica.Close() //nolint:errcheck // nothing was buffered
	if err := nodePersistence(ctx, replica); err != nil {
		return err
	}
	_, err = copies(ctx, replica)
	return err
}

// copies returns the addresses of a node's replicas, and a *PersistentError where
// copies go by its disk.
func copies(ctx context.Context, node redis.Cmdable) (replicas []string, err error) {
	info, err := node.Info(ctx, "replication").Result()
	if err != nil {
		return nil, fmt.Errorf("asking for replicas: %w", err)
	}
	slave := false
	for line := range strings.Lines(info) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		switch {
		case name == "role":
			slave = value == "slave"
		case strings.HasPrefix(name, "slave") && strings.HasPrefix(value, "ip="):
			fields := make(map[string]string)
			for f := range strings.SplitSeq(value, ",") {
				k, v, _ := strings.Cut(f, "=")
				fields[k] = v
			}
			replicas = append(replicas, net.JoinHostPort(fields["ip"], fields["port"]))
		}
	}
	setting, bad := "repl-diskless-sync", "no"
	if slave {
		setting, bad = "repl-diskless-load", "disabled"
	}
	if !slave && len(replicas) == 0 {
		return nil, nil
	}
	got, err := node.ConfigGet(ctx, setting).Result()
	if err != nil {
		return replicas, fmt.Errorf("asking for the setting %s: %w", setting, err)
	}
	if got[setting] == bad {
		return replicas, &PersistentError{Settings: []string{setting + " " + bad}}
	}
	return replicas, nil
}
