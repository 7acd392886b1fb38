package server

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"tipbox/intake/waittest"
)

// TestShutdownAnswersAll ends servers one after the other on one socket, as systemd
// hands it from an old process to a new one: nobody who connects meanwhile is sent
// away without an answer.
func TestShutdownAnswersAll(t *testing.T) {
	t.Parallel()
	first, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	socket, err := first.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	url := "http://" + first.Addr().String()
	_ = first.Close()

	ctx, cancel := context.WithCancel(t.Context())
	var asking sync.WaitGroup
	for range 4 {
		asking.Go(func() {
			client := waittest.Client(&http.Transport{DisableKeepAlives: true})
			for ctx.Err() == nil {
				resp, err := client.Get(url)
				if err != nil {
					t.Error(err)
					return
				}
				if body, err := io.ReadAll(resp.Body); err != nil || string(body) != "đây" {
					t.Errorf("%q, %v", body, err)
				}
				_ = resp.Body.Close()
			}
		})
	}
	for range 20 {
		l, err := net.FileListener(socket)
		if err != nil {
			t.Fatal(err)
		}
		answered := make(chan struct{}, 1)
		s := New(Options{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "đây")
			select {
			case answered <- struct{}{}:
			default:
			}
		})})
		served := make(chan error, 1)
		go func() { served <- s.Serve(l) }()
		for range 3 {
			waittest.For(t, answered, "an answer")
		}
		end, done := context.WithTimeout(t.Context(), waittest.Limit)
		if err := s.Shutdown(end); err != nil {
			t.Error(err)
		}
		done()
		if err := waittest.For(t, served, "the end of Serve"); err != nil {
			t.Error(err)
		}
	}
	cancel()
	// The last ones wait in the socket's queue, as they would for the next process.
	l, err := net.FileListener(socket)
	if err != nil {
		t.Fatal(err)
	}
	s := New(Options{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "đây") })})
	go func() { _ = s.Serve(l) }()
	asking.Wait()
	_ = s.Close()
}

// TestShutdownDoesNotWaitForSilence: who has connected and asks for nothing is no
// reason to go on for long.
func TestShutdownDoesNotWaitForSilence(t *testing.T) {
	t.Parallel()
	c := newConns(1)
	c.all[&conn{of: c, since: time.Now().Add(-newcomer)}] = struct{}{}
	if c.busy(time.Now()) {
		t.Error("waits for a silent connection")
	}
	for k := range c.all {
		k.serving = 1
	}
	if !c.busy(time.Now()) {
		t.Error("does not wait for a request")
	}
}
