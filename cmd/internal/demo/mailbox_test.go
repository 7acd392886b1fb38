package demo

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tipbox/crypto/open"
	"tipbox/intake"
	"tipbox/intake/deliver"
	"tipbox/intake/deliver/smtp"
)

// TestMailbox: mails that the service sends lie in the demo's mailbox as tipbox
// open finds them, whole, one file each.
func TestMailbox(t *testing.T) {
	dir := t.TempDir()
	o, told := mailboxIn(t, dir)
	c := dial(t, o)
	sealed := map[intake.ID][]byte{
		"TB-7K3M-9QXA": []byte("age-encryption.org/v1\n-> X25519 one\n" + strings.Repeat("\x00\xff\r\n.\r\n", 3000)),
		"TB-0000-0001": []byte("age-encryption.org/v1\n-> X25519 other\n"),
	}
	for id, s := range sealed {
		for _, to := range []string{"truc-ban@na-co-sa.invalid", "chi-huy@na-co-sa.invalid"} {
			if err := c.Send(t.Context(), &deliver.Mail{ID: id, To: to, Sealed: s}); err != nil {
				t.Fatal(err)
			}
		}
	}

	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	want := []string{"TB-0000-0001-2.eml", "TB-0000-0001.eml", "TB-7K3M-9QXA-2.eml", "TB-7K3M-9QXA.eml"}
	if !slices.Equal(names, want) {
		t.Errorf("the mailbox has %q, expected %q", names, want)
	}
	if len(*told) != 4 || !slices.Contains(*told, filepath.Join(dir, want[0])) {
		t.Errorf("told of %q", *told)
	}
	found := 0
	for source, err := range open.Sources(dir) {
		if err != nil {
			t.Fatal(err)
		}
		if found++; !bytes.Equal(source.Sealed, sealed[source.ID]) {
			t.Errorf("%s: %s is not the sealed tip", source.Name, source.ID)
		}
	}
	if found != 4 {
		t.Errorf("tipbox open finds %d tips, expected 4", found)
	}
	data, err := os.ReadFile(filepath.Join(dir, want[1]))
	if err != nil || !bytes.HasPrefix(data, []byte("Return-Path: <>\r\n")) {
		t.Errorf("mail starts with %.40q: %v", data, err)
	}
}

// TestMailboxFull: a mail that cannot be stored comes again, and leaves nothing
// behind that looks like one.
func TestMailboxFull(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "gone")
	o, _ := mailboxIn(t, dir)
	c := dial(t, o)
	mail := &deliver.Mail{ID: "TB-7K3M-9QXA", To: "truc-ban@na-co-sa.invalid", Sealed: []byte("sealed")}
	var final *deliver.PermanentError
	if err := c.Send(t.Context(), mail); err == nil || errors.As(err, &final) || deliver.Reason(err) != deliver.Reply4xx {
		t.Fatalf("%v, expected a deferral: %s", err, deliver.Reply4xx)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := c.Send(t.Context(), mail); err != nil {
		t.Fatal(err)
	}
	if names, err := filepath.Glob(filepath.Join(dir, "*")); len(names) != 1 || filepath.Base(names[0]) != "TB-7K3M-9QXA.eml" {
		t.Errorf("the mailbox has %q: %v", names, err)
	}
}

func TestMailName(t *testing.T) {
	for head, want := range map[string]string{
		"Message-ID: <TB-7K3M-9QXA@example.vn>\r\n\r\n": "TB-7K3M-9QXA",
		"Message-ID: <../../TB-7K3M-9QXA@x>\r\n\r\n":    "thu",
		"Subject: hello\r\n\r\n":                        "thu",
		"no mail":                                       "thu",
	} {
		if got := mailName([]byte(head)); got != want {
			t.Errorf("%q: %s, expected %s", head, got, want)
		}
	}
}

// TestMailboxWantsLogin: it is as strict as a provider's.
func TestMailboxWantsLogin(t *testing.T) {
	o, _ := mailboxIn(t, t.TempDir())
	o.Username, o.Password = "", nil
	err := dial(t, o).Send(t.Context(), &deliver.Mail{ID: "TB-7K3M-9QXA", To: "truc-ban@na-co-sa.invalid"})
	if deliver.Reason(err) != deliver.BadAuth {
		t.Errorf("without a login: %v, expected %s", err, deliver.BadAuth)
	}
}

// mailboxIn starts a mailbox and returns how to reach it, and the paths of the
// mails as they are told.
func mailboxIn(t *testing.T, dir string) (smtp.Options, *[]string) {
	t.Helper()
	var told []string
	caFile := filepath.Join(t.TempDir(), "ca.pem")
	m, err := startMailbox(t.Context(), mailboxOptions{
		dir: dir, caFile: caFile, username: "tip", password: "secret",
		stored: func(path string) { told = append(told, path) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.close(); err != nil {
			t.Error(err)
		}
	})
	return smtp.Options{
		Host: m.host, Port: m.port, TLS: smtp.StartTLS, CAFile: caFile,
		Username: "tip", Password: func() (string, error) { return "secret", nil }, From: "hom-thu@na-co-sa.invalid",
	}, &told
}

func dial(t *testing.T, o smtp.Options) deliver.Conn {
	t.Helper()
	transport, err := smtp.New(o)
	if err != nil {
		t.Fatal(err)
	}
	c, err := transport.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}
