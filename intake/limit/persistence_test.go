package limit

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"tipbox/intake/limit/redistest"
)

func TestInspect(t *testing.T) {
	for _, c := range []struct {
		name     string
		settings []string
		server   func(Server) Server
		persists []string
		away     string
		unknown  bool
	}{
		{name: "nothing on disk"},
		{name: "Debian's own settings", settings: []string{"--save", "3600 1 300 100"}, persists: []string{"save 3600 1 300 100"}},
		{name: "append only", settings: []string{"--appendonly", "yes"}, persists: []string{"appendonly yes"}},
		{name: "does not tell", settings: []string{"--rename-command", "CONFIG", ""}, unknown: true},
		{name: "does not tell, but does it", settings: []string{"--rename-command", "CONFIG", "", "--appendonly", "yes"}, persists: []string{"appendonly yes"}},
		{name: "no password given", settings: []string{"--requirepass", "right"}, away: "auth"},
		{name: "wrong password", settings: []string{"--requirepass", "right"}, server: func(s Server) Server { s.Password = "wrong"; return s }, away: "auth"},
		{name: "right password", settings: []string{"--requirepass", "right"}, server: func(s Server) Server { s.Password = "right"; return s }},
		{name: "full", settings: []string{"--maxmemory", "1"}, away: "out-of-memory"},
		{name: "read-only", settings: []string{"--replicaof", "127.0.0.1 1"}, away: "read-only"},
		{name: "nobody there", server: func(Server) Server { return Server{URL: "redis://127.0.0.1:1"} }, away: "refused-dial"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			redis := redistest.Start(t, c.settings...)
			server := Server{URL: redis.URL()}
			if c.server != nil {
				server = c.server(server)
			}
			err := Inspect(t.Context(), server)
			var persistent *PersistentError
			switch {
			case c.persists != nil:
				if !errors.As(err, &persistent) || !slices.Equal(persistent.Settings, c.persists) {
					t.Errorf("got %v, want settings %q", err, c.persists)
				}
			case c.away != "":
				if err == nil || !strings.HasPrefix(err.Error(), "redis cannot be used ("+c.away+"): ") {
					t.Errorf("got %v, want away: %s", err, c.away)
				}
			case c.unknown:
				if !errors.Is(err, ErrPersistenceUnknown) {
					t.Errorf("got %v, want %v", err, ErrPersistenceUnknown)
				}
			case err != nil:
				t.Error(err)
			}
		})
	}
}

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
