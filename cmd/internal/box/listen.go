package box

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"

	"github.com/coreos/go-systemd/v22/activation"

	"tipbox/cmd/internal/terminal"
	"tipbox/intake/admin"
)

// listenForm returns what the form is served on: the socket that systemd holds for
// us (sd_listen_fds(3)), so that who comes while tipbox starts anew waits in its
// queue and is not refused; else one of our own at addr.
func listenForm(addr string) (net.Listener, error) {
	held, err := activation.Listeners()
	if err != nil {
		return nil, fmt.Errorf("taking over systemd's socket: %w", err)
	}
	if len(held) > 1 || len(held) == 1 && held[0] == nil {
		return nil, terminal.Hint(terminal.Usage(fmt.Errorf("systemd hands over %d sockets, or one that is no stream: expected one", len(held))),
			"take deploy/tipbox.socket as it is, with one ListenStream")
	}
	if len(held) == 1 {
		return held[0], nil
	}
	l, err := net.Listen("tcp", addr) //nolint:noctx // at once or never
	if err != nil {
		return nil, terminal.Hint(fmt.Errorf("listening: %w", err), listenHint(err, "http.listen"))
	}
	return l, nil
}

// elsewhere reports whether the form is served on another port than http.listen says,
// which only a socket of systemd's can be the reason for.
func elsewhere(listen, url string) bool {
	_, wanted, err := net.SplitHostPort(listen)
	return err == nil && wanted != "0" && !strings.HasSuffix(url, ":"+wanted)
}

func (b *Box) listenAdmin(ctx context.Context) (net.Listener, string, error) {
	if b.cfg.HTTP.Admin == "" {
		return nil, "", nil
	}
	l, err := admin.Listen(ctx, b.cfg.HTTP.Admin)
	if err != nil {
		return nil, "", terminal.Hint(fmt.Errorf("listening for health: %w", err), listenHint(err, "http.admin"))
	}
	return l, "http://" + l.Addr().String(), nil
}

// listenHint says why an address may not be had.
func listenHint(err error, key string) string {
	if errors.Is(err, fs.ErrPermission) {
		return "ports below 1024 want CAP_NET_BIND_SERVICE: tipbox.service says how it gets it; or change " + key
	}
	return "another program may have the port: change " + key
}
