//go:build unix && flood

package flood

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"net/http"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"text/tabwriter"
	"time"

	"tipbox/cmd/internal/boxtest"
	"tipbox/crypto/keys"
	"tipbox/crypto/open"
	"tipbox/crypto/seal"
	"tipbox/intake"
	"tipbox/intake/deliver/smtp/smtptest"
	"tipbox/intake/waittest"
)

// How long a flood is, and how many posts of it are on their way at most.
const (
	floodFor   = 60 * time.Second
	atOnce     = 64
	honestEach = 2 * time.Second
	most       = 200 * 60 // posts of a flood in all
)

// attack is a flood of the real binary, over loopback.
type attack struct {
	name     string
	each     time.Duration
	networks int // that it comes from; 0 is a thousand
	from     func(n int) sender
	fields   map[string]string
	blobs    bool
	script   bool // solves challenges, on one core
	limits   string
	honest   func(n int) sender
	off      bool // a guard is: what comes of it is told, not held
}

// Each site's code is what sender.site stands for.
func site(s sender) string { return "/t/nc" + s.site }

func attacks() []attack {
	const fast = 5 * time.Millisecond
	bots := func(n int) sender { return sender{"s01", address(n % 1000)} }
	people := func(n int) sender { return sender{"s01", address(1<<22 + n)} }
	inside := func(int) sender { return sender{"s01", carrier} }
	rule := func(keys ...string) string {
		s := "[limits]\n"
		for _, k := range keys {
			s += k + ` = { count = 1000000, per = "1h", burst = 1000000 }` + "\n"
		}
		return s
	}
	return []attack{
		{name: "nobody", each: time.Hour, from: bots, honest: people},
		{name: "botnet", each: fast, from: bots, honest: people},
		{name: "botnet with script", each: fast, from: bots, script: true, honest: people},
		{name: "botnet, no limit of a sender", each: fast, from: bots, limits: rule("sender"), honest: people, off: true},
		{name: "botnet, no limit of a site", each: fast, from: bots, limits: rule("site"), honest: people, off: true},
		{name: "botnet, no limit of all", each: fast, from: bots, limits: rule("all"), honest: people},
		{name: "botnet, no limits: one mail a tip", each: fast, from: bots, limits: rule("sender", "site", "all"), honest: people, off: true},
		{name: "4 networks, a try a second", each: time.Second, networks: 4, from: func(n int) sender { return sender{"s01", address(n % 4)} }, honest: people},
		{name: "a phone on the village's address", each: time.Second, networks: 1, from: inside, script: true, honest: inside},
		{name: "25 of 26 sites", each: fast, honest: people, script: true,
			from: func(n int) sender { return sender{fmt.Sprintf("s%02d", 2+n%25), address(n % 1000)} }},
		{name: "4 MiB blobs", each: fast, from: bots, blobs: true, honest: people},
		{name: "all marked urgent", each: fast, from: bots, fields: map[string]string{"delivery": "urgent"}, script: true, honest: people},
		{name: "an IPv6 /48", each: fast, networks: 1, script: true, honest: people, from: func(n int) sender {
			return sender{"s01", within48(n)}
		}},
	}
}

// addSites gives the unit so many sites more than its first.
func addSites(t *testing.T, config string, more int) {
	t.Helper()
	sites, err := os.OpenFile(config, os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	for n := range more {
		fmt.Fprintf(sites, "\n[[units.sites]]\ncode = \"ncs%02d\"\nname = { vi = \"Bản %d\" }\n", n+2, n+2)
	}
	if err := sites.Close(); err != nil {
		t.Fatal(err)
	}
}

// outcome is what came of an attack.
type outcome struct {
	posts, taken, work, photos, late, failed atomic.Int64 // of the attack
	proofs                                   atomic.Int64

	mu      sync.Mutex
	sent    map[string]bool // honest texts, and whether they were thanked at once
	answers []time.Duration
}

// TestFloodReal floods the real binary for a minute an attack.
func TestFloodReal(t *testing.T) {
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "flood\thonest thanked\tanswer p50, p99\tmailed in front\tin digest 1, 2, …\tmails in front\tdigests\tposts\ttaken\tasked for work\tproofs\ttoo late\tfailed\tCPU s\tspool MiB\tin hand\t")
	for _, a := range attacks() {
		t.Run(a.name, func(t *testing.T) { a.run(t, w) })
	}
	w.Flush()
	t.Log("\n" + table.String())
}

func (a attack) run(t *testing.T, w io.Writer) {
	officer, flags := boxtest.Recruit(t)
	mails := boxtest.MailServer(t, nil)
	// With https there is a proxy in front that is trusted: here the test.
	config := boxtest.Init(t, mails, a.limits, append(flags, "--base-url", "https://tip.example.vn")...)
	addSites(t, config, 25)
	box := boxtest.Serve(t, config)
	spool := filepath.Join(filepath.Dir(config), "data", "spool")

	o := &outcome{sent: make(map[string]bool)}
	ctx, cancel := context.WithTimeout(t.Context(), floodFor)
	defer cancel()
	var running sync.WaitGroup
	running.Go(func() { a.flood(t, ctx, box.URL, o, blob(t, a, config)) })
	for i, who := range []func(int) sender{a.honest, func(n int) sender { return sender{"s26", address(1<<23 + n)} }} {
		running.Go(func() { o.people(t, ctx, box.URL, fmt.Sprintf("Tin thật %d", i), who, a.script) })
	}
	running.Wait()
	cpu := cpuOf(t, box.Cmd.Process.Pid)
	disk := sizeOf(t, spool)

	// Whose digest would come within 15 minutes each comes now: the order in which
	// they take the tips stays.
	rounds := digestsOf(t, config, mails)
	box.Stop()
	o.judge(t, a, w, officer, mails.Mails(), rounds, cpu, disk)
}

// flood posts at the attack's pace, and leaves out what the box or this machine
// does not keep up with.
func (a attack) flood(t *testing.T, ctx context.Context, url string, o *outcome, blob []byte) {
	line := &http.Transport{MaxIdleConnsPerHost: atOnce}
	defer line.CloseIdleConnections()
	slots, core := make(chan struct{}, atOnce), new(sync.Mutex)
	var posts sync.WaitGroup
	defer posts.Wait()
	tick := time.NewTicker(a.each)
	defer tick.Stop()
	for n := 0; n < most; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		select {
		case slots <- struct{}{}:
		default:
			o.late.Add(1)
			continue
		}
		posts.Go(func() {
			defer func() { <-slots }() // it ends: one was put in above
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
		})
	}
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

// digestsOf has what waits mailed, a digest of each kind a round, and returns how
// many rounds it took.
func digestsOf(t *testing.T, config string, mails *smtptest.Server) (rounds int) {
	t.Helper()
	for len(boxtest.Spool(t, config)) > 0 {
		if rounds++; rounds > 60 {
			t.Error("what waits is not mailed")
			return rounds
		}
		before := len(mails.Mails())
		boxtest.Tipbox(t, "spool", "retry", "--all", "-c", config)
		// A digest of hundreds is slow to be written down and deleted on a busy disk.
		for deadline := time.Now().Add(3 * waittest.Limit); len(mails.Mails()) == before; time.Sleep(time.Second) {
			if len(boxtest.Spool(t, config)) == 0 {
				return rounds
			}
			if time.Now().After(deadline) {
				t.Fatal("no digest came")
			}
		}
	}
	return rounds
}

// judge writes the attack's row of the table, and holds it to what is promised.
func (o *outcome) judge(t *testing.T, a attack, w io.Writer, officer *boxtest.Officer, mails []smtptest.Mail, rounds int, cpu time.Duration, disk int64) {
	t.Helper()
	came := make(map[string]int) // honest tips, by their text: 0 in front, else in which digest
	front, digests := 0, 0
	for _, m := range mails {
		in := 0
		if message, err := mail.ReadMessage(bytes.NewReader(m.Data)); err != nil {
			t.Fatal(err)
		} else if subject, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject")); err != nil {
			t.Fatal(err)
		} else if strings.Contains(subject, "đến dồn") {
			digests++
			in = digests
		} else {
			front++
		}
		if a.blobs && in == 0 && len(m.Data) > 1<<20 {
			continue // nobody sealed that
		}
		for _, sealed := range boxtest.Attachments(t, m.Data) {
			if tip, err := open.Open(sealed, officer.IDs); err == nil {
				came[tip.Text] = in
			}
		}
	}
	thanked, inFront, last := 0, 0, 0
	in := make(map[int]int)
	for text, ok := range o.sent {
		n, there := came[text]
		switch {
		case !ok:
			continue
		case !there:
			t.Errorf("%q was thanked and has not come", text)
		case n == 0:
			inFront++
		default:
			in[n]++
			last = max(last, n)
		}
		thanked++
	}
	var later []string
	for n := range last {
		later = append(later, strconv.Itoa(in[n+1]))
	}
	slices.Sort(o.answers)
	at := func(percent int) time.Duration {
		return o.answers[(len(o.answers)-1)*percent/100].Round(time.Millisecond)
	}
	fmt.Fprintf(w, "%s\t%d of %d\t%v, %v\t%d\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%.1f\t%d\t%d rounds\t\n", a.name, thanked, len(o.sent), at(50), at(99),
		inFront, strings.Join(later, " "), front, digests, o.posts.Load(), o.taken.Load(), o.work.Load(), o.proofs.Load(),
		o.late.Load(), o.failed.Load(), cpu.Seconds(), disk>>20, rounds)
	if a.off {
		return
	}
	if thanked*100 < len(o.sent)*99 {
		t.Errorf("%d of %d honest senders were thanked", thanked, len(o.sent))
	}
	// A digest goes every 15 minutes, and an honest tip is in one of as many as 300
	// networks are begun. One more may have gone on its clock while the flood lasted.
	if begun := (cmp.Or(a.networks, 1000) + 299) / 300; last > begun+1 {
		t.Errorf("an honest tip came in digest %d", last)
	}
}

// cpuOf returns what a process has used of the processors (proc(5)).
func cpuOf(t *testing.T, pid int) time.Duration {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	ticks := 0
	for _, f := range fields[11:13] {
		n, _ := strconv.Atoi(f)
		ticks += n
	}
	return time.Duration(ticks) * time.Second / 100
}

// sizeOf returns how many bytes the files below a directory have.
func sizeOf(t *testing.T, dir string) (n int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // mailed meanwhile
		}
		if err != nil || d.IsDir() {
			return err
		}
		if info, err := d.Info(); err == nil {
			n += info.Size()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
