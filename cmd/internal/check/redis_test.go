package check

import (
	"crypto/x509"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tipbox/cmd/internal/box"
	"tipbox/cmd/internal/config"
	"tipbox/intake/limit"
	"tipbox/intake/porttest"
	"tipbox/intake/redis"
	"tipbox/intake/redis/redistest"
	"tipbox/intake/waittest"
)

// TestRedisHints: where Redis takes another password, check names the file that ours is in.
func TestRedisHints(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	if got, err := server.Do("CONFIG", "SET", "requirepass", "mat-khau"); err != nil || got != "+OK" {
		t.Fatalf("%q, %v", got, err)
	}
	password := filepath.Join(t.TempDir(), "redis")
	if err := os.WriteFile(password, []byte("khac\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		password:           "the first line of redis.password_file, " + password,
		"":                 "name that as redis.password_file",
		password + "-none": "mend redis.password_file",
	} {
		found := checkRedis(&config.Config{Redis: &config.Redis{URL: server.URL(), PasswordFile: file}})[0]
		if !strings.Contains(found.Hint, want) {
			t.Errorf("%+v does not say %q", found, want)
		}
	}
}

// TestRedisRights: a user that logged in and lacks a right has no wrong password,
// and what check says that it needs is enough, and no more than that.
func TestRedisRights(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	password := filepath.Join(t.TempDir(), "redis")
	if err := os.WriteFile(password, []byte("\ufeffmat-khau \r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	rights := strings.Fields(ACL)[3:]
	look := func(rights ...string) Finding {
		t.Helper()
		command := append([]string{"ACL", "SETUSER", "tip", "reset", "on", ">mat-khau"}, rights...)
		if got, err := server.Do(command...); err != nil || got != "+OK" {
			t.Fatalf("%q: %q, %v", rights, got, err)
		}
		url := strings.Replace(server.URL(), "redis://", "redis://tip@", 1)
		return checkRedis(&config.Config{Redis: &config.Redis{URL: url, PasswordFile: password}})[0]
	}
	if f := look(rights...); f.Hint != "" {
		t.Errorf("with all rights: %+v", f)
	}
	for name, rights := range map[string][]string{
		"other keys": {"~app:*", "+@all"}, "no scripts": {"~tipbox:*", "+@all", "-@scripting"}, "nothing": {"~tipbox:*"},
	} {
		if f := look(rights...); f.Warning || !strings.Contains(f.Text, "(denied)") || !strings.Contains(f.Hint, "the login is right, and the user's ACL lacks a right: ACL SETUSER NAME ~tipbox:* ") || strings.Contains(f.Hint, "password") {
			t.Errorf("%s: %+v", name, f)
		}
	}
	for i, right := range rights {
		without := append(append([]string(nil), rights[:i]...), rights[i+1:]...)
		switch f := look(without...); right {
		case "+eval", "+sadd", "+scard", "+time", "+dump", "+restore", "+select", "+info", "+cluster": // not asked for here, or not always
		case "+config|get":
			if !f.Warning {
				t.Errorf("without %s: %+v", right, f)
			}
		default:
			if f.Warning || !strings.Contains(f.Text, "(denied)") {
				t.Errorf("without %s: %+v", right, f)
			}
		}
	}
}

// TestRightsOfTheDocs: what the docs and deploy/ have users be given is what check says,
// and enough for a Cluster, too.
func TestRightsOfTheDocs(t *testing.T) {
	t.Parallel()
	for rights, files := range map[string][]string{
		strings.Join(strings.Fields(ACL)[3:], " "):      {"docs/operating.md", "docs/servers.md", "deploy/redis-limits.conf"},
		strings.Join(strings.Fields(StoreACL)[3:], " "): {"docs/operating.md", "docs/servers.md", "deploy/redis-store.conf"},
	} {
		for _, name := range files {
			if b, err := os.ReadFile("../../../" + name); err != nil || !strings.Contains(string(b), " "+rights+"\n") && !strings.Contains(string(b), "\n"+rights+"\n") {
				t.Errorf("%s does not have %q, %v", name, rights, err)
			}
		}
	}
	password := filepath.Join(t.TempDir(), "redis")
	if err := os.WriteFile(password, []byte("mat-khau\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	node := redistest.Start(t, "--cluster-enabled", "yes", "--cluster-port", porttest.FreePort(t))
	for _, command := range [][]string{
		{"CLUSTER", "ADDSLOTSRANGE", "0", "16383"},
		append([]string{"ACL", "SETUSER", "tip", "reset", "on", ">mat-khau"}, strings.Fields(ACL)[3:]...),
	} {
		if got, err := node.Do(command...); err != nil || got != "+OK" {
			t.Fatalf("%q: %q, %v", command, got, err)
		}
	}
	cluster := &config.Config{Redis: &config.Redis{URL: "redis://tip@" + node.Addr + "/0?addr=" + node.Addr, PasswordFile: password}}
	waittest.Until(t, "the Cluster has all its slots", func() bool { return !strings.Contains(checkRedis(cluster)[0].Text, "failing-over") })
	if f := checkRedis(cluster)[0]; f.Hint != "" {
		t.Errorf("a Cluster with these rights: %+v", f)
	}
}

// TestSecretOfOthers: check says whether the servers that share a Redis have the
// secret that this one has.
func TestSecretOfOthers(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	dir := t.TempDir()
	file := func(name string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if _, err := box.LoadSecrets(path); err != nil {
			t.Fatal(err)
		}
		return path
	}
	ours, theirs := file("ours"), file("theirs")
	serve := func(path string) {
		t.Helper()
		secrets, err := box.LoadSecrets(path)
		if err != nil {
			t.Fatal(err)
		}
		rule := limit.Rule{Count: 1, Per: time.Hour, Burst: 1}
		l, err := limit.New(limit.Options{
			Rules: limit.Rules{Sender: rule, Site: rule, All: rule}, Redis: &redis.Server{URL: server.URL()}, Secret: secrets[0],
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		waittest.Until(t, "Redis is used", func() bool { return l.Degraded() == "" && l.Siblings().Secret != "" })
	}
	look := func(verdict, text string) {
		t.Helper()
		all := checkRedis(&config.Config{SecretFile: ours, Redis: &config.Redis{URL: server.URL()}})
		f := all[len(all)-1]
		if f.Part != "secret" || f.Verdict() != verdict || !strings.Contains(f.Text, text) {
			t.Errorf("%+v, want %s %q", f, verdict, text)
		}
	}
	if all := checkRedis(&config.Config{SecretFile: ours, Redis: &config.Redis{URL: server.URL()}}); len(all) != 1 {
		t.Errorf("of no other server: %+v", all)
	}
	serve(ours)
	serve(ours)
	look("ok", "the same on all 2 servers")
	serve(theirs)
	look("problem", "a server that shares redis.url has another secret")
	serve(theirs)
	serve(theirs)
	look("problem", "this server has another secret")
}

// TestManagedRedis: one that hides its settings works, so it is no problem.
func TestManagedRedis(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--rename-command", "CONFIG", "")
	if f := checkRedis(&config.Config{Redis: &config.Redis{URL: server.URL()}})[0]; !f.Warning || !strings.Contains(f.Hint, "neither snapshots nor an append-only file") {
		t.Errorf("%+v", f)
	}
	server = redistest.Start(t, "--rename-command", "CONFIG", "", "--appendonly", "yes")
	if f := checkRedis(&config.Config{Redis: &config.Redis{URL: server.URL()}})[0]; f.Warning || f.Hint == "" {
		t.Errorf("one that writes to disk: %+v", f)
	}
}

// TestRedisAuthority: a Redis with a certificate of its own authority, and what is
// said of one that is reached the wrong way.
func TestRedisAuthority(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	web := httptest.NewTLSServer(nil) // for its certificate
	web.Close()
	pair := web.TLS.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	ca, port := write("ca", "CERTIFICATE", pair.Certificate[0]), porttest.FreePort(t)
	server := redistest.Start(t, "--tls-port", port, "--tls-auth-clients", "no", "--tls-cert-file", ca, "--tls-key-file", write("key", "PRIVATE KEY", key), "--tls-ca-cert-file", ca)
	for name, c := range map[string]struct {
		redis config.Redis
		hint  string
	}{
		"its authority": {config.Redis{URL: "rediss://127.0.0.1:" + port, CAFile: ca}, ""},
		"another name":  {config.Redis{URL: "rediss://localhost:" + port, CAFile: ca}, "its certificate is for example.com, "},
		"none":          {config.Redis{URL: "rediss://127.0.0.1:" + port}, "name its authority, in PEM, in redis.ca_file"},
		"no such file":  {config.Redis{URL: "rediss://127.0.0.1:" + port, CAFile: ca + "-none"}, "mend redis.ca_file"},
		"no PEM":        {config.Redis{URL: "rediss://127.0.0.1:" + port, CAFile: write("empty", "KEY", nil)}, "mend redis.ca_file"},
		"no TLS here":   {config.Redis{URL: "rediss://" + server.Addr}, "it speaks no TLS on this port"},
		"TLS here":      {config.Redis{URL: "redis://127.0.0.1:" + port}, "make it rediss://"},
		"nobody":        {config.Redis{URL: "redis://127.0.0.1:1"}, "mend redis.url"},
	} {
		if f := checkRedis(&config.Config{Redis: &c.redis})[0]; !strings.Contains(f.Hint, c.hint) || (f.Hint == "") != (c.hint == "") {
			t.Errorf("%s: %+v", name, f)
		}
	}
}
