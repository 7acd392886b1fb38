package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tipbox/crypto/receipt"
	"tipbox/intake"
	"tipbox/intake/redis"
	"tipbox/intake/reply"
)

// answeringBox returns a box whose unit answers.
func answeringBox(t *testing.T) *box {
	return newBox(t, func(b *box) {
		b.o.Directory.Units()[0].Replies = true
		b.o.Wait = func(_ context.Context, d time.Duration) { b.waited = append(b.waited, d) }
		var err error
		b.o.Replies, err = reply.New(reply.Options{
			Dir: filepath.Join(t.TempDir(), "replies"), Secrets: [][]byte{secret}, Directory: b.o.Directory,
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// codeOf derives from a code what the sender's phone would.
func codeOf(t *testing.T, b *box, code receipt.Code) *receipt.Receipt {
	t.Helper()
	r, err := code.Derive(b.o.BaseURL.String())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// leave seals a reply and posts it as a desk does, without a browser.
func leave(t *testing.T, b *box, to *receipt.Receipt, r receipt.Reply) []byte {
	t.Helper()
	r.Unit, r.On = "na-co-sa", "2026-11-29"
	sealed, err := r.Seal(to.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	_, pass := b.o.Replies.Pass("na-co-sa", intake.ToUnit)
	if w := b.send("/o", "pass="+pass, "lookup="+to.Lookup.String(), "sealed@r.age="+string(sealed)); w.Code != http.StatusNoContent {
		t.Fatalf("leaving a reply: %d", w.Code)
	}
	return sealed
}

// TestCodeWithoutScript: the code is in the tip where it was ticked, part of what makes
// it that tip, and given back with the form.
func TestCodeWithoutScript(t *testing.T) {
	b := answeringBox(t)
	page := b.get("/t/ncs01").Body.String()
	shown := codeField.FindStringSubmatch(page)
	if shown == nil || strings.Contains(page, `type="checkbox" id="reply" name="reply" value="yes" autocomplete="off" aria-describedby="reply-hint" checked`) {
		t.Fatalf("no code, or ticked already:\n%s", page)
	}
	code := receipt.Code(shown[1])
	if rows := code.Rows(); !strings.Contains(page, "<span>"+rows[0]+"</span><span>"+rows[1]+"</span>") {
		t.Error("the page shows another code than it sends")
	}
	typed := []string{b.token("ncs01"), "mailbox=report", "message=Có người chặt cây."}
	ticked := append(typed, "reply=yes", "code="+shown[1])

	given := b.send("/t/ncs01", append(ticked[1:], "token=x")...)
	if m := codeField.FindStringSubmatch(given.Body.String()); given.Code != http.StatusConflict || m == nil || m[1] != shown[1] || !strings.Contains(given.Body.String(), " checked") {
		t.Errorf("%d: the code is not given back: %v", given.Code, m)
	}
	unticked := b.send("/t/ncs01", append(typed[1:], "token=x", "code="+shown[1])...)
	if m := codeField.FindStringSubmatch(unticked.Body.String()); m == nil || m[1] == shown[1] {
		t.Error("a code that was not wanted comes back")
	}
	for range 2 { // the line was lost: the same form again is the same tip with the same code
		if w := b.send("/t/ncs01", ticked...); !taken(w, "vi") {
			t.Fatalf("%d", w.Code)
		}
	}
	if got := b.opened(b.unit).Reply; got != (intake.ReplyTo{Code: shown[1], At: "https://tip.example.vn"}) {
		t.Errorf("the tip has %+v", got)
	}
	// Without the tick it is another tip; so it is with another code.
	b.send("/t/ncs01", typed...)
	b.send("/t/ncs01", append(typed, "reply=yes", "code="+string(receipt.NewCode()))...)
	if n := len(b.spooled()); n != 3 {
		t.Errorf("%d tips", n)
	}
}

// TestNoCode: none where the unit does not answer, and what is no code stops no tip.
func TestNoCode(t *testing.T) {
	for what, b := range map[string]*box{"a unit that does not answer": newBox(t, nil), "no code of ours": answeringBox(t)} {
		code := string(receipt.NewCode())
		if b.o.Replies != nil {
			code = "12345"
		} else if page := b.get("/t/ncs01").Body.String(); strings.Contains(page, `id="reply"`) || b.get("/r").Code != http.StatusNotFound {
			t.Errorf("%s: offers a code", what)
		}
		if w := b.send("/t/ncs01", b.token("ncs01"), "mailbox=report", "message=x", "reply=yes", "code="+code); !taken(w, "vi") {
			t.Errorf("%s: %d", what, w.Code)
		}
		if got := b.opened(b.unit).Reply; got != (intake.ReplyTo{}) {
			t.Errorf("%s: the tip has %+v", what, got)
		}
	}
}

// asked posts to /r, and reports whether the answer was evened out by the step, and the
// processor left to others for a while where a code was derived.
func asked(b *box, fields url.Values, accept string, step time.Duration) (w *httptest.ResponseRecorder, evened bool) {
	b.waited = nil
	w = b.do(http.MethodPost, "/r", strings.NewReader(fields.Encode()), "Content-Type", "application/x-www-form-urlencoded", "Accept", accept)
	last := len(b.waited) - 1
	rested := last == 0 || last == 1 && b.waited[0] > 0
	return w, rested && (last == 1) == (step == openStep) && b.waited[last] > 0 && b.waited[last] <= step
}

// TestEven: looking takes whole steps, however long it has taken.
func TestEven(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &app{Options: Options{Wait: wait}}
		for _, worked := range []time.Duration{0, time.Millisecond, 99 * time.Millisecond, 150 * time.Millisecond} {
			start := time.Now()
			time.Sleep(worked)
			a.even(t.Context(), start, lookStep)
			if took := time.Since(start); took != worked.Truncate(lookStep)+lookStep {
				t.Errorf("%s of work took %s", worked, took)
			}
		}
	})
}

// TestLookup: one size, one set of headers and one time, for whatever is found.
func TestLookup(t *testing.T) {
	b := answeringBox(t)
	waiting, answered, full := codeOf(t, b, receipt.NewCode()), codeOf(t, b, receipt.NewCode()), codeOf(t, b, receipt.NewCode())
	one := leave(t, b, answered, receipt.Reply{Site: "ncs01", Answer: receipt.Received})
	for i := range receipt.MaxReplies {
		leave(t, b, full, receipt.Reply{Site: "ncs01", Text: fmt.Sprint(i)})
	}
	none := strings.TrimSuffix(strings.Repeat(strings.Repeat("0", 32)+".", 8), ".")
	ask := func(l receipt.Lookup, names string) *httptest.ResponseRecorder {
		t.Helper()
		w, evened := asked(b, url.Values{"lookup": {l.String()}, "delete": {names}}, "application/octet-stream", lookStep)
		if w.Code != http.StatusOK || w.Body.Len() != 8*receipt.SealedSize || !evened || w.Header().Get("Content-Encoding") != "" {
			t.Errorf("%d: %d bytes, waited %v, %v", w.Code, w.Body.Len(), b.waited, w.Header())
		}
		return w
	}
	found := func(w *httptest.ResponseRecorder, r *receipt.Receipt) (n int) {
		for i := range receipt.MaxReplies {
			if _, err := r.Open(w.Body.Bytes()[i*receipt.SealedSize : (i+1)*receipt.SealedSize]); err == nil {
				n++
			}
		}
		return n
	}
	first := ask(waiting.Lookup, none)
	for r, want := range map[*receipt.Receipt]int{waiting: 0, answered: 1, full: 8} {
		w := ask(r.Lookup, none)
		if n := found(w, r); n != want || fmt.Sprint(w.Header()) != fmt.Sprint(first.Header()) {
			t.Errorf("%d replies, want %d; %v", n, want, w.Header())
		}
	}
	places := make(map[int]bool)
	for range 40 {
		places[bytes.Index(ask(answered.Lookup, none).Body.Bytes(), one)] = true
	}
	if len(places) < 4 {
		t.Errorf("a reply is in %d places only", len(places))
	}
	if n := found(ask(answered.Lookup, reply.NameOf(one).String()+none[32:]), answered); n != 0 {
		t.Error("what was deleted is there")
	}
	for _, bad := range []string{"", "x", strings.Repeat("z", 32)} {
		if w, _ := asked(b, url.Values{"lookup": {bad}}, "application/octet-stream", lookStep); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("lookup %q: %d", bad, w.Code)
		}
	}
	policy := b.get("/r").Header().Get("Content-Security-Policy")
	if !strings.Contains(policy, "script-src 'self'") || !strings.Contains(policy, "worker-src 'self'") || !strings.Contains(policy, "trusted-types tipbox-worker") {
		t.Error(policy)
	}
}

// TestReadWithoutScript reads a conversation as a phone without script does.
func TestReadWithoutScript(t *testing.T) {
	b := answeringBox(t)
	code, unknown := receipt.NewCode(), receipt.NewCode()
	mine := codeOf(t, b, code)
	read := func(code string, more url.Values) (int, string) {
		t.Helper()
		fields := url.Values{"code": {code}}
		for k, v := range more {
			fields[k] = v
		}
		w, evened := asked(b, fields, "text/html", openStep)
		if w.Code == http.StatusOK && more["again"] == nil && (!evened || w.Body.Len() != pageSize) {
			t.Errorf("%d bytes, waited %v", w.Body.Len(), b.waited)
		}
		return w.Code, w.Body.String()
	}
	for typed, want := range map[string]string{
		string(code[:19]): "Mã còn thiếu số", string(code) + "1": "Mã thừa số", "mã " + string(code): "Mã chỉ có chữ số", swapped(code): "Mã gõ nhầm", `"><b>`: "Mã chỉ có chữ số",
	} {
		status, page := read(typed, nil)
		if status != http.StatusUnprocessableEntity || !strings.Contains(page, want) || !strings.Contains(page, `value="`+html.EscapeString(typed)+`"`) {
			t.Errorf("%q: %d\n%s", typed, status, page)
		}
	}
	if _, page := read(string(unknown), nil); !strings.Contains(page, "Chưa có câu trả lời nào") {
		t.Error("a code that nobody answers")
	}
	stranger := codeOf(t, b, receipt.NewCode())
	sealedToNobody := *mine
	leave(t, b, mine, receipt.Reply{Site: "ncs01", Answer: receipt.More, Number: 1})
	leave(t, b, mine, receipt.Reply{Site: "ncs02", Text: "<script>alert(1)</script>\nhttps://example.com \u202eđảo", Number: 2})
	r := receipt.Reply{Unit: "na-co-sa", Site: "ncs01", On: "2026-11-29", Text: "của người khác"}
	if b2, err := r.Seal(stranger.Recipient()); err != nil {
		t.Fatal(err)
	} else if err := b.o.Replies.Post(t.Context(), passOf(b), sealedToNobody.Lookup, b2); err != nil {
		t.Fatal(err)
	}
	rows := code.Rows()
	for _, typed := range []string{string(code), rows[0] + "\n" + rows[1], strings.ReplaceAll(rows[0]+" "+rows[1], " ", "-")} {
		_, page := read(typed, nil)
		if !ordered(page, "29/11/2026", "Xin bà con cho biết thêm", "&lt;script&gt;alert(1)&lt;/script&gt;\nhttps://example.com đảo", `name="again" value="ncs02"`) ||
			strings.Contains(page, "của người khác") || strings.Contains(page, "href=\"https://example") {
			t.Errorf("%q:\n%s", typed, page[strings.Index(page, "<body>"):])
		}
	}
	// Writing again: the form of the site that was named last, with the same code.
	status, form := read(string(code), url.Values{"again": {"ncs02"}})
	if m := codeField.FindStringSubmatch(form); status != http.StatusOK || m == nil || m[1] != string(code) || !strings.Contains(form, " checked") || !strings.Contains(form, `action="/t/ncs02"`) {
		t.Errorf("%d: the form for writing again:\n%s", status, form)
	}
	_, page := read(string(code), nil)
	names := regexp.MustCompile(`name="delete" value="([0-9a-f.]+)"`).FindStringSubmatch(page)
	if names == nil {
		t.Fatal("nothing to delete")
	}
	if _, page = read(string(code), url.Values{"delete": {names[1]}}); !strings.Contains(page, "Đã xóa") || strings.Contains(page, "<article>") {
		t.Errorf("after deletion:\n%s", page)
	}
}

// TestMarkedReplies: no officer can have the page that shows replies be of another size,
// and the newest is whole.
func TestMarkedReplies(t *testing.T) {
	b := answeringBox(t)
	code := receipt.NewCode()
	for i := range receipt.MaxReplies {
		leave(t, b, codeOf(t, b, code), receipt.Reply{Site: "ncs01", Text: strings.Repeat("&", 2990) + fmt.Sprintf("thứ %d", i), Number: i + 1})
	}
	w, _ := asked(b, url.Values{"code": {string(code)}}, "text/html", openStep)
	if page := w.Body.String(); w.Body.Len() != pageSize || !strings.Contains(page, "&amp;thứ 7") || strings.Contains(page, "thứ 0") || strings.Count(page, "<article>") != receipt.MaxReplies || !strings.Contains(page, `translate="no"><article>`) {
		t.Errorf("%d bytes, %d replies", w.Body.Len(), strings.Count(page, "<article>"))
	}
}

func swapped(c receipt.Code) string {
	for i := 1; i < len(c); i++ {
		if c[i] != c[i-1] {
			return string(c[:i-1]) + string(c[i]) + string(c[i-1]) + string(c[i+1:])
		}
	}
	return ""
}

func passOf(b *box) string {
	_, pass := b.o.Replies.Pass("na-co-sa", intake.ToUnit)
	return pass
}

// ordered reports whether the page has the texts one after another.
func ordered(page string, texts ...string) bool {
	for _, text := range texts {
		_, after, found := strings.Cut(page, text)
		if !found {
			return false
		}
		page = after
	}
	return true
}

func TestLeave(t *testing.T) {
	b := answeringBox(t)
	mine := codeOf(t, b, receipt.NewCode())
	sealed, err := (&receipt.Reply{Unit: "na-co-sa", Site: "ncs01", Answer: receipt.Done, On: "2026-11-29"}).Seal(mine.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	lookup, pass := "lookup="+mine.Lookup.String(), "pass="+passOf(b)
	for name, tc := range map[string]struct {
		parts []string
		want  int
	}{
		"a reply":               {[]string{pass, lookup, "sealed@r.age=" + string(sealed)}, http.StatusNoContent},
		"a pass as pasted":      {[]string{"pass= " + strings.ToLower(strings.ReplaceAll(passOf(b), "-", "\r\n")) + " ", lookup, "sealed@r.age=" + string(sealed)}, http.StatusNoContent},
		"no pass":               {[]string{lookup, "sealed@r.age=" + string(sealed)}, http.StatusForbidden},
		"another pass":          {[]string{"pass=0000-0000-0000-0000", lookup, "sealed@r.age=" + string(sealed)}, http.StatusForbidden},
		"nothing sealed":        {[]string{pass, lookup}, http.StatusUnprocessableEntity},
		"a tip, no reply":       {[]string{pass, lookup, "sealed@r.age=" + strings.Repeat("x", 5000)}, http.StatusUnprocessableEntity},
		"a lookup that is none": {[]string{pass, "lookup=x", "sealed@r.age=" + string(sealed)}, http.StatusUnprocessableEntity},
	} {
		if w := b.send("/o", tc.parts...); w.Code != tc.want || w.Body.Len() != 0 {
			t.Errorf("%s: %d, want %d", name, w.Code, tc.want)
		}
	}
	if w := b.post("/o", []string{pass, lookup, "sealed@r.age=" + string(sealed)}, "Origin", "https://elsewhere.example", "Sec-Fetch-Site", "cross-site"); w.Code != http.StatusForbidden {
		t.Errorf("from another site: %d", w.Code)
	}
	if got, err := b.o.Replies.Look(t.Context(), mine.Lookup); err != nil || len(got) != 1 {
		t.Errorf("%d replies, %v", len(got), err)
	}
}

// TestLeaveAFile: the desk's file, where no script runs.
func TestLeaveAFile(t *testing.T) {
	b := answeringBox(t)
	mine := codeOf(t, b, receipt.NewCode())
	seal := func() []byte {
		sealed, err := (&receipt.Reply{Unit: "na-co-sa", Site: "ncs01", Answer: receipt.Done, On: "2026-11-29"}).Seal(mine.Recipient())
		if err != nil {
			t.Fatal(err)
		}
		return sealed
	}
	file := func(change func(map[string]any)) string {
		var replies []map[string]any
		for range receipt.MaxReplies {
			replies = append(replies, map[string]any{"lookup": mine.Lookup.String(), "sealed": seal()})
		}
		m := map[string]any{"tipbox": "replies", "v": 1, "base_url": "https://tip.example.vn", "pass": passOf(b), "replies": replies}
		change(m)
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	good := file(func(map[string]any) {})
	for _, tc := range []struct {
		name, file string
		status     int
		says       string
	}{
		{"nothing", "", http.StatusUnprocessableEntity, "không phải tệp trả lời"},
		{"a book", `{"tipbox":"book"}`, http.StatusUnprocessableEntity, "không phải tệp trả lời"},
		{"another box's", file(func(m map[string]any) { m["base_url"] = "https://other.example" }), http.StatusUnprocessableEntity, "của https://other.example/o"},
		{"a pass that is none", file(func(m map[string]any) { m["pass"] = "x" }), http.StatusOK, "Mã trả lời của đơn vị không đúng"},
		{"eight", good, http.StatusOK, "Đã gửi xong 8 câu"},
		{"the same again", good, http.StatusOK, "Đã gửi xong 8 câu"},
		{"eight more", file(func(map[string]any) {}), http.StatusOK, "Chưa gửi được 8 câu"},
	} {
		w := b.send("/o", "outbox@tra-loi.tipbox-replies="+tc.file)
		if w.Code != tc.status || !strings.Contains(w.Body.String(), tc.says) {
			t.Errorf("%s: %d\n%s", tc.name, w.Code, w.Body.String()[strings.Index(w.Body.String(), "<body>"):])
		}
	}
	page := b.get("/o")
	if policy := page.Header().Get("Content-Security-Policy"); page.Code != http.StatusOK || !strings.Contains(policy, "script-src 'self'; connect-src 'self'") {
		t.Errorf("%d, %s", page.Code, policy)
	}
}

// TestNoStore: a store that is full, takes no writes or is gone is told in words, and
// nothing typed is lost.
func TestNoStore(t *testing.T) {
	for name, tc := range map[string]struct {
		change     func(*reply.Options)
		left, look int
	}{
		"full":      {func(o *reply.Options) { o.Free = func() int64 { return 0 } }, http.StatusInsufficientStorage, http.StatusOK},
		"read-only": {func(*reply.Options) {}, http.StatusServiceUnavailable, http.StatusOK},
		"gone":      {func(o *reply.Options) { o.Redis = &redis.Server{URL: "redis://127.0.0.1:1"} }, http.StatusServiceUnavailable, http.StatusServiceUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBox(t, func(b *box) {
				b.o.Directory.Units()[0].Replies = true
				b.o.Wait = func(_ context.Context, d time.Duration) { b.waited = append(b.waited, d) }
				o := reply.Options{Dir: filepath.Join(t.TempDir(), "replies"), Secrets: [][]byte{secret}, Directory: b.o.Directory}
				tc.change(&o)
				var err error
				if b.o.Replies, err = reply.New(o); err != nil {
					t.Fatal(err)
				}
				if name == "read-only" { // as root, who may write everywhere: a file where its weeks would be
					if err := errors.Join(os.RemoveAll(o.Dir), os.WriteFile(o.Dir, nil, 0o600)); err != nil {
						t.Fatal(err)
					}
				}
			})
			code := receipt.NewCode()
			mine := codeOf(t, b, code)
			sealed, err := (&receipt.Reply{Unit: "na-co-sa", Site: "ncs01", Answer: receipt.Done, On: "2026-11-29"}).Seal(mine.Recipient())
			if err != nil {
				t.Fatal(err)
			}
			again := func(w *httptest.ResponseRecorder) bool {
				return w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != ""
			}
			if w := b.send("/o", "pass="+passOf(b), "lookup="+mine.Lookup.String(), "sealed@r.age="+string(sealed)); w.Code != tc.left || !again(w) {
				t.Errorf("left: %d %v", w.Code, w.Header())
			}
			if w, evened := asked(b, url.Values{"lookup": {mine.Lookup.String()}}, "application/octet-stream", lookStep); w.Code != tc.look || !evened || !again(w) {
				t.Errorf("looked by script: %d %v", w.Code, w.Header())
			}
			w, evened := asked(b, url.Values{"code": {string(code)}}, "text/html", openStep)
			if w.Code != tc.look || !evened || !again(w) || !strings.Contains(w.Body.String(), `value="`+string(code)+`"`) ||
				strings.Contains(w.Body.String(), "Lúc này chưa xem được") != (tc.look != http.StatusOK) {
				t.Errorf("looked: %d %v\n%s", w.Code, w.Header(), w.Body)
			}
		})
	}
}

// TestLinked: every page leads to the replies, but those that give back what was typed.
func TestLinked(t *testing.T) {
	b := answeringBox(t)
	for target, want := range map[string]bool{"/": true, "/t/ncs01": true, "/t/cu": true, "/k": true, "/x": true, "/r": false} {
		if page := b.get(target).Body.String(); strings.Contains(page, `action="/r"`) != want && target != "/r" {
			t.Errorf("%s leads to the replies: %t", target, !want)
		}
	}
	given := b.send("/t/ncs01", b.token("ncs01"), "message=x").Body.String()
	if strings.Contains(given, `action="/r"`) {
		t.Error("what was typed could be lost on the way to the replies")
	}
}

// TestFormWithCodeIsSmall: one answer, on a line where each kilobyte takes a second.
func TestFormWithCodeIsSmall(t *testing.T) {
	b := answeringBox(t)
	if n := b.get("/t/ncs01", "Accept-Encoding", "gzip").Body.Len(); n > 10<<10 {
		t.Errorf("the form has %d bytes", n)
	} else {
		t.Logf("the form has %d bytes", n)
	}
}
