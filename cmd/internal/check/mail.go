package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"

	"tipbox/cmd/internal/box"
	"tipbox/cmd/internal/config"
	"tipbox/intake"
	"tipbox/intake/deliver"
	"tipbox/intake/deliver/smtp"
	"tipbox/intake/pasted"
)

// checkMail logs in, begins a mail and takes it back: it sends nothing.
func checkMail(cfg *config.Config) []Finding {
	if _, err := pasted.Password(cfg.SMTP.PasswordFile); err != nil {
		return []Finding{{Part: "mail", Text: err.Error(), Hint: cmp.Or(config.MayRead(err), "put the password alone on the first line of the file that smtp.password_file names")}}
	}
	transport, err := box.Transport(cfg)
	if err == nil {
		ctx, cancel := context.WithTimeout(context.Background(), checkTime)
		defer cancel()
		var conn deliver.Conn
		if conn, err = transport.Dial(ctx); err == nil {
			defer conn.Close() //nolint:errcheck // nothing was sent
			if asker, ok := conn.(deliver.Asker); ok {
				err = asker.Ask(ctx)
			}
		}
		if err == nil {
			all := []Finding{{Part: "mail", Text: fmt.Sprintf("%s:%d takes mail from us", cfg.SMTP.Host, cfg.SMTP.Port)}}
			if asker, ok := conn.(deliver.Asker); ok {
				all = append(all, checkMailboxes(cfg, asker)...)
			}
			return append(all, checkBounces(cfg)...)
		}
	}
	reason := deliver.Reason(err)
	advice := map[string]string{
		deliver.BadAuth: "it wants a login, or another one: mend smtp.username and the password file",
		deliver.BadTLS: certificateHint(err, "smtp.host", "smtp.ca_file",
			"smtp.tls may be the wrong way of encrypting for this port (587 starttls, 465 tls)"),
		deliver.DialRefused: "nobody answers there: mend smtp.host and smtp.port, or a firewall is in the way",
		deliver.Timeout:     "nobody answers there: mend smtp.host and smtp.port, or a firewall is in the way",
		deliver.Unresolved:  "smtp.host is not known to the DNS",
	}[reason]
	var file *fs.PathError
	switch {
	case errors.As(err, &file):
		advice = cmp.Or(config.MayRead(err), "mend smtp.ca_file")
	case errors.Is(err, smtp.ErrGreeting) && cfg.SMTP.TLS == smtp.StartTLS && (reason == deliver.Timeout || reason == deliver.Dropped):
		advice = `it takes the connection and says nothing: if the port is for TLS from the first byte, as 465 is, set smtp.tls = "tls"`
	case advice == "":
		advice = "tips are taken and wait until the mail server lets us in"
	}
	cause := err
	for next := err; next != nil; next = errors.Unwrap(next) {
		cause = next
	}
	if file != nil {
		cause = file // which names it
	}
	return append([]Finding{{Part: "mail", Text: fmt.Sprintf("%s:%d: %s: %v", cfg.SMTP.Host, cfg.SMTP.Port, reason, cause), Hint: advice}}, checkBounces(cfg)...)
}

// mostAsked is how many addresses are asked for: servers hang up on who asks too much.
const mostAsked = 100

// checkMailboxes asks for each unit's addresses, as tipbox serve does once a day, and for
// those of counts.mail. It sends nothing.
func checkMailboxes(cfg *config.Config, conn deliver.Asker) (all []Finding) {
	ctx, cancel := context.WithTimeout(context.Background(), checkTime)
	defer cancel()
	type mailbox struct{ address, of string }
	var boxes []mailbox
	for _, address := range cfg.CountsMail {
		boxes = append(boxes, mailbox{address, "counts.mail"})
	}
	for _, u := range cfg.Directory.Units() {
		for _, audience := range []intake.Audience{intake.ToUnit, intake.Oversight} {
			for _, address := range u.Receivers[audience].Mail {
				boxes = append(boxes, mailbox{address, u.ID})
			}
		}
	}
	for _, m := range boxes[:min(len(boxes), mostAsked)] {
		err := conn.AskFor(ctx, m.address)
		var refusal *deliver.PermanentError
		reason := deliver.Reason(err)
		what := fmt.Sprintf("%s of %s takes no mail: ", m.address, m.of)
		switch {
		case err == nil:
		case errors.As(err, &refusal):
			all = append(all, problem("mail", fmt.Sprintf("%srefused for good (%d)", what, refusal.Code), "mend the address, or have the mailbox opened"))
		case deliver.PutOff(reason):
			f := problem("mail", what+reason, "mails wait until it does: docs/operating.md says under Health what it means")
			f.Warning = reason == deliver.Reply4xx // a server that does not know us yet says so to all
			all = append(all, f)
		default:
			return all
		}
	}
	return all
}

// checkBounces warns where nobody hears of a lost mail: it works, and may be meant so.
func checkBounces(cfg *config.Config) []Finding {
	if cfg.SMTP.Bounces != "" {
		return nil
	}
	return []Finding{{Part: "mail", Text: "smtp.bounces is not set: nobody is told of a tip that was mailed and could not be delivered",
		Hint: "set it to a mailbox that someone reads, or look at the mail server's own queue (mailq) now and then", Warning: true}}
}
