//go:build unix && (province || torture)

package servers

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/waittest"
)

// crowd are villagers, each at an address of their own, whose tips are remembered
// once they were thanked.
type crowd struct {
	t     *testing.T
	nginx *nginx

	mu      sync.Mutex
	thanked []string
	again   map[int]int // how often Send had to be tapped again, by what was answered; 0 for no answer
}

// at is the n-th villager, at a site.
func (c *crowd) at(n int, site string) *boxtest.Villager {
	return c.nginx.villager(c.t, net.IPv4(127, 1, byte(n>>8), byte(n)), site)
}

// press is one tap on Send, and a second one where nobody was thanked. It reports
// whether that helped.
func (c *crowd) press(v *boxtest.Villager, tip boxtest.Form) bool {
	for range 2 {
		answer, err := v.Send(c.t.Context(), tip)
		if err == nil && answer.Taken() {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.thanked = append(c.thanked, tip.Fields["message"])
			return true
		}
		status := 0
		if err == nil {
			status = answer.Status
		}
		c.mu.Lock()
		c.again[status]++
		c.mu.Unlock()
		if status != 0 && status < 500 {
			c.t.Errorf("%s", answer)
			return false
		}
	}
	c.t.Errorf("Send was tapped twice, and nobody thanked for %q: %v", tip.Fields["message"], c.again)
	return false
}

// write opens a page, and sends a tip with it.
func (c *crowd) write(v *boxtest.Villager, text string) bool {
	tip := boxtest.Report(text)
	var err error
	if tip.Fields["token"], _, err = v.Page(c.t.Context()); err != nil {
		c.t.Error(err)
		return false
	}
	return c.press(v, tip)
}

func (c *crowd) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.thanked)
}

// besiege has so many villagers send a tip after the other, until stop is called.
func (c *crowd) besiege(villagers int, name string) (stop func()) {
	ctx, cancel := context.WithCancel(c.t.Context())
	var all sync.WaitGroup
	for i := range villagers {
		v := c.at(1000+i, "ncs04")
		all.Go(func() {
			written := time.NewTicker(50 * time.Millisecond) // they write quickly
			defer written.Stop()
			for n := 0; ctx.Err() == nil && c.write(v, fmt.Sprintf("%s: tin %d của người %d.", name, n, i)); n++ {
				select {
				case <-ctx.Done():
				case <-written.C:
				}
			}
		})
	}
	return func() {
		cancel()
		all.Wait()
	}
}

// more waits until so many more were thanked.
func (c *crowd) more(n int) {
	c.t.Helper()
	want := c.count() + n
	waittest.Until(c.t, fmt.Sprintf("%d more are thanked", n), func() bool { return c.t.Failed() || c.count() >= want })
}

// atOnce has villagers write all at the same moment, each a tip at the site that is
// theirs, and returns the texts that were thanked.
func (c *crowd) atOnce(name string, sites map[string]int) (texts []string) {
	var mu sync.Mutex
	var all sync.WaitGroup
	open := make(chan struct{})
	n := 0
	for site, villagers := range sites {
		for range villagers {
			n++
			v, text := c.at(n, site), fmt.Sprintf("%s: tin %d tại %s.", name, n, site)
			all.Go(func() {
				<-open // it ends: see below
				if c.write(v, text) {
					mu.Lock()
					texts = append(texts, text)
					mu.Unlock()
				}
			})
		}
	}
	close(open)
	all.Wait()
	return texts
}

// villager is someone at an address of their own.
func (n *nginx) villager(t *testing.T, from net.IP, site string) *boxtest.Villager {
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: from}, Timeout: waittest.Limit}
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, n.addr)
		},
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &boxtest.Villager{URL: "https://tip.example.vn/t/" + site, Line: transport}
}
