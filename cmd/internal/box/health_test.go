package box

import (
	"strings"
	"testing"

	"tipbox/intake/admin"
	"tipbox/intake/deliver"
	"tipbox/intake/spool"
)

// Only what keeps tips from being taken makes a box unready.
func TestSpoolStatus(t *testing.T) {
	for _, test := range []struct {
		status spool.Status
		want   admin.Status
	}{
		{spool.Status{Waiting: 3, Held: 1}, admin.Status{}},
		{spool.Status{NoRoom: true, Damaged: 1}, admin.Status{State: admin.Unready, Detail: "no room on the disk: nothing is taken until there is"}},
		{spool.Status{Trouble: spool.Permission}, admin.Status{State: admin.Unready, Detail: "nothing can be stored: permission"}},
		{spool.Status{NoCopies: true}, admin.Status{State: admin.Degraded, Detail: "copies of delivered tips cannot be kept in sent/"}},
		{spool.Status{Damaged: 2}, admin.Status{State: admin.Degraded, Detail: "2 damaged files in hold/"}},
	} {
		if got := spoolStatus(test.status); got != test.want {
			t.Errorf("%+v: %+v, want %+v", test.status, got, test.want)
		}
	}
}

// A mirror that is away never keeps tips from being taken.
func TestMirrorStatus(t *testing.T) {
	for _, test := range []struct {
		status spool.Status
		want   admin.Status
	}{
		{spool.Status{Trouble: spool.Disk}, admin.Status{}},
		{spool.Status{Mirror: spool.Stuck}, admin.Status{State: admin.Degraded, Detail: "stuck: what waits is on one disk alone"}},
		{spool.Status{Mirror: spool.Unmarked}, admin.Status{State: admin.Degraded, Detail: "missing: no mirror.json there: mount it, or, for a new disk, delete data_dir/spool/mirror.json; what waits is on one disk alone"}},
		{spool.Status{Strangers: 2}, admin.Status{State: admin.Degraded, Detail: "it holds 2 tips that the spool does not: stop tipbox, then tipbox spool adopt the mirror"}},
	} {
		if got := mirrorStatus(test.status); got != test.want {
			t.Errorf("%+v: %+v, want %+v", test.status, got, test.want)
		}
	}
}

func TestMailStatus(t *testing.T) {
	h := deliver.Health{Mailboxes: []deliver.MailboxHealth{{Unit: "na-co-sa", Address: "truc-ban@example.vn", Reason: deliver.Full}}}
	if got, want := mailStatus(h), (admin.Status{State: admin.Degraded, Detail: "mailbox truc-ban@example.vn of na-co-sa: full"}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := mailStatus(deliver.Health{}); got != (admin.Status{}) {
		t.Errorf("%+v", got)
	}
}

// TestFloodIsTold: health says that there is a flood, and that Redis was away, in
// tens, and says nothing where there is none.
func TestFloodIsTold(t *testing.T) {
	flood := mailStatus(deliver.Health{Units: []deliver.UnitHealth{{Unit: "na-co-sa", Waiting: 350, Bulk: 340}}})
	if flood.State != admin.Degraded || !strings.Contains(flood.Detail, "na-co-sa: a flood: 340 tips or more") {
		t.Errorf("%+v", flood)
	}
	if calm := mailStatus(deliver.Health{Units: []deliver.UnitHealth{{Unit: "na-co-sa", Waiting: 30}}}); calm != (admin.Status{}) {
		t.Errorf("%+v", calm)
	}
	for name, c := range map[string]struct {
		why      string
		fellBack int64
		state    admin.State
		says     string
	}{
		"well":          {"", 0, admin.OK, ""},
		"was away":      {"", 20, admin.OK, "since the start this process decided about 20 tips or more without it"},
		"is away":       {"auth", 0, admin.Degraded, "auth; this process keeps the limits meanwhile"},
		"away in usage": {"auth", 10, admin.Degraded, "meanwhile; since the start"},
	} {
		if got := redisStatus(c.why, c.fellBack); got.State != c.state || !strings.Contains(got.Detail, c.says) || c.says == "" && got.Detail != "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
