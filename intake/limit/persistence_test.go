package limit

import (
	"testing"

	"tipbox/intake/redis/redistest"
)

// TestPersistentIsNotUsed holds that a Redis that writes to disk is given
// nothing, not even the day's key.
func TestPersistentIsNotUsed(t *testing.T) {
	server := redistest.Start(t, "--save", "3600 1")
	l := start(t, designRules, server.URL(), ample)
	l.wantKind(t, "writes-to-disk")
	if err := l.Take(t.Context(), "a", villager); err != nil {
		t.Error(err)
	}
	l.Record(t.Context(), [16]byte{1}, [8]byte{1})
	if got, err := server.Do("DBSIZE"); got != ":0" || err != nil {
		t.Errorf("it holds %s keys %v", got, err)
	}
	do(t, server, "CONFIG", "SET", "save", `""`)
	l.wantKind(t, "")
	l.reachesRedis(t, server, "a")
}

// TestPersistentIsFoundOnReturn holds that a Redis that was away, if only for
// one submission and between two probes, is asked whether it writes to disk
// before it is given anything again.
func TestPersistentIsFoundOnReturn(t *testing.T) {
	for name, notice := range map[string]func(running){
		"by a submission": func(l running) { _ = l.Take(t.Context(), "a", villager) },
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
