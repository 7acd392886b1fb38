package check

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"time"
)

// certificateHint says how to mend what is wrong with a server's certificate: where
// its name is set, where whoever vouches for it is, and otherwise, for what is no
// fault of the certificate.
func certificateHint(err error, name, authority, otherwise string) string {
	var (
		host    x509.HostnameError
		unknown x509.UnknownAuthorityError
		invalid x509.CertificateInvalidError
		noTLS   tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &host):
		if names := certified(host.Certificate); names != "" {
			return fmt.Sprintf("its certificate is for %s: set %s to that name, if it is the right server", names, name)
		}
		return "its certificate names no host: whoever runs it must get one for " + host.Host
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		now, from, to := time.Now(), invalid.Cert.NotBefore, invalid.Cert.NotAfter
		if now.Before(from) {
			return fmt.Sprintf("its certificate counts from %s on, and this machine's clock says %s: set the clock", day(from), day(now))
		}
		return fmt.Sprintf("its certificate ran out on %s: whoever runs it must renew it, or this machine's clock, which says %s, is wrong", day(to), day(now))
	case errors.As(err, &unknown):
		return fmt.Sprintf("nobody that this machine knows vouches for its certificate: name its authority, in PEM, in %s", authority)
	case errors.As(err, &noTLS):
		return otherwise
	case errors.As(err, &invalid):
		return "whoever runs it must get a good certificate"
	}
	return otherwise
}

func day(t time.Time) string { return t.Format(time.DateOnly) }

// certified returns the names that a certificate is for, or some of them.
func certified(c *x509.Certificate) string {
	if c == nil {
		return ""
	}
	names := append([]string(nil), c.DNSNames...)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) > 5 {
		names = append(names[:5], "…")
	}
	return strings.Join(names, ", ")
}
