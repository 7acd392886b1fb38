package smtp

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"tipbox/intake/deliver"
	"tipbox/intake/deliver/smtp/smtptest"
)

const from = "<hom-thu@example.vn>"

// TestReturnPath: mails go with the null return path where the server takes it
// at all, and with the sender's address where it does not, whenever it says so.
func TestReturnPath(t *testing.T) {
	t.Parallel()
	nullAt := func(step smtptest.Step, reply string) func(smtptest.Event) smtptest.Answer {
		return func(e smtptest.Event) smtptest.Answer {
			if e.Step == step && e.ReturnPath == "<>" {
				return smtptest.Say(reply)
			}
			return smtptest.Usual
		}
	}
	tests := []struct {
		name   string
		answer func(smtptest.Event) smtptest.Answer
		paths  string // MAIL commands of two Sends on one connection
		taken  string // return paths of the mails taken
		reason string // of the verdict on each
		code   int
		step   string
	}{
		{name: "taken", paths: "<> <>", taken: "<> <>"},
		{name: "refused at MAIL", answer: nullAt(smtptest.From, "550 5.7.1 null sender refused"),
			paths: "<> " + from + " " + from, taken: from + " " + from},
		{name: "put off at MAIL", answer: nullAt(smtptest.From, "450 4.1.8 sender address rejected"),
			paths: "<> " + from + " " + from, taken: from + " " + from},
		{name: "refused at RCPT, as Postfix does", answer: nullAt(smtptest.Recipient, "550 5.7.1 null sender refused"),
			paths: "<> " + from + " " + from, taken: from + " " + from},
		{name: "refused with the message", answer: nullAt(smtptest.Message, "550 5.7.1 null sender refused"),
			paths: "<> " + from + " " + from, taken: from + " " + from},
		{name: "busy with the message", answer: nullAt(smtptest.Message, "451 4.3.0 later"),
			paths: "<> <>", reason: deliver.Reply4xx},
		{name: "wants a login", answer: nullAt(smtptest.From, "530 5.7.0 authentication required"),
			paths: "<>", reason: deliver.BadAuth},
		{name: "no such user whatever the path", answer: smtptest.At(smtptest.Recipient, smtptest.Say("550 5.1.1 no such user")),
			paths: "<> " + from + " <> " + from, code: 550, step: "rcpt"},
		{name: "greylisted whatever the path", answer: smtptest.At(smtptest.Recipient, smtptest.Say("450 4.2.0 greylisted")),
			paths: "<> " + from + " <> " + from, reason: deliver.Reply4xx},
		{name: "greylisted, and the sender is not ours", answer: func(e smtptest.Event) smtptest.Answer {
			switch {
			case e.Step == smtptest.Recipient && e.ReturnPath == "<>":
				return smtptest.Say("450 4.2.0 greylisted")
			case e.Step == smtptest.From && e.ReturnPath != "<>":
				return smtptest.Say("553 5.7.1 not owned by user")
			}
			return smtptest.Usual
		}, paths: "<> " + from + " <> " + from, reason: deliver.Reply4xx}, // not final
		{name: "no such user, and the sender is not ours", answer: func(e smtptest.Event) smtptest.Answer {
			switch {
			case e.Step == smtptest.Recipient && e.ReturnPath == "<>":
				return smtptest.Say("551 5.1.6 has moved")
			case e.Step == smtptest.From && e.ReturnPath != "<>":
				return smtptest.Say("553 5.7.1 not owned by user")
			}
			return smtptest.Usual
		}, paths: "<> " + from + " <> " + from, code: 551, step: "rcpt"}, // what is wrong is the user
		{name: "over the quota, and the sender is not ours", answer: func(e smtptest.Event) smtptest.Answer {
			switch {
			case e.Step == smtptest.From && e.ReturnPath == "<>":
				return smtptest.Say("550 5.4.5 daily user sending quota exceeded")
			case e.Step == smtptest.From:
				return smtptest.Say("553 5.7.1 not owned by user")
			}
			return smtptest.Usual
		}, paths: "<> " + from + " <> " + from, reason: deliver.Limit}, // not final
		{name: "null refused, then no such user", answer: func(e smtptest.Event) smtptest.Answer {
			switch {
			case e.Step == smtptest.From && e.ReturnPath == "<>":
				return smtptest.Say("550 5.7.1 null sender refused")
			case e.Step == smtptest.Recipient:
				return smtptest.Say("551 5.1.6 has moved")
			}
			return smtptest.Usual
		}, paths: "<> " + from + " " + from, code: 551, step: "rcpt"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			srv := server(t, test.answer)
			c := dial(t, transport(t, settings(t, srv)))
			check(t, c.Send(t.Context(), tip("01")), test.reason, test.code, test.step)
			if !c.broken {
				check(t, c.Send(t.Context(), tip("02")), test.reason, test.code, test.step)
			}
			var asked, taken []string
			for _, line := range srv.Commands() {
				if path, ok := strings.CutPrefix(line, "MAIL FROM:"); ok {
					asked = append(asked, path)
				}
			}
			for _, m := range srv.Mails() {
				taken = append(taken, m.ReturnPath)
			}
			if got := strings.Join(asked, " "); got != test.paths {
				t.Errorf("asked with %s, expected %s", got, test.paths)
			}
			if got := strings.Join(taken, " "); got != test.taken {
				t.Errorf("taken with %s, expected %s", got, test.taken)
			}
		})
	}
}

// TestReturnPathIsForgotten: each connection tries the null path anew, so that a
// server that has learned it is used as docs/formats.md, "Mail", says.
func TestReturnPathIsForgotten(t *testing.T) {
	t.Parallel()
	srv := server(t, onFirst(smtptest.From, smtptest.Say("550 5.7.1 null sender refused")))
	tr := transport(t, settings(t, srv))
	for range 2 {
		check(t, dial(t, tr).Send(t.Context(), tip("01")), "", 0, "")
	}
	mails := srv.Mails()
	if len(mails) != 2 || mails[0].ReturnPath != from || mails[1].ReturnPath != "<>" {
		t.Errorf("mails: %+v", mails)
	}
}

// TestBounces: with an address for bounces each mail has it as its return path,
// from the first try on, whatever the server says, and the header is the same.
func TestBounces(t *testing.T) {
	t.Parallel()
	const bounces = "<tra-lai@example.vn>"
	srv := server(t, nil)
	o := settings(t, srv)
	o.Now = func() time.Time { return time.Unix(1_795_392_000, 0) }
	for _, o.Bounces = range []string{"", "tra-lai@example.vn"} {
		check(t, dial(t, transport(t, o)).Send(t.Context(), tip("01")), "", 0, "")
	}
	mails := srv.Mails()
	if len(mails) != 2 || mails[0].ReturnPath != "<>" || mails[1].ReturnPath != bounces {
		t.Fatalf("mails: %+v", mails)
	}
	header := func(i int) string {
		lines, _, _ := strings.Cut(string(mails[i].Data), "\r\n\r\n")
		return boundary.ReplaceAllString(lines, "")
	}
	if header(0) != header(1) || !strings.Contains(header(1), from) || strings.Contains(string(mails[1].Data), "tra-lai") {
		t.Errorf("headers:\n%s\n\n%s", header(0), header(1))
	}

	srv = server(t, smtptest.At(smtptest.From, smtptest.Say("553 5.7.1 not owned by user")))
	o = settings(t, srv)
	o.Bounces = "tra-lai@example.vn"
	check(t, dial(t, transport(t, o)).Send(t.Context(), tip("01")), "", 553, "mail")
	for _, line := range srv.Commands() {
		if path, ok := strings.CutPrefix(line, "MAIL FROM:"); ok && path != bounces {
			t.Errorf("asked with %s", path)
		}
	}
}

// TestAsk: a server that lets anyone in and only then wants a login says so
// before a tip depends on it, and asking sends nothing and spoils nothing.
func TestAsk(t *testing.T) {
	t.Parallel()
	srv := server(t, nil)
	c := dial(t, transport(t, settings(t, srv)))
	check(t, c.Ask(t.Context()), "", 0, "")
	if mails := srv.Mails(); len(mails) != 0 {
		t.Errorf("asking sent %d mails", len(mails))
	}
	check(t, c.Send(t.Context(), tip("01")), "", 0, "")

	srv = server(t, smtptest.At(smtptest.From, smtptest.Say("530 5.7.0 Authentication required")))
	c = dial(t, transport(t, settings(t, srv)))
	check(t, c.Ask(t.Context()), deliver.BadAuth, 0, "")
}

// boundary is what differs between two copies of one mail.
var boundary = regexp.MustCompile(`boundary=\S+`)

// TestAskFor: a mailbox is asked for as far as RCPT, whatever it says the
// connection serves the next, and nothing is sent.
func TestAskFor(t *testing.T) {
	t.Parallel()
	srv := server(t, func(e smtptest.Event) smtptest.Answer {
		switch e.To {
		case "full@example.vn":
			return smtptest.Say("552 5.2.2 mailbox full")
		case "gone@example.vn":
			return smtptest.Say("550 5.1.1 no such user")
		case "grey@example.vn":
			return smtptest.Say("450 4.2.0 greylisted")
		}
		return smtptest.Usual
	})
	c := dial(t, transport(t, settings(t, srv)))
	for range 2 {
		check(t, c.Ask(t.Context()), "", 0, "")
		check(t, c.AskFor(t.Context(), "truc-ban@example.vn"), "", 0, "")
		check(t, c.AskFor(t.Context(), "full@example.vn"), deliver.Full, 0, "")
		check(t, c.AskFor(t.Context(), "gone@example.vn"), "", 550, "rcpt")
		check(t, c.AskFor(t.Context(), "grey@example.vn"), deliver.Reply4xx, 0, "")
	}
	check(t, c.Send(t.Context(), tip("01")), "", 0, "")
	if n := len(srv.Mails()); n != 1 {
		t.Errorf("%d mails", n)
	}
	if n := srv.Connections(); n != 1 {
		t.Errorf("%d connections, expected one", n)
	}
}
