// Command bench runs the benchmarks that say how fast and how large a tip box is, one
// after the other, and writes what they found as one table. What compares, compares
// within one run, in turns: ratios hold on any machine, times on this one.
//
//	go run ./.ci/bench -o docs/performance.md
package main

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// row is a line of the table, of one benchmark.
type row struct {
	what   string
	name   string // of the benchmark
	say    string // "{unit}" stands for what it reported
	wanted string
}

// group is what one run of go test finds out.
type group struct {
	pkg, time string // how long, or how often
	rows      []row
}

var groups = []group{
	{"./cmd/internal/box", "3x", []row{
		{"A 1 KiB tip, posted until it is durable in the spool; against a bare handler that seals and syncs as much", "BenchmarkPost", "{tipbox/s} a second; bare {bare/s}; ratio **{ratio}**", "0.7"},
		{"The same with the limits in Redis; against in the process", "BenchmarkPostRedis", "{redis/s} a second; in the process {memory/s}; ratio **{ratio}**", ""},
		{"The same to any of 10,000 sites; against any of 10", "BenchmarkPostSites", "{10000/s} a second; {10/s}; ratio **{ratio}**", "0.9"},
	}},
	{"./cmd/internal/box", "10x", []row{
		{"The form of any of 10,000 sites, opened over loopback; against any of 10", "BenchmarkFormSites", "{10000/s} a second; {10/s}; ratio **{ratio}**", "0.9"},
	}},
	{"./intake/web", "2s", []row{
		{"The form; against a bare handler that writes the same bytes", "BenchmarkForm", "{forms/s} a second; bare {bare/s}; ratio **{ratio}**", "0.5"},
	}},
	{"./intake/limit", "1s", []row{
		{"All limits of a tip asked, in the process", "BenchmarkMemoryTake", "{ns/op} ns", ""},
		{"The same in Redis, on this machine", "BenchmarkRedisTake", "{ns/op} ns", ""},
	}},
	{"./crypto/seal", "300ms", []row{
		{"A text sealed to one recipient", "BenchmarkSeal1KiB/post-quantum/recipients=1", "{ns/op} ns", ""},
	}},
	{"./intake/photo", "3x", []row{
		{"A photo of 12 megapixels made harmless", "BenchmarkClean12MP", "{ns/op} ns, {B/op} bytes allocated", ""},
	}},
	{"./cmd/proof/memory", "1x", []row{
		{"Memory at rest", "BenchmarkAtRest", "{MiB} MiB", ""},
		{"Memory at most, while 200 people send a photo of 6 megapixels at once", "BenchmarkUploads", "{MiB} MiB; {photos/s} photos a second; {again} times someone was asked to come again", "1,024 MiB and itself"},
		{"Memory with 10,000 tips waiting for the mail server", "BenchmarkWaiting", "{MiB} MiB", ""},
		{"3,000 sites' posters in A4", "BenchmarkPosters/a4", "{MiB} MiB; {sites/s} sites a second", "200 MiB"},
		{"3,000 sites' stickers", "BenchmarkPosters/stickers", "{MiB} MiB; {sites/s} sites a second", "200 MiB"},
	}},
}

func main() {
	out := flag.String("o", "", "also write the page to this `file`")
	note := flag.String("note", "", "what else the machine was doing")
	flag.Parse()
	if err := run(*out, *note); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(out, note string) error {
	var page bytes.Buffer
	page.WriteString(head(note))
	begun := time.Now()
	for _, g := range groups {
		found, err := measure(g)
		if err != nil {
			return err
		}
		for _, r := range g.rows {
			figures, ok := found[r.name]
			if !ok {
				return fmt.Errorf("%s: %s was not run", g.pkg, r.name)
			}
			line := fmt.Sprintf("| %s | %s | %s |\n", r.what, said(r.say, figures), r.wanted)
			fmt.Fprint(os.Stderr, line)
			page.WriteString(line)
		}
	}
	fmt.Fprintf(&page, "\nIt took %v.\n", time.Since(begun).Round(time.Second))
	if out == "" {
		_, err := os.Stdout.Write(page.Bytes())
		return err
	}
	return os.WriteFile(out, page.Bytes(), 0o644) //nolint:gosec // a page of the project
}

// measure runs a group's benchmarks and returns what each reported, by unit.
func measure(g group) (map[string]map[string]float64, error) {
	var names []string
	for _, r := range g.rows {
		name, _, _ := strings.Cut(r.name, "/")
		names = append(names, name)
	}
	cmd := exec.Command("go", "test", "-run", "^$", "-bench", "^("+strings.Join(names, "|")+")$", "-benchmem", "-benchtime", g.time, "-timeout", "10m", g.pkg) //nolint:gosec,noctx // our own names; it has a limit
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", g.pkg, err), errors.New(string(text)))
	}
	found := make(map[string]map[string]float64)
	processors := regexp.MustCompile(`-\d+$`) // go test writes them behind the name
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		figures := make(map[string]float64)
		for i := 2; i+1 < len(fields); i += 2 {
			if n, err := strconv.ParseFloat(fields[i], 64); err == nil {
				figures[fields[i+1]] = n
			}
		}
		found[processors.ReplaceAllString(fields[0], "")] = figures
	}
	return found, nil
}

var unit = regexp.MustCompile(`\{[^}]+\}`)

func said(say string, figures map[string]float64) string {
	return unit.ReplaceAllStringFunc(say, func(u string) string {
		n, ok := figures[u[1:len(u)-1]]
		switch {
		case !ok:
			return "?"
		case u == "{ratio}":
			return fmt.Sprintf("%.2f", n)
		case n < 10:
			return fmt.Sprintf("%.1f", n)
		}
		return thousands(fmt.Sprintf("%.0f", n))
	})
}

func thousands(digits string) string {
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func head(note string) string {
	const first = `# How fast, and how large

<!-- Written by make bench from what .ci/bench finds: do not change it by hand. -->

` + "`make bench`" + ` runs all of this anew, in about five minutes, and writes this page. What is
compared takes turns within one run, and the ratio is the median of the turns', so it says
the same on another machine, and nearly so on a busy one; the rest is of this machine, on that day. *Wanted* is what we hold a change to.

`
	if note != "" {
		note = "; " + note
	}
	return first + fmt.Sprintf("%s, %s: %s, %d processors, %s, %s, load %s at the start%s.\n\n| what | figures | wanted |\n|---|---|---|\n",
		time.Now().Format(time.DateOnly), output("git", "describe", "--always", "--dirty"),
		field("/proc/cpuinfo", "model name"), runtime.NumCPU(), output("uname", "-sr"), runtime.Version(), firstWord("/proc/loadavg"), note)
}

func output(name string, args ...string) string {
	b, err := exec.Command(name, args...).Output() //nolint:gosec,noctx // two of ours, at once
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(b))
}

// field returns what a line of a file says behind the name and a colon.
func field(path, name string) string {
	b, _ := os.ReadFile(path)
	for line := range strings.Lines(string(b)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

func firstWord(path string) string {
	b, _ := os.ReadFile(path)
	word, _, _ := strings.Cut(string(b), " ")
	return word
}
