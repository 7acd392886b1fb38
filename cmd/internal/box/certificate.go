package box

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"time"

	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/terminal"
	"tipbox/intake/pasted"
)

// LoadTLS reads certificate and key anew where a file has changed, so that a
// renewed certificate wants no restart. One that cannot be read leaves the last
// good one in use: half of it may have been written by now.
func LoadTLS(h config.HTTP) (*tls.Config, error) {
	var mu sync.Mutex
	var cert *tls.Certificate
	var read [2]time.Time // when the files were last changed
	load := func() error {
		var changed [2]time.Time
		for i, path := range []string{h.TLSCert, h.TLSKey} {
			info, err := os.Stat(path)
			if err != nil {
				return err
			}
			changed[i] = info.ModTime()
		}
		if changed == read {
			return nil
		}
		var pem [2]string
		for i, path := range []string{h.TLSCert, h.TLSKey} {
			text, err := pasted.File(path)
			if err != nil {
				return err
			}
			pem[i] = text
		}
		pair, err := tls.X509KeyPair([]byte(pem[0]), []byte(pem[1]))
		if err != nil {
			return err
		}
		cert, read = &pair, changed
		return nil
	}
	if err := load(); err != nil {
		return nil, terminal.Hint(terminal.Usage(fmt.Errorf("reading the certificate: %w", err)),
			cmp.Or(config.MayRead(err), "http.tls_cert and http.tls_key must name a certificate and its own key, both PEM"))
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			mu.Lock()
			defer mu.Unlock()
			_ = load()
			return cert, nil
		},
	}, nil
}
