package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"unicode/utf8"

	"tipbox/crypto/keys"
)

type keygenCmd struct {
	Output         string   `short:"o" placeholder:"FILE" xor:"what" required:"" help:"Write the identity to FILE, which must not exist."`
	Show           string   `placeholder:"FILE" xor:"what" required:"" help:"Print the recipient of an identity made before."`
	Restore        []string `sep:"none" placeholder:"FILE" help:"Bring an identity back from a photo, scan or typed lines of its paper backup, instead of making one. May be given several times."`
	Paper          string   `placeholder:"FILE.pdf" help:"Write a paper backup of the identity, with -o or --show."`
	Classic        bool     `help:"Make a classic X25519 key, which age older than 1.3 can use. All keys of a unit must be of one kind."`
	Label          string   `placeholder:"NAME" help:"Whose key it is: printed as a comment above the recipient, and on the paper backup."`
	PassphraseFile string   `placeholder:"FILE" help:"Read the passphrase from the first line of FILE."`
	WorkFactor     int      `hidden:"" help:"scrypt work factor, a power of two."`
}

// minPassphrase is the length in characters below which a passphrase is weak:
// whoever steals the identity file can try thousands a second.
const minPassphrase = 12

func (c *keygenCmd) Run(t *terminal) error {
	if len(c.Restore) > 0 {
		if c.Output == "" || c.Paper != "" || c.Classic {
			return hint(usage(errors.New("--restore goes with -o alone")), "tipbox keygen --restore PHOTO -o FILE")
		}
		return restoreIdentity(t, c.Output, c.Restore)
	}
	if c.Paper != "" {
		if _, err := os.Lstat(c.Paper); err == nil { // before anyone thinks up a passphrase
			return paperTaken(c.Paper)
		}
	}
	path := c.Output
	var recipient keys.Recipient
	if c.Show != "" {
		path = c.Show
		ids, err := unlock(t, c.Show, c.PassphraseFile)
		if err != nil {
			return err
		}
		if len(ids.Recipients()) == 0 {
			return errors.New("the identity belongs to a plugin: ask the plugin's own program for its recipient")
		}
		recipient = ids.Recipients()[0]
	} else {
		text, err := makeIdentity(t, c.Output, c.Classic, c.PassphraseFile, c.WorkFactor)
		if err != nil {
			return err
		}
		if recipient, err = keys.ParseRecipient(text); err != nil {
			return err
		}
		t.say("Đã ghi khóa riêng vào %s. Giữ tệp này và mật khẩu ở hai nơi khác nhau, sao tệp ra một USB cất trong két:", c.Output)
		t.say("mất một trong hai thì không ai đọc được tin nữa; ai có cả hai thì đọc được mọi tin.")
		t.say("The identity is in %s. Keep it and the passphrase in two places, with a copy of the file in a safe:", c.Output)
		t.say("without either nobody can read the tips any more; with both anybody can.")
	}
	if c.Paper != "" {
		if err := writePaper(t, c.Paper, path, c.Label, recipient); err != nil {
			return err
		}
	}
	t.say("")
	t.say("Vân tay khóa, đọc qua điện thoại để đối chiếu / fingerprint, to compare over the telephone:")
	t.say("  %s", recipient.Fingerprint())
	if c.Label != "" {
		if _, err := fmt.Fprintln(t.out, "#", strings.Join(strings.Fields(c.Label), " ")); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(t.out, recipient)
	return err
}

func identityTaken(path string) error {
	return hint(fmt.Errorf("%s: đã có tệp này / the file exists", path),
		"đặt tên khác: khóa cũ không bao giờ bị ghi đè", "give another name: no identity is ever overwritten",
		"in lại phần công khai của khóa cũ / to print its public part again: tipbox keygen --show "+path)
}

// makeIdentity writes a new identity, locked with a passphrase, to a file that
// must not exist, and returns its recipient. A workFactor of 0 is keys.WorkFactor.
func makeIdentity(t *terminal, path string, classic bool, passphraseFile string, workFactor int) (recipient string, err error) {
	if _, err := os.Lstat(path); err == nil { // before anyone thinks up a passphrase
		return "", identityTaken(path)
	}
	passphrase, err := t.passphrase(passphraseFile, "Mật khẩu mới, nên là 5 từ không dấu / new passphrase, best 5 plain words: ", true)
	if err != nil {
		return "", err
	}
	if utf8.RuneCountInString(passphrase) < minPassphrase {
		t.warn("mật khẩu ngắn, dễ bị dò ra nếu mất tệp khóa / a short passphrase is soon guessed once the file is stolen")
	}
	if workFactor == 0 {
		workFactor = keys.WorkFactor
	}
	kind := keys.PostQuantum
	if classic {
		kind = keys.Classic
	}
	id, err := keys.Generate(kind)
	if err != nil {
		return "", fmt.Errorf("making a key: %w", err)
	}
	locked, err := id.Lock(passphrase, workFactor)
	if err != nil {
		return "", fmt.Errorf("locking the identity: %w", err)
	}
	if err := keys.WriteNew(path, locked); errors.Is(err, fs.ErrExist) {
		return "", identityTaken(path)
	} else if err != nil {
		return "", fmt.Errorf("writing the identity: %w", err)
	}
	return id.Recipient().String(), nil
}

// tries is how often a person may mistype a passphrase at the terminal.
const tries = 3

// unlock reads an identity file, asking for its passphrase if it has one.
func unlock(t *terminal, path, passphraseFile string) (*keys.Identities, error) {
	o := keys.UnlockOptions{
		Passphrase: func() (string, error) {
			p, err := t.passphrase(passphraseFile, fmt.Sprintf("Mật khẩu của %s / passphrase: ", path), false)
			if err == nil {
				t.working("đang mở khóa / unlocking")
			}
			return p, err
		},
		Say: t.say,
	}
	var ids *keys.Identities
	for try := 1; ; try++ {
		var err error
		ids, err = keys.ReadIdentities(path, o)
		t.done()
		if errors.Is(err, keys.ErrWrongPassphrase) && passphraseFile == "" && try < tries {
			t.say("Sai mật khẩu, xin gõ lại / wrong passphrase, once more")
			continue
		}
		if err != nil {
			return nil, advise(err)
		}
		break
	}
	if !ids.Locked() {
		t.warn("%s: tệp khóa không có mật khẩu, ai lấy được tệp là đọc được tin / the identity has no passphrase", path)
	}
	return ids, nil
}
