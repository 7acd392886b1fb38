package check

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

// TestCertificateEnds: it is told of from two weeks before on, and not before.
func TestCertificateEnds(t *testing.T) {
	now := time.Date(2026, 11, 15, 7, 0, 0, 0, time.UTC)
	for left, soon := range map[time.Duration]bool{
		15 * 24 * time.Hour: false, 14*24*time.Hour + time.Second: false, 14 * 24 * time.Hour: true, time.Hour: true, -time.Hour: true,
	} {
		if f := certificateEnds(now.Add(left), now); (f.Verdict() == "problem") != soon {
			t.Errorf("%v before: %+v", left, f)
		}
	}
}

// TestCertificateHints: a name, a date, an authority and a port are four remedies.
func TestCertificateHints(t *testing.T) {
	now := time.Now()
	cert := func(from, to time.Duration, names ...string) *x509.Certificate {
		return &x509.Certificate{NotBefore: now.Add(from), NotAfter: now.Add(to), DNSNames: names, IPAddresses: []net.IP{net.IPv4(192, 0, 2, 1)}}
	}
	const month = 30 * 24 * time.Hour
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"name":      {x509.HostnameError{Certificate: cert(-month, month, "mail.example.vn"), Host: "smtp.example.vn"}, "its certificate is for mail.example.vn, 192.0.2.1: set smtp.host to that name"},
		"many":      {x509.HostnameError{Certificate: cert(-month, month, "a", "b", "c", "d", "e"), Host: "x"}, "for a, b, c, d, e, …: "},
		"expired":   {x509.CertificateInvalidError{Cert: cert(-2*month, -month), Reason: x509.Expired}, "ran out on " + now.Add(-month).Format(time.DateOnly) + ": whoever runs it must renew it, or this machine's clock, which says " + now.Format(time.DateOnly)},
		"too early": {x509.CertificateInvalidError{Cert: cert(month, 2*month), Reason: x509.Expired}, "counts from " + now.Add(month).Format(time.DateOnly) + " on, and this machine's clock says"},
		"authority": {x509.UnknownAuthorityError{}, "name its authority, in PEM, in smtp.ca_file"},
		"useless":   {x509.CertificateInvalidError{Cert: cert(-month, month), Reason: x509.IncompatibleUsage}, "a good certificate"},
		"no TLS":    {tls.RecordHeaderError{}, "another port"},
		"other":     {errors.New("x"), "another port"},
	} {
		err := fmt.Errorf("tls: %w", &tls.CertificateVerificationError{Err: c.err})
		if got := certificateHint(err, "smtp.host", "smtp.ca_file", "another port"); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s", name, got)
		}
	}
}
