package traces

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tipbox/cmd/internal/boxtest"
	"tipbox/crypto/open"
	"tipbox/crypto/receipt"
	"tipbox/intake/redis/redistest"
	"tipbox/intake/waittest"
)

const (
	askedBack  = "zq7askedx9 xe màu gì"
	thankedFor = "zq7thankedx9 cảm ơn bà con"
)

// conversation is a sender without script, a unit, and two boxes that share a Redis for
// limits and one that keeps the replies.
type conversation struct {
	*auditBox
	configs [2]string
	boxes   [2]*boxtest.Server
	store   *redistest.Server
	kept    string // the store's directory
	code    receipt.Code
	mine    *receipt.Receipt
	base    string
}

// TestAuditReplies goes through a whole conversation on two servers, with a restart and
// a retired secret in the middle, and then searches what a thief of the servers and of
// both Redis would have: nothing that reads, nothing that links a reply to a tip, and
// nothing that tells that somebody has looked.
func TestAuditReplies(t *testing.T) {
	t.Parallel()
	c := newConversation(t)
	c.serve()
	page := c.page(0, http.MethodGet, "/t/ncs01", nil)
	c.code = receipt.Code(regexp.MustCompile(`name="code" value="(\d{20})"`).FindStringSubmatch(page)[1])
	var err error
	if c.mine, err = c.code.Derive(c.base); err != nil {
		t.Fatal(err)
	}
	c.tip(0, boxtest.TokenField.FindStringSubmatch(page)[1], "Có người lạ chặt cây.")
	if page := c.look(1); !strings.Contains(page, "Chưa có câu trả lời") {
		t.Fatalf("before anybody has answered:\n%s", page)
	}
	first := c.answer(1, "more", askedBack)

	c.retire()
	before := c.onDisk()
	if page = c.look(1); !strings.Contains(page, askedBack) {
		t.Fatalf("the answer is not there:\n%s", page)
	}
	form := c.page(0, http.MethodPost, "/r", url.Values{"code": {string(c.code)}, "again": {"ncs01"}})
	if !strings.Contains(form, string(c.code)) {
		t.Fatal("writing again has another code")
	}
	c.tip(0, boxtest.TokenField.FindStringSubmatch(form)[1], "Xe màu đỏ.", boxtest.Photograph(t, 1, 320, 240))
	// With the pass of the first mail, which the retired line has made.
	c.post(2, first, "done", thankedFor)
	page = c.look(0)
	if !strings.Contains(page, askedBack) || !strings.Contains(page, thankedFor) {
		t.Fatalf("both answers, on the other server:\n%s", page)
	}
	names := regexp.MustCompile(`name="delete" value="([0-9a-f.]+)"`).FindStringSubmatch(page)[1]
	answered := c.onDisk()
	if page = c.page(0, http.MethodPost, "/r", url.Values{"code": {string(c.code)}, "delete": {names}}); strings.Contains(page, "zq7") {
		t.Error("what was deleted is shown")
	}
	if c.onDisk() != answered || before == answered {
		t.Error("that somebody looked, or deleted, can be told from the store's disk")
	}
	c.judge(first)
	for _, b := range c.boxes {
		b.Stop()
	}
	if got, _ := c.store.Do("EXISTS", "tipbox:{reply}:none"); got != ":0" {
		t.Error("the store is away")
	}
}

func newConversation(t *testing.T) *conversation {
	kept := t.TempDir()
	c := &conversation{
		auditBox: &auditBox{t: t, seen: make(map[string]bool), redisDir: t.TempDir()}, kept: kept,
		store: redistest.Start(t, "--dir", kept, "--appendonly", "yes", "--appendfsync", "always"),
	}
	c.redis = redistest.Start(t, "--dir", c.redisDir)
	c.mail = boxtest.MailServer(t, nil)
	var flags []string
	c.unit, flags = boxtest.Recruit(t)
	addr := boxtest.FreeAddr(t)
	c.base = "http://" + addr
	first := boxtest.Init(t, c.mail, fmt.Sprintf("[redis]\nurl = %q\nstore_url = %q\n%s", c.redis.URL(), c.store.URL(), boxtest.Wide),
		append(flags, "--base-url", c.base, "--listen", addr)...)
	boxtest.Rewrite(t, first, "# replies = true", "replies = true")
	text, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	secret := fmt.Sprintf("secret_file = %q\n", c.secret(first))
	other := strings.NewReplacer(`data_dir  = "data"`, `data_dir  = "data2"`, `listen = "`+addr+`"`, `listen = "127.0.0.1:0"`).Replace(string(text))
	c.configs = [2]string{first, filepath.Join(filepath.Dir(first), "second.toml")}
	for path, content := range map[string]string{c.configs[0]: secret + string(text), c.configs[1]: secret + other} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func (c *conversation) secret(config string) string {
	return filepath.Join(filepath.Dir(config), "secret")
}

func (c *conversation) serve() {
	for i, config := range c.configs {
		c.boxes[i] = boxtest.Serve(c.t, config)
	}
}

// retire puts a new line before the secret, and starts both servers anew.
func (c *conversation) retire() {
	path := c.secret(c.configs[0])
	old, err := os.ReadFile(path)
	if err != nil {
		c.t.Fatal(err)
	}
	line := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("mới", 10)))
	if err := os.WriteFile(path, []byte(line+"\n"+string(old)), 0o600); err != nil {
		c.t.Fatal(err)
	}
	for _, b := range c.boxes {
		b.Stop()
	}
	c.serve()
}

// page asks one of the boxes, as a browser without script does.
func (c *conversation) page(box int, method, path string, fields url.Values) string {
	c.t.Helper()
	v := boxtest.NewVillager(c.t, c.boxes[box].URL+path)
	a, err := v.Do(c.t.Context(), method, strings.NewReader(fields.Encode()), "application/x-www-form-urlencoded")
	if err != nil || a.Status != http.StatusOK {
		c.t.Fatalf("%s: %v, %v", path, err, a)
	}
	return a.Body
}

func (c *conversation) look(box int) string {
	c.t.Helper()
	rows := c.code.Rows()
	return c.page(box, http.MethodPost, "/r", url.Values{"code": {rows[0] + " " + rows[1]}})
}

// tip sends one that wants a reply, and waits until it was mailed.
func (c *conversation) tip(box int, token, text string, photos ...[]byte) {
	c.t.Helper()
	before := len(c.mail.Mails())
	f := boxtest.Report(text, photos...)
	f.Fields["token"], f.Fields["reply"], f.Fields["code"] = token, "yes", string(c.code)
	a, err := boxtest.NewVillager(c.t, c.boxes[box].URL+"/t/ncs01").Send(c.t.Context(), f)
	if err != nil || !a.Taken() {
		c.t.Fatalf("%v, %v", err, a)
	}
	waittest.Until(c.t, "the mail", func() bool { return len(c.mail.Mails()) > before })
}

// answer replies to the nth tip as the unit does, with what came in its mail, and
// returns the mail's reply pass.
func (c *conversation) answer(n int, answer, text string) string {
	c.t.Helper()
	pass := regexp.MustCompile(`Reply pass \d{4}-[12]: ([0-9A-Z-]{19})`).FindSubmatch(c.mail.Mails()[n-1].Data)
	if pass == nil {
		c.t.Fatalf("no reply pass in the mail:\n%s", c.mail.Mails()[n-1].Data)
	}
	c.post(n, "", answer, text)
	return string(pass[1])
}

// post is answer with a pass.
func (c *conversation) post(n int, pass, answer, text string) {
	c.t.Helper()
	mail := filepath.Join(c.t.TempDir(), "thu.eml")
	data := c.mail.Mails()[n-1].Data
	if err := os.WriteFile(mail, data, 0o600); err != nil {
		c.t.Fatal(err)
	}
	tip, err := open.Open(boxtest.Attachment(c.t, data), c.unit.IDs)
	if err != nil {
		c.t.Fatal(err)
	}
	if to, err := open.Answerable(tip); err != nil || to.Recipient != c.mine.Recipient() {
		c.t.Fatalf("tip %d is of another conversation: %+v, %v", n, to, err)
	}
	identity := filepath.Join(c.t.TempDir(), "khoa")
	if err := os.Rename(c.unit.Identity, identity); err != nil {
		c.t.Fatal(err)
	}
	c.unit.Identity = identity
	boxtest.Tipbox(c.t, "reply", "-i", identity, "--passphrase-file", boxtest.PassphraseFile(c.t), "--answer", answer, "--text", text, "--pass", pass,
		"--post", c.base, "-o", filepath.Join(c.t.TempDir(), "ra.tipbox-replies"), mail)
}

// onDisk is what the store has written.
func (c *conversation) onDisk() string {
	c.t.Helper()
	var p place
	seen := c.seen
	c.seen = make(map[string]bool)
	c.walk(c.kept, &p, &p)
	c.seen = seen
	return string(p.data)
}

// judge searches everything that a thief of the servers would have.
func (c *conversation) judge(pass string) {
	c.t.Helper()
	log, data, sealed := place{name: "log"}, place{name: "data dirs"}, place{name: "data, sealed", random: true}
	store, limits, shown := place{name: "store", random: true}, place{name: "limits", random: true}, place{name: "metrics, health"}
	for _, b := range c.boxes {
		log.add([]byte(b.Said.String()))
		c.run = b
		c.shown = place{}
		for _, path := range []string{"/metrics", "/healthz"} {
			a, err := boxtest.NewVillager(c.t, b.Admin+path).Do(c.t.Context(), http.MethodGet, nil, "")
			if err != nil {
				c.t.Fatal(err)
			}
			shown.add([]byte(a.Body))
		}
	}
	if got, err := c.store.Do("SAVE"); got != "+OK" || err != nil {
		c.t.Fatal(got, err)
	}
	if got, err := c.redis.Do("SAVE"); got != "+OK" || err != nil {
		c.t.Fatal(got, err)
	}
	c.walk(filepath.Dir(c.configs[0]), &data, &sealed)
	c.walk(c.kept, &store, &store)
	c.walk(c.redisDir, &limits, &limits)
	rows := c.code.Rows()
	canaries := []canary{
		textCanary("code", string(c.code), rows[0], rows[1]),
		textCanary("what was answered", "zq7askedx9", "zq7thankedx9"),
		textCanary("recipient", c.mine.Recipient()),
		textCanary("tag", strings.ToLower(c.mine.Tag), strings.ToLower(receipt.ShowTag(c.mine.Tag))),
		textCanary("pass", strings.ToLower(pass), strings.ToLower(strings.ReplaceAll(pass, "-", ""))),
	}
	lookup := canary{name: "lookup"}
	lookup.add(c.mine.Lookup[:])
	lookup.exact = append(lookup.exact, c.mine.Lookup[:])
	canaries = append(canaries, lookup.unique())
	ids := canary{name: "tip id"}
	for _, m := range c.mail.Mails() {
		id := regexp.MustCompile(`TB-[0-9A-Z]{4}-[0-9A-Z]{4}`).Find(m.Data)
		ids.add([]byte(strings.ToLower(string(id))))
	}
	found, table := auditTable(append(canaries, ids.unique()), []*place{&log, &data, &sealed, &store, &limits, &shown})
	c.t.Logf("canaries × places: hits\n%s", table)
	for where, hits := range found {
		for what, n := range hits {
			// The copies of what was mailed have their ids, as ever: what links a reply to one would be beside it.
			if n > 0 && (what != "tip id" || where != data.name) {
				c.t.Errorf("%s stands %d times in %s", what, n, where)
			}
		}
	}
	for _, p := range []*place{&log, &data, &sealed, &store, &shown} {
		if len(p.data) == 0 {
			c.t.Errorf("%s is empty: there was nothing to search", p.name)
		}
	}
	if !strings.Contains(string(store.data), "age-encryption.org/v1") {
		c.t.Error("the store holds no reply: there was nothing to find")
	}
}
