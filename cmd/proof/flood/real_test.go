//go:build unix && flood

package flood

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"text/tabwriter"
	"time"

	"tipbox/cmd/internal/boxtest"
	"tipbox/crypto/open"
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
