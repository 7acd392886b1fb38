package check

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/terminal"
	"tipbox/intake/admin"
)

// TestHealthForPrograms: it fails where no tip is taken, and says what a person should
// look at without failing.
func TestHealthForPrograms(t *testing.T) {
	for name, c := range map[string]struct {
		spool, mail admin.Status
		said        string
		fails       string
	}{
		"all well":        {},
		"to look at":      {mail: admin.Status{State: admin.Degraded, Detail: "mail server: auth"}, said: "mail: degraded: mail server: auth\n"},
		"no tip is taken": {spool: admin.Status{State: admin.Unready, Detail: "nothing can be stored: disk"}, said: "spool: unready: nothing can be stored: disk\n", fails: "no tip is taken"},
	} {
		t.Run(name, func(t *testing.T) {
			part := func(name string, s admin.Status) admin.Part {
				return admin.Part{Name: name, Probe: func(context.Context) admin.Status { return s }}
			}
			s, err := admin.New(admin.Options{Parts: []admin.Part{part("spool", c.spool), part("mail", c.mail)}, Registry: prometheus.NewRegistry()})
			if err != nil {
				t.Fatal(err)
			}
			said, err := health(t, s.Handler)
			if said != c.said || (err == nil) != (c.fails == "") || err != nil && err.Error() != c.fails {
				t.Errorf("said %q, error %v", said, err)
			}
		})
	}
	if _, err := health(t, http.NotFoundHandler()); err == nil || !strings.Contains(err.Error(), "is no tipbox") {
		t.Errorf("another program: %v", err)
	}
	if _, err := health(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"status": "fine"}`)) })); err == nil {
		t.Error("another program's health is taken for ours")
	}
	var said bytes.Buffer
	if err := Health(&terminal.Terminal{Err: &said}, &config.Config{HTTP: config.HTTP{Admin: "127.0.0.1:1"}}); err == nil || terminal.Hints(err) == nil {
		t.Errorf("nobody: %v", err)
	}
}

func health(t *testing.T, h http.Handler) (string, error) {
	t.Helper()
	s := httptest.NewServer(h)
	defer s.Close()
	var said bytes.Buffer
	err := Health(&terminal.Terminal{Err: &said}, &config.Config{HTTP: config.HTTP{Admin: strings.TrimPrefix(s.URL, "http://")}})
	return said.String(), err
}
