package postfixtest

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
)

// Fetch waits, over IMAP (RFC 3501) with IDLE (RFC 2177), until the mailbox has
// n mails, and returns all that it has.
func (r *Relay) Fetch(t testing.TB, mailbox string, n int) [][]byte {
	t.Helper()
	pem, err := os.ReadFile(r.CAFile)
	must(t, err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	dialer := tls.Dialer{Config: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	conn, err := dialer.DialContext(t.Context(), "tcp", net.JoinHostPort(r.Host, strconv.Itoa(r.imapPort)))
	must(t, err)
	defer conn.Close()
	c := &imap{t: t, conn: conn, in: bufio.NewReader(conn)}
	c.until("* OK")
	c.do(fmt.Sprintf("LOGIN %q %q", mailbox, r.Password))
	c.do("SELECT INBOX")
	for c.exists < n {
		c.send("IDLE")
		c.until("+")
		for c.exists < n {
			c.line()
		}
		_, err := io.WriteString(conn, "DONE\r\n")
		must(t, err)
		c.until("a OK")
	}
	for i := range c.exists {
		c.do(fmt.Sprintf("FETCH %d BODY.PEEK[]", i+1))
	}
	return c.mails
}

// imap is as much of an IMAP client as it takes to read an INBOX.
type imap struct {
	t      testing.TB
	conn   net.Conn
	in     *bufio.Reader
	exists int
	mails  [][]byte
}

func (c *imap) do(command string) {
	c.t.Helper()
	c.send(command)
	c.until("a OK")
}

func (c *imap) send(command string) {
	c.t.Helper()
	_, err := io.WriteString(c.conn, "a "+command+"\r\n")
	must(c.t, err)
}

func (c *imap) until(prefix string) {
	c.t.Helper()
	for {
		switch line := c.line(); {
		case strings.HasPrefix(line, prefix):
			return
		case strings.HasPrefix(line, "a ") || strings.HasPrefix(line, "* BYE"):
			c.t.Fatalf("IMAP: %s", line)
		}
	}
}

// line reads a line, notes how many mails it says there are, and keeps the
// literal that may follow it: a mail.
func (c *imap) line() string {
	c.t.Helper()
	line, err := c.in.ReadString('\n')
	must(c.t, err)
	line = strings.TrimSuffix(line, "\r\n")
	var n, size int
	if _, err := fmt.Sscanf(line, "* %d EXISTS", &n); err == nil {
		c.exists = n
	}
	if open := strings.LastIndexByte(line, '{'); open >= 0 && strings.HasSuffix(line, "}") {
		size, err = strconv.Atoi(line[open+1 : len(line)-1])
		must(c.t, err)
		mail := make([]byte, size)
		_, err = io.ReadFull(c.in, mail)
		must(c.t, err)
		c.mails = append(c.mails, mail)
	}
	return line
}
