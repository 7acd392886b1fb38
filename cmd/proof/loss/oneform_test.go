package loss

import (
	"fmt"
	"html"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/deliver/smtp/smtptest"
	"tipbox/intake/redis/redistest"
	"tipbox/intake/waittest"
)

// oneForm is a villager with one page open.
type oneForm struct {
	*boxtest.Villager
	t     *testing.T
	token string
	thank string // where the first tip led, and what it said
}

// openForm fetches the page.
func openForm(t *testing.T, url string) *oneForm {
	t.Helper()
	f := &oneForm{Villager: boxtest.NewVillager(t, url+"/t/ncs01"), t: t}
	var err error
	if f.token, _, err = f.Page(t.Context()); err != nil {
		t.Fatal(err)
	}
	return f
}

// tap sends the page with this text, and holds the answer to the first thanks.
func (f *oneForm) tap(text string) {
	f.t.Helper()
	tip := boxtest.Report(text)
	tip.Fields["token"] = f.token
	a, err := f.Send(f.t.Context(), tip)
	if err != nil || !a.Taken() {
		f.t.Fatalf("%v, answer %+v", err, a)
	}
	thank := a.Header.Get("Location") + a.Body
	if f.thank == "" {
		f.thank = thank
	}
	if thank != f.thank {
		f.t.Errorf("another tap was thanked with %q, the first with %q", thank, f.thank)
	}
}

// TestOneFormOneTip sends one form again and again as impatient thumbs and bad
// lines do: it is one tip and the same thanks each time, whatever broke in
// between, while an edited text is another tip.
func TestOneFormOneTip(t *testing.T) {
	for name, between := range map[string]func(*testing.T, *oneFormBox){
		"after the mail has gone": func(_ *testing.T, b *oneFormBox) { b.mails.Wait(1) },
		"after Redis was lost":    func(_ *testing.T, b *oneFormBox) { b.redis.Kill() },
		"after Redis forgot it":   func(_ *testing.T, b *oneFormBox) { b.redis.Kill(); b.redis.Start() },
		"after a kill -9":         crash,
		"after a kill -9, Redis empty": func(t *testing.T, b *oneFormBox) {
			b.redis.Kill()
			b.redis.Start()
			crash(t, b)
			b.most++ // nobody is left who knows that the tip had been mailed
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tapAround(t, openBox(t), name, between)
		})
	}
}

// TestOneFormAfterARestart: only Redis outlives one. The box waits for it no
// longer than a villager is to wait, and a busy machine may be slower than that:
// then there is a second mail. That must not be so each time.
func TestOneFormAfterARestart(t *testing.T) {
	t.Parallel()
	for range 5 {
		b := openBox(t)
		b.most++
		texts := tapAround(t, b, "after a restart", restart)
		if len(b.mails.Mails()) == len(texts) {
			return
		}
	}
	t.Error("after a restart a form is a second mail each time")
}

// tapAround taps a form before and after something happens, then edits it and
// taps on. It returns the texts of the two tips.
func tapAround(t *testing.T, b *oneFormBox, name string, between func(*testing.T, *oneFormBox)) (texts []string) {
	t.Helper()
	f := openForm(t, b.URL)
	texts = []string{"Tin " + name, "Tin sửa lại " + name}
	f.tap(texts[0])
	between(t, b)
	f.URL = b.URL + "/t/ncs01" // as the poster's link would lead to it again
	f.tap(texts[0])
	f.tap(texts[1])
	f.tap(texts[0])
	f.tap(texts[1])
	b.end(t, texts)
	return texts
}

// TestTapsAtOnce presses the button twenty times on twenty connections before
// the first answer: one tip, and the same thanks for all but those for which too
// many were waiting. They have their text back.
func TestTapsAtOnce(t *testing.T) {
	t.Parallel()
	b := openBox(t)
	f := openForm(t, b.URL)
	var taps sync.WaitGroup
	pages := make([]string, 20)
	for i := range pages {
		v := boxtest.NewVillager(t, f.URL)
		taps.Go(func() {
			tip := boxtest.Report("Hai mươi lần bấm.", boxtest.Photograph(t, 7, 640, 480))
			tip.Fields["token"] = f.token
			a, err := v.Send(t.Context(), tip)
			switch {
			case err == nil && a.Taken():
				pages[i] = a.Header.Get("Location") + a.Body
			case err != nil || a.Status != http.StatusServiceUnavailable || !strings.Contains(a.Body, "Hai mươi lần bấm."):
				t.Errorf("%v, answer %+v", err, a)
			}
		})
	}
	taps.Wait()
	pages = slices.DeleteFunc(pages, func(page string) bool { return page == "" })
	if slices.Sort(pages); len(pages) == 0 || pages[0] != pages[len(pages)-1] {
		t.Errorf("%d taps were thanked, or not all with the same page", len(pages))
	}
	b.end(t, []string{"Hai mươi lần bấm."})
}

// TestFourthTip: a form serves three tips; the fourth comes back with all that
// was typed and with a token that then works.
func TestFourthTip(t *testing.T) {
	t.Parallel()
	b := openBox(t)
	f := openForm(t, b.URL)
	var texts []string
	for i := range 3 {
		texts = append(texts, fmt.Sprintf("Tin số %d", i+1))
		f.tap(texts[i])
	}
	texts = append(texts, `Tin thứ tư, có dấu "<>&' và xuống dòng.`)
	tip := boxtest.Report(texts[3])
	tip.Fields["token"], tip.Fields["place"], tip.Fields["delivery"] = f.token, "Chợ phiên", "urgent"
	a, err := f.Send(t.Context(), tip)
	if err != nil {
		t.Fatal(err)
	}
	fresh := boxtest.TokenField.FindStringSubmatch(a.Body)
	if a.Status != http.StatusConflict || fresh == nil || fresh[1] == f.token {
		t.Fatalf("status %d, token %v", a.Status, fresh)
	}
	for _, want := range []string{texts[3], "Chợ phiên</textarea>", `value="urgent" checked`, `value="report" required checked`} {
		if !strings.Contains(html.UnescapeString(a.Body), want) {
			t.Errorf("the page that came back has no %s:\n%s", want, a.Body)
		}
	}
	delete(tip.Fields, "place")
	tip.Fields["delivery"] = "now"
	f.token = html.UnescapeString(fresh[1])
	f.tap(texts[3])
	f.tap(texts[3])
	b.end(t, texts)
}

// oneFormBox is a box with a Redis.
type oneFormBox struct {
	*boxtest.Server
	config  string
	officer *boxtest.Officer
	mails   *smtptest.Server
	redis   *redistest.Server
	most    int // mails of a tip
}

func openBox(t *testing.T) *oneFormBox {
	t.Helper()
	b := &oneFormBox{mails: boxtest.MailServer(t, nil), redis: redistest.Start(t), most: 1}
	var flags []string
	b.officer, flags = boxtest.Recruit(t)
	b.config = boxtest.Init(t, b.mails, "[redis]\nurl = "+strconv.Quote(b.redis.URL()), flags...)
	b.Server = boxtest.Serve(t, b.config)
	b.Is("redis", "ok")
	return b
}

func restart(t *testing.T, b *oneFormBox) {
	t.Helper()
	b.Stop()
	b.Server = boxtest.Serve(t, b.config)
	b.Is("redis", "ok")
}

func crash(t *testing.T, b *oneFormBox) {
	t.Helper()
	b.Kill()
	b.most++
	b.Server = boxtest.Serve(t, b.config)
}

// end waits until all is mailed and holds the mails to the texts: each one tip,
// in one mail; only a crash may have doubled a mail, never a tip.
func (b *oneFormBox) end(t *testing.T, texts []string) {
	t.Helper()
	// Not for so many mails: the first tip's second mail would count as the next tip's.
	waittest.Until(t, "the spool is empty", func() bool { return len(boxtest.Spool(t, b.config)) == 0 })
	b.Stop()
	b.officer.Want(b.mails.Mails(), texts, b.most)
}
