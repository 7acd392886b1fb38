package loss

import (
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/deliver/smtp/smtptest"
	"tipbox/intake/faulttest"
	"tipbox/intake/redis/redistest"
	"tipbox/intake/waittest"
)

// TestRedisAwayUnderLoad takes Redis away in every way from a box under load,
// one after the other: no tip is refused, health says what is wrong, and goes
// back to ok by itself.
func TestRedisAwayUnderLoad(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	line := faulttest.Start(t, redis.Addr)
	mails := boxtest.MailServer(t, nil)
	officer, flags := boxtest.Recruit(t)
	box := boxtest.Serve(t, boxtest.Init(t, mails, "[redis]\nurl = \"redis://"+line.Addr+"/0\"\n"+boxtest.Wide, flags...))
	box.Is("redis", "ok")

	command := func(words ...string) {
		if got, err := redis.Do(words...); err != nil || got != "+OK" {
			t.Errorf("%v: %q, %v", words, got, err)
		}
	}
	load := press(t, box.URL, 4)
	for _, fault := range []struct {
		name       string
		begin, end func()
	}{
		{"killed", redis.Kill, redis.Start},
		{"hanging", redis.Hang, redis.Resume},
		{"slow", func() { line.SetSlow(500 * time.Millisecond) }, func() { line.Set(faulttest.None) }},
		{"half-open", func() { line.Set(faulttest.Deaf) }, func() { line.Set(faulttest.None) }},
		{"cut in the middle of commands", func() { line.Set(faulttest.Cut) }, func() { line.Set(faulttest.None) }},
		{"out of memory", func() { command("CONFIG", "SET", "maxmemory", "1") }, func() { command("CONFIG", "SET", "maxmemory", "0") }},
		{"another password", func() { redis.Kill(); redis.Restart("--requirepass", "changed") }, func() { redis.Kill(); redis.Start() }},
		{"failing over", func() { command("REPLICAOF", "127.0.0.1", "1") }, func() { command("REPLICAOF", "NO", "ONE") }},
	} {
		fault.begin()
		box.Is("redis", "degraded")
		if code, parts := box.Health("/readyz"); code != http.StatusOK {
			t.Errorf("%s: not ready: %v", fault.name, parts)
		}
		load.more(10)
		fault.end()
		box.Is("redis", "ok")
		load.more(10)
	}
	texts := load.end()
	mails.Wait(len(texts))
	box.Stop()
	officer.Want(mails.Mails(), texts, 1)
	t.Logf("%d tips through eight ways of losing Redis", len(texts))
}

// pressing is a load of senders of whom each must be thanked at the first try.
type pressing struct {
	t       testing.TB
	stop    chan struct{}
	senders sync.WaitGroup
	thanked atomic.Int64
	mu      sync.Mutex
	texts   []string
}

func press(t testing.TB, url string, senders int) *pressing {
	p := &pressing{t: t, stop: make(chan struct{})}
	for i := range senders {
		v := boxtest.NewVillager(t, url+"/t/ncs01")
		p.senders.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-p.stop:
					return
				default:
				}
				text := fmt.Sprintf("Tin %d của người %d", n, i)
				a, err := v.Write(t.Context(), boxtest.Report(text))
				if err != nil || !a.Taken() {
					t.Errorf("%q: %v, answer %+v", text, err, a)
					return
				}
				p.mu.Lock()
				p.texts = append(p.texts, text)
				p.mu.Unlock()
				p.thanked.Add(1)
			}
		})
	}
	return p
}

// more waits until that many more have been thanked.
func (p *pressing) more(n int64) {
	p.t.Helper()
	goal := p.thanked.Load() + n
	waittest.Until(p.t, "senders are thanked", func() bool { return p.t.Failed() || p.thanked.Load() >= goal })
}

// end ends the load and returns what was acknowledged.
func (p *pressing) end() []string {
	close(p.stop)
	p.senders.Wait()
	return p.texts
}

// TestMailLineFaults spoils the line to the mail server in every way, in the
// middle of a mail, and kills the box while it waits: all tips are thanked, and
// arrive once the line is well again.
func TestMailLineFaults(t *testing.T) {
	t.Parallel()
	var line *faulttest.Proxy
	var spoil atomic.Pointer[func()] // what the next DATA brings
	spoilt := make(chan struct{}, 1)
	mails := boxtest.MailServer(t, func(e smtptest.Event) smtptest.Answer {
		if e.Step == smtptest.Data {
			if f := spoil.Swap(nil); f != nil {
				(*f)()
				spoilt <- struct{}{}
			}
		}
		return smtptest.Usual
	})
	line = faulttest.Start(t, net.JoinHostPort(mails.Host, strconv.Itoa(mails.Port)))
	officer, flags := boxtest.Recruit(t)
	config := boxtest.Init(t, boxtest.Through(t, mails, line.Addr), boxtest.Wide, flags...)
	var texts []string
	for name, fault := range map[string]func(){
		"slow":      func() { line.SetSlow(50 * time.Millisecond) },
		"half-open": func() { line.Set(faulttest.Deaf) },
		"stuck":     func() { line.Set(faulttest.Stuck) },
		"dead":      func() { line.Set(faulttest.Dead) },
		"cut":       func() { line.Set(faulttest.Cut) },
	} {
		line.Set(faulttest.None)
		spoil.Store(&fault)
		box := boxtest.Serve(t, config)
		v := boxtest.NewVillager(t, box.URL+"/t/ncs01")
		for n := range 3 {
			text := fmt.Sprintf("Đường dây %s, tin %d", name, n)
			if a, err := v.Write(t.Context(), boxtest.Report(text)); err != nil || !a.Taken() {
				t.Fatalf("%s: %v, answer %+v", name, err, a)
			}
			texts = append(texts, text)
			if n == 0 {
				waittest.For(t, spoilt, "a mail on the line that is "+name)
			}
		}
		if code, parts := box.Health("/readyz"); code != http.StatusOK {
			t.Errorf("%s: not ready: %v", name, parts)
		}
		box.Kill()
	}
	line.Set(faulttest.None)
	box := boxtest.Serve(t, config)
	waittest.Until(t, "the spool is worked off", func() bool { return len(boxtest.Spool(t, config)) == 0 })
	box.Is("mail", "ok")
	box.Stop()
	officer.Want(mails.Mails(), texts, 5)
}

// TestDiskTakesNoMore fills the spool's disk, makes it read-only, and sets the
// floor above what is free: each time nothing is acknowledged, the page keeps
// what was typed and names the telephone, and the box is unready until there is
// room, when the same page goes through.
func TestDiskTakesNoMore(t *testing.T) {
	t.Parallel()
	mails := boxtest.MailServer(t, nil)
	officer, flags := boxtest.Recruit(t)
	config := boxtest.Init(t, mails, "[spool]\nmin_free = \"2 MiB\"\n"+boxtest.Wide, flags...)
	disk := filepath.Join(filepath.Dir(config), "data")
	if err := os.MkdirAll(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	mount(t, disk, "size=8m")
	box := boxtest.Serve(t, config)
	if code, parts := box.Health("/readyz"); code != http.StatusOK {
		t.Fatalf("unready from the start: %v", parts)
	}
	v := boxtest.NewVillager(t, box.URL+"/t/ncs01")
	filler := filepath.Join(disk, "filler")
	var texts []string
	for _, fault := range []struct {
		name       string
		begin, end func()
	}{
		{"full", func() { fill(t, filler) }, func() { os.Remove(filler) }},
		{"read-only", func() { remount(t, disk, "ro") }, func() { remount(t, disk, "rw") }},
	} {
		fault.begin()
		text := `Đĩa ` + fault.name + `, "chữ" <vẫn> còn`
		tip := boxtest.Report(text, boxtest.Photograph(t, 9, 320, 240))
		tip.Fields["place"] = "Suối Nậm Nhừ"
		a, err := v.Write(t.Context(), tip)
		if err != nil || a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" {
			t.Fatalf("%s: %v, answer %+v\n%s", fault.name, err, a, box.Said)
		}
		page := html.UnescapeString(a.Body)
		for _, want := range []string{text, "Suối Nậm Nhừ", "0215 000 000", `href="tel:113"`, tip.Fields["token"]} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page has lost %q:\n%s", fault.name, want, page)
			}
		}
		if code, parts := box.Health("/readyz"); code != http.StatusServiceUnavailable || !strings.HasPrefix(parts["spool"], "unready") {
			t.Errorf("%s: readyz %d, %v", fault.name, code, parts)
		}
		fault.end()
		if a, err := v.Send(t.Context(), tip); err != nil || !a.Taken() {
			t.Errorf("%s: again: %v, answer %+v\n%s", fault.name, err, a, box.Said)
		}
		waittest.Until(t, "the box is ready after "+fault.name, func() bool { code, _ := box.Health("/readyz"); return code == http.StatusOK })
		texts = append(texts, text+"\nỞ đâu: Suối Nậm Nhừ")
	}
	mails.Wait(len(texts))
	box.Stop()
	officer.Want(mails.Mails(), texts, 1)
	if strings.Contains(box.Said.String(), "Đĩa") {
		t.Errorf("the log has the text:\n%s", box.Said)
	}
}

// TestReadyMeansThatTipsAreTaken takes the spool away from a running box: it is
// unready, as every post would fail, without one having come, and ready again once
// the spool is back.
func TestReadyMeansThatTipsAreTaken(t *testing.T) {
	t.Parallel()
	config := boxtest.Init(t, boxtest.MailServer(t, nil), boxtest.Wide)
	box := boxtest.Serve(t, config)
	dir := filepath.Join(filepath.Dir(config), "data", "spool", "new")
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	waittest.Until(t, "the box is unready", func() bool {
		code, parts := box.Health("/readyz")
		return code == http.StatusServiceUnavailable && parts["spool"] == "unready nothing can be stored: missing"
	})
	if err := os.Rename(dir+".away", dir); err != nil {
		t.Fatal(err)
	}
	waittest.Until(t, "the box is ready again", func() bool { code, _ := box.Health("/readyz"); return code == http.StatusOK })
	if n := strings.Count(box.Said.String(), "no tip can be stored"); n != 1 {
		t.Errorf("told %d times:\n%s", n, box.Said)
	}
}

// mount puts a small disk over a directory, for the test: a file system in memory,
// under another (overlayfs) that does not say so, for serve refuses such a data_dir.
func mount(t testing.TB, dir, options string) {
	t.Helper()
	boxtest.NeedRoot(t, "it mounts a small disk")
	memory := t.TempDir()
	upper, work := filepath.Join(memory, "upper"), filepath.Join(memory, "work")
	put := func(at string, args ...string) {
		t.Helper()
		if out, err := waittest.Command(t, boxtest.Need(t, "mount"), append(args, at)...).CombinedOutput(); err != nil {
			t.Fatalf("mounting a small disk: %v: %s", err, out)
		}
		t.Cleanup(func() {
			if out, err := waittest.Command(t, "umount", "-l", at).CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	put(memory, "-t", "tmpfs", "-o", options, "tmpfs")
	for _, d := range []string{upper, work} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	put(dir, "-t", "overlay", "-o", "lowerdir="+dir+",upperdir="+upper+",workdir="+work, "overlay")
}

func remount(t testing.TB, dir, how string) {
	t.Helper()
	if out, err := waittest.Command(t, "mount", "-o", "remount,"+how, dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// fill writes to a file until the disk takes no more.
func fill(t testing.TB, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if n, err := io.Copy(f, endless{}); err == nil {
		t.Fatalf("%d bytes did not fill the disk", n)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
