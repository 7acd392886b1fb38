package loss

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/redis/redistest"
	"tipbox/intake/waittest"
)

// TestOneFormTwoServers sends the same form to two servers at once, as a proxy
// does that tries the next one: it is one tip and one mail, and of different texts
// a form holds three, whichever server each goes to.
func TestOneFormTwoServers(t *testing.T) {
	t.Parallel()
	mails := boxtest.MailServer(t, nil)
	officer, flags := boxtest.Recruit(t)
	first := boxtest.Init(t, mails, "[redis]\nurl = \""+redistest.Start(t).URL()+"\"\n"+boxtest.Wide, flags...)
	text, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	secret := fmt.Sprintf("secret_file = %q\n", filepath.Join(filepath.Dir(first), "secret"))
	second := filepath.Join(filepath.Dir(first), "second.toml")
	boxtest.Rewrite(t, first, string(text), secret+string(text))
	boxes := []*boxtest.Server{boxtest.Serve(t, first)}
	if err := os.WriteFile(second, []byte(secret+strings.Replace(string(text), `data_dir  = "data"`, `data_dir  = "data2"`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	boxes = append(boxes, boxtest.Serve(t, second))
	for _, b := range boxes {
		b.Is("redis", "ok")
	}

	const pairs = 20
	var texts []string
	for i := range pairs {
		var both sync.WaitGroup
		f := openForm(t, boxes[i%2].URL)
		texts = append(texts, fmt.Sprintf("Tin %d gửi tới hai máy một lúc", i))
		for _, b := range boxes {
			v := boxtest.NewVillager(t, b.URL+"/t/ncs01")
			both.Go(func() {
				tip := boxtest.Report(fmt.Sprintf("Tin %d gửi tới hai máy một lúc", i))
				tip.Fields["token"] = f.token
				if a, err := v.Send(t.Context(), tip); err != nil || !a.Taken() {
					t.Errorf("%v, answer %+v", err, a)
				}
			})
		}
		both.Wait()
	}

	f := openForm(t, boxes[0].URL)
	var taken atomic.Int32
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range 8 {
		v := boxtest.NewVillager(t, boxes[i%2].URL+"/t/ncs01")
		all.Go(func() {
			text := fmt.Sprintf("Một trang, tin khác nhau, lần %d", i)
			tip := boxtest.Report(text)
			tip.Fields["token"] = f.token
			a, err := v.Send(t.Context(), tip)
			switch {
			case err != nil:
				t.Error(err)
			case a.Taken():
				taken.Add(1)
				mu.Lock()
				texts = append(texts, text)
				mu.Unlock()
			case !strings.Contains(a.Body, text):
				t.Errorf("the text is lost: %+v", a)
			}
		})
	}
	all.Wait()
	if taken.Load() < 3 || taken.Load() > 4 {
		t.Errorf("%d different tips of one form", taken.Load())
	}
	waittest.Until(t, "all have come", func() bool { return len(officer.Read(mails.Mails())) >= len(texts) })
	for _, b := range boxes {
		b.Stop()
	}
	// Where Redis answers later than a villager is to wait, each server decides by
	// itself: on a busy machine that may be so now and then.
	if _, duplicates := officer.Want(mails.Mails(), texts, 2); duplicates > pairs/5 {
		t.Errorf("%d of %d were mailed twice", duplicates, pairs)
	}
}
