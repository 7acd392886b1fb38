package smtp

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"tipbox/intake/deliver"
	"tipbox/intake/deliver/smtp/smtptest"
)

// onFirst gives the answer the first time that a step is reached.
func onFirst(step smtptest.Step, a smtptest.Answer) func(smtptest.Event) smtptest.Answer {
	return func(e smtptest.Event) smtptest.Answer {
		if e.Step == step && e.Count == 1 {
			return a
		}
		return smtptest.Usual
	}
}

// TestSendVerdicts: what each answer means, and whether the connection serves
// the next mail. The return path is settled beforehand; TestReturnPath has it.
func TestSendVerdicts(t *testing.T) {
	t.Parallel()
	say := smtptest.Say
	tests := []struct {
		step   smtptest.Step
		answer smtptest.Answer
		reason string // of the deferral, "" for none
		code   int    // of the final refusal, 0 for none
		taken  int    // mails that the server has after the first Send
		reuse  bool
	}{
		{smtptest.Message, smtptest.Usual, "", 0, 1, true},
		{smtptest.From, say("451 4.3.0 later"), deliver.Reply4xx, 0, 0, true},
		{smtptest.From, say("550 5.7.1 sender refused"), "", 550, 0, true},
		{smtptest.From, say("530 5.7.0 must issue a STARTTLS command first"), deliver.BadAuth, 0, 0, false},
		{smtptest.From, say("535 5.7.8 login expired"), deliver.BadAuth, 0, 0, false},
		{smtptest.From, say("502 5.7.0 please authenticate first"), deliver.ReplyOdd, 0, 0, false},
		{smtptest.Recipient, say("450 4.2.0 greylisted"), deliver.Reply4xx, 0, 0, true},
		{smtptest.Recipient, say("550 5.1.1 no such user"), "", 550, 0, true},
		{smtptest.Recipient, say("552 5.2.2 mailbox full"), deliver.Full, 0, 0, true},
		{smtptest.From, say("550 5.4.5 daily user sending quota exceeded"), deliver.Limit, 0, 0, true},
		{smtptest.Recipient, say("554 5.7.1 client host blocked using zen.spamhaus.org"), deliver.Blocked, 0, 0, true},
		{smtptest.Message, say("554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException"), deliver.Limit, 0, 0, true},
		{smtptest.Message, say("550 5.7.1 try again later"), deliver.Later, 0, 0, true},
		{smtptest.Recipient, smtptest.SayAndDrop("421 4.3.2 shutting down"), deliver.Dropped, 0, 0, false},
		{smtptest.Data, say("452 4.3.1 no space"), deliver.Reply4xx, 0, 0, true},
		{smtptest.Data, say("554 5.5.1 no valid recipients"), "", 554, 0, true},
		{smtptest.Data, smtptest.Drop, deliver.Dropped, 0, 0, false},
		{smtptest.Data, smtptest.SayAndDrop("354 go ahead"), deliver.Dropped, 0, 0, false},
		{smtptest.Data, say("250 what?"), deliver.ReplyOdd, 0, 0, false},
		{smtptest.Message, say("451 4.7.1 later"), deliver.Reply4xx, 0, 0, true},
		{smtptest.Message, say("554 5.7.1 looks like spam"), "", 554, 0, true},
		{smtptest.Message, smtptest.Drop, deliver.Dropped, 0, 0, false},
		{smtptest.Message, smtptest.TakeAndDrop, deliver.Dropped, 0, 1, false}, // a second mail, of the same Message-ID
		{smtptest.Message, say("nonsense"), deliver.ReplyOdd, 0, 0, false},
		{smtptest.Message, smtptest.SayAndDrop("250 2.0.0 taken"), "", 0, 0, false}, // it said so
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%s %+v", test.step, test.answer), func(t *testing.T) {
			srv := server(t, onFirst(test.step, test.answer))
			c := dial(t, transport(t, settings(t, srv)))
			c.path = c.t.sender.path
			err := c.Send(t.Context(), tip("01"))
			check(t, err, test.reason, test.code, string(test.step))
			if n := len(srv.Mails()); n != test.taken {
				t.Errorf("the server has %d mails, expected %d", n, test.taken)
			}

			err = c.Send(t.Context(), tip("02"))
			if test.reuse {
				check(t, err, "", 0, "")
			} else if err == nil || deliver.Reason(err) != deliver.Dropped {
				t.Errorf("second mail: %v, expected %s", err, deliver.Dropped)
			}
			if err := c.Close(); err != nil {
				t.Errorf("closing: %v", err)
			}
			if n := srv.Connections(); n != 1 {
				t.Errorf("%d connections, expected one", n)
			}
		})
	}
}

func check(t *testing.T, err error, reason string, code int, step string) {
	t.Helper()
	var final *deliver.PermanentError
	switch {
	case reason == "" && code == 0:
		if err != nil {
			t.Errorf("%v: %v, expected the mail to be taken", err, cause(err))
		}
	case code != 0:
		steps := map[string]string{"mail": "MAIL", "rcpt": "RCPT", "data": "DATA", "message": "DATA"}
		if !errors.As(err, &final) || final.Code != code || final.Step != steps[step] {
			t.Errorf("%v, expected a final %d at %s", err, code, steps[step])
		}
	default:
		if errors.As(err, &final) || deliver.Reason(err) != reason {
			t.Errorf("%v: %v, expected a deferral: %s", err, cause(err), reason)
		}
	}
	// What the server said may hold an address, and errors are logged.
	if err != nil && strings.ContainsAny(err.Error(), "@<") {
		t.Errorf("error says too much: %v", err)
	}
}

// TestSendOnOneConnection: what is due goes over one connection, each mail to
// its own address, and a refused one in the middle harms no other.
func TestSendOnOneConnection(t *testing.T) {
	t.Parallel()
	srv := server(t, func(e smtptest.Event) smtptest.Answer {
		if e.To == "gone@example.vn" {
			return smtptest.Say("550 5.1.1 no such user")
		}
		return smtptest.Usual
	})
	c := dial(t, transport(t, settings(t, srv)))
	for i := range 10 {
		m, code := tip(fmt.Sprintf("%02d", i)), 0
		if i == 4 {
			m.To, code = "gone@example.vn", 550
		}
		check(t, c.Send(t.Context(), m), "", code, "rcpt")
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if n := srv.Connections(); n != 1 {
		t.Errorf("%d connections, expected one", n)
	}
	var ids []string
	for _, m := range srv.Mails() {
		ids = append(ids, strings.TrimSuffix(open(t, m.Data).name, ".age"))
	}
	if len(ids) != 9 || slices.Contains(ids, "TB-7K3M-9Q04") {
		t.Errorf("the server has %q", ids)
	}
	if last := srv.Commands()[len(srv.Commands())-1]; last != "QUIT" {
		t.Errorf("the conversation ended with %s", last)
	}
}

// TestNothingAfterTheMailCounts: once the server has the mail, neither a lost
// line nor a refused RSET makes it go out twice.
func TestNothingAfterTheMailCounts(t *testing.T) {
	t.Parallel()
	srv := server(t, smtptest.At(smtptest.Reset, smtptest.Say("500 5.5.1 what is RSET?")))
	c := dial(t, transport(t, settings(t, srv)))
	check(t, c.Send(t.Context(), tip("01")), "", 0, "")
	check(t, c.Send(t.Context(), tip("02")), "", 0, "")
	if n := len(srv.Mails()); n != 2 {
		t.Errorf("the server has %d mails, expected two", n)
	}
}

// TestRefusedReset: a server that refuses a mail and then RSET has refused one
// mail, and the next is not blamed for it.
func TestRefusedReset(t *testing.T) {
	t.Parallel()
	for _, answer := range []smtptest.Answer{smtptest.Say("500 5.5.1 what is RSET?"), smtptest.Drop} {
		srv := server(t, func(e smtptest.Event) smtptest.Answer {
			switch {
			case e.Step == smtptest.Recipient && e.Count == 1:
				return smtptest.Say("550 5.1.1 no such user")
			case e.Step == smtptest.Reset:
				return answer
			}
			return smtptest.Usual
		})
		c := dial(t, transport(t, settings(t, srv)))
		c.path = c.t.sender.path
		check(t, c.Send(t.Context(), tip("01")), "", 550, "rcpt")
		var final *deliver.PermanentError
		if err := c.Send(t.Context(), tip("02")); err == nil || errors.As(err, &final) {
			t.Errorf("%+v: second mail: %v, expected a deferral", answer, err)
		}
	}
}

// TestSendStalls: a server that goes silent is given up by the timeout or, at
// once, when the context ends; and the tip is kept.
func TestSendStalls(t *testing.T) {
	t.Parallel()
	for _, step := range []smtptest.Step{smtptest.From, smtptest.Recipient, smtptest.Data, smtptest.Message} {
		t.Run(string(step), func(t *testing.T) {
			tr := transport(t, settings(t, server(t, smtptest.At(step, smtptest.Stall))))
			c := dial(t, tr)
			hurry(tr)
			check(t, c.Send(t.Context(), tip("01")), deliver.Timeout, 0, "")
			check(t, c.Send(t.Context(), tip("02")), deliver.Dropped, 0, "")

			ctx, cancel := context.WithCancel(t.Context())
			c = dial(t, transport(t, settings(t, server(t, func(e smtptest.Event) smtptest.Answer {
				if e.Step != step {
					return smtptest.Usual
				}
				cancel()
				return smtptest.Stall
			}))))
			check(t, c.Send(ctx, tip("01")), deliver.Stopping, 0, "")
			check(t, c.Send(t.Context(), tip("02")), deliver.Dropped, 0, "")
		})
	}
}

// TestSendDeadline: a context that ends by its deadline is a timeout.
func TestSendDeadline(t *testing.T) {
	t.Parallel()
	srv := server(t, nil)
	c := dial(t, transport(t, settings(t, srv)))
	ctx, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	check(t, c.Send(ctx, tip("01")), deliver.Timeout, 0, "")
	if n := len(srv.Mails()); n != 0 {
		t.Errorf("the server has %d mails", n)
	}
}

// TestSendBadAddress: an address that no mail server takes is the operator's to
// mend, and does not end the connection.
func TestSendBadAddress(t *testing.T) {
	t.Parallel()
	srv := server(t, nil)
	c := dial(t, transport(t, settings(t, srv)))
	for _, to := range []string{"", "trực-ban@example.vn", "a@b.vn>\r\nRCPT TO:<x@y.vn"} {
		m := tip("01")
		m.To = to
		check(t, c.Send(t.Context(), m), deliver.NoAddress, 0, "")
	}
	check(t, c.Send(t.Context(), tip("02")), "", 0, "")
	if m := srv.Mails(); len(m) != 1 || len(m[0].To) != 1 {
		t.Errorf("mails: %+v", m)
	}
}

// TestSendOverAnnouncedSize: a mail that the server has said it will not take
// is on hold at once, rather than cut off in the middle forever.
func TestSendOverAnnouncedSize(t *testing.T) {
	t.Parallel()
	srv := smtptest.Start(t, smtptest.Options{Username: user, Password: pass, Extensions: []string{"SIZE 20000", "8BITMIME", "SMTPUTF8"}})
	c := dial(t, transport(t, settings(t, srv)))
	check(t, c.Send(t.Context(), tip("01")), "", 552, "mail")
	small := tip("02")
	small.Sealed = small.Sealed[:1000]
	check(t, c.Send(t.Context(), small), "", 0, "")
	if lines := strings.Join(srv.Commands(), "\n"); strings.Contains(lines, "SMTPUTF8") || strings.Count(lines, "MAIL FROM") != 1 {
		t.Errorf("conversation:\n%s", lines)
	}
}

// TestSendLarge: the largest tip there is arrives byte for byte.
func TestSendLarge(t *testing.T) {
	t.Parallel()
	srv := server(t, nil)
	m := tip("01")
	m.Sealed = make([]byte, 4<<20+9000)
	for i := range m.Sealed {
		m.Sealed[i] = byte(i * i >> 3)
	}
	check(t, dial(t, transport(t, settings(t, srv))).Send(t.Context(), m), "", 0, "")
	if got := open(t, srv.Mails()[0].Data); string(got.sealed) != string(m.Sealed) {
		t.Error("the attachment is not the sealed tip")
	}
}
