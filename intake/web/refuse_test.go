package web

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"html"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tipbox/intake"
	"tipbox/intake/limit"
	"tipbox/intake/server"
	"tipbox/intake/server/formtest"
	"tipbox/intake/spool"
)

const typed = "Đêm qua có xe chở gỗ & <lạ>"

// bomb returns the beginning of a PNG of 900 million pixels.
func bomb() string {
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	for _, c := range []struct{ name, data string }{{"IHDR", "\x00\x00\x75\x30\x00\x00\x75\x30\x08\x00\x00\x00\x00"}, {"IDAT", "x"}, {"IEND", ""}} {
		_ = binary.Write(&b, binary.BigEndian, uint32(len(c.data)))
		b.WriteString(c.name + c.data)
		_ = binary.Write(&b, binary.BigEndian, crc32.ChecksumIEEE([]byte(c.name+c.data)))
	}
	return b.String()
}

// TestBadInput: the right status, a sentence at the field and at the top, what
// was typed still there, a form that can be sent again, nothing spooled.
func TestBadInput(t *testing.T) {
	b := newBox(t, nil)
	texts := b.o.Pages.Offer([]string{"vi"})[0]
	good := []string{"mailbox=crime", "message=" + typed, "place=Chợ", "time=tối qua", "delivery=later", "to=oversight"}
	with := func(change ...string) []string { return append(change, good...) } // the first of a name counts
	photo := "photo@a.png=" + string(picture(t))
	for name, c := range map[string]struct {
		parts []string
		field string
		key   intake.Problem
		kept  string // besides place and time; "" is typed
	}{
		"empty message":       {with("message= \n"), "message", intake.MessageMissing, " \n"},
		"4,001 characters":    {with("message=" + strings.Repeat("ế", 4001)), "message", intake.MessageTooLong, strings.Repeat("ế", 4001)},
		"4,000 emoji":         {with("message=" + strings.Repeat("🐘", 4000)), "message", intake.MessageTooLong, strings.Repeat("🐘", 4000)},
		"100 KB":              {with("message=" + strings.Repeat("x", 100_000)), "message", intake.MessageTooLong, strings.Repeat("x", 64<<10)},
		"invalid UTF-8":       {with("message=" + typed + "\xff\xfe!"), "message", intake.TextBroken, typed + "\uFFFD!"},
		"no mailbox":          {with("mailbox="), "mailbox", intake.MailboxMissing, ""},
		"another mailbox":     {with("mailbox=<script>"), "mailbox", intake.MailboxMissing, ""},
		"long place":          {with("place=" + strings.Repeat("x", 121)), "place", intake.DetailTooLong, ""},
		"another delivery":    {with("delivery=never"), "delivery", intake.DeliveryUnknown, ""},
		"another audience":    {with("to=press"), "to", intake.AudienceUnknown, ""},
		"4 photos":            {with(photo, photo, photo, photo), "photo", intake.TooManyPhotos, ""},
		"a photo of 50 MB":    {with("photo@a.jpg=" + strings.Repeat("x", 50<<20)), "photo", intake.PhotoTooLarge, ""},
		"text called .jpg":    {with("photo@a.jpg=hello"), "photo", intake.PhotoUnreadable, ""},
		"a file without data": {with("photo@a.jpg="), "photo", intake.PhotoUnreadable, ""},
		"HEIC":                {with("photo@a.heic=\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), "photo", intake.PhotoHEIC, ""},
		"a PNG bomb":          {with("photo@a.png=" + bomb()), "photo", intake.PhotoTooLarge, ""},
	} {
		token := b.token("ncs01")
		w := b.send("/t/ncs01?l=vi", append([]string{token}, c.parts...)...)
		body := w.Body.String()
		if w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d", name, w.Code)
		}
		sentence := html.EscapeString(texts.Problem(string(c.key)))
		if sentence == "" || strings.Count(body, sentence) != 2 || !strings.Contains(body, `<a href="#`+c.field+`">`+sentence) ||
			!strings.Contains(body, "autofocus") || !strings.Contains(body, "<title>"+texts.NotSent) {
			t.Errorf("%s: %q is not told at the top and at the field", name, sentence)
		}
		if c.kept == "" {
			c.kept = typed
		}
		for _, want := range []string{">\n" + html.EscapeString(c.kept) + "</textarea>", "tối qua</textarea>", `value="` + strings.TrimPrefix(token, "token=") + `"`} {
			if !strings.Contains(body, want) {
				t.Errorf("%s: the page does not keep %.60q", name, want)
			}
		}
		if cut := strings.Contains(body, texts.TextCut); cut != (name == "100 KB") {
			t.Errorf("%s: says that the text was cut: %v", name, cut)
		}
		if again := strings.Contains(body, texts.PhotosAgain); again != (c.field == "photo") {
			t.Errorf("%s: asks for the photos again: %v", name, again)
		}
	}
	if n := len(b.spooled()); n != 0 {
		t.Errorf("%d tips were spooled", n)
	}
}

// TestProblemsHaveSentences: in every language, also for what only scripts send.
func TestProblemsHaveSentences(t *testing.T) {
	b := newBox(t, nil)
	for _, l := range b.o.Pages.Offer([]string{"vi", "en"}) {
		for _, p := range []intake.Problem{
			intake.MailboxMissing, intake.MessageMissing, intake.MessageTooLong, intake.DetailTooLong, intake.TextBroken,
			intake.DeliveryUnknown, intake.AudienceUnknown, intake.TooManyPhotos, intake.PhotoTooLarge,
			intake.PhotoUnreadable, intake.PhotoHEIC, intake.SealedBroken,
		} {
			if l.Problem(string(p)) == "" {
				t.Errorf("%s: no sentence for %s", l.Tag, p)
			}
		}
	}
	w := b.send("/t/ncs01?l=vi", b.token("ncs01"), "sealed@tin.age=age-encryption.org/v1")
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Tin khóa trên điện thoại bị hỏng") {
		t.Errorf("a broken sealed tip: %d", w.Code)
	}
}

// TestStaleForms: the text is kept, and one more tap on the page sends it.
func TestStaleForms(t *testing.T) {
	b := newBox(t, nil)
	for name, token := range map[string]string{
		"expired":         b.key.Mint("ncs01", time.Now().Add(-intake.FormLife-2*time.Hour)),
		"forged":          b.key.Mint("ncs01", time.Now())[1:] + "A",
		"of another site": b.key.Mint("ncs02", time.Now()),
		"none":            "",
	} {
		before := len(b.spooled())
		parts := []string{"mailbox=crime", "message=" + typed + name}
		w := b.send("/t/ncs01", append(parts, "token="+token)...)
		body := w.Body.String()
		if w.Code != http.StatusConflict || !strings.Contains(body, "bấm “Gửi tin” lần nữa là được") || !strings.Contains(body, html.EscapeString(typed+name)) {
			t.Fatalf("%s: %d\n%s", name, w.Code, body)
		}
		m := tokenField.FindStringSubmatch(body)
		if w = b.send("/t/ncs01", append(parts, "token="+m[1])...); !taken(w, "vi") || len(b.spooled()) != before+1 {
			t.Errorf("%s: one more tap gives %d, %d tips", name, w.Code, len(b.spooled())-before)
		}
	}
}

// TestFourthTip: a token serves three different tips; then the page comes back.
func TestFourthTip(t *testing.T) {
	b := newBox(t, nil)
	token := b.token("ncs01")
	for i, want := range []int{303, 303, 303, 409} {
		if w := b.send("/t/ncs01", token, "mailbox=crime", "message="+strings.Repeat("x", i+1)); w.Code != want {
			t.Errorf("tip %d: %d, want %d", i+1, w.Code, want)
		}
	}
	if n := len(b.spooled()); n != 3 {
		t.Errorf("%d tips", n)
	}
}

// TestLimit: bad input costs nothing; the bulk lane thanks as the front lane does;
// and at the end the text comes back, with work for the script, when to try again
// and whom to call.
func TestLimit(t *testing.T) {
	b := newBox(t, func(b *box) {
		wide, narrow := limit.Rule{Count: 100, Per: time.Hour, Burst: 100}, limit.Rule{Count: 2, Per: time.Hour, Burst: 1}
		limits, err := limit.New(limit.Options{
			Rules: limit.Rules{Sender: narrow, Site: wide, All: wide}, Secret: secret, Log: b.o.Log, Registerer: prometheus.NewRegistry(),
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { limits.Close() })
		b.parts.Limits, b.parts.Forms = limits, limits
	})
	send := func(message string) *httptest.ResponseRecorder {
		return b.send("/t/ncs01", b.token("ncs01"), "mailbox=crime", "message="+message)
	}
	for range 20 {
		if w := send(""); w.Code != 422 {
			t.Fatalf("an empty message: %d", w.Code)
		}
	}
	first := send(typed)
	w, n := first, 0
	for ; taken(w, "vi"); n++ {
		if w.Body.String() != first.Body.String() || !maps.EqualFunc(w.Header(), first.Header(), slices.Equal) {
			t.Errorf("tip %d is thanked otherwise than the first", n)
		}
		w = send(typed)
	}
	if w.Code != 429 || n < 6 || n > 17 { // one, and ten times as much, by a factor of 0.5 to 1.5
		t.Fatalf("%d after %d tips", w.Code, n)
	}
	wait, err := strconv.Atoi(w.Header().Get("Retry-After"))
	if err != nil || wait%60 != 0 || wait < 6*60 || wait > 15*60 || w.Header().Get("Tipbox-Work") == "" {
		t.Errorf("Retry-After %q, work %q", w.Header().Get("Retry-After"), w.Header().Get("Tipbox-Work"))
	}
	for _, want := range []string{strconv.Itoa(wait/60) + " phút", `href="tel:0215000000"`, `href="tel:113"`, html.EscapeString(typed)} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the page does not have %q", want)
		}
	}
}

// textOnly takes no photos for now.
type textOnly struct{ intake.Limiter }

func (textOnly) Take(context.Context, intake.Ask) (intake.Grant, error) {
	return nil, &intake.LimitError{RetryAfter: 7 * time.Minute, Photos: true}
}

// TestTextFirst: who sends a photo that is not taken hears to send the text.
func TestTextFirst(t *testing.T) {
	b := newBox(t, func(b *box) { b.parts.Limits = textOnly{b.parts.Limits} })
	w := b.send("/t/ncs01", b.token("ncs01"), "mailbox=crime", "message="+typed)
	if w.Code != 429 || w.Header().Get("Tipbox-Text-First") != "yes" || w.Header().Get("Tipbox-Work") != "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	for _, want := range []string{"gửi chữ trước", html.EscapeString(typed)} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the page does not have %q", want)
		}
	}
}

// failingSpool fails as a part of ours may.
type failingSpool struct{ do func() error }

func (f failingSpool) Put(intake.Envelope, []byte) error { return f.do() }

// busyPhotos has no turn for any photo.
type busyPhotos struct{}

func (busyPhotos) Clean(context.Context, []byte, int) ([]byte, error) { return nil, intake.ErrBusy }

// TestOurFaults: nothing is thanked, nothing typed is lost, and the log has
// nothing of the sender.
func TestOurFaults(t *testing.T) {
	full := func(b *box) {
		s, err := spool.Open(spool.Options{Dir: t.TempDir(), Floor: 1 << 62, Log: b.o.Log})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		b.parts.Spool = s
	}
	fails := func(f func() error) func(*box) { return func(b *box) { b.parts.Spool = failingSpool{f} } }
	for name, c := range map[string]struct {
		change func(*box)
		status int
		want   string
		log    string
	}{
		"full disk": {full, 503, "chờ khoảng 10 phút", ""},
		"error":     {fails(func() error { return context.DeadlineExceeded }), 500, "không phải do bà con", "kind=spooling"},
		"panic":     {fails(func() error { panic(typed + "\npanic(x)\n\t/203.0.113.9/xe.go:1") }), 500, "không phải do bà con", "web/refuse_test.go:"},
		"no turn":   {func(b *box) { b.parts.Photos = busyPhotos{} }, 503, "chờ khoảng 1 phút", ""},
		"no budget": {func(b *box) {
			b.o.Bodies = server.NewBodies(server.BodyOptions{Budget: server.NewBudget(70<<10, 60<<10)})
		}, 503, "chờ khoảng 1 phút", ""},
	} {
		b := newBox(t, c.change)
		contentType, body := formtest.Form(t, b.token("ncs01"), "mailbox=crime", "message="+typed, "photo@a.png="+string(picture(t)))
		w := b.do(http.MethodPost, "/t/ncs01?l=vi", bytes.NewReader(body),
			"Content-Type", contentType, "User-Agent", "Canary/1", "X-Forwarded-For", "203.0.113.9")
		page := w.Body.String()
		if w.Code != c.status || !strings.Contains(page, c.want) || !strings.Contains(page, html.EscapeString(typed)) || strings.Contains(page, "Đã nhận") {
			t.Errorf("%s: %d\n%s", name, w.Code, page)
		}
		if c.status == 503 && w.Header().Get("Retry-After") == "" {
			t.Errorf("%s: no Retry-After", name)
		}
		log := b.log.String()
		if !strings.Contains(log, c.log) {
			t.Errorf("%s: the log does not say %q: %s", name, c.log, log)
		}
		for _, trace := range []string{"xe", "203.0.113.9", "192.0.2.1", "Canary", "token", "a.png", "/t/"} {
			if strings.Contains(log, trace) {
				t.Errorf("%s: the log has %q: %s", name, trace, log)
			}
		}
	}
}

// TestWithdrawn: the poster's link answers, and a text sent from it comes back.
func TestWithdrawn(t *testing.T) {
	b := newBox(t, nil)
	w := b.get("/t/CU")
	if w.Code != http.StatusGone || strings.Contains(w.Body.String(), "<textarea") || !strings.Contains(w.Body.String(), "quét tờ khác của Đồn Biên phòng Na Cô Sa") {
		t.Errorf("%d\n%s", w.Code, w.Body)
	}
	w = b.send("/t/cu", b.token("cu"), "mailbox=crime", "message="+typed)
	if w.Code != http.StatusGone || !strings.Contains(w.Body.String(), html.EscapeString(typed)) {
		t.Errorf("%d\n%s", w.Code, w.Body)
	}
}

// TestUnknownSite: friendly, and with a text that was sent there.
func TestUnknownSite(t *testing.T) {
	b := newBox(t, nil)
	w := b.get("/t/ncs09?l=en")
	page := w.Body.String()
	if w.Code != http.StatusNotFound || !strings.Contains(page, "There is no such letter box") || !strings.Contains(page, "0215 000 000") {
		t.Errorf("%d\n%s", w.Code, page)
	}
	w = b.send("/t/ncs09", "mailbox=crime", "message="+typed)
	if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), html.EscapeString(typed)) {
		t.Errorf("%d\n%s", w.Code, w.Body)
	}
	two := newBox(t, func(b *box) {
		units := append(b.o.Directory.Units(), &intake.Unit{ID: "khac", Name: intake.Names{"vi": "Đồn khác"}, Phone: "0216 000 000"})
		d, err := intake.NewDirectory(units)
		if err != nil {
			t.Fatal(err)
		}
		b.o.Directory = d
	})
	if page := two.get("/t/ncs09").Body.String(); strings.Contains(page, "021") || strings.Contains(page, "Đồn") {
		t.Errorf("with two units the page names one of them:\n%s", page)
	}
}
