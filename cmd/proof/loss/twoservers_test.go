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
func TestOneFormTwoServers(t *testing.T) { // not beside others: Redis is to answer in time
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

	// Where Redis answers later than a villager is to wait, each server decides by
	// itself. On a busy machine that may be so in one round, not in all of them.
	var texts []string
	var twice int
	var different int32
	for round := range 3 {
		sent, taken := formsToBoth(t, boxes, round)
		texts = append(texts, sent...)
		for _, config := range []string{first, second} {
			waittest.Until(t, "all is mailed", func() bool { return len(boxtest.Spool(t, config)) == 0 })
		}
		came := officer.Read(mails.Mails())
		twice, different = 0, taken
		for _, text := range sent {
			if a := came[text]; a != nil && a.Mails > 1 {
				twice++
			}
		}
		if twice <= pairs/5 && different <= 4 {
			break
		}
	}
	if twice > pairs/5 || different < 3 || different > 4 {
		t.Errorf("%d of %d were mailed twice, %d different tips of one form", twice, pairs, different)
	}
	for _, b := range boxes {
		b.Stop()
	}
	officer.Want(mails.Mails(), texts, 2)
}

// pairs is how many forms go to both servers at once in a round.
const pairs = 20

// formsToBoth sends forms to both servers at once, and then different tips of one
// form to either. It returns the texts that were thanked for, and how many tips the
// one form held.
func formsToBoth(t *testing.T, boxes []*boxtest.Server, round int) (texts []string, different int32) {
	t.Helper()
	for i := range pairs {
		var both sync.WaitGroup
		f := openForm(t, boxes[i%2].URL)
		text := fmt.Sprintf("Tin %d.%d gửi tới hai máy một lúc", round, i)
		texts = append(texts, text)
		for _, b := range boxes {
			v := boxtest.NewVillager(t, b.URL+"/t/ncs01")
			both.Go(func() {
				tip := boxtest.Report(text)
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
			text := fmt.Sprintf("Một trang, tin khác nhau, lần %d.%d", round, i)
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
	return texts, taken.Load()
}
