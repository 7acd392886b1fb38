package smtp

import (
	"net"
	"strconv"
	"testing"

	"tipbox/intake/deliver"
	"tipbox/intake/faulttest"
)

// TestHalfOpen: a line that goes dead in both directions without being closed,
// as when a router on the way loses power.
func TestHalfOpen(t *testing.T) {
	t.Parallel()
	srv := server(t, nil)
	o := settings(t, srv)
	p := faulttest.Start(t, net.JoinHostPort(srv.Host, strconv.Itoa(srv.Port)))
	o.Port = p.Port()
	tr := transport(t, o)
	c := dial(t, tr)
	check(t, c.Send(t.Context(), tip("01")), "", 0, "")
	p.Set(faulttest.Dead)
	hurry(tr)
	check(t, c.Send(t.Context(), tip("02")), deliver.Timeout, 0, "")
	if err := c.Close(); err != nil {
		t.Errorf("closing: %v", err)
	}
	if n := len(srv.Mails()); n != 1 {
		t.Errorf("the server has %d mails", n)
	}
}
