//go:build unix

package boxtest

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tipbox/intake/deliver/smtp/smtptest"
	"tipbox/intake/porttest"
)

// Wide are limits that one address on loopback does not meet.
const Wide = `
[limits]
sender = { count = 1000000, per = "1h", burst = 1000000 }
site   = { count = 1000000, per = "1h", burst = 1000000 }
all    = { count = 1000000, per = "1h", burst = 1000000 }
`

// Init makes a configuration as an operator would, with tipbox init, and returns
// its path. Its mail goes to the server; more lines are put before the units.
// Where no flag names recipients, nor the passphrase with which tipbox init is to
// make an identity, the unit has an officer's: see IdentityOf.
func Init(t testing.TB, mailServer *smtptest.Server, more string, flags ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "box")
	files := map[string]string{"secrets/smtp": write(t, "smtp", []byte("mat-khau\n"))}
	if !slices.Contains(flags, "--recipients") && !slices.Contains(flags, "--passphrase-file") {
		officer, more := Recruit(t)
		flags = append(slices.Clone(flags), more...)
		files["keys/na-co-sa.identity"] = officer.Identity
	}
	Tipbox(t, append([]string{
		"init", dir, "--base-url", "http://127.0.0.1", "--listen", "127.0.0.1:0",
		"--unit-id", "na-co-sa", "--unit-name", "Đồn Biên phòng Na Cô Sa", "--phone", "0215 000 000",
		"--site-code", "ncs01", "--site-name", "Nhà văn hóa bản Na Cô Sa 1", "--mail", "truc-ban@na-co-sa.example",
		"--smtp-host", mailServer.Host, "--smtp-port", strconv.Itoa(mailServer.Port), "--smtp-user", "tip",
		"--from", "hom-thu@na-co-sa.example",
	}, flags...)...)
	for name, from := range files {
		if err := os.Rename(from, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	config := filepath.Join(dir, "tipbox.toml")
	Rewrite(t, config, "[smtp]\n", more+"\n[smtp]\nca_file = "+strconv.Quote(mailServer.CAFile)+"\n")
	Rewrite(t, config, `"127.0.0.1:9090"`, `"127.0.0.1:0"`)
	return config
}

// IdentityOf returns the paths of the unit's identity and of its passphrase.
func IdentityOf(t testing.TB, config string) (identity, passphrase string) {
	t.Helper()
	return filepath.Join(filepath.Dir(config), "keys", "na-co-sa.identity"), PassphraseFile(t)
}

// PassphraseFile returns the path of a file with the passphrase.
func PassphraseFile(t testing.TB) string {
	t.Helper()
	return write(t, "passphrase", []byte(Passphrase+"\n"))
}

// write makes a file in a directory of its own and returns its path.
func write(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Rewrite puts one text in the place of another in a file, in which it stands once.
func Rewrite(t testing.TB, path, old, with string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), old); n != 1 {
		t.Fatalf("%q stands %d times in\n%s", old, n, text)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), old, with, 1)), 0o600); err != nil { //nolint:gosec // the tests' own path
		t.Fatal(err)
	}
}

// FreeAddr returns an address on which a server can come back after a crash.
func FreeAddr(t testing.TB) string {
	t.Helper()
	return net.JoinHostPort("127.0.0.1", porttest.FreePort(t))
}

// MailServer is a healthy mail server that wants the login that Init writes.
func MailServer(t testing.TB, answer func(smtptest.Event) smtptest.Answer) *smtptest.Server {
	t.Helper()
	return smtptest.Start(t, smtptest.Options{Username: "tip", Password: "mat-khau", Answer: answer})
}

// Through has a mail server, or what stands in its place, reached by a proxy.
func Through(t testing.TB, s *smtptest.Server, addr string) *smtptest.Server {
	t.Helper()
	_, text, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return &smtptest.Server{Host: s.Host, Port: port, CAFile: s.CAFile}
}

// Spool returns the state of each tip that tipbox spool list shows.
func Spool(t testing.TB, config string) map[string]string {
	t.Helper()
	states := make(map[string]string)
	for line := range strings.Lines(Tipbox(t, "spool", "list", "-c", config)) {
		if fields := strings.Fields(line); fields[0] != "ID" {
			states[fields[0]] = fields[1]
		}
	}
	return states
}
