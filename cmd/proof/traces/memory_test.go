package traces

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tipbox/cmd/internal/boxtest"
	"tipbox/crypto/keys"
	"tipbox/crypto/seal"
)

// forgetWithin is how long after its answer something of a sender may still be in
// the memory of an idle server.
const forgetWithin = 30 * time.Second

// TestAuditMemory reads the whole memory of the binary that is handed out, as
// somebody could who takes the server over unseen: half a minute after the last
// answer nothing of those who sent before is in it, in whatever way they sent.
func TestAuditMemory(t *testing.T) {
	boxtest.NeedRoot(t, "it reads the memory of a process that forbids it")
	photos := auditPhotos(t)
	for name, encrypted := range map[string]bool{"behind a proxy, or direct": false, "TLS of its own": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMemoryBox(t, encrypted)
			m.photos = photos
			m.send("plain", taken, m.plain)
			m.send("with a photo", taken, m.photo)
			m.send("given back", refused, m.givenBack)
			m.send("broken off", nothing, m.brokenOff)
			m.send("sealed", taken, m.sealed)
			m.send("wants a reply", taken, m.ticked)
			m.send("reads a reply", taken, m.reading)
			if !encrypted {
				m.send("urlencoded", taken, m.urlencoded)
				m.send("behind a proxy", taken, m.proxied)
			}
			m.marks = append(m.marks, m.ofAll()...)
			if now := m.copies(); len(now) < len(m.marks)/3 {
				t.Errorf("only %v is in the memory while it must be: the search finds nothing", now)
			}
			end := time.Now().Add(forgetWithin)
			for left := m.copies(); len(left) > 0; left = m.copies() {
				if time.Now().After(end) {
					t.Fatalf("%v after the last answer the memory has %v\n%s", forgetWithin, left, m.excerpts())
				}
				m.visit()
				time.Sleep(time.Second) // the only way to wait for another process
			}
		})
	}
}

// memoryBox is a box whose memory is read, with what its senders left there.
type memoryBox struct {
	t      *testing.T
	run    *boxtest.Server
	sealer *seal.Sealer
	photos [][]byte
	tokens []string
	marks  []canary
}

func newMemoryBox(t *testing.T, encrypted bool) *memoryBox {
	t.Helper()
	_, flags := boxtest.Recruit(t)
	recipients, err := keys.ReadRecipients(flags[1])
	if err != nil {
		t.Fatal(err)
	}
	flags = append(flags, "--listen", "0.0.0.0:0", "--base-url", "https://tip.example.vn")
	config := boxtest.Init(t, boxtest.MailServer(t, nil), "", flags...)
	boxtest.Rewrite(t, config, "# replies = true", "replies = true")
	if encrypted {
		cert, key := boxtest.Certificate(t, t.TempDir(), frontName, "localhost")
		boxtest.Rewrite(t, config, `trusted_proxies = ["127.0.0.1"]`, fmt.Sprintf("tls_cert = %q\ntls_key = %q", cert, key))
	}
	cmd := exec.CommandContext(t.Context(), boxtest.HandedOut(t, ""), "serve", "-c", config)
	return &memoryBox{t: t, run: boxtest.Start(t, cmd), sealer: seal.New(recipients)}
}

// base is the address of the form: it listens on all addresses.
func (m *memoryBox) base() string {
	scheme, addr, _ := strings.Cut(m.run.URL, "://")
	_, port, _ := net.SplitHostPort(addr)
	return scheme + "://127.0.0.1:" + port
}

// ofAll are the marks that all senders have in common.
func (m *memoryBox) ofAll() []canary {
	forged := addressCanary("X-Forwarded-For, X-Real-IP, forged", forgedV4, forgedV6, forgedReal)
	forged.binary = nil
	all := []canary{
		forged, textCanary("headers", "zq7lang9", "zq7refererx9", "zq7cookiex9", "zq7forwardedx9", "zq7appx9", "zq7authx9", "zq7valuex9", "zq7codingx9"),
		textCanary("query", "zq7queryx9"), textCanary("TLS server name", markSNI), textCanary("time", markTime), textCanary("other fields", "zq7fieldx9"),
		textCanary("parts of the form", "zq7boundaryx9", "zq7partx9", "zq7filex9"), textCanary("EXIF", "zq7ownerx9", "zq7serialx9", "zq7gpsx9"),
	}
	for _, token := range m.tokens {
		all = append(all, tokenCanary("form tokens", token))
	}
	return all
}

// visit has others look at the page meanwhile, who leave nothing: they take up again
// what is kept for the next connection.
func (m *memoryBox) visit() {
	m.t.Helper()
	for range 5 {
		line := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}
		m.t.Cleanup(line.CloseIdleConnections)
		v := boxtest.Villager{URL: m.base() + "/t/ncs01", Line: line}
		if _, page, err := v.Page(m.t.Context()); err != nil {
			m.t.Fatalf("%v\n%s", err, page)
		}
	}
}

// copies searches all memory of the box and counts what is found of its senders.
func (m *memoryBox) copies() map[string]int {
	m.t.Helper()
	found := make(map[string]int)
	m.read(func(_ int64, data []byte) {
		search(lower(data), m.marks, found, func(c canary) [][]byte { return c.loose })
		search(data, m.marks, found, func(c canary) [][]byte { return c.exact })
	})
	return found
}

// excerpts shows some of what is found, to tell who holds it.
func (m *memoryBox) excerpts() string {
	var b strings.Builder
	m.read(func(at int64, data []byte) {
		for _, c := range m.marks {
			for _, pattern := range slices.Concat(c.loose, c.exact) {
				if i := bytes.Index(data, pattern); i >= 0 && b.Len() < 10_000 {
					fmt.Fprintf(&b, "%s at %#x: %q\n", c.name, at+int64(i), data[max(0, i-60):min(len(data), i+60)])
				}
			}
		}
	})
	return b.String()
}

// read calls each with all memory of the box, piece by piece, with where it is.
func (m *memoryBox) read(each func(at int64, data []byte)) {
	m.t.Helper()
	dir := filepath.Join("/proc", strconv.Itoa(m.run.Cmd.Process.Pid))
	maps, err := os.ReadFile(filepath.Join(dir, "maps"))
	if err != nil {
		m.t.Fatal(err)
	}
	memory, err := os.Open(filepath.Join(dir, "mem"))
	if err != nil {
		m.t.Fatal(err)
	}
	defer memory.Close()
	for line := range strings.Lines(string(maps)) {
		var begin, end int64
		var may string
		if _, err := fmt.Sscanf(line, "%x-%x %s", &begin, &end, &may); err != nil || may[0] != 'r' || strings.Contains(line, "[v") {
			continue // the kernel's own, which cannot be read
		}
		const piece, overlap = 1 << 20, 1 << 10
		for at := begin; at < end; at += piece {
			data := make([]byte, min(piece+overlap, end-at))
			if _, err := memory.ReadAt(data, at); err == nil && len(bytes.Trim(data, "\x00")) > 0 { // else unmapped meanwhile, or never used
				each(at, data)
			}
		}
	}
}
