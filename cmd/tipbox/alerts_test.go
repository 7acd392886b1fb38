package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/waittest"
)

// phone is whoever is called: it speaks as a bot's service does, and keeps what it got.
type phone struct {
	mu   sync.Mutex
	got  []string // "PATH TEXT"
	fail bool
}

func (p *phone) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Text string `json:"text"`
	}
	_ = json.NewDecoder(r.Body).Decode(&in)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got = append(p.got, r.URL.Path+" "+in.Text)
	if p.fail {
		fmt.Fprint(w, `{"ok":false,"error_code":401,"description":"no such token: `+r.URL.Path+`"}`)
		return
	}
	fmt.Fprint(w, `{"ok":true,"result":{}}`)
}

// with returns the messages that hold a text.
func (p *phone) with(text string) (all []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.got {
		if strings.Contains(m, text) {
			all = append(all, m)
		}
	}
	return all
}

// TestAlertsInTheBox: an urgent tip rings, an ordinary one and one about the unit do
// not; the link's page stops it; the operator hears of a mailbox that takes nothing,
// and of no tip; check --send tries everything; and no token stands in anything said.
func TestAlertsInTheBox(t *testing.T) {
	t.Parallel()
	const token = "4711:Aa-bot_token"
	phone := new(phone)
	service := httptest.NewServer(phone)
	defer service.Close()
	mails := boxtest.MailServer(t, nil)
	_, flags := boxtest.Recruit(t)
	config := boxtest.Init(t, mails, boxtest.Wide+fmt.Sprintf(`
[operator]
heartbeat_url = "%[1]s/ping/{token}"
heartbeat_token_file = "secrets/bot"
[[operator.alerts]]
kind = "webhook"
url = "%[1]s/operator"
`, service.URL), fixedPort(t, flags)...)
	boxtest.Rewrite(t, config, "\n  [[units.sites]]", fmt.Sprintf(`
  [[units.alerts]]
  kind = "zalo"
  url = "%s"
  token_file = "secrets/bot"
  chat = "77"

  [[units.sites]]`, service.URL))
	if err := os.WriteFile(filepath.Join(filepath.Dir(config), "secrets", "bot"), []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	box := boxtest.Serve(t, config)
	send := func(delivery string) {
		t.Helper()
		form := boxtest.Report("Có đánh nhau ở chợ.")
		form.Fields["delivery"] = delivery
		if a, err := boxtest.NewVillager(t, box.URL+"/t/ncs01").Write(t.Context(), form); err != nil || !a.Taken() {
			t.Fatalf("%v, %v", err, a)
		}
	}
	send("now")
	send("urgent")
	waittest.Until(t, "the urgent tip rings", func() bool { return len(phone.with("KHẨN")) > 0 })
	call := regexp.MustCompile(`^/bot` + regexp.QuoteMeta(token) + `/sendMessage Hòm thư có tin KHẨN\n` + box.URL + `(/a/[a-z2-7]{39})$`)
	rung := phone.with("KHẨN")
	m := call.FindStringSubmatch(rung[0])
	if m == nil || len(rung) != 1 {
		t.Fatalf("%q", rung)
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		req, _ := http.NewRequestWithContext(t.Context(), method, box.URL+m[1], nil)
		resp, err := waittest.Client(nil).Do(req)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %v, %v", method, err, resp)
		}
		resp.Body.Close()
	}
	waittest.Until(t, "the heartbeat", func() bool { return len(phone.with("/ping/"+token)) > 0 })

	check := func(args ...string) string {
		t.Helper()
		out, _ := waittest.Command(t, boxtest.Binary(t), append([]string{"check", "-c", config}, args...)...).CombinedOutput()
		if strings.Contains(string(out), token) || strings.Contains(string(out), "Aa-bot") {
			t.Errorf("the token is told:\n%s", out)
		}
		return string(out)
	}
	if out := check(); !strings.Contains(out, "ok       alerts   na-co-sa: urgent tips ring zalo\n") ||
		!strings.Contains(out, "warning  alerts   na-co-sa: Zalo has often scanned the very code") || len(phone.with("THỬ")) != 0 {
		t.Errorf("check calls nobody, and says who is called:\n%s", out)
	}
	before := len(mails.Mails())
	out := check("--send", "--unit", "na-co-sa")
	if !strings.Contains(out, "ok       send     na-co-sa: a trial tip was taken") || !strings.Contains(out, "ok       send     na-co-sa: zalo has taken a trial") ||
		len(phone.with("THỬ")) != 1 || len(phone.with("/operator THỬ")) != 0 {
		t.Errorf("%q\n%s", phone.with("THỬ"), out)
	}
	waittest.Until(t, "the trial tip is mailed", func() bool { return len(mails.Mails()) > before })
	phone.mu.Lock()
	phone.fail = true
	phone.mu.Unlock()
	if out := check("--send"); !strings.Contains(out, "problem  send     na-co-sa: zalo: auth: 401") || !strings.Contains(out, "mend the token in the file") ||
		len(phone.with("/operator THỬ")) != 1 {
		t.Errorf("%q\n%s", phone.with("THỬ"), out)
	}
	box.Stop()
	if said := box.Said.String(); strings.Contains(said, "Aa-bot") || strings.Contains(said, "KHẨN") || len(phone.with("/operator Hòm")) != 0 {
		t.Errorf("said:\n%s\nthe operator was told %q", said, phone.with("/operator"))
	}
}
