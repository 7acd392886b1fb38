//go:build unix

// Package servers proves what an operator does to a box that serves: change its
// configuration, start it anew, run several.
package servers

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/waittest"
)

// systemd holds a box's socket and hears what it says of itself, as the init of
// that name does.
type systemd struct {
	t      *testing.T
	config string
	socket *os.File
	url    string
	notify *net.UnixConn
	states chan string
	box    *boxtest.Server
}

func newSystemd(t *testing.T, config string) *systemd {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	socket, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.Close() })
	notify, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(t.TempDir(), "notify"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = notify.Close() })
	s := &systemd{t: t, config: config, socket: socket, url: "http://" + l.Addr().String(), notify: notify, states: make(chan string, 1000)}
	go func() {
		b := make([]byte, 4<<10)
		for {
			n, err := notify.Read(b)
			if err != nil {
				return
			}
			s.states <- string(b[:n])
		}
	}()
	return s
}

// start starts the box and returns once it has said that it is ready.
func (s *systemd) start() {
	s.t.Helper()
	cmd := exec.CommandContext(s.t.Context(), "/bin/sh", "-c", `LISTEN_PID=$$ exec "$@"`, "sh", boxtest.Binary(s.t), "serve", "-c", s.config)
	cmd.ExtraFiles = []*os.File{s.socket}
	cmd.Env = append(os.Environ(), "LISTEN_FDS=1", "NOTIFY_SOCKET="+s.notify.LocalAddr().String(), "WATCHDOG_USEC=1000000")
	s.box = boxtest.Launch(s.t, cmd)
	s.hears("READY=1")
}

// hears waits until the box says something that begins like this.
func (s *systemd) hears(prefix string) {
	s.t.Helper()
	for said := ""; !strings.HasPrefix(said, prefix); {
		said = waittest.For(s.t, s.states, "the box says "+prefix)
	}
}

func (s *systemd) restart() {
	s.t.Helper()
	s.box.Stop()
	s.hears("STOPPING=1")
	s.start()
}

func (s *systemd) reload(status string) {
	s.t.Helper()
	s.box.Signal(syscall.SIGHUP)
	s.hears("STATUS=" + status)
}

// TestChangeWithoutAnOutage posts while the box is reloaded and started anew, with a
// socket that systemd holds: no post fails, and no tip is lost.
func TestChangeWithoutAnOutage(t *testing.T) {
	t.Parallel()
	changeWithoutAnOutage(t, 4, 2, 10)
}

// changeWithoutAnOutage lets so many tips in between one change and the next.
func changeWithoutAnOutage(t *testing.T, reloads, restarts, between int) {
	officer, flags := boxtest.Recruit(t)
	mails := boxtest.MailServer(t, nil)
	config := boxtest.Init(t, mails, boxtest.Wide, flags...)
	first, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	systemd := newSystemd(t, config)
	systemd.start()
	systemd.hears("WATCHDOG=1")

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var mu sync.Mutex
	var thanked []string
	var posting sync.WaitGroup
	for i := range 4 {
		posting.Go(func() {
			// A connection for each request, as nginx makes them unless told otherwise.
			v := &boxtest.Villager{URL: systemd.url + "/t/ncs01", Line: &http.Transport{DisableKeepAlives: true}}
			for n := 0; ctx.Err() == nil; n++ {
				text := fmt.Sprintf("Tin %d của người %d.", n, i)
				answer, err := v.Write(t.Context(), boxtest.Report(text))
				if err != nil || !answer.Taken() {
					t.Errorf("not thanked: %v, %v", answer, err)
					return
				}
				mu.Lock()
				thanked = append(thanked, text)
				mu.Unlock()
			}
		})
	}
	posted := func() {
		t.Helper()
		sent := func() int {
			mu.Lock()
			defer mu.Unlock()
			return len(thanked)
		}
		before := sent()
		waittest.Until(t, "more tips are sent", func() bool { return t.Failed() || sent() >= before+between })
	}
	status := func(code string) int {
		t.Helper()
		answer, err := (&boxtest.Villager{URL: systemd.url + "/t/" + code}).Do(t.Context(), http.MethodGet, nil, "")
		if err != nil {
			t.Fatal(err)
		}
		return answer.Status
	}
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for n := range reloads {
		write(string(first) + fmt.Sprintf("\n[[units.sites]]\ncode = \"new%d\"\nname = { vi = \"Bản mới\" }\n", n))
		systemd.reload("units, sites, keys and languages were reloaded")
		if got := status(fmt.Sprint("new", n)); got != http.StatusOK {
			t.Errorf("a new site answers %d", got)
		}
		posted()
	}
	// A mistake changes nothing, and is told with its line.
	write(string(first) + "\nmistake = 1\n")
	systemd.reload("nothing was reloaded, what was served before is served on: " + config + ":")
	if got := status(fmt.Sprint("new", reloads-1)); got != http.StatusOK {
		t.Errorf("after a mistake a site answers %d", got)
	}
	// What wants a restart is told, and the rest taken.
	write(strings.Replace(string(first), "count = 1000000", "count = 999999", 1))
	systemd.reload("units, sites, keys and languages were reloaded; restart for what has changed in [limits]")
	if got := status(fmt.Sprint("new", reloads-1)); got != http.StatusNotFound {
		t.Errorf("a site that is gone answers %d", got)
	}
	for range restarts {
		systemd.restart()
		posted()
	}
	cancel()
	posting.Wait()
	systemd.box.Stop()
	systemd.start()
	waittest.Until(t, "all is mailed", func() bool { return len(boxtest.Spool(t, config)) == 0 })
	systemd.box.Stop()
	officer.Want(mails.Mails(), thanked, 1)
	t.Logf("%d tips sent through %d reloads and %d restarts", len(thanked), reloads+2, restarts)
}
