package check

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tipbox/cmd/internal/config"
	"tipbox/intake/deliver/smtp/smtptest"
	"tipbox/intake/redis/redistest"
)

// TestMailHints: what check says of a mail server leads to what is wrong.
func TestMailHints(t *testing.T) {
	t.Parallel()
	tls := smtptest.Start(t, smtptest.Options{Encryption: smtptest.TLS})
	good := config.SMTP{Host: tls.Host, Port: tls.Port, TLS: "tls", CAFile: tls.CAFile, From: "hom-thu@example.vn", Bounces: "hom-thu@example.vn"}
	dir := t.TempDir()
	port := hangingUp(t)
	for name, c := range map[string]struct {
		change     func(*config.SMTP)
		text, hint string
	}{
		"good":            {func(*config.SMTP) {}, "takes mail from us", ""},
		"the other TLS":   {func(s *config.SMTP) { s.TLS, s.Port = "starttls", port }, ": dropped: ", `set smtp.tls = "tls"`},
		"no CA file":      {func(s *config.SMTP) { s.CAFile = filepath.Join(dir, "ca.pem") }, "open " + filepath.Join(dir, "ca.pem") + ": no such file", "mend smtp.ca_file"},
		"no password":     {func(s *config.SMTP) { s.Username, s.PasswordFile = "tip", filepath.Join(dir, "smtp") }, "no such file", "put the password alone"},
		"nobody is there": {func(s *config.SMTP) { s.Port = 1 }, "refused-dial", "nobody answers there"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := &config.Config{SMTP: good}
			c.change(&cfg.SMTP)
			if found := checkMail(cfg)[0]; !strings.Contains(found.Text, c.text) || !strings.Contains(found.Hint, c.hint) || c.hint == "" && found.Hint != "" {
				t.Errorf("%+v", found)
			}
		})
	}
}

// hangingUp returns a port that hangs up without a word, as a server does, some
// time later, that waits for TLS.
func hangingUp(t *testing.T) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.Close()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

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
