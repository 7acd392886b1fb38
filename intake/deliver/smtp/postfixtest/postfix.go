// Package postfixtest runs Debian's Postfix and Dovecot for a test, beside any
// that the machine runs: a relay that wants STARTTLS and a login and delivers
// into Maildirs, which are read back over IMAP.
//
// It needs the packages postfix, dovecot-core and dovecot-imapd, and root, as
// mail servers do.
package postfixtest

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"embed"
	"encoding/pem"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"text/template"
	"time"

	"tipbox/intake/porttest"
	"tipbox/intake/waittest"
)

// Domain is where the relay delivers mail itself.
const Domain = "don.test"

// Elsewhere is a domain whose mail goes on to the server of StartBefore.
const Elsewhere = "xa.test"

// Relay is a running Postfix with its Dovecot.
type Relay struct {
	Host               string // 127.0.0.1
	Port               int    // of SMTP with STARTTLS
	CAFile             string // PEM
	Username, Password string // of SMTP's login

	dir      string
	imapPort int
}

// settings are what the configuration files are made of.
type settings struct {
	Dir                string
	Port, IMAPPort     int
	Username, Password string
	Sender             string
	Mailboxes          []string
	UID                int
	Next               int // port of the server for Elsewhere, 0 for none
	Elsewhere          string
}

// nobody owns the Maildirs: Postfix refuses to deliver as root.
const nobody = 65534

//go:embed *.tmpl
var files embed.FS

// Start starts a relay that ends with the test, or at the latest with the test's
// process. It takes mail from the sender's address (and the null one) for the
// mailboxes, which are names left of @don.test.
func Start(t testing.TB, sender string, mailboxes ...string) *Relay {
	t.Helper()
	return StartBefore(t, 0, sender, mailboxes...)
}

// StartBefore is Start for a relay that hands mail for Elsewhere to a server on
// this port of loopback, without encryption.
func StartBefore(t testing.TB, next int, sender string, mailboxes ...string) *Relay {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: Postfix and Dovecot start as it")
	}
	for program, pkg := range map[string]string{
		"/usr/sbin/postfix": "postfix", "/usr/sbin/dovecot": "dovecot-core", "/usr/lib/dovecot/imap": "dovecot-imapd",
	} {
		if _, err := os.Stat(program); err != nil {
			t.Fatalf("this test needs %s: apt-get install %s", program, pkg)
		}
	}
	if os.Getuid() != 0 {
		t.Fatal("this test needs root: Postfix runs as no one else")
	}
	// Short, for Unix sockets lie below, and open to the servers' own users.
	dir, err := os.MkdirTemp("/tmp", "tipbox-mail-")
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o755)) //nolint:gosec // see above
	s := settings{
		Dir: dir, Port: freePort(t), IMAPPort: freePort(t), Username: "tip", Password: rand.Text(),
		Sender: sender, Mailboxes: mailboxes, UID: nobody, Next: next, Elsewhere: Elsewhere,
	}
	for name, owner := range map[string]int{"conf": 0, "queue": 0, "data": lookup(t, "postfix"), "mail": nobody} {
		must(t, os.Mkdir(filepath.Join(dir, name), 0o755)) //nolint:gosec // see above
		must(t, os.Chown(filepath.Join(dir, name), owner, 0))
	}
	for _, name := range []string{"main.cf", "master.cf", "mailboxes", "dovecot.conf", "users"} {
		var b bytes.Buffer
		must(t, template.Must(template.ParseFS(files, name+".tmpl")).Execute(&b, s))
		write(t, filepath.Join(dir, "conf", name), b.Bytes())
	}
	r := &Relay{
		Host: "127.0.0.1", Port: s.Port, CAFile: filepath.Join(dir, "ca.pem"),
		Username: s.Username, Password: s.Password, dir: dir, imapPort: s.IMAPPort,
	}
	r.certify(t)
	r.run(t)
	return r
}

// Maildir returns the path of a mailbox.
func (r *Relay) Maildir(mailbox string) string { return filepath.Join(r.dir, "mail", mailbox) }

// certify borrows the certificate of net/http/httptest, which is good for 127.0.0.1.
func (r *Relay) certify(t testing.TB) {
	web := httptest.NewTLSServer(nil)
	defer web.Close()
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw})
	der, err := x509.MarshalPKCS8PrivateKey(web.TLS.Certificates[0].PrivateKey)
	must(t, err)
	key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	write(t, r.CAFile, cert)
	write(t, filepath.Join(r.dir, "chain.pem"), append(key, cert...))
}

// keeper starts the servers, says so, and stops them when its stdin ends: when
// the test is over, or its process gone, however it went.
const keeper = `trap "" INT TERM
cd "$1"
postfix -c "$1/conf" start && dovecot -c "$1/conf/dovecot.conf" || echo failed
echo ready
cat >/dev/null
postfix -c "$1/conf" abort
doveadm -c "$1/conf/dovecot.conf" stop`

func (r *Relay) run(t testing.TB) {
	t.Helper()
	cmd := exec.Command("/bin/sh", "-c", keeper, "sh", r.dir) //nolint:gosec,noctx // it ends with its stdin, and giveUp
	cmd.Env = append(os.Environ(), "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8")
	stdin, err := cmd.StdinPipe()
	must(t, err)
	stdout, err := cmd.StdoutPipe()
	must(t, err)
	said, err := os.Create(filepath.Join(r.dir, "said")) // not a pipe: the daemons inherit it
	must(t, err)
	defer said.Close()
	cmd.Stderr = said
	must(t, cmd.Start())
	giveUp := func() { _, _, _ = stdin.Close(), cmd.Process.Kill(), stdout.Close() }
	t.Cleanup(func() {
		_ = stdin.Close()
		defer time.AfterFunc(waittest.Limit, giveUp).Stop()
		if err := cmd.Wait(); err != nil {
			t.Errorf("stopping the mail servers: %v", err)
		}
		if t.Failed() {
			t.Logf("what the mail servers said:\n%s", r.log())
		}
	})
	defer time.AfterFunc(waittest.Limit, giveUp).Stop()
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		switch lines.Text() {
		case "failed":
			t.Fatal("the mail servers did not start")
		case "ready":
			return
		}
	}
	t.Fatal("the mail servers did not start")
}

func (r *Relay) log() string {
	var all strings.Builder
	for _, name := range []string{"said", "postfix.log", "dovecot.log"} {
		b, err := os.ReadFile(filepath.Join(r.dir, name))
		fmt.Fprintf(&all, "%s: %v\n%s", name, err, b)
	}
	return all.String()
}

func write(t testing.TB, path string, data []byte) {
	t.Helper()
	must(t, os.WriteFile(path, data, 0o644)) //nolint:gosec // the servers' own users read it; there is no secret worth it
}

func lookup(t testing.TB, name string) int {
	t.Helper()
	account, err := user.Lookup(name)
	must(t, err)
	uid, err := strconv.Atoi(account.Uid)
	must(t, err)
	return uid
}

func freePort(t testing.TB) int {
	t.Helper()
	port, err := strconv.Atoi(porttest.FreePort(t))
	must(t, err)
	return port
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
