package limit

import (
	"errors"
	"strings"
	"testing"

	"tipbox/intake/redis"
	"tipbox/intake/redis/redistest"
)

// TestPersistentIsNotUsed holds that a Redis that writes to disk is given
// nothing.
func TestPersistentIsNotUsed(t *testing.T) {
	server := redistest.Start(t, "--save", "3600 1")
	l := start(t, designRules, server.URL(), ample)
	l.wantKind(t, "writes-to-disk")
	if _, err := l.Take(t.Context(), text("a")); err != nil {
		t.Error(err)
	}
	_, _, done := l.Claim(t.Context(), [16]byte{1}, [8]byte{1})
	done(true)
	if got, err := server.Do("DBSIZE"); got != ":0" || err != nil {
		t.Errorf("it holds %s keys %v", got, err)
	}
	do(t, server, "CONFIG", "SET", "save", `""`)
	l.wantKind(t, "")
	l.reachesRedis(t, server, "a")
}

// TestReplicaThatWritesIsFound: what a replica writes to its disk was in ours. As it
// comes it writes all that it gets when it begins.
func TestReplicaThatWritesIsFound(t *testing.T) {
	master := redistest.Start(t)
	replica := redistest.Start(t, "--replicaof", "127.0.0.1 "+master.Port(), "--repl-diskless-sync-delay", "0")
	eventually(t, "the replica is one", func() bool { return replica.Info("replication", "master_link_status") == "up" })
	l := start(t, designRules, master.URL(), ample)
	l.wantKind(t, "writes-to-disk")
	err := Inspect(t.Context(), redis.Server{URL: master.URL()})
	if want := "redis writes what it holds to disk: replica " + replica.Addr + ": repl-diskless-load disabled"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	do(t, replica, "CONFIG", "SET", "repl-diskless-load", "swapdb")
	l.wantKind(t, "")
	// One that copies from the replica, and so on.
	further := redistest.Start(t, "--replicaof", "127.0.0.1 "+replica.Port(), "--repl-diskless-sync-delay", "0", "--appendonly", "yes")
	eventually(t, "so is the next one", func() bool { return further.Info("replication", "master_link_status") == "up" })
	err = Inspect(t.Context(), redis.Server{URL: master.URL()})
	if want := "replica " + further.Addr + ": appendonly yes, replica " + further.Addr + ": repl-diskless-load disabled"; err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
	further.Kill()
	do(t, replica, "CONFIG", "SET", "save", `"3600 1"`)
	l.probe(t.Context(), true)
	l.wantKind(t, "writes-to-disk")
	do(t, replica, "CONFIG", "SET", "save", `""`)
	l.wantKind(t, "")
	do(t, master, "CONFIG", "SET", "repl-diskless-sync", "no")
	if err := Inspect(t.Context(), redis.Server{URL: master.URL()}); err == nil || !strings.HasSuffix(err.Error(), "disk: repl-diskless-sync no") {
		t.Error(err)
	}
	// One that cannot be asked is told of by check, and is no Redis that is away.
	do(t, master, "CONFIG", "SET", "repl-diskless-sync", "yes")
	do(t, replica, "CONFIG", "SET", "requirepass", "else")
	if err := Inspect(t.Context(), redis.Server{URL: master.URL()}); !errors.Is(err, redis.ErrPersistenceUnknown) || !strings.Contains(err.Error(), replica.Addr) {
		t.Error(err)
	}
	l.probe(t.Context(), true)
	l.wantKind(t, "")
}

// TestPersistentIsFoundOnReturn holds that a Redis that was away, if only for
// one submission and between two probes, is asked whether it writes to disk
// before it is given anything again.
func TestPersistentIsFoundOnReturn(t *testing.T) {
	for name, notice := range map[string]func(running){
		"by a submission": func(l running) { _, _ = l.Take(t.Context(), text("a")) },
		"by a probe":      func(l running) { l.probe(t.Context(), false) },
	} {
		t.Run(name, func(t *testing.T) {
			server := redistest.Start(t)
			l := start(t, designRules, server.URL(), ample)
			l.wantKind(t, "")
			l.stopProbing()
			server.Kill()
			notice(l)
			if !l.away.Load() {
				t.Fatal("nobody noticed that Redis is gone")
			}
			server.Restart("--appendonly", "yes")
			l.probe(t.Context(), false)
			if got := l.Degraded(); got != "writes-to-disk" {
				t.Errorf("health says %q", got)
			}
			if got, err := server.Do("DBSIZE"); got != ":0" || err != nil {
				t.Errorf("it holds %s keys %v", got, err)
			}
		})
	}
}
