//go:build unix && (province || torture)

package servers

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake"
	"tipbox/intake/deliver/smtp/smtptest"
	"tipbox/intake/faulttest"
	"tipbox/intake/spool"
	"tipbox/intake/waittest"
)

// province is three servers behind nginx that share a Redis Sentinel set, a path for
// their secret, and keys; each has a spool of its own. All is configured as deploy/
// and docs/servers.md have it.
type province struct {
	t       *testing.T
	officer *boxtest.Officer
	mails   *smtptest.Server
	redis   *sentinels
	line    *line // by which the third server reaches Redis
	crowd   *crowd
	configs []string
	boxes   []*boxtest.Server
	secret  string
	began   time.Time
	rounds  int // of limitsHold
}

// What is left of the limits before a phase that counts is set in Redis: the limits
// themselves are wide enough for all other phases. A place costs minutes to come back.
const (
	siteBurst = 1000
	allBurst  = 4000
	limits    = `
[limits]
sender = { count = 1000000, per = "1h", burst = 1000000 }
site   = { count = 60, per = "1h", burst = 1000 }
all    = { count = 60, per = "1h", burst = 4000 }
`
)

func newProvince(t *testing.T) *province {
	t.Helper()
	p := &province{t: t, mails: boxtest.MailServer(t, nil), began: time.Now()}
	p.redis = startSentinels(t)
	p.phase("Redis stands")
	p.line = lineTo(t, p.redis)
	var flags []string
	p.officer, flags = boxtest.Recruit(t)
	first := boxtest.Init(t, p.mails, limits, append(flags, "--base-url", "https://tip.example.vn")...)
	addSites(t, first, 2, 4)
	text, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(first)
	p.secret = filepath.Join(dir, "shared", "secret")
	if err := os.WriteFile(filepath.Join(dir, "secrets", "redis"), []byte("mat-khau-tipbox\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var addrs []string
	for i := range 3 {
		path, addr, url := filepath.Join(dir, fmt.Sprintf("server%d.toml", i)), boxtest.FreeAddr(t), p.redis.url(p.redis.addrs()...)
		if i == 2 {
			url = p.redis.url(p.line.sentinels...)
		}
		one := strings.NewReplacer(
			`data_dir  = "data"`, fmt.Sprintf("data_dir = \"data%d\"\nsecret_file = %q", i, p.secret),
			`listen = "127.0.0.1:0"`, fmt.Sprintf("listen = %q", addr),
			"\n[limits]", fmt.Sprintf("\n[redis]\nurl = %q\npassword_file = \"secrets/redis\"\n\n[limits]", url),
		).Replace(string(text))
		if err := os.WriteFile(path, []byte(one), 0o600); err != nil {
			t.Fatal(err)
		}
		p.configs, addrs = append(p.configs, path), append(addrs, addr)
	}
	p.crowd = &crowd{t: t, nginx: startNginx(t, addrs), again: make(map[int]int)}
	return p
}

// addSites gives the unit more sites, from one number to another.
func addSites(t *testing.T, config string, from, to int) {
	t.Helper()
	f, err := os.OpenFile(config, os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	for n := from; n <= to; n++ {
		fmt.Fprintf(f, "\n[[units.sites]]\ncode = \"ncs%02d\"\nname = { vi = \"Bản %d\" }\n", n, n)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func (p *province) phase(format string, args ...any) {
	p.t.Helper()
	p.t.Logf("%5.1f s: "+format, append([]any{time.Since(p.began).Seconds()}, args...)...)
}

// firstStarts starts all at once on a path where there is no secret yet.
func (p *province) firstStarts() {
	t := p.t
	t.Helper()
	for _, config := range p.configs {
		p.boxes = append(p.boxes, boxtest.Launch(t, exec.CommandContext(t.Context(), boxtest.Binary(t), "serve", "-c", config)))
	}
	for _, b := range p.boxes {
		b.Listens()
	}
	p.phase("they serve")
	p.well()
	secret, err := os.ReadFile(p.secret)
	if err != nil || strings.Count(string(secret), "\n") != 1 {
		t.Errorf("the secret is %q, %v", secret, err)
	}
	for i, b := range p.boxes { // a form of each is good for the next
		tip := boxtest.Report(fmt.Sprintf("Trang của máy %d, gửi tới máy sau.", i))
		if tip.Fields["token"], _, err = p.direct(i).Page(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !p.crowd.press(p.direct((i+1)%3), tip) {
			t.Errorf("a form of %s is not good for the next server", b.URL)
		}
	}
	p.phase("three first starts on one path: one secret, a form of each is good for the others")
}

// direct is a villager who is led past nginx.
func (p *province) direct(box int) *boxtest.Villager {
	return boxtest.NewVillager(p.t, p.boxes[box].URL+"/t/ncs01")
}

// well waits until all say that they have Redis and one secret.
func (p *province) well() {
	p.t.Helper()
	for _, b := range p.boxes {
		b.Is("redis", "ok")
		b.Is("secret", "ok")
	}
}

// left sets how many of a limit are left, of one that does not exceed nor fall short
// of what is configured: see latch.go.
func (p *province) left(key string, burst, left int) {
	p.t.Helper()
	spent := time.Now().Add(time.Duration(burst-left) * time.Minute).UnixMicro() // 60 an hour
	p.redis.do("SET", "tipbox:{limit}:"+key, fmt.Sprintf(`"%d 0 1000"`, spent), "PX", "7200000000")
}

// limitsHold has 160 senders write at once at a site, and 80 more at two others, and
// counts what is mailed in front. Where Redis answers in time that is what is
// configured; on a machine that is too busy servers decide some by themselves, each by
// its part of what it knows to be left, and then it is twice that at most.
func (p *province) limitsHold(rounds int) {
	t := p.t
	t.Helper()
	const ofSite, ofAll = 60, 120
	const unseen = 3 * 9 // that three servers may have decided without Redis, for they tell tens
	held := false
	for range rounds {
		p.rounds++
		round := p.rounds // no two tips say the same
		p.settled()
		p.left("site:ncs01", siteBurst, ofSite)
		p.left("site:ncs02", siteBurst, siteBurst)
		p.left("site:ncs03", siteBurst, siteBurst)
		p.left("all", allBurst, ofAll)
		texts := p.askRedis(round)
		began, fell := time.Now(), p.fellBack()
		texts = append(texts, p.crowd.atOnce(fmt.Sprintf("Cùng lúc, lần %d", round), map[string]int{"ncs01": 160})...)
		took := time.Since(began)
		more := p.crowd.atOnce(fmt.Sprintf("Rồi cùng lúc, lần %d", round), map[string]int{"ncs02": 40, "ncs03": 40})
		site := p.front(texts)
		all := site + p.front(more)
		late := p.fellBack() - fell
		p.phase("round %d: 160 senders at once at one site (%.1f s), 80 then at two more: in front %d of %d at the site, %d of %d in all; %d or more decided without Redis",
			round, took.Seconds(), site, ofSite, all, ofAll, late)
		within := func(got, want, low, high int) bool { return 100*got >= low*want && 100*got <= high*want }
		switch {
		case within(site, ofSite, 95, 105) && within(all, ofAll, 95, 105):
			held = true
		case !within(site, ofSite, 30, 210), !within(all, ofAll, 30, 210), late == 0 && max(site-ofSite, ofSite-site, all-ofAll, ofAll-all) > unseen:
			t.Errorf("round %d: %d of %d in front at the site, %d of %d in all", round, site, ofSite, all, ofAll)
		}
		if held {
			break
		}
	}
	p.settled()
	p.redis.do("DEL", "tipbox:{limit}:site:ncs01", "tipbox:{limit}:all")
}

// waiting is what a server has in its spool.
func (p *province) waiting(i int) []spool.Item {
	p.t.Helper()
	control, err := spool.OpenControl(filepath.Join(p.data(i), "spool"))
	if err != nil {
		p.t.Fatal(err)
	}
	defer control.Close()
	items, err := control.List()
	if err != nil {
		p.t.Fatal(err)
	}
	return items
}

// data is the data_dir of a server.
func (p *province) data(i int) string {
	return filepath.Join(filepath.Dir(p.configs[i]), fmt.Sprintf("data%d", i))
}

// settled waits until Redis has heard from each server what it decided without: that
// is told with the probe, just before it announces itself.
func (p *province) settled() {
	const script = `"local n, now = 0, redis.call('TIME')[1] for _, m in ipairs(redis.call('SMEMBERS', 'tipbox:servers')) do if string.match(m, '%d+') - now >= ARGV[1] - now + 6 then n = n + 1 end end return n"`
	now := strconv.FormatInt(time.Now().Unix(), 10)
	waittest.Until(p.t, "all have told Redis what they owe", func() bool { return p.redis.do("EVAL", script, "0", now) == ":3" })
}

// askRedis has each server take tips at the site until it did so by what Redis says is
// left: one that had never heard of it would go on, without Redis, from nothing spent.
func (p *province) askRedis(round int) (texts []string) {
	p.t.Helper()
	spent := func() string {
		return p.redis.do("EVAL", `"return tonumber(string.match(redis.call('GET', 'tipbox:{limit}:site:ncs01'), '%d+'))"`, "0")
	}
	for i := range p.boxes {
		for before, n := spent(), 0; spent() == before; n++ {
			text := fmt.Sprintf("Lần %d, máy %d hỏi Redis lần %d.", round, i, n)
			p.crowd.write(p.direct(i), text)
			texts = append(texts, text)
		}
	}
	return texts
}

// front waits until what is in front has been mailed, and counts it.
func (p *province) front(texts []string) (n int) {
	p.t.Helper()
	for i := range p.configs {
		waittest.Until(p.t, "what is in front is mailed", func() bool {
			return !slices.ContainsFunc(p.waiting(i), func(i spool.Item) bool { return i.Lane != intake.Bulk })
		})
	}
	came := p.officer.Read(p.mails.Mails())
	for _, text := range texts {
		if a := came[text]; a != nil && a.Digests == 0 {
			n++
		}
	}
	return n
}

// fellBack is how many tips were decided without Redis, in tens.
func (p *province) fellBack() (n int) {
	for _, b := range p.boxes {
		n += p.metric(b, "tipbox_limit_fallback_total")
	}
	return n
}

// metric is a number that a server shows, 0 where it does not.
func (p *province) metric(b *boxtest.Server, name string) int {
	p.t.Helper()
	resp, err := waittest.Client(nil).Get(b.Admin + "/metrics")
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	for line := range strings.Lines(string(page)) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				p.t.Fatal(err)
			}
			return int(n)
		}
	}
	return 0
}

// killed kills a server under load, and starts it again later on its spool; or first
// another one adopts that, and nobody's claim is cut short.
func (p *province) killed(tips int, adopt bool) {
	t := p.t
	t.Helper()
	stop := p.crowd.besiege(12, "Máy chết")
	p.crowd.more(tips)
	p.boxes[1].Kill()
	p.redis.do("EVAL", claimed, "0")
	p.crowd.more(tips)
	held := "all"
	if adopt {
		boxtest.Tipbox(t, "spool", "adopt", "-c", p.configs[0], p.data(1))
	} else {
		held = p.redis.do("EVAL", gone, "0")
	}
	p.crowd.more(tips)
	p.boxes[1] = boxtest.Serve(t, p.configs[1])
	p.crowd.more(tips)
	stop()
	p.well()
	p.phase("one killed under load and started again: it had %s forms to itself; %d thanked so far, Send tapped again %v", held, p.crowd.count(), p.crowd.again)
}

// claimed notes the claims that there are, and gone ends those of them that still are:
// as half a minute would, for which a dead server has its forms.
const (
	claimed = `"for _, k in ipairs(redis.call('KEYS', 'tipbox:claim:*')) do redis.call('HSET', 'test', k, redis.call('GET', k)) end return 0"`
	gone    = `"local h, n = redis.call('HGETALL', 'test'), 0 for i = 1, #h, 2 do if redis.call('GET', h[i]) == h[i+1] then n = n + redis.call('DEL', h[i]) end end redis.call('DEL', 'test') return n"`
)

// partitioned cuts one server off from Redis.
func (p *province) partitioned(tips int) {
	t := p.t
	t.Helper()
	stop := p.crowd.besiege(8, "Mất Redis")
	p.line.set(faulttest.Dead)
	p.boxes[2].Is("redis", "degraded timeout")
	if up := p.metric(p.boxes[2], "tipbox_redis_up"); up != 0 {
		t.Errorf("tipbox_redis_up %d", up)
	}
	p.crowd.more(tips)
	for _, b := range p.boxes[:2] {
		b.Is("redis", "ok")
	}
	p.line.set(faulttest.None)
	p.well()
	p.crowd.more(tips)
	stop()
	p.phase("one cut off from Redis, and back: health and metric say so, %d thanked so far, Send tapped again %v", p.crowd.count(), p.crowd.again)
}

// masterDies kills the master of Redis; what a form had served is known afterwards.
func (p *province) masterDies(tips int) {
	t := p.t
	t.Helper()
	// A form that has served all it may, as Redis knows: it may be late for some.
	const full = `"local n = 0 for _, k in ipairs(redis.call('KEYS', 'tipbox:form:*')) do if redis.call('SCARD', k) == 3 then n = n + 1 end end return n"`
	var forms []string // their tokens
	for p.redis.do("EVAL", full, "0") != ":4" {
		token, _, err := p.direct(0).Page(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for n := range intake.FormTips {
			p.crowd.press(p.direct(0), ofForm(token, len(forms), n))
		}
		forms = append(forms, token)
	}
	old, replica := p.redis.nodes[0], p.redis.nodes[1]
	offset := old.Info("replication", "master_repl_offset")
	waittest.Until(t, "the replica has it", func() bool { return atLeast(replica.Info("replication", "slave_repl_offset"), offset) })

	stop := p.crowd.besiege(8, "Redis chết")
	p.crowd.more(tips)
	old.Kill()
	died := time.Now()
	p.crowd.more(tips)
	waittest.Until(t, "the replica is the master", func() bool { return replica.Info("replication", "role") == "master" })
	p.well()
	took := time.Since(died)
	p.crowd.more(tips)
	stop()

	// What a form has served is known at the other servers, too: its tips are those
	// they were, and it serves no more, unless Redis is late just then.
	if got := p.redis.do("EVAL", full, "0"); got != ":4" {
		t.Errorf("the new master knows %s of 4 forms that have served all they may", got)
	}
	refused := 0
	for i, token := range forms {
		if answer, err := p.direct(1+i%2).Send(t.Context(), ofForm(token, i, 0)); err != nil || !answer.Taken() {
			t.Errorf("sent again to another server: %s, %v", answer, err)
		}
		next := ofForm(token, i, intake.FormTips)
		switch answer, err := p.direct(1+i%2).Send(t.Context(), next); {
		case err != nil:
			t.Error(err)
		case answer.Taken():
			p.crowd.thanked = append(p.crowd.thanked, next.Fields["message"])
		default:
			refused++
		}
	}
	if refused == 0 {
		t.Errorf("none of %d forms that have served all they may is known at the other servers", len(forms))
	}
	p.phase("the master killed: %.1f s until all servers used the new one, %d of %d used forms known there; %d thanked so far, Send tapped again %v",
		took.Seconds(), refused, len(forms), p.crowd.count(), p.crowd.again)
}

// ofForm is the n-th tip of a form.
func ofForm(token string, form, n int) boxtest.Form {
	tip := boxtest.Report(fmt.Sprintf("Trang %d, tin %d.", form, n))
	tip.Fields["token"] = token
	return tip
}

func atLeast(a, b string) bool {
	x, err := strconv.Atoi(a)
	y, err2 := strconv.Atoi(b)
	return errors.Join(err, err2) == nil && x >= y
}

// wrongSecret starts one server with a secret of its own.
func (p *province) wrongSecret() {
	t := p.t
	t.Helper()
	p.boxes[2].Stop()
	other := filepath.Join(t.TempDir(), "secret")
	boxtest.Rewrite(t, p.configs[2], p.secret, other)
	began := time.Now()
	p.boxes[2] = boxtest.Serve(t, p.configs[2])
	p.boxes[2].Is("secret", "degraded this server has another secret")
	for _, b := range p.boxes[:2] {
		b.Is("secret", "degraded a server that shares redis.url has another secret")
	}
	took := time.Since(began)
	for i, want := range []string{"a server that shares redis.url has another secret", "", "this server has another secret"} {
		if !strings.Contains(p.boxes[i].Said.String(), want) {
			t.Errorf("the log of server %d does not say so: %s", i, p.boxes[i].Said)
		}
		if want == "" {
			continue
		}
		out, _ := waittest.Command(t, boxtest.Binary(t), "check", "-c", p.configs[i]).CombinedOutput() // there are other problems as well
		if !strings.Contains(string(out), "problem  secret   "+want) {
			t.Errorf("check does not say %q:\n%s", want, out)
		}
	}
	p.boxes[2].Stop()
	boxtest.Rewrite(t, p.configs[2], other, p.secret)
	p.boxes[2] = boxtest.Serve(t, p.configs[2])
	p.well()
	p.phase("one with another secret: told by all three within %.2f s of its start", took.Seconds())
}

// end has all mailed that waits, and holds it to what was thanked.
func (p *province) end() {
	t := p.t
	t.Helper()
	retry := func(i int) { boxtest.Tipbox(t, "spool", "retry", "--all", "-c", p.configs[i]) }
	for i := range p.boxes { // it takes each some seconds to hear of it
		retry(i)
	}
	for i, b := range p.boxes {
		for n := len(p.waiting(i)); n > 0; n = len(p.waiting(i)) {
			asked := 0
			waittest.Until(t, "a digest is mailed", func() bool {
				if asked++; asked%400 == 0 { // one that came while the last was being put away is forgotten
					retry(i)
				}
				return len(p.waiting(i)) < n
			})
		}
		b.Stop()
	}
	mails := p.mails.Mails()
	slices.Sort(p.crowd.thanked)
	lost, twice := p.officer.Want(mails, slices.Compact(p.crowd.thanked), 2)
	p.phase("%d thanked, %d mails, %d lost, %d twice; Send tapped again %v", len(p.crowd.thanked), len(mails), lost, twice, p.crowd.again)
}

// TestSeveralServers is what docs/servers.md promises.
func TestSeveralServers(t *testing.T) { // not beside others: Redis is to answer in time
	p := newProvince(t)
	p.firstStarts()
	p.limitsHold(2)
	p.wrongSecret()
	p.partitioned(20)
	p.killed(20, false)
	p.masterDies(20)
	p.end()
}
