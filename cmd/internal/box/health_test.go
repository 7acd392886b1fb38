package box

import (
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

func TestMailStatus(t *testing.T) {
	h := deliver.Health{Mailboxes: []deliver.MailboxHealth{{Unit: "na-co-sa", Address: "truc-ban@example.vn", Reason: deliver.Full}}}
	if got, want := mailStatus(h), (admin.Status{State: admin.Degraded, Detail: "mailbox truc-ban@example.vn of na-co-sa: full"}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := mailStatus(deliver.Health{}); got != (admin.Status{}) {
		t.Errorf("%+v", got)
	}
}
