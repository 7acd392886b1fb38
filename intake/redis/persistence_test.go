package redis

import (
	"errors"
	"slices"
	"testing"

	"tipbox/intake/redis/redistest"
)

func TestPersistence(t *testing.T) {
	hidden := []string{"--rename-command", "CONFIG", ""}
	for name, c := range map[string]struct {
		settings []string
		password string
		persists []string
		kind     string
		unknown  bool
	}{
		"nothing on disk":            {},
		"Debian's own settings":      {settings: []string{"--save", "3600 1 300 100"}, persists: []string{"save 3600 1 300 100"}, kind: WritesToDisk},
		"append only":                {settings: []string{"--appendonly", "yes"}, persists: []string{"appendonly yes"}, kind: WritesToDisk},
		"does not tell":              {settings: hidden, unknown: true, kind: Other},
		"does not tell, but does it": {settings: append(hidden, "--appendonly", "yes"), persists: []string{"appendonly yes"}, kind: WritesToDisk},
		"right password":             {settings: []string{"--requirepass", "right"}, password: "right"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := Dial(Server{URL: redistest.Start(t, c.settings...).URL(), Password: c.password}, ample)
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			err = Persistence(t.Context(), client)
			if got := Kind(err); got != c.kind {
				t.Errorf("got %q (%v), want %q", got, err, c.kind)
			}
			var persistent *PersistentError
			if errors.As(err, &persistent) != (c.persists != nil) || persistent != nil && !slices.Equal(persistent.Settings, c.persists) {
				t.Errorf("got %v, want settings %q", err, c.persists)
			}
			if errors.Is(err, ErrPersistenceUnknown) != c.unknown {
				t.Errorf("got %v", err)
			}
		})
	}
}
