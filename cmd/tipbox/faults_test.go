package main

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tipbox/intake/deliver/smtp/smtptest"
	"tipbox/intake/faulttest"
	"tipbox/intake/redis/redistest"
)

// health asks the admin listener: the status code, and each part's state with
// what is said of it.
func (s *server) health(t testing.TB, path string) (code int, parts map[string]string) {
	t.Helper()
	resp, err := http.Get(s.admin + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var report struct {
		Parts []struct{ Name, Status, Detail string }
	}
	if err := json.NewDecoder(resp.Body).Decode(&report); err != nil {
		t.Fatal(err)
	}
	parts = make(map[string]string)
	for _, p := range report.Parts {
		parts[p.Name] = strings.TrimSpace(p.Status + " " + p.Detail)
	}
	return resp.StatusCode, parts
}

// is waits until a part is said to be in a state that begins like this.
func (s *server) is(t testing.TB, part, state string) {
	t.Helper()
	until(t, part+" is "+state, func() bool {
		_, parts := s.health(t, "/healthz")
		return strings.HasPrefix(parts[part], state)
	})
}

// TestRedisAwayUnderLoad takes Redis away in every way from a box under load,
// one after the other: no tip is refused, health says what is wrong, and goes
// back to ok by itself.
func TestRedisAwayUnderLoad(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	line := faulttest.Start(t, redis.Addr)
	mails := mailServer(t, nil)
	officer, flags := recruit(t)
	box := serve(t, initBox(t, mails, "[redis]\nurl = \"redis://"+line.Addr+"/0\"\n"+wide, flags...))
	box.is(t, "redis", "ok")

	command := func(words ...string) {
		if got, err := redis.Do(words...); err != nil || got != "+OK" {
			t.Errorf("%v: %q, %v", words, got, err)
		}
	}
	load := press(t, box.url, 4)
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
		box.is(t, "redis", "degraded")
		if code, parts := box.health(t, "/readyz"); code != http.StatusOK {
			t.Errorf("%s: not ready: %v", fault.name, parts)
		}
		load.more(10)
		fault.end()
		box.is(t, "redis", "ok")
		load.more(10)
	}
	texts := load.end()
	mails.Wait(len(texts))
	if err := box.stop(t); err != nil {
		t.Errorf("tipbox serve ended with %v\n%s", err, box.stderr)
	}
	officer.want(mails.Mails(), texts, 1)
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
		v := newVillager(t, url+"/t/ncs01")
		p.senders.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-p.stop:
					return
				default:
				}
				text := fmt.Sprintf("Tin %d của người %d", n, i)
				a, err := v.write(t.Context(), report(text))
				if err != nil || a.status != http.StatusOK {
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
	until(p.t, "senders are thanked", func() bool { return p.t.Failed() || p.thanked.Load() >= goal })
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
	mails := mailServer(t, func(e smtptest.Event) smtptest.Answer {
		if e.Step == smtptest.Data {
			if f := spoil.Swap(nil); f != nil {
				(*f)()
				spoilt <- struct{}{}
			}
		}
		return smtptest.Usual
	})
	line = faulttest.Start(t, net.JoinHostPort(mails.Host, strconv.Itoa(mails.Port)))
	officer, flags := recruit(t)
	config := initBox(t, through(mails, line.Addr), wide, flags...)
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
		box := serve(t, config)
		v := newVillager(t, box.url+"/t/ncs01")
		for n := range 3 {
			text := fmt.Sprintf("Đường dây %s, tin %d", name, n)
			if a, err := v.write(t.Context(), report(text)); err != nil || a.status != http.StatusOK {
				t.Fatalf("%s: %v, answer %+v", name, err, a)
			}
			texts = append(texts, text)
			if n == 0 {
				<-spoilt
			}
		}
		if code, parts := box.health(t, "/readyz"); code != http.StatusOK {
			t.Errorf("%s: not ready: %v", name, parts)
		}
		box.kill()
	}
	line.Set(faulttest.None)
	box := serve(t, config)
	until(t, "the spool is worked off", func() bool { return countSpool(t, config) == 0 })
	box.is(t, "mail", "ok")
	if err := box.stop(t); err != nil {
		t.Errorf("tipbox serve ended with %v\n%s", err, box.stderr)
	}
	officer.want(mails.Mails(), texts, 5)
}

// TestDiskTakesNoMore fills the spool's disk, makes it read-only, and sets the
// floor above what is free: each time nothing is acknowledged, the page keeps
// what was typed and names the telephone, and the box is unready until there is
// room, when the same page goes through.
func TestDiskTakesNoMore(t *testing.T) {
	t.Parallel()
	mails := mailServer(t, nil)
	officer, flags := recruit(t)
	config := initBox(t, mails, "[spool]\nmin_free = \"2 MiB\"\n"+wide, flags...)
	disk := filepath.Join(filepath.Dir(config), "data")
	if err := os.MkdirAll(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	mount(t, disk, "size=8m")
	box := serve(t, config)
	if code, parts := box.health(t, "/readyz"); code != http.StatusOK {
		t.Fatalf("unready from the start: %v", parts)
	}
	v := newVillager(t, box.url+"/t/ncs01")
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
		tip := report(text, photograph(t, 9, 320, 240))
		tip.fields["place"] = "Suối Nậm Nhừ"
		a, err := v.write(t.Context(), tip)
		if err != nil || a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
			t.Fatalf("%s: %v, answer %+v\n%s", fault.name, err, a, box.stderr)
		}
		page := html.UnescapeString(a.body)
		for _, want := range []string{text, "Suối Nậm Nhừ", "0215 000 000", `href="tel:113"`, tip.fields["token"]} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page has lost %q:\n%s", fault.name, want, page)
			}
		}
		if code, parts := box.health(t, "/readyz"); code != http.StatusServiceUnavailable || !strings.HasPrefix(parts["spool"], "unready") {
			t.Errorf("%s: readyz %d, %v", fault.name, code, parts)
		}
		fault.end()
		if a, err := v.send(t.Context(), tip); err != nil || a.status != http.StatusOK {
			t.Errorf("%s: again: %v, answer %+v\n%s", fault.name, err, a, box.stderr)
		}
		until(t, "the box is ready after "+fault.name, func() bool { code, _ := box.health(t, "/readyz"); return code == http.StatusOK })
		texts = append(texts, text+"\nỞ đâu: Suối Nậm Nhừ")
	}
	mails.Wait(len(texts))
	if err := box.stop(t); err != nil {
		t.Errorf("tipbox serve ended with %v\n%s", err, box.stderr)
	}
	officer.want(mails.Mails(), texts, 1)
	if strings.Contains(box.stderr.String(), "Đĩa") {
		t.Errorf("the log has the text:\n%s", box.stderr)
	}
}

// TestReadyMeansThatTipsAreTaken takes the spool away from a running box: it is
// unready, as every post would fail, without one having come, and ready again once
// the spool is back.
func TestReadyMeansThatTipsAreTaken(t *testing.T) {
	t.Parallel()
	config := initBox(t, mailServer(t, nil), wide)
	box := serve(t, config)
	dir := filepath.Join(filepath.Dir(config), "data", "spool", "new")
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	until(t, "the box is unready", func() bool {
		code, parts := box.health(t, "/readyz")
		return code == http.StatusServiceUnavailable && parts["spool"] == "unready nothing can be stored: missing"
	})
	if err := os.Rename(dir+".away", dir); err != nil {
		t.Fatal(err)
	}
	until(t, "the box is ready again", func() bool { code, _ := box.health(t, "/readyz"); return code == http.StatusOK })
	if n := strings.Count(box.stderr.String(), "no tip can be stored"); n != 1 {
		t.Errorf("told %d times:\n%s", n, box.stderr)
	}
}

// mount puts a small disk over a directory, for the test: a file system in memory,
// under another (overlayfs) that does not say so, for serve refuses such a data_dir.
func mount(t testing.TB, dir, options string) {
	t.Helper()
	memory := t.TempDir()
	upper, work := filepath.Join(memory, "upper"), filepath.Join(memory, "work")
	put := func(at string, args ...string) {
		t.Helper()
		if out, err := exec.Command(need(t, "mount"), append(args, at)...).CombinedOutput(); err != nil {
			t.Fatalf("this test mounts a small disk, which needs root: %v: %s", err, out)
		}
		t.Cleanup(func() {
			if out, err := exec.Command("umount", "-l", at).CombinedOutput(); err != nil {
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
	if out, err := exec.Command("mount", "-o", "remount,"+how, dir).CombinedOutput(); err != nil {
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
