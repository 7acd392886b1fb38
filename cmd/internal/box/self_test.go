package box

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tipbox/cmd/internal/config"
	"tipbox/intake/admin"
)

func found(cfg *config.Config) *self {
	return newSelf(cfg, "", func() *config.Config { return cfg }, func() string { return "" })
}

// says returns what the part says of itself, "" where it is well.
func (s *self) says(t *testing.T, part string) string {
	t.Helper()
	for _, p := range s.parts() {
		if p.Name == part {
			found := p.Probe(t.Context())
			if (found.State == admin.OK) != (found.Detail == "") {
				t.Errorf("%s: %+v", part, found)
			}
			return found.Detail
		}
	}
	t.Fatalf("there is no part %s", part)
	return ""
}

func TestClockThatWasSet(t *testing.T) {
	cfg := &config.Config{DataDir: t.TempDir(), Path: filepath.Join(t.TempDir(), "none")}
	s := found(cfg)
	now := time.Now()
	for _, c := range []struct {
		clock, since time.Duration
		want         string
	}{
		{time.Minute, time.Minute, ""},
		{time.Hour + 50*time.Second, time.Hour, ""}, // it is put right a little, as daemons do
		{8761*time.Hour + 50*time.Second, time.Hour + time.Minute, "it was set by 8759h59m0s"},
		{2 * time.Hour, 2 * time.Hour, "it was set by -8759h59m50s"},
		{3 * time.Hour, 3 * time.Hour, "it was set by -8759h59m50s"}, // told for a day
	} {
		before := s.jumped
		if s.look(moment{now.Add(c.clock), c.since}); s.jumped != before {
			s.jumped = now
		}
		if got := s.says(t, "clock"); !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%+v: %s", c, got)
		}
	}
	s.jumped = now.Add(-clockTold - time.Minute)
	if got := s.says(t, "clock"); got != "" {
		t.Error(got)
	}
	// A machine without a battery for its clock, after a reboot.
	ahead := now.Add(72 * time.Hour)
	if err := os.WriteFile(startedFile(cfg), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(startedFile(cfg), ahead, ahead); err != nil {
		t.Fatal(err)
	}
	if got := found(cfg).says(t, "clock"); !strings.HasPrefix(got, "it was set by -7") {
		t.Error(got)
	}
}

func TestConfigurationIsStale(t *testing.T) {
	cfg := &config.Config{DataDir: t.TempDir(), Path: filepath.Join(t.TempDir(), "tipbox.toml")}
	if err := os.WriteFile(startedFile(cfg), startSum(cfg), 0o600); err != nil {
		t.Fatal(err)
	}
	s := found(cfg)
	now := time.Now()
	if err := os.WriteFile(cfg.Path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.look(s.moment(now))
	if got := s.says(t, "configuration"); got != "" {
		t.Errorf("at once: %s", got)
	}
	s.stale = now.Add(-staleSlack)
	if got := s.says(t, "configuration"); !strings.Contains(got, "reload tipbox") {
		t.Error(got)
	}
	if err := os.Remove(cfg.Path); err != nil {
		t.Fatal(err)
	}
	if s.look(s.moment(now)); s.says(t, "configuration") != "" {
		t.Error("put back, and still told")
	}
}

// TestCertificateEnds: our own, and whose end is how near.
func TestCertificateEnds(t *testing.T) {
	cfg := &config.Config{BaseURL: &url.URL{Scheme: "https", Host: "tip.example.vn"}}
	cfg.HTTP.TLSCert, cfg.HTTP.TLSKey = certificate(t, t.TempDir())
	end, err := CertificateEnd(context.Background(), cfg)
	if err != nil || end.IsZero() {
		t.Fatalf("%v, %v", end, err)
	}
	s := found(cfg)
	now := time.Now()
	for left, want := range map[time.Duration]string{
		14*24*time.Hour + time.Second: "", 14 * 24 * time.Hour: "it runs out in 14 days: renew it",
	} {
		s.expires = now.Add(left)
		if got := s.certificateWrong(now); got != want {
			t.Errorf("%v before: %q, want %q", left, got, want)
		}
	}
	for left, want := range map[time.Duration]string{
		30 * 24 * time.Hour:                 "",
		13*24*time.Hour + 30*time.Minute:    "it runs out in 13 days: renew it",
		-time.Hour:                          "it ran out on " + time.Now().Add(-time.Hour).UTC().Format(time.DateOnly),
		CertificateSoon + 5*24*time.Hour:    "",
		CertificateSoon - time.Minute:       "it runs out in 13 days: renew it",
		23 * time.Hour:                      "it runs out in 0 days: renew it",
		10*24*time.Hour + 23*time.Hour + 59: "it runs out in 10 days: renew it",
	} {
		s.expires = time.Now().Add(left)
		if got := s.says(t, "certificate"); got != want {
			t.Errorf("%v before: %q, want %q", left, got, want)
		}
	}
}
