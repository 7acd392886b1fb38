package redis

import (
	"crypto/x509"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"tipbox/intake/porttest"
	"tipbox/intake/redis/redistest"
)

// ample is the patience of tests in which Redis always answers, or at once
// cannot: a busy machine must not look like a Redis that is away.
const ample = 20 * time.Second

// TestWays: a Redis is reached by TLS and through a socket in the file system,
// too, and one whose certificate nobody vouches for is not trusted.
func TestWays(t *testing.T) {
	dir := t.TempDir()
	web := httptest.NewTLSServer(nil) // for its certificate
	web.Close()
	pair := web.TLS.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	port := porttest.FreePort(t)
	socket := filepath.Join(dir, "redis.sock")
	server := redistest.Start(t, "--unixsocket", socket, "--tls-port", port, "--tls-auth-clients", "no",
		"--tls-cert-file", write("cert", "CERTIFICATE", pair.Certificate[0]), "--tls-key-file", write("key", "PRIVATE KEY", key),
		"--tls-ca-cert-file", filepath.Join(dir, "cert"))

	for url, want := range map[string]string{
		server.URL(): "", "rediss://127.0.0.1:" + port + "?skip_verify=true": "", "unix://" + socket: "",
		"rediss://127.0.0.1:" + port: BadTLS, "redis://127.0.0.1:1": DialRefused,
	} {
		client, err := Dial(Server{URL: url}, ample)
		if err != nil {
			t.Fatal(err)
		}
		if got := Kind(client.Ping(t.Context()).Err()); got != want {
			t.Errorf("%s: %q, want %q", url, got, want)
		}
		client.Close()
	}
}

// TestGivesUp holds that the client waits for nothing longer than patience, and
// tries nothing twice, whatever kind of Redis there is: its own patience would be
// 5 s, and more with its retries.
func TestGivesUp(t *testing.T) {
	type limits struct {
		dial, read, write, pool time.Duration
		byContext               bool
		dials, retries          int
	}
	const patience = 60 * time.Millisecond
	want := limits{patience, patience, patience, patience, true, 1, 0}
	for _, url := range []string{
		"redis://127.0.0.1:1", "unix:///nowhere.sock", "redis://127.0.0.1:1?addr=127.0.0.1:2", "redis://127.0.0.1:1?master_name=m",
	} {
		client, err := Dial(Server{URL: url}, patience)
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		var got limits
		switch c := client.(type) {
		case *redis.Client:
			o := c.Options()
			got = limits{o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout, o.ContextTimeoutEnabled, o.DialerRetries, o.MaxRetries}
		case *redis.ClusterClient:
			o := c.Options()
			got = limits{o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout, o.ContextTimeoutEnabled, o.DialerRetries, max(o.MaxRetries, 0)} // -1 here
		default:
			t.Errorf("%s: a client of type %T", url, c)
		}
		if got != want {
			t.Errorf("%s: %+v, want %+v", url, got, want)
		}
	}
}

// TestURLsOfTheDocs: each address in docs/servers.md is one, of the kind that stands
// beside it.
func TestURLsOfTheDocs(t *testing.T) {
	b, err := os.ReadFile("../../docs/servers.md")
	if err != nil {
		t.Fatal(err)
	}
	kinds := make(map[string]int)
	for _, m := range regexp.MustCompile("(?m)^\\| ([^|]*) \\| `(rediss?://[^`]+)`").FindAllStringSubmatch(string(b), -1) {
		client, err := Dial(Server{URL: m[2], Password: "x"}, ample)
		if err != nil {
			t.Errorf("%s: %v", m[2], err)
			continue
		}
		defer client.Close()
		kind := "one Redis"
		if _, ok := client.(*redis.ClusterClient); ok {
			kind = "a Cluster"
		} else if client.(*redis.Client).Options().Addr == "FailoverClient" {
			kind = "Sentinels"
		}
		if m[1] != kind && m[1] != "with TLS" {
			t.Errorf("%s is for %s, not for %s", m[2], kind, m[1])
		}
		kinds[kind]++
	}
	if len(kinds) != 3 {
		t.Errorf("found %v", kinds)
	}
}

// TestURL: what no client can be made of is told, without a password.
func TestURL(t *testing.T) {
	for url, want := range map[string]string{
		"redis://:pass\x00@h": "malformed", "http://127.0.0.1:1": "redis url: ",
		"unix:///run/redis.sock?master_name=m": "one server only",
	} {
		_, err := Dial(Server{URL: url}, ample)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "pass") {
			t.Errorf("%s: %v, want %q", url, err, want)
		}
	}
}
