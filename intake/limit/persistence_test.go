package limit

import (
	"testing"

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
