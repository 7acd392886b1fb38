package web

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tipbox/crypto/keys"
	"tipbox/crypto/open"
	"tipbox/crypto/plaintext"
	"tipbox/crypto/seal"
	"tipbox/intake"
	"tipbox/intake/limit"
	"tipbox/intake/photo"
	"tipbox/intake/server/formtest"
	"tipbox/intake/spool"
	"tipbox/templates"
)

// box is the form's handler on real parts: a unit with keys of its own, limits
// in this process, a spool on disk.
type box struct {
	waited          []time.Duration // that looking was evened out by
	t               testing.TB
	handler         http.Handler
	dir             string // of the spool
	key             *intake.FormKey
	unit, oversight *keys.Identities
	log             *bytes.Buffer
	parts           intake.Options
	o               Options
}

// secret is the service's.
var secret = bytes.Repeat([]byte{7}, 32)

// newKeys makes a pair of keys.
func newKeys(t testing.TB) (*keys.Recipients, *keys.Identities) {
	t.Helper()
	i, err := keys.Generate(keys.PostQuantum)
	if err != nil {
		t.Fatal(err)
	}
	locked, err := i.Lock("hoa ban", 10)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := keys.ParseIdentities(locked, keys.UnlockOptions{Passphrase: func() (string, error) { return "hoa ban", nil }})
	if err != nil {
		t.Fatal(err)
	}
	r, err := keys.ParseRecipients(strings.NewReader(i.Recipient().String()))
	if err != nil {
		t.Fatal(err)
	}
	return r, ids
}

// newBox returns a box, after change has changed what it is made of.
func newBox(t testing.TB, change func(*box)) *box {
	t.Helper()
	r, ids := newKeys(t)
	or, oids := newKeys(t)
	b := &box{t: t, unit: ids, oversight: oids, dir: filepath.Join(t.TempDir(), "spool"), log: new(bytes.Buffer)}
	log := slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	unit := &intake.Unit{
		ID: "na-co-sa", Name: intake.Names{"vi": "Đồn Biên phòng Na Cô Sa", "en": "Na Cô Sa Border Post"},
		Receivers: map[intake.Audience]intake.Receiver{
			intake.ToUnit:    {Mail: []string{"truc-ban@example.vn"}, Sealer: seal.New(r)},
			intake.Oversight: {Mail: []string{"thanh-tra@example.vn"}, Sealer: seal.New(or)},
		},
		Phone: "0215 000 000", LaterWindow: 6 * time.Hour,
		Sites: []*intake.Site{
			{Code: "ncs01", Name: intake.Names{"vi": "Nhà văn hóa bản Na Cô Sa 1", "en": "Na Cô Sa 1 culture house"}},
			{Code: "ncs02", Name: intake.Names{"vi": "Chợ phiên"}},
			{Code: "cu", Name: intake.Names{"vi": "Trạm y tế"}, Withdrawn: time.Unix(1, 0)},
		},
	}
	directory, err := intake.NewDirectory([]*intake.Unit{unit})
	if err != nil {
		t.Fatal(err)
	}
	s, err := spool.Open(spool.Options{Dir: b.dir, Floor: 1, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	wide := limit.Rule{Count: 1_000_000, Per: time.Hour, Burst: 1_000_000}
	limits, err := limit.New(limit.Options{Rules: limit.Rules{Sender: wide, Site: wide, All: wide}, Secret: secret, Log: log, Registerer: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { limits.Close() })
	if b.key, err = intake.NewFormKey(secret); err != nil {
		t.Fatal(err)
	}
	pages, err := templates.Load(templates.Options{Languages: []string{"vi", "en"}})
	if err != nil {
		t.Fatal(err)
	}
	b.parts = intake.Options{Key: b.key, Limits: limits, Forms: limits, Photos: photo.New(photo.Options{}), Spool: s}
	b.o = Options{
		Directory: directory, Pages: pages, BaseURL: &url.URL{Scheme: "https", Host: "tip.example.vn"}, Log: log,
	}
	if change != nil {
		change(b)
	}
	if b.o.Service == nil {
		b.o.Service = intake.NewService(b.parts)
	}
	if b.handler, err = New(b.o); err != nil {
		t.Fatal(err)
	}
	return b
}

// do asks the handler.
func (b *box) do(method, target string, body io.Reader, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, body)
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	return w
}

func (b *box) get(target string, header ...string) *httptest.ResponseRecorder {
	return b.do(http.MethodGet, target, nil, header...)
}

// send posts a form of parts as form makes them.
func (b *box) send(target string, parts ...string) *httptest.ResponseRecorder {
	return b.post(target, parts)
}

// post is send with more headers.
func (b *box) post(target string, parts []string, header ...string) *httptest.ResponseRecorder {
	contentType, body := formtest.Form(b.t, parts...)
	return b.do(http.MethodPost, target, bytes.NewReader(body), append(header, "Content-Type", contentType)...)
}

// token returns a fresh token of the site.
func (b *box) token(code string) string { return "token=" + b.key.Mint(code, time.Now()) }

// spooled returns the files of the tips that were taken.
func (b *box) spooled() []string {
	files, err := filepath.Glob(filepath.Join(b.dir, "new", "*.tip"))
	if err != nil {
		b.t.Fatal(err)
	}
	return files
}

// taken reports whether the tip of a plain form is safe.
func taken(w *httptest.ResponseRecorder, lang string) bool {
	return w.Code == http.StatusSeeOther && w.Header().Get("Location") == "/k?l="+lang && w.Header().Get("Tipbox-Taken") != ""
}

var tokenField = regexp.MustCompile(`name="token" value="([^"]+)"`)

// opened returns the only tip in the spool, opened with the keys.
func (b *box) opened(ids *keys.Identities) *plaintext.Tip {
	b.t.Helper()
	files := b.spooled()
	if len(files) != 1 {
		b.t.Fatalf("%d tips in the spool, want 1", len(files))
	}
	return b.open(files[0], ids)
}

// open opens a file of the spool with the keys.
func (b *box) open(file string, ids *keys.Identities) *plaintext.Tip {
	b.t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		b.t.Fatal(err)
	}
	_, sealed, _ := bytes.Cut(data, []byte("\n"))
	tip, err := open.Open(sealed, ids)
	if err != nil {
		b.t.Fatal(err)
	}
	return tip
}

// TestTipIsTaken goes the whole way from the link to the sealed tip on disk.
func TestTipIsTaken(t *testing.T) {
	b := newBox(t, nil)
	page := b.get("/t/ncs01")
	m := tokenField.FindStringSubmatch(page.Body.String())
	if page.Code != http.StatusOK || m == nil {
		t.Fatalf("%d\n%s", page.Code, page.Body)
	}
	photo := "photo@IMG_0001.png=" + string(picture(t))
	parts := []string{"token=" + m[1], "mailbox=report", "message=\r\nCó người lạ\r\n", "place=Suối", "time=", photo, "photo@=", "delivery=urgent"}
	for range 2 { // a double tap is one tip and the same answer
		if w := b.send("/t/ncs01", parts...); !taken(w, "vi") || w.Body.Len() > 0 {
			t.Fatalf("%d %v\n%s", w.Code, w.Header(), w.Body)
		}
	}
	tip := b.opened(b.unit)
	if tip.Text != "Có người lạ\nỞ đâu: Suối" && tip.Text != "Có người lạ\n\nỞ đâu: Suối" {
		t.Errorf("text %q", tip.Text)
	}
	if tip.Mailbox != intake.Report || !tip.Urgent || tip.Lang != "" || len(tip.Photos) != 1 || tip.Site != "ncs01" {
		t.Errorf("%+v", tip)
	}
}

// TestOversight: a tip about the unit goes past it, and only where it can.
func TestOversight(t *testing.T) {
	b := newBox(t, nil)
	w := b.send("/t/ncs01?l=en", b.token("ncs01"), "mailbox=report", "message=x", "to=oversight")
	if !taken(w, "en") {
		t.Errorf("%d %v\n%s", w.Code, w.Header(), w.Body)
	}
	if tip := b.opened(b.oversight); tip.Text != "x" {
		t.Errorf("%+v", tip)
	}
	none := newBox(t, func(b *box) { delete(b.o.Directory.Units()[0].Receivers, intake.Oversight) })
	if strings.Contains(none.get("/t/ncs01").Body.String(), `name="to"`) {
		t.Error("a unit without inspectorate offers it")
	}
	w = none.send("/t/ncs01", none.token("ncs01"), "mailbox=report", "message=x", "to=oversight")
	if w.Code != http.StatusUnprocessableEntity || len(none.spooled()) != 0 {
		t.Errorf("%d, %d tips", w.Code, len(none.spooled()))
	}
}

// picture returns a small PNG.
func picture(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
