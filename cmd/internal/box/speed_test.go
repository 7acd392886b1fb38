package box

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"filippo.io/age"

	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/keys"
	"tipbox/intake"
	"tipbox/intake/durable"
	"tipbox/intake/waittest"
)

const (
	speedConns = 32
	speedBatch = 512
	speedTurns = 4 // in an iteration: one turn alone says little
)

// wide are limits that the benchmark does not meet.
const wide = `
[limits]
sender = { count = 1000000, per = "1h", burst = 1000000 }
site   = { count = 1000000, per = "1h", burst = 1000000 }
all    = { count = 1000000, per = "1h", burst = 1000000 }
`

// BenchmarkPost compares the posting of a 1 KiB tip, up to its being durable in
// the spool, with a bare handler that seals and syncs as much and does nothing
// else, over loopback and 32 connections each. The two take turns, so that what
// else the machine does slows both. At least 0.7 of the bare rate is wanted.
func BenchmarkPost(b *testing.B) {
	dir := b.TempDir()
	id, err := keys.Generate(keys.PostQuantum)
	if err != nil {
		b.Fatal(err)
	}
	first := config.First{
		BaseURL: "http://127.0.0.1", Listen: "127.0.0.1:0", DataDir: "data", SMTPHost: "127.0.0.1", SMTPPort: 25, SMTPTLS: "none",
		From: "hom-thu@na-co-sa.example", UnitID: "na-co-sa", UnitName: "Đồn Biên phòng Na Cô Sa", Mail: "truc-ban@na-co-sa.example",
		RecipientsFile: "recipients", Sites: []config.FirstSite{{Code: "ncs01", Name: "Nhà văn hóa bản Na Cô Sa 1"}},
	}
	for name, text := range map[string]string{"tipbox.toml": string(first.TOML()) + wide, "recipients": id.Recipient().String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	cfg, err := config.Load(filepath.Join(dir, "tipbox.toml"))
	if err != nil {
		b.Fatal(err)
	}
	s, err := New(&terminal.Terminal{Err: io.Discard}, Options{Config: cfg})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(s.close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.form.Serve(l) }()
	b.Cleanup(func() {
		s.form.Close()
		if err := waittest.For(b, served, "the end of the form's server"); err != nil {
			b.Error(err)
		}
	})
	recipients, err := keys.ReadRecipients(filepath.Join(dir, "recipients"))
	if err != nil {
		b.Fatal(err)
	}
	bare := httptest.NewServer(bareHandler{b.TempDir(), recipients.Age(), new(atomic.Int64)})
	b.Cleanup(bare.Close)

	secrets, err := LoadSecrets(cfg.SecretFile)
	if err != nil {
		b.Fatal(err)
	}
	key, err := intake.NewFormKey(secrets...)
	if err != nil {
		b.Fatal(err)
	}
	forms := func() []*bytes.Reader {
		all := make([]*bytes.Reader, speedBatch)
		for i := range all {
			all[i] = bytes.NewReader(kilobyteForm(b, key.Mint("ncs01", time.Now())))
		}
		return all
	}
	senders := make([]*http.Client, speedConns)
	for i := range senders {
		senders[i] = waittest.Client(&http.Transport{})
		senders[i].CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	var ours, theirs time.Duration
	url := "http://" + l.Addr().String() + "/t/ncs01"
	post(b, senders, url, forms()) // connects
	post(b, senders, bare.URL, forms())
	for b.Loop() {
		for range speedTurns {
			ours += post(b, senders, url, forms())
			theirs += post(b, senders, bare.URL, forms())
		}
	}
	posts := float64(b.N * speedTurns * speedBatch)
	b.ReportMetric(posts/ours.Seconds(), "tipbox/s")
	b.ReportMetric(posts/theirs.Seconds(), "bare/s")
	b.ReportMetric(theirs.Seconds()/ours.Seconds(), "ratio")
}

// bareHandler is what no tip box can do without.
type bareHandler struct {
	dir        string
	recipients []age.Recipient
	n          *atomic.Int64
}

func (h bareHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := h.take(r.Body); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func (h bareHandler) take(body io.Reader) error {
	form, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	plain := make([]byte, 16<<10) // as a text is padded
	copy(plain, form)
	var sealed bytes.Buffer
	seal, err := age.Encrypt(&sealed, h.recipients...)
	if err != nil {
		return err
	}
	if _, err := seal.Write(plain); err != nil {
		return err
	}
	if err := seal.Close(); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(h.dir, fmt.Sprint(h.n.Add(1))))
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Write(sealed.Bytes()); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return durable.SyncDir(h.dir)
}

// kilobyteForm is a form with a message of 1 KiB.
func kilobyteForm(tb testing.TB, token string) []byte {
	tb.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	if err := w.SetBoundary("line"); err != nil {
		tb.Fatal(err)
	}
	for _, f := range [][2]string{{"token", token}, {"mailbox", "report"}, {"message", strings.Repeat("x", 1<<10)}, {"delivery", "now"}} {
		if err := w.WriteField(f[0], f[1]); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return body.Bytes()
}

// post sends the forms, from all senders at once, and returns how long it took.
func post(b *testing.B, senders []*http.Client, url string, forms []*bytes.Reader) time.Duration {
	b.Helper()
	var next atomic.Int64
	var all sync.WaitGroup
	begun := time.Now()
	for _, c := range senders {
		all.Go(func() {
			for n := next.Add(1); n <= int64(len(forms)); n = next.Add(1) {
				resp, err := c.Post(url, "multipart/form-data; boundary=line", forms[n-1])
				if err != nil {
					b.Error(err)
					return
				}
				if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode >= http.StatusBadRequest {
					b.Errorf("%d, %v", resp.StatusCode, err)
				}
				resp.Body.Close()
			}
		})
	}
	all.Wait()
	return time.Since(begun)
}
