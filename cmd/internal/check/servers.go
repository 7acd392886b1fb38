package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"

	"tipbox/cmd/internal/box"
	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/terminal"
	"tipbox/intake/deliver"
	"tipbox/intake/deliver/smtp"
	"tipbox/intake/limit"
	"tipbox/intake/redis"
)

func checkRedis(cfg *config.Config) []Finding {
	if cfg.Redis == nil {
		return []Finding{{Part: "redis", Text: "none: this server keeps the limits itself"}}
	}
	password, err := terminal.FirstLine(cfg.Redis.PasswordFile)
	if err != nil {
		return []Finding{{"redis", err.Error(), cmp.Or(box.MayRead(err), "mend redis.password_file")}}
	}
	ctx, cancel := context.WithTimeout(context.Background(), checkTime)
	defer cancel()
	err = limit.Inspect(ctx, redis.Server{URL: cfg.Redis.URL, Password: password})
	var persistent *redis.PersistentError
	switch {
	case errors.As(err, &persistent):
		return []Finding{{"redis", persistent.Error(), `it must forget: set save "" and appendonly no in redis.conf; until then tipbox gives it nothing`}}
	case errors.Is(err, redis.ErrPersistenceUnknown):
		return []Finding{{"redis", err.Error(), "ask whoever runs it that neither snapshots nor an append-only file are written"}}
	case err != nil && redis.Kind(err) == redis.Auth && cfg.Redis.PasswordFile != "":
		return []Finding{{"redis", err.Error(), "tips are taken without it; put its password alone on the first line of redis.password_file, " + cfg.Redis.PasswordFile + ", and restart tipbox serve"}}
	case err != nil && redis.Kind(err) == redis.Auth:
		return []Finding{{"redis", err.Error(), "tips are taken without it; put its password into a file and name that as redis.password_file"}}
	case err != nil:
		return []Finding{{"redis", err.Error(), "tips are taken without it; mend redis.url, or leave [redis] out on a single server"}}
	}
	return []Finding{{Part: "redis", Text: "answers, and writes nothing to disk"}}
}

// checkMail logs in, begins a mail and takes it back: it sends nothing.
func checkMail(cfg *config.Config) []Finding {
	if _, err := terminal.FirstLine(cfg.SMTP.PasswordFile); err != nil {
		return []Finding{{"mail", err.Error(), cmp.Or(box.MayRead(err), "put the password alone on the first line of the file that smtp.password_file names")}}
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
			return []Finding{{Part: "mail", Text: fmt.Sprintf("%s:%d takes mail from us", cfg.SMTP.Host, cfg.SMTP.Port)}}
		}
	}
	reason := deliver.Reason(err)
	advice := map[string]string{
		deliver.BadAuth:     "it wants a login, or another one: mend smtp.username and the password file",
		deliver.BadTLS:      "smtp.tls may be the wrong way of encrypting for this port (587 starttls, 465 tls), or smtp.ca_file is missing",
		deliver.DialRefused: "nobody answers there: mend smtp.host and smtp.port, or a firewall is in the way",
		deliver.Timeout:     "nobody answers there: mend smtp.host and smtp.port, or a firewall is in the way",
		deliver.Unresolved:  "smtp.host is not known to the DNS",
	}[reason]
	var file *fs.PathError
	switch {
	case errors.As(err, &file):
		advice = cmp.Or(box.MayRead(err), "mend smtp.ca_file")
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
	return []Finding{{"mail", fmt.Sprintf("%s:%d: %s: %v", cfg.SMTP.Host, cfg.SMTP.Port, reason, cause), advice}}
}

// checkStarted finds a tipbox serve that was not started anew since something was
// changed that it reads at its start.
func checkStarted(cfg *config.Config) []Finding {
	if !box.Changed(cfg) {
		return nil // nor is it said of one that was not served yet
	}
	return []Finding{{"serve", "the configuration, a recipients file or a language was changed since tipbox serve was started",
		"it goes on with the old ones, retired keys among them: restart it (systemctl restart tipbox)"}}
}
