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
		asked := make(map[string]bool)
		for len(replicas) > 0 && len(asked) < mostReplicas {
			addr := replicas[0]
			replicas = replicas[1:]
			if asked[addr] {
				continue
			}
			asked[addr] = true
			replicas = append(replicas, askReplica(ctx, s, addr, patience, func(err error) { note("replica "+addr+": ", err) })...)
		}
	}
	if len(found.Settings) > 0 {
		slices.Sort(found.Settings)
		found.Settings = slices.Compact(found.Settings)
		return &found
	}
	return unknown
}

// mostReplicas is how many are asked: what answers might name them without end.
const mostReplicas = 32

// askReplica asks one replica, and returns those that copy from it in turn.
func askReplica(ctx context.Context, s Server, addr string, patience time.Duration, note func(error)) (further []string) {
	u, err := url.Parse(s.URL)
	if err != nil {
		note(errors.New("redis url is malformed"))
		return nil
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
		note(err)
		return nil
	}
	defer replica.Close() //nolint:errcheck // nothing was buffered
	note(nodePersistence(ctx, replica))
	further, err = copies(ctx, replica)
	note(err)
	return further
}

// copies returns the addresses of a node's replicas, and a *PersistentError where
// copies go by its disk, those that it makes or the one that it is.
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
	var found PersistentError
	for setting, c := range map[string]struct {
		bad string
		is  bool
	}{
		"repl-diskless-load": {"disabled", slave},
		"repl-diskless-sync": {"no", len(replicas) > 0},
	} {
		if !c.is {
			continue
		}
		got, err := node.ConfigGet(ctx, setting).Result()
		if err != nil {
			return replicas, fmt.Errorf("asking for the setting %s: %w", setting, err)
		}
		if got[setting] == c.bad {
			found.Settings = append(found.Settings, setting+" "+c.bad)
		}
	}
	if len(found.Settings) > 0 {
		return replicas, &found
	}
	return replicas, nil
}
