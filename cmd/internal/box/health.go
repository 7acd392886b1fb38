package box

import (
	"context"
	"fmt"
	"strings"

	"tipbox/cmd/internal/config"
	"tipbox/intake/admin"
	"tipbox/intake/deliver"
	"tipbox/intake/limit"
	"tipbox/intake/spool"
)

// parts are what /healthz and /readyz speak of. Only the spool makes the
// service unready: while mail or Redis is away, tips are taken and kept.
func (b *Box) parts() []admin.Part {
	parts := []admin.Part{
		{Name: "spool", Probe: func(context.Context) admin.Status { return spoolStatus(b.spool.Status()) }},
		{Name: "units", Probe: func(context.Context) admin.Status { return unitsStatus(b.current.Load().cfg.Broken) }},
		{Name: "mail", Probe: func(context.Context) admin.Status { return mailStatus(b.runner.Health()) }},
		{Name: "redis", Probe: func(context.Context) admin.Status {
			return redisStatus(b.limits.Degraded(), b.limits.FellBack())
		}},
		{Name: "secret", Probe: func(context.Context) admin.Status { return secretStatus(b.limits.Siblings()) }},
		{Name: "replies", Probe: func(context.Context) admin.Status { return repliesStatus(b.replies.Trouble()) }},
		{Name: "alerts", Probe: func(context.Context) admin.Status { return b.calls.status() }},
	}
	if b.cfg.Spool.Mirror != "" {
		parts = append(parts, admin.Part{Name: "mirror", Probe: func(context.Context) admin.Status { return mirrorStatus(b.spool.Status()) }})
	}
	return append(parts, b.self.parts()...)
}

// unitsStatus tells which units are not served as they are written.
func unitsStatus(all []config.Broken) admin.Status {
	var wrong []string
	for _, b := range all {
		wrong = append(wrong, brokenUnit(b))
	}
	if len(wrong) == 0 {
		return admin.Status{}
	}
	return admin.Status{State: admin.Degraded, Detail: strings.Join(wrong, "; ")}
}

// brokenUnit says what is wrong with a unit, or with a file of units, in one line.
func brokenUnit(b config.Broken) string {
	what, does := "unit "+b.Unit, "stands still"
	if b.Unit == "" {
		what = "the units of " + b.File
	}
	if b.GoesOn {
		does = "goes on as it was"
	}
	first := strings.SplitN((&config.Error{File: "tipbox.toml", Problems: b.Problems}).Error(), "\n", 2)[0]
	return fmt.Sprintf("%s %s: %s", what, does, first)
}

// redisStatus tells what is wrong with Redis, and that it was, however short: what
// fell back since the start is in tens.
func redisStatus(why string, fellBack int64) admin.Status {
	var s admin.Status
	if why != "" {
		s = admin.Status{State: admin.Degraded, Detail: why + "; this process keeps the limits meanwhile"}
	}
	if fellBack > 0 {
		if s.Detail != "" {
			s.Detail += "; "
		}
		s.Detail += fmt.Sprintf("since the start this process decided about %d tips or more without it", fellBack)
	}
	return s
}

// secretStatus tells of servers that share Redis and not the secret.
func secretStatus(s limit.Siblings) admin.Status {
	what, mend := s.Trouble()
	if what == "" {
		return admin.Status{}
	}
	return admin.Status{State: admin.Degraded, Detail: what + ": " + mend}
}

func repliesStatus(why string) admin.Status {
	if why == "" {
		return admin.Status{}
	}
	return admin.Status{State: admin.Degraded, Detail: "replies cannot be kept: " + why}
}

func spoolStatus(st spool.Status) admin.Status {
	var wrong []string
	if st.Damaged > 0 {
		wrong = append(wrong, fmt.Sprintf("%d damaged files in hold/", st.Damaged))
	}
	if st.Unread > 0 {
		wrong = append(wrong, fmt.Sprintf("%d files that a newer tipbox wrote or the disk does not give back", st.Unread))
	}
	if st.Free > 0 && st.Free < 2*st.Floor {
		wrong = append(wrong, fmt.Sprintf("the disk is nearly full: below %d MiB nothing is taken", st.Floor>>20))
	}
	if st.NoCopies {
		wrong = append(wrong, "copies of delivered tips cannot be kept in sent/")
	}
	switch {
	case st.NoRoom:
		return admin.Status{State: admin.Unready, Detail: "no room on the disk: nothing is taken until there is"}
	case st.Trouble != "":
		return admin.Status{State: admin.Unready, Detail: "nothing can be stored: " + st.Trouble}
	case len(wrong) > 0:
		return admin.Status{State: admin.Degraded, Detail: strings.Join(wrong, ", ")}
	}
	return admin.Status{}
}

// mirrorStatus tells that tips are on one disk alone, as the spool's own clock found it.
func mirrorStatus(st spool.Status) admin.Status {
	var wrong []string
	if st.Mirror != "" {
		detail := st.Mirror + ": what waits is on one disk alone"
		if st.Mirror == spool.Unmarked {
			detail = st.Mirror + ": mount it, or, for a new disk, delete data_dir/spool/mirror.json; what waits is on one disk alone"
		}
		wrong = append(wrong, detail)
	}
	if st.Strangers > 0 {
		wrong = append(wrong, fmt.Sprintf("it holds %d tips that the spool does not: stop tipbox, then tipbox spool adopt the mirror", st.Strangers))
	}
	if len(wrong) == 0 {
		return admin.Status{}
	}
	return admin.Status{State: admin.Degraded, Detail: strings.Join(wrong, "; ")}
}

func mailStatus(h deliver.Health) admin.Status {
	var wrong []string
	if h.Server != "" {
		wrong = append(wrong, "mail server: "+h.Server)
	}
	if h.Held > 0 {
		wrong = append(wrong, fmt.Sprintf("%d tips held for a person to decide: tipbox spool list", h.Held))
	}
	for _, m := range h.Mailboxes {
		wrong = append(wrong, fmt.Sprintf("mailbox %s of %s: %s", m.Address, m.Unit, m.Reason))
	}
	for _, u := range h.Units {
		if u.Bulk > 0 {
			wrong = append(wrong, fmt.Sprintf("%s: a flood: %d tips or more, beyond the limits, wait for their digests", u.Unit, u.Bulk))
		}
		if u.OldestDays > 0 {
			wrong = append(wrong, fmt.Sprintf("%s: oldest due tip waits for %d days, %s", u.Unit, u.OldestDays, u.Reason))
		}
	}
	if len(wrong) > 0 {
		return admin.Status{State: admin.Degraded, Detail: strings.Join(wrong, "; ")}
	}
	return admin.Status{}
}
