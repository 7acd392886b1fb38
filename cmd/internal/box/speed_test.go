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
	"slices"
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
	"tipbox/intake/redis/redistest"
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
	ours := newFast(b, 1, "")
	recipients, err := keys.ReadRecipients(ours.cfg.RecipientsFiles[0])
	if err != nil {
		b.Fatal(err)
	}
	bare := httptest.NewServer(bareHandler{b.TempDir(), recipients.Age(), new(atomic.Int64)})
	b.Cleanup(bare.Close)
	inTurns(b, "tipbox/s", "bare/s", ours.post, func() time.Duration { return post(b, ours.senders, bare.URL+"/", ours.forms()) })
}

// BenchmarkPostRedis compares posting where limits are kept in a Redis with posting
// where they are kept in the process.
func BenchmarkPostRedis(b *testing.B) {
	with, without := newFast(b, 1, "[redis]\nurl = \""+redistest.Start(b).URL()+"\"\n"), newFast(b, 1, "")
	inTurns(b, "redis/s", "memory/s", with.post, without.post)
}

// BenchmarkPostSites compares posting to any of 10,000 sites with posting to any of 10.
// It is to cost the same, within a tenth.
func BenchmarkPostSites(b *testing.B) {
	many, few := newFast(b, 10_000, ""), newFast(b, 10, "")
	inTurns(b, "10000/s", "10/s", many.post, few.post)
}

// BenchmarkFormSites is the same for the form.
func BenchmarkFormSites(b *testing.B) {
	many, few := newFast(b, 10_000, ""), newFast(b, 10, "")
	inTurns(b, "10000/s", "10/s", many.visit, few.visit)
}

// inTurns has two ways take turns, a batch each, and reports their rates, and the median
// of the turns' ratios: what else the machine does now and then moves it little.
func inTurns(b *testing.B, name, other string, first, second func() time.Duration) {
	b.Helper()
	first() // connects, and fills what is kept
	second()
	var took [2]time.Duration
	var ratios []float64
	for b.Loop() {
		for range speedTurns {
			one, two := first(), second()
			took[0] += one
			took[1] += two
			ratios = append(ratios, two.Seconds()/one.Seconds())
		}
	}
	slices.Sort(ratios)
	n := float64(b.N * speedTurns * speedBatch)
	b.ReportMetric(n/took[0].Seconds(), name)
	b.ReportMetric(n/took[1].Seconds(), other)
	b.ReportMetric(ratios[len(ratios)/2], "ratio")
}

// fast is a box that serves its form, without a mail server, and who sends to it.
type fast struct {
	b       *testing.B
	cfg     *config.Config
	box     *Box
	key     *intake.FormKey
	base    string
	sites   int
	next    int // site
	senders []*http.Client
}

// newFast starts a box with so many sites, and more lines in its configuration.
func newFast(b *testing.B, sites int, more string) *fast {
	b.Helper()
	dir := b.TempDir()
	id, err := keys.Generate(keys.PostQuantum)
	if err != nil {
		b.Fatal(err)
	}
	first := config.First{
		BaseURL: "http://127.0.0.1", Listen: "127.0.0.1:0", DataDir: "data", SMTPHost: "127.0.0.1", SMTPPort: 25, SMTPTLS: "none",
		From: "hom-thu@na-co-sa.example", UnitID: "na-co-sa", UnitName: "Đồn Biên phòng Na Cô Sa", Mail: "truc-ban@na-co-sa.example",
		RecipientsFile: "recipients",
	}
	for n := range sites {
		first.Sites = append(first.Sites, config.FirstSite{Code: code(n), Name: fmt.Sprint("Nhà văn hóa bản Na Cô Sa ", n)})
	}
	for name, text := range map[string]string{"tipbox.toml": string(first.TOML()) + wide + more, "recipients": id.Recipient().String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	f := &fast{b: b, sites: sites, senders: make([]*http.Client, speedConns)}
	if f.cfg, err = config.Load(filepath.Join(dir, "tipbox.toml")); err != nil {
		b.Fatal(err)
	}
	if f.box, err = New(&terminal.Terminal{Err: io.Discard}, Options{Config: f.cfg}); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(f.box.close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- f.box.form.Serve(l) }()
	b.Cleanup(func() {
		f.box.form.Close()
		if err := waittest.For(b, served, "the end of the form's server"); err != nil {
			b.Error(err)
		}
	})
	secrets, err := LoadSecrets(f.cfg.SecretFile)
	if err != nil {
		b.Fatal(err)
	}
	if f.key, err = intake.NewFormKey(secrets...); err != nil {
		b.Fatal(err)
	}
	for i := range f.senders {
		f.senders[i] = waittest.Client(&http.Transport{})
		f.senders[i].CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	f.base = "http://" + l.Addr().String() + "/t/"
	return f
}

func code(n int) string { return fmt.Sprint("s", n) }

// forms are a batch of filled-in forms, for site after site.
func (f *fast) forms() []filled {
	all := make([]filled, speedBatch)
	for i := range all {
		site := code(f.next)
		f.next = (f.next + 7) % f.sites
		all[i] = filled{bytes.NewReader(kilobyteForm(f.b, f.key.Mint(site, time.Now()))), site}
	}
	return all
}

type filled struct {
	body *bytes.Reader
	site string
}

func (f *fast) post() time.Duration { return post(f.b, f.senders, f.base, f.forms()) }

// visit opens a batch of forms.
func (f *fast) visit() time.Duration {
	sites := make([]string, speedBatch)
	for i := range sites {
		sites[i] = code(f.next)
		f.next = (f.next + 7) % f.sites
	}
	return atOnce(f.b, f.senders, len(sites), func(c *http.Client, n int) (*http.Response, error) { return c.Get(f.base + sites[n]) })
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
func post(b *testing.B, senders []*http.Client, base string, forms []filled) time.Duration {
	b.Helper()
	return atOnce(b, senders, len(forms), func(c *http.Client, n int) (*http.Response, error) {
		return c.Post(base+forms[n].site, "multipart/form-data; boundary=line", forms[n].body)
	})
}

// atOnce makes requests, each sender one after the other, and returns how long it took.
func atOnce(b *testing.B, senders []*http.Client, requests int, do func(*http.Client, int) (*http.Response, error)) time.Duration {
	b.Helper()
	var next atomic.Int64
	var all sync.WaitGroup
	begun := time.Now()
	for _, c := range senders {
		all.Go(func() {
			for n := next.Add(1); n <= int64(requests); n = next.Add(1) {
				resp, err := do(c, int(n-1))
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
