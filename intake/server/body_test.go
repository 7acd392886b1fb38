package server

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"tipbox/intake"
	"tipbox/intake/server/formtest"
)

func read(o BodyOptions, contentType string, body io.Reader) *Posted {
	r := httptest.NewRequest(http.MethodPost, "/t/ncs01", body)
	r.Header.Set("Content-Type", contentType)
	return NewBodies(o).Read(httptest.NewRecorder(), r)
}

func TestForm(t *testing.T) {
	photo := func(s string) intake.Upload { return intake.Upload{Data: []byte(s)} }
	type want struct {
		text   map[string]string
		cut    []string
		photos []intake.Upload
		sealed []byte
	}
	long := strings.Repeat("ế", 40_000) // 3 bytes each
	for name, tt := range map[string]struct {
		parts []string
		want  want
	}{
		"texts":               {[]string{"mailbox=crime", "message=có người\r\nđốt rừng", "token=abc"}, want{text: map[string]string{"mailbox": "crime", "message": "có người\r\nđốt rừng", "token": "abc"}}},
		"unknown fields":      {[]string{"name=A Páo", "message=x"}, want{text: map[string]string{"message": "x"}}},
		"the first counts":    {[]string{"message=x", "message=y"}, want{text: map[string]string{"message": "x"}}},
		"not UTF-8":           {[]string{"message=a\xff\xfe"}, want{text: map[string]string{"message": "a\xff\xfe"}}},
		"too long":            {[]string{"message=" + long}, want{text: map[string]string{"message": long[:maxMessage-maxMessage%3]}, cut: []string{"message"}}},
		"just not too long":   {[]string{"message=" + strings.Repeat("a", maxMessage)}, want{text: map[string]string{"message": strings.Repeat("a", maxMessage)}}},
		"no file chosen":      {[]string{"message=x", "photo@=", "sealed@="}, want{text: map[string]string{"message": "x"}}},
		"a file without data": {[]string{"photo@IMG_1.jpg="}, want{photos: []intake.Upload{{}}}},
		"photos":              {[]string{"photo@a=1", "photo@b=22", "photo@=", "photo@c=333"}, want{photos: []intake.Upload{photo("1"), photo("22"), photo("333")}}},
		"five photos":         {[]string{"photo@a=1", "photo@b=2", "photo@c=3", "photo@d=4", "photo@e=5"}, want{photos: []intake.Upload{photo("1"), photo("2"), photo("3"), {}, {}}}},
		"a photo too large":   {[]string{"photo@a=" + strings.Repeat("x", 1001), "photo@b=" + strings.Repeat("x", 1000)}, want{photos: []intake.Upload{{TooLarge: true}, photo(strings.Repeat("x", 1000))}}},
		"text after photos":   {[]string{"photo@a=" + strings.Repeat("x", 5000), "message=x"}, want{text: map[string]string{"message": "x"}, photos: []intake.Upload{{TooLarge: true}}}},
		"sealed":              {[]string{"sealed@x.age=age", "to=unit"}, want{text: map[string]string{"to": "unit"}, sealed: []byte("age")}},
		"sealed too large":    {[]string{"sealed@x.age=" + strings.Repeat("x", maxSealed+1)}, want{sealed: []byte{}}},
	} {
		t.Run(name, func(t *testing.T) {
			budget := NewBudget(16<<20, 1<<20)
			contentType, body := formtest.Form(t, tt.parts...)
			p := read(BodyOptions{Budget: budget, MaxPhoto: 1000}, contentType, bytes.NewReader(body))
			if p.Err != nil {
				t.Fatal(p.Err)
			}
			if tt.want.text == nil {
				tt.want.text = map[string]string{}
			}
			for i := range p.Photos { // "no data" has two forms
				if len(p.Photos[i].Data) == 0 {
					p.Photos[i].Data = nil
				}
			}
			if got := (want{p.Text, p.Cut, p.Photos, p.Sealed}); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %.300q\nwant %.300q", fmt.Sprint(got), fmt.Sprint(tt.want))
			}
			p.Close()
			p.Close()
			if n := budget.inUse(); n != 0 {
				t.Errorf("%d bytes are still charged", n)
			}
		})
	}
}

func TestFormURLEncoded(t *testing.T) {
	const kind = "application/x-www-form-urlencoded; charset=UTF-8"
	long := strings.Repeat("ế", 50_000)
	for name, tt := range map[string]struct {
		body string
		text map[string]string
		cut  []string
		err  error
	}{
		"whole":            {"mailbox=report&message=" + url.QueryEscape("rác ở suối") + "&name=x", map[string]string{"mailbox": "report", "message": "rác ở suối"}, nil, nil},
		"bad escape":       {"mailbox=report&message=100%&place=x", map[string]string{"mailbox": "report", "place": "x"}, nil, ErrFormBroken},
		"message too long": {"token=t&message=" + url.QueryEscape(long), map[string]string{"token": "t", "message": long[:maxMessage-maxMessage%3]}, []string{"message"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p := read(BodyOptions{}, kind, strings.NewReader(tt.body))
			defer p.Close()
			if !errors.Is(p.Err, tt.err) || !reflect.DeepEqual(p.Text, tt.text) || !reflect.DeepEqual(p.Cut, tt.cut) {
				t.Errorf("got %.200q %v, %v", fmt.Sprint(p.Text), p.Cut, p.Err)
			}
		})
	}
}

func TestFormBroken(t *testing.T) {
	contentType, whole := formtest.Form(t, "message=đốt rừng", "photo@a.jpg="+strings.Repeat("x", 100_000), "place=suối")
	first := "--b\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\nx\r\n"
	junk := first + "--b\r\nX: "
	const kind = "multipart/form-data; boundary=b"
	for name, tt := range map[string]struct {
		contentType, body string
		err               error
		message           string
	}{
		"ends in the photo":       {contentType, string(whole[:50_000]), ErrFormBroken, "đốt rừng"},
		"no last boundary":        {contentType, string(whole[:len(whole)-8]), ErrFormBroken, "đốt rừng"},
		"ends in a part's header": {contentType, string(whole[:bytes.LastIndex(whole, []byte("Content-Disposition"))+10]), ErrFormBroken, "đốt rừng"},
		"ends in a delimiter":     {kind, first + "--b", ErrFormBroken, "x"},
		"ends after a delimiter":  {kind, first + "--b\r\n", ErrFormBroken, "x"},
		"ends after a header":     {kind, first + "--b\r\nContent-Disposition: form-data; name=\"place\"\r\n", ErrFormBroken, "x"},
		"not as said":             {contentType, "message=x", ErrFormBroken, ""},
		"a part's header of MB":   {kind, junk + strings.Repeat("a", 5<<20) + "\r\n\r\n\r\n--b--", ErrFormBroken, "x"},
		"endless parts":           {kind, strings.Repeat("--b\r\n\r\n\r\n", 1000) + "--b--", ErrFormBroken, ""},
		"larger than is read":     {kind, junk + "a\r\n\r\n" + strings.Repeat("a", 9<<20), ErrFormTooLarge, "x"},
		"JSON":                    {"application/json", `{"message":"x"}`, ErrFormKind, ""},
		"no kind":                 {"", "x", ErrFormKind, ""},
	} {
		t.Run(name, func(t *testing.T) {
			budget := NewBudget(0, 0)
			p := read(BodyOptions{Budget: budget, MaxBody: 8 << 20}, tt.contentType, strings.NewReader(tt.body))
			if !errors.Is(p.Err, tt.err) || p.Text["message"] != tt.message || p.Photos != nil {
				t.Errorf("got %q, %d photos, error %v; want %q, %v", p.Text["message"], len(p.Photos), p.Err, tt.message, tt.err)
			}
			if n := budget.inUse(); n > 2*maxField {
				t.Errorf("%d bytes charged for a form without photos", n)
			}
			p.Close()
			if n := budget.inUse(); n != 0 {
				t.Errorf("%d bytes are still charged", n)
			}
		})
	}
}

// TestFormTellsItself: a form whose type a proxy has dropped, or taken for another,
// is read all the same.
func TestFormTellsItself(t *testing.T) {
	_, whole := formtest.Form(t, "message=đốt rừng", "photo@a.jpg=x", "place=suối")
	for _, kind := range []string{"", "multipart/form-data", "text/plain", "application/octet-stream", "multipart/form-data; boundary", "?"} {
		p := read(BodyOptions{}, kind, bytes.NewReader(whole))
		if p.Err != nil || p.Text["message"] != "đốt rừng" || p.Text["place"] != "suối" || len(p.Photos) != 1 {
			t.Errorf("%q: %v, %q, %d photos", kind, p.Err, p.Text, len(p.Photos))
		}
		p.Close()
	}
}

// TestFormMemory: what is too large is read past, not kept.
func TestFormMemory(t *testing.T) {
	cost := func(size int64) uint64 {
		head, tail := "--b\r\nContent-Disposition: form-data; name=photo; filename=x\r\n\r\n", "\r\n--b--"
		body := io.MultiReader(strings.NewReader(head), io.LimitReader(zeros{}, size), strings.NewReader(tail))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		p := read(BodyOptions{MaxPhoto: 15 << 20}, "multipart/form-data; boundary=b", body)
		runtime.ReadMemStats(&after)
		if p.Err != nil || len(p.Photos) != 1 || !p.Photos[0].TooLarge || p.lease.held != 0 {
			t.Fatalf("a photo of %d bytes: %+v", size, p)
		}
		p.Close()
		return after.TotalAlloc - before.TotalAlloc
	}
	a, b := cost(20<<20), cost(60<<20)
	if b > a+1<<20 || a > 40<<20 {
		t.Errorf("a photo of 20 MiB allocates %d bytes, of 60 MiB %d", a, b)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func FuzzForm(f *testing.F) {
	for _, parts := range [][]string{
		{"mailbox=crime", "message=đốt rừng", "place=suối", "photo@a.jpg=\xff\xd8\xff", "token=x"},
		{"photo@=", "photo@b=", "photo@c=1", "photo@d=2", "photo@e=3"},
		{"sealed@x.age=age-encryption.org/v1", "to=oversight", "delivery=later"},
		{"message=" + strings.Repeat("ế", 30_000)},
	} {
		contentType, body := formtest.Form(f, parts...)
		f.Add(contentType, body)
		f.Add(contentType, body[:len(body)/2])
	}
	f.Add("application/x-www-form-urlencoded", []byte("message=%C4%91%E1%BB&place=%&a;b"))
	f.Add("multipart/form-data; boundary=b", []byte("--b\nContent-Disposition: form-data; name=\"message\"\n\nx\n--b--"))
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		budget := NewBudget(1<<20, 1<<18)
		p := read(BodyOptions{Budget: budget, MaxPhoto: 100, MaxBody: 1 << 20}, contentType, bytes.NewReader(body))
		for name, text := range p.Text {
			if limit, known := textFields[name]; !known || int64(len(text)) > limit {
				t.Errorf("field %q kept with %d bytes", name, len(text))
			}
		}
		if p.Err != nil && (p.Photos != nil || p.Sealed != nil) {
			t.Error("photos of a broken form")
		}
		for i, u := range p.Photos {
			if len(u.Data) > 100 || u.TooLarge && u.Data != nil || i >= intake.MaxPhotos && u.Data != nil {
				t.Errorf("photo %d has %d bytes", i, len(u.Data))
			}
		}
		p.Close()
		if n := budget.inUse(); n != 0 {
			t.Errorf("%d bytes are still charged", n)
		}
	})
}
