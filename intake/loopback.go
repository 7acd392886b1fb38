package intake

import (
	"net/netip"
	"strings"
)

// IsLoopback reports whether a host, as a URL, an address or a Host header has
// it, is this machine and no other: only there may a thing go unencrypted, or be
// told without asking who wants to know.
func IsLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	if inner, ok := strings.CutPrefix(host, "["); ok {
		host = strings.TrimSuffix(inner, "]")
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}
