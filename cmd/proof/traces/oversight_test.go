package traces

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tipbox/cmd/internal/boxtest"
	"tipbox/crypto/open"
	"tipbox/intake/waittest"
)

// TestAuditOversight: a tip about the unit itself is sealed to the inspectorate
// alone and mailed there alone, and nothing that the unit or an observer of the
// server sees tells it from any other.
func TestAuditOversight(t *testing.T) {
	t.Parallel()
	b := newAuditBox(t, "", false)
	d := &auditDay{auditBox: b}
	d.front = d.url
	d.set("away")
	d.start()
	v := d.villager(sourceV4[0])
	if _, page, err := v.Page(t.Context()); err != nil || !strings.Contains(page, `value="oversight"`) {
		t.Errorf("the form does not offer it: %v", err)
	}
	metrics := func() string { return notRedis(d.fetch("/metrics")) }
	d.waitFor("the first probe of the mail server", func() bool {
		return strings.Contains(metrics(), `tipbox_part_state{part="mail"} 1`)
	})
	before := metrics()
	d.post(v, http.StatusSeeOther, nil, "to", "oversight")
	if after := metrics(); after != before {
		t.Errorf("one tip shows:\n%s\nbefore:\n%s", after, before)
	}
	d.post(v, http.StatusSeeOther, nil)
	if after := metrics(); after != before {
		t.Errorf("a second shows:\n%s\nbefore:\n%s", after, before)
	}
	name := regexp.MustCompile(`^0-TB-[0-9A-Z]{4}-[0-9A-Z]{4}\.tip$`)
	sizes := make(map[int]bool)
	for _, f := range d.spooled("new") {
		content, err := os.ReadFile(filepath.Join(filepath.Dir(d.config), "data", "spool", "new", f))
		if err != nil || !name.MatchString(f) {
			t.Errorf("%s: %v", f, err)
		}
		sizes[len(content)-strings.IndexByte(string(content), '\n')] = true
	}
	if len(sizes) != 1 || len(d.spooled("new")) != 2 {
		t.Errorf("%d tips in %d sizes", len(d.spooled("new")), len(sizes))
	}
	log := d.run.Said.String()
	if strings.Contains(log, "oversight") || strings.Contains(log, "inspect") {
		t.Errorf("the log tells:\n%s", log)
	}
	d.set("")
	d.crash("SIGKILL") // what is due goes at once
	mails := d.mail.Wait(2)
	for _, m := range mails {
		sealed := boxtest.Attachment(t, m.Data)
		_, byUnit := open.Open(sealed, d.unit.IDs)
		_, byOversight := open.Open(sealed, d.oversight.IDs)
		switch {
		case slices.Equal(m.To, []string{unitMail}) && byUnit == nil && byOversight != nil:
		case slices.Equal(m.To, []string{oversightMail}) && byUnit != nil && byOversight == nil:
		default:
			t.Errorf("mail to %v opens for the unit: %v, for the inspectorate: %v", m.To, byUnit, byOversight)
		}
	}
	if mails[0].Conn == mails[1].Conn {
		t.Error("both went over one connection, which tells the relay that they belong together")
	}
	if len(mails[0].Data)-len(mails[0].To[0]) != len(mails[1].Data)-len(mails[1].To[0]) {
		t.Errorf("mails of %d and %d bytes", len(mails[0].Data), len(mails[1].Data))
	}
}

func (b *auditBox) fetch(path string) string {
	b.t.Helper()
	resp, err := waittest.Client(nil).Get(b.run.Admin + path)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return string(text)
}

// TestAuditTimes: when a tip came stands nowhere. What waits has the time 1970 or
// that of its later delivery, nothing else in the data directory moves, and a tip
// that goes out at once leaves the log and the numbers as they were.
func TestAuditTimes(t *testing.T) {
	t.Parallel()
	b := newAuditBox(t, "", false)
	d := &auditDay{auditBox: b}
	d.front = d.url
	d.start()
	v := d.villager(sourceV4[0])
	dataDir := filepath.Join(filepath.Dir(d.config), "data")
	times := func() map[string]time.Time {
		all := make(map[string]time.Time)
		_ = filepath.WalkDir(dataDir, func(path string, _ os.DirEntry, err error) error {
			if info, statErr := os.Stat(path); err == nil && statErr == nil {
				all[strings.TrimPrefix(path, dataDir)] = info.ModTime()
			}
			return nil
		})
		return all
	}
	begin, quiet, first := time.Now(), notRedis(d.run.Said.String()), times()
	shown := notRedis(d.fetch("/metrics"))
	d.post(v, http.StatusSeeOther, nil, "delivery", "now")
	d.post(v, http.StatusSeeOther, nil, "delivery", "urgent")
	for range 5 {
		d.post(v, http.StatusSeeOther, nil, "delivery", "later")
	}
	mails := d.mail.Wait(2)
	d.waitFor("two tips to be delivered", func() bool { return len(d.spooled("new")) == 5 })
	d.waitFor("the time of new/ to be set back", func() bool { return times()["/spool/new"].Unix() == 0 })
	for path, at := range times() {
		name, _, isTip := strings.Cut(filepath.Base(path), "-TB-")
		was, old := first[path]
		switch {
		case isTip:
			var notBefore int64
			if err := json.Unmarshal([]byte(name), &notBefore); err != nil || at.Unix() != notBefore || at.Nanosecond() != 0 {
				t.Errorf("%s has the time %v", path, at)
			}
			if wait := at.Sub(begin); notBefore > 0 && (wait < -time.Second || wait > 6*time.Hour+time.Minute) {
				t.Errorf("%s waits for %v", path, wait)
			}
		case at.Unix() == 0:
		case !old || !at.Equal(was):
			t.Errorf("%s was changed at %v, before at %v", path, at, was)
		}
	}
	if log := notRedis(d.run.Said.String()); log != quiet {
		t.Errorf("tips that went well are in the log:\n%s", strings.TrimPrefix(log, quiet))
	}
	if now := notRedis(d.fetch("/metrics")); now != shown {
		t.Errorf("tips that went well are in the metrics:\n%s\nbefore:\n%s", now, shown)
	}
	// No header tells more than the moment of mailing.
	for _, m := range mails {
		header, _, _ := strings.Cut(string(m.Data), "\r\n\r\n")
		if n := len(regexp.MustCompile(`\d\d:\d\d`).FindAllString(header, -1)); n != 1 || strings.Count(header, "\r\nDate: ")+strings.Count(header[:6], "Date: ") != 1 {
			t.Errorf("a mail tells %d times:\n%s", n, header)
		}
	}
}
