//go:build unix && flood

package flood

import (
	"context"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tipbox/cmd/internal/boxtest"
	"tipbox/crypto/keys"
	"tipbox/crypto/seal"
	"tipbox/intake"
	"tipbox/intake/durable"
	"tipbox/intake/waittest"
)

// How the waits of people at other sites are compared with a bare handler's.
const (
	elsewhereRounds = 4
	elsewhereFor    = 15 * time.Second
	elsewhereEach   = 50 * time.Millisecond
)

// bareDir tells this program, started anew, to be the bare handler, and where it
// keeps its page, recipients and tips.
const bareDir = "TIPBOX_FLOOD_BARE"

// TestFloodElsewhere floods one site and looks how long people wait at twenty others,
// and how long they wait there while the same generator floods a bare handler in a
// process of its own: what the flood costs the machine is in both, what it costs the
// others inside the box in one. Beside it stands what the bare handler has people
// wait under the flood. They take turns, so that what else the machine does slows
// all. Wanted is a p99 of at most 1.2 times the control's.
func TestFloodElsewhere(t *testing.T) {
	if dir := os.Getenv(bareDir); dir != "" {
		serveBare(t, dir)
		return
	}
	_, flags := boxtest.Recruit(t)
	mails := boxtest.MailServer(t, nil)
	config := boxtest.Init(t, mails, "", append(flags, "--base-url", "https://tip.example.vn")...)
	addSites(t, config, 25)
	// As it is handed out: the race detector would be all that is measured.
	box := boxtest.Start(t, exec.CommandContext(t.Context(), boxtest.HandedOut(t, ""), "serve", "-c", config)) //nolint:gosec // the tests' own
	page, err := waittest.Client(&http.Transport{}).Get(box.URL + "/t/ncs01")
	if err != nil {
		t.Fatal(err)
	}
	defer page.Body.Close()
	html, err := io.ReadAll(page.Body)
	if err != nil {
		t.Fatal(err)
	}
	control := bare(t, html, config)
	runs := []struct{ name, people, flooded string }{
		{"flooded", box.URL, box.URL}, {"control", box.URL, control}, {"bare", control, control},
	}

	waits := make(map[string][]time.Duration)
	var n atomic.Int64 // people and tips in all
	for range elsewhereRounds {
		for _, run := range runs {
			waits[run.name] = append(waits[run.name], elsewhere(t, run.people, run.flooded, &n)...)
		}
	}
	at := func(name string, percent int) time.Duration {
		slices.Sort(waits[name])
		return waits[name][(len(waits[name])-1)*percent/100]
	}
	for _, percent := range []int{50, 90, 99} {
		ours, theirs := at("flooded", percent), at("control", percent)
		t.Logf("p%d of %d: %v, control %v, ratio %.2f; bare handler %v", percent, len(waits["flooded"]),
			ours.Round(10*time.Microsecond), theirs.Round(10*time.Microsecond), float64(ours)/float64(theirs), at("bare", percent).Round(10*time.Microsecond))
	}
}

// elsewhere floods the first site for a while and returns how long people at the
// others waited from asking for the form to being thanked.
func elsewhere(t *testing.T, url, flooded string, n *atomic.Int64) []time.Duration {
	ctx, cancel := context.WithTimeout(t.Context(), elsewhereFor)
	defer cancel()
	var running sync.WaitGroup
	defer running.Wait()
	running.Go(func() {
		a := attack{each: 5 * time.Millisecond, from: func(n int) sender { return sender{"s01", address(n % 1000)} }}
		a.flood(t, ctx, flooded, new(outcome), nil)
	})
	line := &http.Transport{MaxIdleConnsPerHost: atOnce}
	defer line.CloseIdleConnections()
	var mu sync.Mutex
	var waits []time.Duration
	if late := pace(ctx, elsewhereEach, math.MaxInt, func(int) {
		n := int(n.Add(1))
		s := sender{fmt.Sprintf("s%02d", 2+n%20), address(1<<23 + n)}
		v := &boxtest.Villager{URL: url + site(s), Line: forwarded{line, s.addr.String()}}
		began := time.Now()
		answer, err := v.Write(t.Context(), boxtest.Report(fmt.Sprintf("Tin thật %d.", n)))
		if err != nil || !answer.Taken() {
			t.Errorf("not thanked: %v, %v", answer, err)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		waits = append(waits, time.Since(began))
	}); late > 0 {
		t.Errorf("%d people were not asked how long they wait", late)
	}
	return waits
}

// bare starts the bare handler and returns where it is.
func bare(t *testing.T, page []byte, config string) string {
	t.Helper()
	dir := t.TempDir()
	recipients, err := os.ReadFile(filepath.Join(filepath.Dir(config), "keys", "na-co-sa.recipients"))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"page": page, "recipients": recipients} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run", "^TestFloodElsewhere$", "-test.timeout", "30m")
	cmd.Env = append(os.Environ(), bareDir+"="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it has no other end
		_ = cmd.Wait()
	})
	var url []byte
	waittest.Until(t, "the bare handler's address", func() bool {
		url, err = os.ReadFile(filepath.Join(dir, "url"))
		return err == nil && strings.HasSuffix(string(url), "\n")
	})
	return strings.TrimSpace(string(url))
}

// serveBare is what no tip box can do without: a page, a form read, sealed and
// synced, an answer.
func serveBare(t *testing.T, dir string) {
	page, err := os.ReadFile(filepath.Join(dir, "page"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := keys.ReadRecipients(filepath.Join(dir, "recipients"))
	if err != nil {
		t.Fatal(err)
	}
	sealer := seal.New(r)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "url"), []byte("http://"+l.Addr().String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var n atomic.Int64
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			_, _ = w.Write(page)
			return
		}
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		sealed, err := sealer.Seal(&intake.Tip{
			ID: "TB-0000-0000", Unit: "na-co-sa", Site: "ncs01", Mailbox: intake.Report, Lang: "vi", Message: r.FormValue("message"),
		})
		if err == nil {
			err = durable.WriteNew(filepath.Join(dir, fmt.Sprint(n.Add(1))), sealed)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Tipbox-Taken", "TB-0000-0000")
		http.Redirect(w, r, "/k?l=vi", http.StatusSeeOther)
	})}
	t.Log(server.Serve(l))
}
