package limit

import (
	"crypto/x509"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"tipbox/intake/limit/redistest"
	"tipbox/intake/porttest"
)

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

	for _, url := range []string{"rediss://127.0.0.1:" + port + "?skip_verify=true", "unix://" + socket} {
		way := start(t, designRules, url, ample)
		way.wantKind(t, "")
		way.reachesRedis(t, server, url[:4])
	}
	start(t, designRules, "rediss://127.0.0.1:"+port, ample).wantKind(t, "tls")
}

// TestFollow: lengths are found however the answer is cut into pieces, and not
// where a text only looks like one.
func TestFollow(t *testing.T) {
	for answer, want := range map[string]bool{
		"*2\r\n:0\r\n$13\r\n\r\n*60000000\r\n\r\n+*60000000\r\n$-1\r\n*-1\r\n": true,
		"$0\r\n\r\n*3\r\n":                                        true,
		"$0\r\n\r\n*60000000\r\n":                                 false,
		"*1\r\n$60000000\r\n":                                     false,
		"$9223372036854775807\r\n":                                false,
		"%99999999999999999999\r\n":                               true, // go-redis refuses it
		"*00000000000000000000000000000000000000000060000000\r\n": false,
	} {
		for size := 1; size <= len(answer); size++ {
			var w wary
			got := true
			for rest := answer; rest != "" && got; {
				n := min(size, len(rest))
				got, rest = w.follow([]byte(rest[:n])), rest[n:]
			}
			if got != want {
				t.Errorf("%q in pieces of %d: %v", answer, size, got)
			}
		}
	}
}
