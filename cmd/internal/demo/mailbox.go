package demo

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"tipbox/intake"
	"tipbox/intake/durable"
)

const (
	mailboxTimeout = 5 * time.Minute // RFC 5321 section 4.5.3.2.7
	mailboxLargest = 8 << 20         // bytes; the largest tip makes a mail of under 6 MiB
)

// mailbox is the demo's mail server and the unit's mailbox in one: it takes mail
// over SMTP on loopback, with STARTTLS and a login as a provider wants them, and
// stores each as an .eml file.
type mailbox struct {
	host string
	port int

	o      mailboxOptions
	server *smtp.Server
	ended  chan error
	mu     sync.Mutex // held while a mail is stored
}

type mailboxOptions struct {
	dir      string            // where mails are stored; must exist
	caFile   string            // where the server's certificate is written, for smtp.ca_file
	username string            // of the login
	password string            // of the login
	stored   func(path string) // told of each mail, once it is safe; may be nil
}

// startMailbox starts the mail server on a free port of 127.0.0.1.
func startMailbox(ctx context.Context, o mailboxOptions) (*mailbox, error) {
	conf, err := selfSigned(o.caFile)
	if err != nil {
		return nil, fmt.Errorf("making the mailbox's certificate: %w", err)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting the mailbox: %w", err)
	}
	addr := l.Addr().(*net.TCPAddr)
	m := &mailbox{host: addr.IP.String(), port: addr.Port, o: o, ended: make(chan error, 1)}
	m.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &mailboxSession{m: m}, nil
	}))
	m.server.Domain = "localhost"
	m.server.TLSConfig = conf
	m.server.ReadTimeout, m.server.WriteTimeout = mailboxTimeout, mailboxTimeout
	m.server.MaxMessageBytes = mailboxLargest
	m.server.ErrorLog = silence{} // its lines hold addresses
	go func() { m.ended <- m.server.Serve(l) }()
	return m, nil
}

// close ends all conversations. A mail that was not acknowledged comes again.
func (m *mailbox) close() error {
	if err := m.server.Close(); err != nil {
		return fmt.Errorf("closing the mailbox: %w", err)
	}
	err := <-m.ended
	m.mu.Lock() // a mail that is being stored is stored whole
	defer m.mu.Unlock()
	return err
}

// store writes a mail durably, as a server must before it says 250, under the
// tip's id where it has one. A name that is taken gets a number: mails of one
// tip to two addresses are two mails.
func (m *mailbox) store(returnPath string, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	name := mailName(data)
	path := filepath.Join(m.o.dir, name+".eml")
	for n := 2; ; n++ {
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			break
		} else if err != nil {
			return err
		}
		path = filepath.Join(m.o.dir, fmt.Sprintf("%s-%d.eml", name, n))
	}
	// RFC 5321 section 4.4: who delivers adds the return path.
	data = append([]byte("Return-Path: <"+returnPath+">\r\n"), data...)
	if err := durable.Replace(path, data, 0o600); err != nil {
		return err
	}
	if m.o.stored != nil {
		m.o.stored(path)
	}
	return nil
}

// mailName is the tip's id, taken from the Message-ID, or "thu".
func mailName(data []byte) string {
	msg, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		return "thu"
	}
	local, _, _ := strings.Cut(strings.TrimPrefix(msg.Header.Get("Message-Id"), "<"), "@")
	id, err := intake.ParseID(local)
	if err != nil {
		return "thu"
	}
	return string(id)
}

// mailboxSession is one conversation.
type mailboxSession struct {
	m        *mailbox
	loggedIn bool
	from     string
}

func (s *mailboxSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *mailboxSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		if username != s.m.o.username || password != s.m.o.password {
			return smtp.ErrAuthFailed
		}
		s.loggedIn = true
		return nil
	}), nil
}

func (s *mailboxSession) Mail(from string, _ *smtp.MailOptions) error {
	if !s.loggedIn { // RFC 4954 section 6
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "authentication required"}
	}
	s.from = from
	return nil
}

func (s *mailboxSession) Rcpt(string, *smtp.RcptOptions) error { return nil }

func (s *mailboxSession) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := s.m.store(s.from, data); err != nil {
		// Not an error of its own kind, which would go out as a final 554.
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "cannot store the mail now"}
	}
	return nil
}

func (s *mailboxSession) Reset()        { s.from = "" }
func (s *mailboxSession) Logout() error { return nil }

// silence is a log that keeps nothing.
type silence struct{}

func (silence) Printf(string, ...any) {}
func (silence) Println(...any)        {}

// selfSigned makes a certificate for loopback, whose key stays in memory, and
// writes it to the file for the client to trust.
func selfSigned(file string) (*tls.Config, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), // never one twice from one issuer (RFC 5280)
		Subject:      pkix.Name{CommonName: "tipbox demo"},
		DNSNames:     []string{"localhost"},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore:    now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, key.Public(), key)
	if err != nil {
		return nil, err
	}
	if err := durable.Replace(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		return nil, err
	}
	return &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}},
		MinVersion:   tls.VersionTLS12,
	}, nil
}
