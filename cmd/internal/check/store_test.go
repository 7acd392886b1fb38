package check

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tipbox/cmd/internal/config"
	"tipbox/intake/redis/redistest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	if found := checkStore(&config.Config{Redis: &config.Redis{}}); found != nil {
		t.Errorf("no store: %+v", found)
	}
	server := redistest.Start(t)
	look := func(r config.Redis) Finding {
		t.Helper()
		if r.StoreURL == "" {
			r.StoreURL = server.URL()
		}
		return checkStore(&config.Config{Redis: &r})[0]
	}
	set := func(words ...string) {
		t.Helper()
		if got, err := server.Do(words...); err != nil || got != "+OK" {
			t.Fatalf("%v: %q, %v", words, got, err)
		}
	}
	wants := func(f Finding, text, hint string) {
		t.Helper()
		if !strings.Contains(f.Text, text) || !strings.Contains(f.Hint, hint) || (hint == "") != (f.Hint == "") {
			t.Errorf("%+v, want %q with %q", f, text, hint)
		}
	}
	wants(look(config.Redis{}), "gone after a restart", "appendonly yes")
	set("CONFIG", "SET", "appendonly", "yes")
	wants(look(config.Redis{}), "keeps what it holds", "")
	if got, _ := server.Do("HLEN", "tipbox:{reply}:x"); got != ":0" {
		t.Error(got)
	}
	set("CONFIG", "SET", "aof-timestamp-enabled", "yes")
	wants(look(config.Redis{}), "when each reply came", "aof-timestamp-enabled no")
	set("CONFIG", "SET", "aof-timestamp-enabled", "no")

	// What check says that a user needs is enough, and no more than that.
	password := filepath.Join(t.TempDir(), "store")
	if err := os.WriteFile(password, []byte("mat-khau\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	user := config.Redis{StoreURL: strings.Replace(server.URL(), "redis://", "redis://tip@", 1), StorePasswordFile: password}
	rights := strings.Fields(StoreACL)[3:]
	acl := func(rights ...string) Finding {
		t.Helper()
		set(append([]string{"ACL", "SETUSER", "tip", "reset", "on", ">mat-khau"}, rights...)...)
		return look(user)
	}
	wants(acl(rights...), "keeps what it holds", "")
	for i, right := range rights {
		if slices.Contains([]string{"+select", "+cluster", "+info", "+config|get", "+eval", "+evalsha"}, right) {
			continue // for other addresses, other Redis, or a script that is not there yet
		}
		if f := acl(append(append([]string{}, rights[:i]...), rights[i+1:]...)...); f.Hint == "" {
			t.Errorf("without %s: %+v", right, f)
		}
	}
	set("ACL", "SETUSER", "tip", "reset", "on", ">khac")
	wants(look(user), "auth", "redis.store_password_file")
	server.Kill()
	wants(look(config.Redis{}), "refused-dial", "mend redis.store_url")
}
