package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tipbox/intake"
	"tipbox/intake/limit"
	"tipbox/intake/server"
	"tipbox/intake/server/formtest"
)

// slowPhotos are long to decode, and then are none: what was spent comes back.
type slowPhotos struct{}

func (slowPhotos) Clean(ctx context.Context, _ []byte, _ int) ([]byte, error) {
	select {
	case <-time.After(25 * time.Second):
		return nil, intake.ErrPhotoFormat
	case <-ctx.Done():
		return nil, intake.ErrBusy
	}
}

// lines is a listener in a synctest bubble, whose connections come from wherever
// the test says.
type lines struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (l *lines) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}
func (l *lines) Close() error   { l.once.Do(func() { close(l.done) }); return nil }
func (l *lines) Addr() net.Addr { return &net.TCPAddr{} }

// from is a connection of that address.
type from struct {
	net.Conn
	addr net.Addr
}

func (f from) RemoteAddr() net.Addr { return f.addr }

// browser is one that connects from an address of its own.
func (l *lines) browser(addr string) *http.Client {
	ip := net.ParseIP(addr)
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &http.Client{Timeout: time.Minute, CheckRedirect: stay, Transport: &http.Transport{
		DisableKeepAlives: true, DisableCompression: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			select {
			case l.conns <- from{theirs, &net.TCPAddr{IP: ip}}:
				return ours, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		},
	}}
}

// TestQueuesOfForms: eight addresses post each of their forms 32 times behind slow
// photos, and again whenever one is answered: as many at once as there are
// connections. Of a hundred villagers who come meanwhile, 99 are thanked.
func TestQueuesOfForms(t *testing.T) {
	const conns, addresses, villagers = 256, 8, 100
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, func(b *box) {
			sender, site, all := limit.Rule{Count: 60, Per: time.Hour, Burst: 40}, limit.Rule{Count: 240, Per: time.Hour, Burst: 200}, limit.Rule{Count: 6000, Per: time.Hour, Burst: 1000}
			limits, err := limit.New(limit.Options{Rules: limit.Rules{Sender: sender, Site: site, All: all}, Secret: secret})
			if err != nil {
				t.Fatal(err)
			}
			b.parts.Limits, b.parts.Photos = limits, slowPhotos{}
		})
		line := &lines{conns: make(chan net.Conn), done: make(chan struct{})}
		s := server.New(server.Options{Handler: b.handler, MaxConns: conns})
		served := make(chan error)
		go func() { served <- s.Serve(line) }()

		attack, end := context.WithCancel(t.Context())
		var attackers sync.WaitGroup
		for form := range conns / 32 {
			token := b.token("ncs01")
			for i := range 32 {
				client := line.browser(fmt.Sprintf("203.0.113.%d", form%addresses))
				attackers.Go(func() {
					for n := 0; attack.Err() == nil; n++ {
						post(attack, t, client, token, "mailbox=crime", fmt.Sprintf("message=%d %d", i, n), "photo@a.png=x")
						select {
						case <-attack.Done():
						case <-time.After(2 * time.Second):
						}
					}
				})
			}
		}
		time.Sleep(10 * time.Second)
		thanked := 0
		for i := range villagers {
			client := line.browser(fmt.Sprintf("198.51.100.%d", i))
			if page, err := get(client); err == nil {
				if token := tokenField.FindStringSubmatch(page); token != nil {
					if post(t.Context(), t, client, "token="+token[1], "mailbox=crime", fmt.Sprint("message=Người thứ ", i)) {
						thanked++
					}
				}
			}
			time.Sleep(300 * time.Millisecond)
		}
		if thanked < villagers*99/100 {
			t.Errorf("%d of %d villagers were thanked", thanked, villagers)
		}
		end()
		attackers.Wait()
		s.Close()
		if err := <-served; err != nil {
			t.Error(err)
		}
		time.Sleep(time.Minute) // submissions whose sender has gone are taken to their end
	})
}

func get(client *http.Client) (string, error) {
	res, err := client.Get("http://x/t/ncs01")
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	return string(page), err
}

// post sends a form and reports whether its tip was taken.
func post(ctx context.Context, t *testing.T, client *http.Client, parts ...string) bool {
	contentType, body := formtest.Form(t, parts...)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://x/t/ncs01", bytes.NewReader(body))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", contentType)
	res, err := client.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return res.StatusCode == http.StatusSeeOther && res.Header.Get("Tipbox-Taken") != ""
}
