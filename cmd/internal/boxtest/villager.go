//go:build unix

package boxtest

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tipbox/intake/waittest"
)

// Villager is someone with a browser without script. They do not go where an answer
// leads: that it does so is what a test wants to know.
type Villager struct {
	URL  string            // of the form
	Line http.RoundTripper // nil is everybody's
}

// NewVillager returns a villager with a line, and so a connection, of their own.
func NewVillager(t testing.TB, url string) *Villager {
	line := &http.Transport{}
	t.Cleanup(line.CloseIdleConnections)
	return &Villager{URL: url, Line: line}
}

// Form is a form filled in.
type Form struct {
	Fields map[string]string
	Photos [][]byte
}

// Report fills in a form.
func Report(message string, photos ...[]byte) Form {
	return Form{map[string]string{"mailbox": "report", "message": message}, photos}
}

// TokenField finds the form's token in a page.
var TokenField = regexp.MustCompile(`name="token" value="([^"]+)"`)

// Page fetches the form and returns its token and the page.
func (v *Villager) Page(ctx context.Context) (token, page string, err error) {
	resp, err := v.Do(ctx, http.MethodGet, nil, "")
	if err != nil {
		return "", "", err
	}
	m := TokenField.FindStringSubmatch(resp.Body)
	if m == nil {
		return "", resp.Body, fmt.Errorf("no form token in the page, status %d", resp.Status)
	}
	return html.UnescapeString(m[1]), resp.Body, nil
}

// Answer is a page that came back.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Taken reports whether the tip is safe: the sender is led to the page that thanks.
func (a *Answer) Taken() bool {
	return a.Status == http.StatusSeeOther && strings.HasPrefix(a.Header.Get("Location"), "/k?l=") && a.Header.Get("Tipbox-Taken") != ""
}

// String is what a test that fails wants to know of a page.
func (a *Answer) String() string {
	if a == nil {
		return "no answer"
	}
	_, main, _ := strings.Cut(a.Body, "<main")
	return fmt.Sprintf("status %d %v: %.1000s", a.Status, a.Header, main)
}

// Send posts the form as it stands.
func (v *Villager) Send(ctx context.Context, f Form) (*Answer, error) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range f.Fields {
		if err := w.WriteField(name, value); err != nil {
			return nil, err
		}
	}
	for i, photo := range f.Photos {
		part, err := w.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {fmt.Sprintf(`form-data; name="photo"; filename="IMG_%04d.jpg"`, i)},
			"Content-Type":        {"image/jpeg"},
		})
		if err != nil {
			return nil, err
		}
		if _, err := part.Write(photo); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return v.Do(ctx, http.MethodPost, &body, w.FormDataContentType())
}

// Write opens the page, fills it in and sends it.
func (v *Villager) Write(ctx context.Context, f Form) (*Answer, error) {
	token, _, err := v.Page(ctx)
	if err != nil {
		return nil, err
	}
	f.Fields["token"] = token
	return v.Send(ctx, f)
}

// Do is any request.
func (v *Villager) Do(ctx context.Context, method string, body io.Reader, kind string) (*Answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, v.URL, body)
	if err != nil {
		return nil, err
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	client := waittest.Client(v.Line)
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return &Answer{resp.StatusCode, resp.Header, string(b)}, err
}

// At is the villager looking at another path of the same box.
func (v *Villager) At(path string) *Villager {
	other := *v
	u, err := url.Parse(v.URL)
	if err != nil {
		panic(err)
	}
	other.URL = u.Scheme + "://" + u.Host + path
	return &other
}

// Photograph makes a picture that no other seed makes.
func Photograph(t testing.TB, seed uint64, width, height int) []byte {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a picture is no secret
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := 0; y < height; y += 8 {
		for x := 0; x < width; x += 8 {
			c := color.RGBA{uint8(r.Uint32()), uint8(x), uint8(y), 255} //nolint:gosec // any bits will do
			for dy := range 8 {
				for dx := range 8 {
					img.SetRGBA(x+dx, y+dy, c)
				}
			}
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
