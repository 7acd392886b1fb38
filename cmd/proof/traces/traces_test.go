// Package traces proves on the real binary that nothing is kept that could tell who
// sent a tip, by searching all that it writes.
package traces

import (
	"bytes"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"tipbox/cmd/internal/boxtest"
)

// TestAudit is the promise that nothing about a sender is kept, made something
// to check. Senders leave marks wherever a sender can, a box goes through all
// that happens in its life, and every byte that was written down on the way is
// searched for the marks in every writing. It prints what was found where.
func TestAudit(t *testing.T) {
	t.Run("direct", func(t *testing.T) {
		t.Parallel()
		addr := boxtest.FreeAddr(t)
		b := newAuditBox(t, "", false, "--listen", everywhere(addr))
		d := &auditDay{auditBox: b, photos: auditPhotos(t)}
		d.front = d.url
		d.live()
	})
	t.Run("TLS, a Redis that writes to disk", func(t *testing.T) {
		t.Parallel()
		cert, key := boxtest.Certificate(t, t.TempDir(), frontName, "localhost")
		addr := boxtest.FreeAddr(t)
		b := newAuditBox(t, "", true, "--listen", everywhere(addr), "--base-url", "https://tip.example.vn")
		b.edit(`trusted_proxies = ["127.0.0.1"]`, fmt.Sprintf("tls_cert = %q\ntls_key = %q", cert, key))
		d := &auditDay{auditBox: b, photos: auditPhotos(t)}
		d.front = d.url
		d.live()
		if got, err := b.redis.Do("DBSIZE"); got != ":0" || err != nil {
			t.Errorf("the Redis that writes to disk was given %s keys, %v", got, err)
		}
	})
	t.Run("nginx", func(t *testing.T) {
		t.Parallel()
		addr := boxtest.FreeAddr(t)
		b := newAuditBox(t, "", false, "--listen", addr, "--base-url", "https://tip.example.vn")
		n := startNginx(t, addr)
		d := &auditDay{auditBox: b, photos: auditPhotos(t)}
		d.front = func() string { return fronted(n.https) }
		d.proxied = func() { d.byProxy(proxiedV6) }
		d.after = func() {
			b.walk(n.dir, &b.proxy, &b.proxy)
			b.proxy.add([]byte(n.output.String()))
			if used := n.tempFiles(); len(used) > 0 {
				t.Errorf("nginx has put something into %v", used)
			}
		}
		d.live()
	})
}

// live goes through the box's whole life and then searches.
func (d *auditDay) live() {
	t := d.t
	before := changed(t, d.temp)
	d.set("away")
	d.start()
	d.visits()
	d.tips()
	d.refusals()
	d.mistakes()
	d.noise()
	d.panics()
	if d.proxied != nil {
		d.proxied()
	}
	d.look()

	d.redis.Kill()
	d.post(d.villager(sourceV4[0]), http.StatusSeeOther, nil)
	d.look()
	d.redis.Start()

	waiting := len(d.spooled("new"))
	mirrored, _ := filepath.Glob(filepath.Join(d.mirror, "new", "*.tip"))
	if waiting < 10 || len(mirrored) != waiting {
		t.Errorf("while the mail server is away %d tips wait, %d in the mirror", waiting, len(mirrored))
	}
	for _, how := range []string{"SIGKILL", "SIGQUIT", "SIGABRT"} {
		d.crash(how)
		d.look()
	}
	if got := len(d.spooled("new")); got != waiting {
		t.Errorf("%d tips waited, after the crashes %d", waiting, got)
	}
	d.set("refuses")
	d.crash("panic")
	d.post(d.villager(sourceV4[0]), http.StatusSeeOther, nil)
	d.waitFor("held tips", func() bool {
		return len(d.spooled("hold")) > 0 && strings.Contains(d.run.Said.String(), "refuses a tip")
	})
	d.look()
	d.set("")
	d.crash("SIGKILL")
	for i, delivery := range []string{"now", "urgent"} {
		d.post(d.villager(sourceV4[1]), http.StatusSeeOther, d.photos[i:], "delivery", delivery)
		d.post(d.villager(sourceV4[1]), http.StatusSeeOther, nil, "delivery", delivery, "to", "oversight")
	}
	d.mail.Wait(4)
	d.look()
	d.run.Stop()
	d.ended()
	d.collect()
	if d.after != nil {
		d.after()
	}
	if names, _ := os.ReadDir(d.temp); len(names) > 0 || !changed(t, d.temp).Equal(before) {
		t.Errorf("something was put into TMPDIR: %v", names)
	}
	canaries := auditCanaries(d.tokens)
	found, table := auditTable(canaries, d.places())
	t.Logf("canaries × places: hits\n%s", table)
	d.judge(found)
	for _, never := range []string{"na-co-sa", "Na Cô Sa", "ncs01", "TB-", "Content-Length: 0"} {
		if bytes.Contains(d.alerts.data, []byte(never)) {
			t.Errorf("an alert tells %s:\n%s", never, d.alerts.data)
		}
	}
	for _, p := range d.places() {
		if len(p.data) == 0 && p != &d.proxy {
			t.Errorf("%s is empty: there was nothing to search", p.name)
		}
	}
}

// judge wants the marks of what was written in opened tips, and nothing anywhere else.
func (d *auditDay) judge(found map[string]map[string]int) {
	mustBe := map[string]bool{"message": true, "message, Vietnamese": true, "place": true, "time": true}
	for where, hits := range found {
		for what, n := range hits {
			switch {
			case where == d.opened.name && mustBe[what]:
				if n == 0 {
					d.t.Errorf("%s is not in %s: nothing was planted", what, where)
				}
			case n > 0:
				d.t.Errorf("%s stands %d times in %s", what, n, where)
			}
		}
	}
}

// auditTable searches all places and shows what was found.
func auditTable(canaries []canary, places []*place) (found map[string]map[string]int, table string) {
	found = make(map[string]map[string]int)
	var b bytes.Buffer
	w := tabwriter.NewWriter(&b, 0, 0, 1, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "\t")
	for _, p := range places {
		fmt.Fprintf(w, "%s\t", p.name)
		found[p.name] = p.hits(canaries)
	}
	fmt.Fprint(w, "\nbytes searched\t")
	for _, p := range places {
		fmt.Fprintf(w, "%d\t", len(p.data))
	}
	fmt.Fprintln(w)
	seen := make(map[string]bool)
	for _, c := range canaries {
		if seen[c.name] {
			continue
		}
		seen[c.name] = true
		fmt.Fprintf(w, "%s\t", c.name)
		for _, p := range places {
			fmt.Fprintf(w, "%d\t", found[p.name][c.name])
		}
		fmt.Fprintln(w)
	}
	w.Flush()
	return found, b.String()
}

// byProxy sends tips as a trusted proxy passes them on.
func (d *auditDay) byProxy(from netip.Addr) {
	v := auditVillager(d.t, d.url(), netip.MustParseAddr("127.0.0.1"))
	v.Line = withHeader{v.Line, "X-Forwarded-For", forgedV6.String() + ", " + from.String()}
	d.post(v, http.StatusSeeOther, nil)
	d.flood(v)
}

func changed(t testing.TB, path string) time.Time {
	t.Helper()
	info, err := os.Stat(filepath.Clean(path))
	if err != nil {
		t.Fatal(err)
	}
	return info.ModTime()
}
