//go:build unix

package boxtest

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"strings"
	"testing"

	"tipbox/crypto/keys"
	"tipbox/crypto/open"
	"tipbox/intake/deliver/smtp/smtptest"
)

// Passphrase locks all identities.
const Passphrase = "nui rung suoi ban lang" //nolint:gosec // of keys that are made for a test

// workFactor locks them as tipbox keygen does, but for tests: unlocking what is
// made for years takes seconds each time.
const workFactor = 4

// Officer has the key to what a box seals.
type Officer struct {
	IDs      *keys.Identities
	Identity string // file, locked with the passphrase

	t testing.TB
}

// Recruit makes a key, and the flags of tipbox init for its recipient.
func Recruit(t testing.TB) (*Officer, []string) {
	t.Helper()
	key, err := keys.Generate(keys.PostQuantum)
	if err != nil {
		t.Fatal(err)
	}
	locked, err := key.Lock(Passphrase, workFactor)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := keys.ParseIdentities(locked, keys.UnlockOptions{Passphrase: func() (string, error) { return Passphrase, nil }})
	if err != nil {
		t.Fatal(err)
	}
	return &Officer{ids, write(t, "identity", locked), t},
		[]string{"--recipients", write(t, "recipients", []byte(key.Recipient().String()+"\n"))}
}

// Arrived is what has come of one tip.
type Arrived struct {
	Mails   int
	Digests int             // how many of them with others, beyond the limits
	IDs     map[string]bool // Message-IDs, but for digests: more than one would be more than one tip
}

// Read opens mails and returns what has arrived, by the tip's text.
func (o *Officer) Read(mails []smtptest.Mail) map[string]*Arrived {
	o.t.Helper()
	all := make(map[string]*Arrived)
	for _, m := range mails {
		header, err := mail.ReadMessage(bytes.NewReader(m.Data))
		if err != nil {
			o.t.Fatal(err)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(header.Header.Get("Subject"))
		if err != nil {
			o.t.Fatal(err)
		}
		sealed := Attachments(o.t, m.Data)
		if len(sealed) == 0 {
			o.t.Fatalf("no attachment:\n%s", m.Data)
		}
		for _, s := range sealed {
			tip, err := open.Open(s, o.IDs)
			if err != nil || len(tip.Warnings) > 0 {
				o.t.Fatalf("a mail that does not open: %v, %v", err, tip)
			}
			a := all[tip.Text]
			if a == nil {
				a = &Arrived{IDs: make(map[string]bool)}
				all[tip.Text] = a
			}
			a.Mails++
			if strings.Contains(subject, "đến dồn") {
				a.Digests++
			} else {
				a.IDs[header.Header.Get("Message-Id")] = true
			}
		}
	}
	return all
}

// Want holds what arrived to the tips that were acknowledged: each there, each
// one tip, and in as many mails as allowed. It returns how many tips are lost,
// and how many mails are duplicates.
func (o *Officer) Want(mails []smtptest.Mail, texts []string, mostMails int) (lost, duplicates int) {
	o.t.Helper()
	all := o.Read(mails)
	for _, text := range texts {
		switch a := all[text]; {
		case a == nil:
			if lost++; lost <= 10 {
				o.t.Errorf("lost: %q", text)
			}
		case len(a.IDs) > 1:
			o.t.Errorf("%q came as %d tips: %v", text, len(a.IDs), a.IDs)
		case a.Mails > mostMails:
			o.t.Errorf("%q came in %d mails", text, a.Mails)
		default:
			duplicates += a.Mails - 1
		}
	}
	if len(all) != len(texts) {
		o.t.Errorf("%d different tips have come, %d were acknowledged", len(all), len(texts))
	}
	return lost, duplicates
}

// Attachment returns the sealed tip in a mail.
func Attachment(t testing.TB, eml []byte) []byte {
	t.Helper()
	sealed := Attachments(t, eml)
	if len(sealed) == 0 {
		t.Fatalf("no attachment:\n%s", eml)
	}
	return sealed[0]
}

// Attachments returns the sealed tips in a mail, with the standard library alone.
func Attachments(t testing.TB, eml []byte) (sealed [][]byte) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(eml))
	if err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	for parts := multipart.NewReader(m.Body, params["boundary"]); ; {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return sealed
		}
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(part.FileName(), ".age") {
			continue
		}
		b, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, part))
		if err != nil {
			t.Fatal(err)
		}
		sealed = append(sealed, b)
	}
}
