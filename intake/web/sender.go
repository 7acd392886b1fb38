package web

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"

	"tipbox/intake"
)

// sender returns the address that the limits count a request under: that of the
// connection, or where a trusted proxy holds it, of the last one on the way that
// is not a trusted proxy. What a client writes into X-Forwarded-For itself
// stands left of that and is never looked at. It returns the zero Addr where
// there is none to be known.
func (a *app) sender(r *http.Request) netip.Addr {
	addr := parseAddr(r.RemoteAddr)
	if !a.trusts(addr) {
		return addr
	}
	// Several headers are one list in their order: RFC 9110, section 5.3.
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop := parseAddr(hops[i])
		if !hop.IsValid() {
			return addr // the trusted proxy that passed this on is all we know
		}
		addr = hop
		if !a.trusts(addr) {
			break
		}
	}
	return addr
}

// tellOperator answers whoever has the secret, on any page, by which address the request
// counts and which one holds the connection. For all others that page is
// the same, in every byte, whatever they ask.
func (a *app) tellOperator(r *http.Request, answer http.Header) {
	if token := r.Header.Get(intake.OperatorHeader); token != "" && a.Service.Operator(token) {
		answer.Set(intake.SeenHeader, fmt.Sprint(a.sender(r), " ", parseAddr(r.RemoteAddr)))
	}
}

func (a *app) trusts(addr netip.Addr) bool {
	for _, p := range a.TrustedProxies {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// parseAddr reads an address as proxies write it: with or without port,
// brackets, quotes and zone. It returns the zero Addr for anything else.
func parseAddr(s string) netip.Addr {
	s = strings.Trim(strings.TrimSpace(s), `"`)
	addr, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]"))
	if err != nil {
		ap, err := netip.ParseAddrPort(s)
		if err != nil {
			return netip.Addr{}
		}
		addr = ap.Addr()
	}
	return addr.Unmap().WithZone("")
}
