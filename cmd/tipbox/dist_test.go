package main

import (
	"os"
	"strings"
	"testing"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/waittest"
)

// TestDesk builds what officers get, which .ci/dist calls tipbox-desk: none of
// the server is in it, so it is small enough for a bad line, and what opens
// tips can speak neither HTTP nor TLS.
func TestDesk(t *testing.T) {
	t.Parallel()
	deps, err := waittest.Command(t, "go", "list", "-tags", "desk", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, lib := range []string{"go-redis", "labstack/echo", "prometheus", "go-mail", "go-smtp", "tipbox/intake/web", "tipbox/intake/spool", "\nnet/http\n", "\ncrypto/tls\n"} {
		if strings.Contains(string(deps), lib) {
			t.Errorf("the officers' binary has %s in it", lib)
		}
	}
	path := handedOut(t, "desk")
	out, err := waittest.Command(t, path, "--help").Output()
	if err != nil || !strings.Contains(string(out), "keygen") || strings.Contains(string(out), "serve") {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestServerIsSmall: nothing in the server may call methods by name, as
// text/template does, or the linker keeps every method of every type: with
// Redis' six hundred commands, for each kind of its clients, that is 9 MB more.
func TestServerIsSmall(t *testing.T) {
	t.Parallel()
	handedOut(t, "")
}

// handedOut returns what .ci/dist builds, and holds it to the same size.
func handedOut(t *testing.T, tags string) string {
	t.Helper()
	path := boxtest.HandedOut(t, tags)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > 27_000_000 {
		t.Errorf("tipbox with the tags %q has %d bytes", tags, info.Size())
	}
	return path
}
