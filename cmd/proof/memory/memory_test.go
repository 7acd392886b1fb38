//go:build linux

// Package memory measures how much memory the binary takes, as it is handed out: at rest,
// under uploads, with many tips waiting, and while it prints. Its benchmarks are for make
// bench; it has no tests.
package memory

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake"
	"tipbox/intake/deliver/smtp/smtptest"
	"tipbox/intake/spool"
	"tipbox/intake/waittest"
)

const mebi = 1 << 10 // in the kilobytes that Linux counts

// status returns a line of /proc/PID/status (proc(5)), in MiB; false where there is none.
func status(pid int, name string) (float64, bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	m := regexp.MustCompile(`(?m)^` + name + `:\s+(\d+) kB$`).FindSubmatch(text)
	if err != nil || m == nil {
		return 0, false
	}
	n, err := strconv.ParseFloat(string(m[1]), 64)
	return n / mebi, err == nil
}

// of is status of a box that runs.
func of(b *testing.B, box *boxtest.Server, name string) float64 {
	b.Helper()
	n, ok := status(box.Cmd.Process.Pid, name)
	if !ok {
		b.Fatal("no memory of a box that runs")
	}
	return n
}

// watched runs a command to its end and returns the most memory that it had, in MiB.
// What wait4(2) tells is no less than what this process had when it forked.
func watched(b *testing.B, cmd *exec.Cmd) (peak float64) {
	b.Helper()
	said := new(boxtest.Output)
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			if err != nil {
				b.Fatalf("%v\n%s", err, said)
			}
			return peak
		case <-time.After(20 * time.Millisecond):
			if now, ok := status(cmd.Process.Pid, "VmHWM"); ok {
				peak = max(peak, now)
			}
		}
	}
}

// serve starts the binary as it is handed out.
func serve(b *testing.B, config string) *boxtest.Server {
	b.Helper()
	return boxtest.Start(b, waittest.Slow(b, 5*time.Minute, boxtest.HandedOut(b, "none"), "serve", "-c", config))
}

// away is a mail server that is not there, after init has met one.
func away(b *testing.B) *smtptest.Server {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Close() }) // it is bound, and never answers
	s := boxtest.MailServer(b, nil)
	return boxtest.Through(b, s, l.Addr().String())
}

// BenchmarkAtRest is the box after its start, with one unit and site.
func BenchmarkAtRest(b *testing.B) {
	config := boxtest.Init(b, boxtest.MailServer(b, nil), boxtest.Wide)
	var rest float64
	for b.Loop() {
		box := serve(b, config)
		box.Health("/healthz")
		rest = of(b, box, "VmRSS")
		box.Stop()
	}
	b.ReportMetric(rest, "MiB")
}

// BenchmarkUploads is 200 people at once who send a photo of 6 megapixels each. Some of
// them are asked to come again, with everything given back, and do.
func BenchmarkUploads(b *testing.B) {
	const people = 200
	photo := boxtest.Photograph(b, 1, 3000, 2000)
	config := boxtest.Init(b, boxtest.MailServer(b, nil), boxtest.Wide)
	var peak float64
	var again atomic.Int64
	begun := time.Now()
	for b.Loop() {
		box := serve(b, config)
		var all sync.WaitGroup
		for n := range people {
			all.Go(func() {
				v := boxtest.NewVillager(b, box.URL+"/t/ncs01")
				for {
					a, err := v.Write(b.Context(), boxtest.Report(fmt.Sprint("tin ", n), photo))
					if err != nil {
						b.Error(err)
						return
					}
					if a.Taken() {
						return
					}
					if again.Add(1); a.Status != 503 && a.Status != 429 {
						b.Errorf("%v", a)
						return
					}
					select {
					case <-b.Context().Done():
						return
					case <-time.After(2 * time.Second): // as a person does
					}
				}
			})
		}
		all.Wait()
		peak = of(b, box, "VmHWM")
		box.Stop()
	}
	b.ReportMetric(peak, "MiB")
	b.ReportMetric(float64(len(photo))/1e6, "MB/photo")
	b.ReportMetric(float64(again.Load())/float64(b.N), "again")
	b.ReportMetric(float64(people*b.N)/time.Since(begun).Seconds(), "photos/s")
}

// BenchmarkWaiting is the box with 10,000 tips in its spool, and a mail server that says
// nothing.
func BenchmarkWaiting(b *testing.B) {
	const tips = 10_000
	config := boxtest.Init(b, away(b), boxtest.Wide)
	s, err := spool.Open(spool.Options{Dir: filepath.Join(filepath.Dir(config), "data", "spool")})
	if err != nil {
		b.Fatal(err)
	}
	var next atomic.Int64
	var all sync.WaitGroup
	sealed := make([]byte, 18<<10) // a text to three recipients
	for range 64 {
		all.Go(func() {
			for n := next.Add(1); n <= tips; n = next.Add(1) {
				e := intake.Envelope{ID: intake.ID(fmt.Sprintf("TB-%04d-%04d", n/10_000, n%10_000)), Unit: "na-co-sa", Audience: intake.ToUnit}
				if err := s.Put(e, sealed); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	var waiting float64
	for b.Loop() {
		box := serve(b, config)
		box.Health("/healthz")
		waiting = of(b, box, "VmRSS")
		box.Kill()
	}
	b.ReportMetric(waiting, "MiB")
}

// BenchmarkPosters prints 3,000 sites of a province.
func BenchmarkPosters(b *testing.B) {
	const sites = 3000
	for _, paper := range []string{"a4", "stickers"} {
		b.Run(paper, func(b *testing.B) {
			config := boxtest.Init(b, boxtest.MailServer(b, nil), "")
			var more strings.Builder
			for n := range sites {
				fmt.Fprintf(&more, "\n  [[units.sites]]\n  code = \"s%d\"\n  name = { vi = \"Nhà văn hóa bản Na Cô Sa %d\" }\n", n, n)
			}
			f, err := os.OpenFile(config, os.O_APPEND|os.O_WRONLY, 0o600)
			if err == nil {
				_, err = f.WriteString(more.String())
				err = errors.Join(err, f.Close())
			}
			if err != nil {
				b.Fatal(err)
			}
			var peak float64
			for b.Loop() {
				peak = max(peak, watched(b, waittest.Slow(b, 5*time.Minute, boxtest.HandedOut(b, "none"), "poster", "-c", config, "-o", b.TempDir(), "--paper", paper)))
			}
			b.ReportMetric(peak, "MiB")
			b.ReportMetric(sites*float64(b.N)/b.Elapsed().Seconds(), "sites/s")
		})
	}
}
