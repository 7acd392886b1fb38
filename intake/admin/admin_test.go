package admin_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tipbox/intake/admin"
	"tipbox/intake/waittest"
)

func fixed(s admin.State, detail string) admin.Probe {
	return func(context.Context) admin.Status { return admin.Status{State: s, Detail: detail} }
}

func get(t *testing.T, h http.Handler, path, host string) (int, string) {
	t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	r.Host = host
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func newServer(t *testing.T, parts ...admin.Part) *http.Server {
	t.Helper()
	s, err := admin.New(admin.Options{Parts: parts, Registry: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestHealth(t *testing.T) {
	const degraded = `{
  "status": "degraded",
  "parts": [
    {
      "name": "spool",
      "status": "ok",
      "detail": "12 GB free"
    },
    {
      "name": "smtp",
      "status": "degraded",
      "detail": "refused-dial"
    }
  ]
}
`
	spool := admin.Part{Name: "spool", Probe: fixed(admin.OK, "12 GB free")}
	full := admin.Part{Name: "spool", Probe: fixed(admin.Unready, "disk full")}
	smtp := admin.Part{Name: "smtp", Probe: fixed(admin.OK, "")}
	noMail := admin.Part{Name: "smtp", Probe: fixed(admin.Degraded, "refused-dial")}
	for _, c := range []struct {
		name                  string
		parts                 []admin.Part
		healthCode, readyCode int
		body                  string
	}{
		{"all well", []admin.Part{spool, smtp}, 200, 200, `"status": "ok"`},
		{"a mail server away is not unready", []admin.Part{spool, noMail}, 200, 200, degraded},
		{"a full disk is", []admin.Part{full, noMail}, 200, 503, `"status": "unready"`},
		{"no parts", nil, 200, 200, `"parts": []`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t, c.parts...)
			health, body := get(t, s.Handler, "/healthz", "127.0.0.1:9090")
			ready, same := get(t, s.Handler, "/readyz", "localhost:9090")
			if health != c.healthCode || ready != c.readyCode {
				t.Errorf("healthz %d, readyz %d; want %d and %d", health, ready, c.healthCode, c.readyCode)
			}
			if !strings.Contains(body, c.body) || body != same {
				t.Errorf("body:\n%s", body)
			}
		})
	}
}

// TestProbesEnd holds that a probe is told to give up.
func TestProbesEnd(t *testing.T) {
	s := newServer(t, admin.Part{Name: "slow", Probe: func(ctx context.Context) admin.Status {
		if deadline, ok := ctx.Deadline(); !ok || time.Until(deadline) > 2*time.Second {
			return admin.Status{State: admin.Degraded, Detail: "may hang"}
		}
		return admin.Status{}
	}})
	for _, path := range []string{"/healthz", "/metrics"} {
		if _, body := get(t, s.Handler, path, "[::1]"); strings.Contains(body, "may hang") || strings.Contains(body, `{part="slow"} 1`) {
			t.Errorf("%s: a probe without a deadline", path)
		}
	}
}

// TestMetrics holds that only what was registered is shown: nothing of Go's
// runtime or the process, which move with a tip.
func TestMetrics(t *testing.T) {
	s := newServer(t, admin.Part{Name: "redis", Probe: fixed(admin.Degraded, "timeout")})
	code, body := get(t, s.Handler, "/metrics", "localhost")
	var series []string
	for line := range strings.Lines(body) {
		if !strings.HasPrefix(line, "#") {
			series = append(series, strings.TrimSpace(line))
		}
	}
	if code != 200 || len(series) != 1 || series[0] != `tipbox_part_state{part="redis"} 1` {
		t.Errorf("%d: %q", code, series)
	}
}

func TestOnlyLocalNames(t *testing.T) {
	s := newServer(t)
	for host, want := range map[string]int{
		"127.0.0.1:9090": 200, "localhost": 200, "[::1]:9090": 200, "127.9.9.9": 200,
		"rebound.example:9090": 421, "tip.example.vn": 421, "": 421, "192.0.2.1:9090": 421, "localhost.example": 421,
	} {
		for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
			if got, _ := get(t, s.Handler, path, host); got != want {
				t.Errorf("%s as %q: %d, want %d", path, host, got, want)
			}
		}
	}
	if got, _ := get(t, s.Handler, "/debug/pprof/", "localhost"); got != 404 {
		t.Errorf("an unknown path answers %d", got)
	}
}

func TestListen(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0", "tip.example.vn:0", "127.0.0.1", "", "[::ffff:192.0.2.1]:0"} {
		if ln, err := admin.Listen(t.Context(), addr); err == nil || !strings.Contains(err.Error(), "not a loopback address") {
			t.Errorf("%q: %v", addr, err)
			if ln != nil {
				ln.Close()
			}
		}
	}
	ln, err := admin.Listen(t.Context(), "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(t)
	go s.Serve(ln)
	defer s.Close()
	resp, err := waittest.Client(nil).Get("http://" + ln.Addr().String() + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 200 || !bytes.Contains(body, []byte(`"ok"`)) || resp.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}
