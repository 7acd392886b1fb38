//go:build unix && flood

package flood

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"tipbox/cmd/internal/boxtest"
	"tipbox/crypto/keys"
	"tipbox/crypto/seal"
	"tipbox/intake"
)

// flood posts at the attack's pace, and leaves out what the box or this machine
// does not keep up with.
func (a attack) flood(t *testing.T, ctx context.Context, url string, o *outcome, blob []byte) {
	line := &http.Transport{MaxIdleConnsPerHost: atOnce}
	defer line.CloseIdleConnections()
	core := new(sync.Mutex)
	o.late.Add(pace(ctx, a.each, most, func(n int) {
		s := a.from(n)
		v := &boxtest.Villager{URL: url + site(s), Line: forwarded{line, s.addr.String()}}
		f := boxtest.Report(fmt.Sprintf("Tin rác thứ %d.", n))
		for k, value := range a.fields {
			f.Fields[k] = value
		}
		o.posts.Add(1)
		answer, err := send(ctx, v, f, blob, n)
		if err == nil && answer.Header.Get("Tipbox-Work") != "" {
			o.work.Add(1)
			if a.script && core.TryLock() {
				f.Fields["work"] = solve(t, answer.Header.Get("Tipbox-Work"))
				core.Unlock()
				o.proofs.Add(1)
				answer, err = v.Send(ctx, f)
			}
		}
		switch {
		case err != nil && ctx.Err() == nil, err == nil && answer.Status >= 500:
			o.failed.Add(1)
		case err == nil && answer.Header.Get("Tipbox-Taken") != "":
			o.taken.Add(1)
		case err == nil && answer.Header.Get("Tipbox-Text-First") != "":
			o.photos.Add(1)
		}
	}))
}

// send fetches the page and sends the form, or in its place a blob that is like no
// other.
func send(ctx context.Context, v *boxtest.Villager, f boxtest.Form, blob []byte, n int) (*boxtest.Answer, error) {
	if blob == nil {
		return v.Write(ctx, f)
	}
	token, page, err := v.Page(ctx)
	if err != nil {
		return nil, err
	}
	data := dataPath.FindStringSubmatch(page)
	if data == nil {
		return nil, errors.New("a page without keys")
	}
	keys, err := v.At(data[1]).Do(ctx, http.MethodGet, nil, "")
	if err != nil {
		return nil, err
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	_ = w.WriteField("token", token) // to memory
	_ = w.WriteField("delivery", "now")
	_ = w.WriteField("to", "unit")
	part, _ := w.CreateFormFile("sealed", "tin.age")
	_, _ = part.Write(blob[:len(blob)-8])
	_, _ = fmt.Fprintf(part, "%08x", n)
	_ = w.Close()
	sealed := *v
	sealed.Line = keyed{v.Line, keysOf.FindStringSubmatch(keys.Body)[1]}
	return sealed.Do(ctx, http.MethodPost, &body, w.FormDataContentType())
}

var (
	dataPath = regexp.MustCompile(`data-keys="([^"]+)"`)
	keysOf   = regexp.MustCompile(`"keys":"([^"]+)"`)
)

// blob is a sealed tip of 4 MiB, where the attack sends such.
func blob(t *testing.T, a attack, config string) []byte {
	t.Helper()
	if !a.blobs {
		return nil
	}
	r, err := keys.ReadRecipients(filepath.Join(filepath.Dir(config), "keys", "na-co-sa.recipients"))
	if err != nil {
		t.Fatal(err)
	}
	photo := make([]byte, 2900<<10) // in base64 almost 4 MiB
	_, _ = rand.Read(photo)
	b, err := seal.New(r).Seal(&intake.Tip{
		ID: "TB-0000-0000", Unit: "na-co-sa", Site: "ncs01", Mailbox: intake.Report, Lang: "vi", Message: "Tin rác", Photos: [][]byte{photo},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// forwarded is a line that a trusted proxy has passed on.
type forwarded struct {
	next http.RoundTripper
	addr string
}

func (f forwarded) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Forwarded-For", f.addr)
	return f.next.RoundTrip(r)
}

// keyed names the keys that a tip is sealed to.
type keyed struct {
	next http.RoundTripper
	keys string
}

func (k keyed) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Tipbox-Keys", k.keys)
	return k.next.RoundTrip(r)
}

// people send an honest tip each, without script unless the flood has one, and
// look whether they are thanked.
func (o *outcome) people(t *testing.T, ctx context.Context, url, text string, who func(int) sender, script bool) {
	line := &http.Transport{}
	defer line.CloseIdleConnections()
	tick := time.NewTicker(honestEach)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		s, f := who(n), boxtest.Report(fmt.Sprintf("%s %d.", text, n))
		v := &boxtest.Villager{URL: url + site(s), Line: forwarded{line, s.addr.String()}}
		began := time.Now()
		answer, err := v.Write(t.Context(), f)
		if err == nil && script && answer.Header.Get("Tipbox-Work") != "" {
			f.Fields["work"] = solve(t, answer.Header.Get("Tipbox-Work"))
			answer, err = v.Send(t.Context(), f)
		}
		o.mu.Lock()
		o.sent[f.Fields["message"]] = err == nil && answer.Taken()
		o.answers = append(o.answers, time.Since(began))
		o.mu.Unlock()
	}
}
