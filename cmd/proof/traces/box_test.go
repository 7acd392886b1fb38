package traces

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tipbox/cmd/internal/boxtest"
	"tipbox/crypto/open"
	"tipbox/intake/deliver/smtp/smtptest"
	"tipbox/intake/redis/redistest"
	"tipbox/intake/waittest"
)

// auditBox is a box under audit, with a Redis, a mail server, a directory for
// temporary files, and every place in which something could be written down.
type auditBox struct {
	t         testing.TB
	config    string
	temp      string
	mirror    string // the second disk
	env       []string
	program   string
	run       *boxtest.Server
	redis     *redistest.Server
	redisDir  string
	mail      *smtptest.Server
	mood      atomic.Pointer[string] // of the mail server: "", "away" or "refuses"
	unit      *boxtest.Officer
	oversight *boxtest.Officer
	tokens    []string
	seen      map[string]bool // tips in the spool that are kept already
	tapped    *boxtest.Output // what passed between the box and Redis

	log, data, sealed, tempFiles, wire, redisDisk place
	shown, envelope, mails, opened, proxy, alerts place
}

const (
	unitMail      = "truc-ban@na-co-sa.example"
	oversightMail = "thanh-tra@tinh.example"
)

// newAuditBox sets everything up but does not start the box. The settings of
// [http] are in http; persists has Redis write to disk as it must not.
func newAuditBox(t testing.TB, http string, persists bool, flags ...string) *auditBox {
	t.Helper()
	b := &auditBox{
		t: t, seen: make(map[string]bool), tapped: new(boxtest.Output), program: boxtest.Leaky(t), redisDir: t.TempDir(), temp: t.TempDir(), mirror: t.TempDir(),
		log: place{name: "log, dumps"}, data: place{name: "data dir"}, sealed: place{name: "data, sealed", random: true},
		tempFiles: place{name: "TMPDIR"}, wire: place{name: "Redis, wire"}, redisDisk: place{name: "Redis, disk"},
		shown: place{name: "metrics, health"}, envelope: place{name: "SMTP"}, mails: place{name: "mails", random: true},
		opened: place{name: "tips, opened", random: true}, proxy: place{name: "nginx"}, alerts: place{name: "alerts"},
	}
	b.mood.Store(new(string))
	b.mail = boxtest.MailServer(t, b.answer)
	settings := []string{"--dir", b.redisDir}
	if persists {
		settings = append(settings, "--save", "1 1", "--appendonly", "yes", "--appendfsync", "always")
	}
	b.redis = redistest.Start(t, settings...)
	var unitFlags, oversightFlags []string
	b.unit, unitFlags = boxtest.Recruit(t)
	b.oversight, oversightFlags = boxtest.Recruit(t)
	b.config = boxtest.Init(t, b.mail, http+fmt.Sprintf("\n[spool]\nmirror = %q", b.mirror)+`
[redis]
url = "redis://`+b.tap()+`/0"
[limits]
sender = { count = 12, per = "1h", burst = 12 }
`, append(flags, unitFlags...)...)
	b.edit("\nphone = ", fmt.Sprintf("\noversight_file = %q\noversight_mail = [%q]\nphone = ", oversightFlags[1], oversightMail))
	channel := b.channel()
	b.edit("[[units.sites]]", fmt.Sprintf(`[[units.alerts]]
kind = "webhook"
url = %[1]q
  [[units.oversight_alerts]]
kind = "webhook"
url = %[2]q
  [[units.sites]]`, channel, channel+"oversight"))
	b.env = append(os.Environ(), "TMPDIR="+b.temp)
	return b
}

// edit changes what stands once in the configuration.
func (b *auditBox) edit(from, to string) {
	b.t.Helper()
	text, err := os.ReadFile(b.config)
	if err != nil || strings.Count(string(text), from) != 1 {
		b.t.Fatalf("%v, %q stands %d times in\n%s", err, from, strings.Count(string(text), from), text)
	}
	if err := os.WriteFile(b.config, []byte(strings.Replace(string(text), from, to, 1)), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// answer is the mail server's.
func (b *auditBox) answer(e smtptest.Event) smtptest.Answer {
	switch *b.mood.Load() {
	case "away":
		if e.Step == smtptest.Connect {
			return smtptest.SayAndDrop("421 4.3.2 " + markRelay + " for " + sourceV4[0].String())
		}
	case "refuses":
		if e.Step == smtptest.Recipient {
			return smtptest.Say("550 5.1.1 <" + e.To + "> " + markRelay + " for " + sourceV4[0].String())
		}
	}
	return smtptest.Usual
}

// start runs the box with its log at debug level.
func (b *auditBox) start() {
	b.t.Helper()
	cmd := exec.CommandContext(b.t.Context(), b.program, "serve", "-c", b.config, "--debug")
	cmd.Env = b.env
	cmd.Dir = filepath.Dir(b.config)
	b.run = boxtest.Start(b.t, cmd)
}

// ended keeps what a run of the box has printed, once it has ended.
func (b *auditBox) ended() {
	b.run.Kill()
	b.log.add([]byte(b.run.Said.String()))
}

// url returns the address of the form, also where it listens on all addresses.
func (b *auditBox) url() string {
	scheme, addr, _ := strings.Cut(b.run.URL, "://")
	_, port, _ := net.SplitHostPort(addr)
	return scheme + "://127.0.0.1:" + port
}

// tap stands before Redis and keeps every byte that passes.
func (b *auditBox) tap() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { l.Close() })
	to := b.redis.Addr
	pass := func(dst, src net.Conn) {
		defer dst.Close()
		for buf := make([]byte, 64<<10); ; {
			n, err := src.Read(buf)
			_, _ = b.tapped.Write(buf[:n])
			if _, werr := dst.Write(buf[:n]); err != nil || werr != nil {
				return
			}
		}
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			redis, err := waittest.Dial("tcp", to)
			if err != nil {
				c.Close()
				continue
			}
			go pass(redis, c)
			go pass(c, redis)
		}
	}()
	return l.Addr().String()
}

// channel is where alerts go, and keeps every byte of them.
func (b *auditBox) channel() string {
	var mu sync.Mutex
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		call, err := httputil.DumpRequest(r, true)
		if err != nil {
			b.t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		b.alerts.add(call)
	}))
	b.t.Cleanup(s.Close)
	return s.URL + "/"
}

// look keeps what stands on the disk and is shown at this moment.
func (b *auditBox) look() {
	b.t.Helper()
	b.walk(filepath.Dir(b.config), &b.data, &b.sealed)
	b.walk(b.mirror, &b.data, &b.sealed)
	b.walk(b.temp, &b.tempFiles, &b.tempFiles)
	for _, path := range []string{"/metrics", "/healthz", "/readyz"} {
		resp, err := waittest.Client(nil).Get(b.run.Admin + path)
		if err != nil {
			b.t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			b.t.Fatal(err)
		}
		b.shown.addf("%v\n%s", resp.Header, text)
	}
}

// walk keeps the names, times and contents of all files in dir. The sealed part
// of tips goes elsewhere.
func (b *auditBox) walk(dir string, all, sealed *place) {
	b.t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // it was delivered in between
		}
		info, err := d.Info()
		if err != nil {
			return nil //nolint:nilerr // likewise
		}
		what := fmt.Sprintf("%s %v %d", path, info.ModTime().UTC(), info.Size())
		all.add([]byte(what))
		if b.seen[what] || !d.Type().IsRegular() {
			return nil
		}
		b.seen[what] = strings.HasSuffix(path, ".tip") // which never change
		content, err := os.ReadFile(path)
		if err != nil {
			return nil //nolint:nilerr // likewise
		}
		if line, rest, ok := bytes.Cut(content, []byte("\n")); ok && strings.HasSuffix(path, ".tip") {
			sealed.add(rest)
			content = line
		}
		all.add(content)
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// collect keeps what the mail server has and what Redis writes when it is told to.
func (b *auditBox) collect() {
	b.t.Helper()
	b.envelope.add([]byte(strings.Join(b.mail.Commands(), "\n")))
	for _, m := range b.mail.Mails() {
		sealed := boxtest.Attachment(b.t, m.Data)
		header, _, _ := bytes.Cut(m.Data, []byte("\r\n\r\n"))
		b.envelope.addf("%s %s %s %q\n%s", m.Hello, m.User, m.ReturnPath, m.To, header)
		b.mails.add(m.Data)
		b.mails.add(sealed)
		for _, o := range []*boxtest.Officer{b.unit, b.oversight} {
			if tip, err := open.Open(sealed, o.IDs); err == nil {
				b.opened.addf("%+v", tip)
				b.opened.add(bytes.Join(tip.Photos, nil))
			}
		}
	}
	for _, command := range [][]string{{"CONFIG", "SET", "rdbcompression", "no"}, {"SAVE"}} {
		if got, err := b.redis.Do(command...); got != "+OK" || err != nil {
			b.t.Fatalf("Redis: %v: %s %v", command, got, err)
		}
	}
	b.wire.add([]byte(b.tapped.String()))
	b.walk(b.redisDir, &b.redisDisk, &b.redisDisk)
}

// places returns everything that was kept.
func (b *auditBox) places() []*place {
	return []*place{
		&b.log, &b.data, &b.sealed, &b.tempFiles, &b.wire, &b.redisDisk, &b.shown, &b.envelope, &b.mails, &b.proxy, &b.alerts, &b.opened,
	}
}

// set changes the mail server's mood.
func (b *auditBox) set(mood string) { b.mood.Store(&mood) }

// waitFor waits until the condition holds.
func (b *auditBox) waitFor(what string, holds func() bool) {
	b.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !holds(); {
		if time.Now().After(deadline) {
			b.t.Fatalf("waiting for %s\n%s", what, b.run.Said)
		}
		time.Sleep(5 * time.Millisecond) // the only way to wait for another program
	}
}

// spooled returns the names in a directory of the spool.
func (b *auditBox) spooled(dir string) []string {
	names, _ := filepath.Glob(filepath.Join(filepath.Dir(b.config), "data", "spool", dir, "*.tip"))
	for i, n := range names {
		names[i] = filepath.Base(n)
	}
	slices.Sort(names)
	return names
}
