//go:build unix && (province || torture)

package servers

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/faulttest"
	"tipbox/intake/porttest"
	"tipbox/intake/redis/redistest"
	"tipbox/intake/waittest"
)

// The passwords of deploy/redis-limits.conf and deploy/sentinel.conf.
var passwords = strings.NewReplacer(
	"PASSWORD-TIPBOX", "mat-khau-tipbox", "PASSWORD-REPLICA", "mat-khau-replica", "PASSWORD-SENTINEL", "mat-khau-sentinel",
)

// sentinels is a Redis as the docs have it: a master, a replica, and three Sentinels.
type sentinels struct {
	t       *testing.T
	nodes   []*redistest.Server // the first is the master at the start
	watches []*redistest.Server
}

// configured writes a configuration into a directory of its own, as Redis and
// Sentinel want it: they write into it what they learn.
func configured(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "conf")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func startSentinels(t *testing.T) *sentinels {
	t.Helper()
	s := &sentinels{t: t}
	master := porttest.FreePort(t)
	for i := range 2 {
		port := master
		pairs := []string{"bind 127.0.0.1 10.0.0.11", "bind 127.0.0.1", "/var/lib/redis", t.TempDir()}
		if i > 0 {
			port = porttest.FreePort(t)
			pairs = append(pairs, "#replicaof 10.0.0.11 6379", "replicaof 127.0.0.1 "+master)
		}
		text := boxtest.Deployed(t, "redis-limits.conf", append(pairs, "port 6379", "port "+port)...)
		text = passwords.Replace(text) + "user operator on >operator ~* &* +@all\n"
		s.nodes = append(s.nodes, redistest.StartFile(t, port, configured(t, text), "operator operator"))
	}
	for range 3 {
		port := porttest.FreePort(t)
		text := boxtest.Deployed(t, "sentinel.conf", "bind 127.0.0.1 10.0.0.11", "bind 127.0.0.1", "port 26379", "port "+port, "/var/lib/redis", t.TempDir(),
			"10.0.0.11 6379", "127.0.0.1 "+master, "tipbox 5000", "tipbox 500", "tipbox 30000", "tipbox 3000")
		s.watches = append(s.watches, redistest.StartFile(t, port, configured(t, passwords.Replace(text)), passwords.Replace("sentinel PASSWORD-SENTINEL"), "--sentinel"))
	}
	for _, w := range s.watches {
		waittest.Until(t, "each Sentinel knows the others and the replica", func() bool {
			return strings.Contains(w.Info("sentinel", "master0"), "status=ok,address=127.0.0.1:"+master+",slaves=1,sentinels=3")
		})
	}
	return s
}

// url is redis.url of a server that reaches the Sentinels at these addresses.
func (s *sentinels) url(addrs ...string) string {
	return fmt.Sprintf("redis://tipbox@%s/0?master_name=tipbox&addr=%s", addrs[0], strings.Join(addrs[1:], "&addr="))
}

func (s *sentinels) addrs() (all []string) {
	for _, w := range s.watches {
		all = append(all, w.Addr)
	}
	return all
}

// master is who says that it is.
func (s *sentinels) master() *redistest.Server {
	for _, n := range s.nodes {
		if n.Info("replication", "role") == "master" {
			return n
		}
	}
	return nil
}

// do is a command to the master, of somebody who may all.
func (s *sentinels) do(words ...string) string {
	s.t.Helper()
	got, err := s.master().Do(words...)
	if err != nil || strings.HasPrefix(got, "-") {
		s.t.Fatalf("%v: %s %v", words, got, err)
	}
	return got
}

// line is a way of its own to everything of Redis', that can be cut: what is on it
// sees all under other addresses, as behind a router.
type line struct {
	sentinels []string // their addresses on this line
	proxies   []*faulttest.Proxy
}

// lineTo makes a line to all that belongs to a Redis.
func lineTo(t *testing.T, s *sentinels) *line {
	t.Helper()
	l := new(line)
	var pairs []string
	instead := func(of *redistest.Server, addr string) {
		real, here := of.Port(), portOf(t, addr)
		if len(real) != len(here) {
			t.Fatalf("ports %s and %s", real, here) // lengths stand in the protocol
		}
		pairs = append(pairs, real, here)
	}
	through := func(to string) string {
		p := faulttest.Start(t, to)
		l.proxies = append(l.proxies, p)
		return p.Addr
	}
	for _, n := range s.nodes {
		instead(n, through(n.Addr))
	}
	var listeners []net.Listener
	for _, w := range s.watches {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		instead(w, listener.Addr().String())
		l.sentinels = append(l.sentinels, listener.Addr().String())
		listeners = append(listeners, listener)
	}
	for i, listener := range listeners {
		translate(t, listener, through(s.watches[i].Addr), strings.NewReplacer(pairs...))
	}
	return l
}

func (l *line) set(f faulttest.Fault) {
	for _, p := range l.proxies {
		p.Set(f)
	}
}

func portOf(t *testing.T, addr string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// translate is a proxy to a Sentinel that puts other texts into what it answers.
func translate(t *testing.T, l net.Listener, to string, instead *strings.Replacer) {
	t.Helper()
	var mu sync.Mutex
	var open []net.Conn
	var all sync.WaitGroup
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for _, c := range open {
			c.Close()
		}
		mu.Unlock()
		all.Wait()
	})
	pass := func(from, to net.Conn, change func(string) string) {
		defer from.Close()
		defer to.Close()
		for b := make([]byte, 64<<10); ; {
			n, err := from.Read(b)
			if err != nil {
				return
			}
			if _, err := to.Write([]byte(change(string(b[:n])))); err != nil {
				return
			}
		}
	}
	all.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := waittest.Dial("tcp", to)
			if err != nil {
				client.Close()
				continue
			}
			mu.Lock()
			open = append(open, client, server)
			mu.Unlock()
			all.Go(func() { pass(client, server, strings.Clone) })
			all.Go(func() { pass(server, client, instead.Replace) })
		}
	})
}
