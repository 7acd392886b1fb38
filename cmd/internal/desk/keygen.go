package desk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/keys"
	"tipbox/intake/durable"
	"tipbox/intake/pasted"
)

// Keygen is tipbox keygen: what it is given.
type Keygen struct {
	Output         string   // the identity to write, which must not exist
	Show           string   // or the identity to print the recipient of
	Restore        []string // photos, scans or typed lines of a paper backup
	Paper          string   // the paper backup to write, "" for none
	Classic        bool     // a key that age older than 1.3 can use
	Label          string   // its owner
	PassphraseFile string   // "" to ask for it
	WorkFactor     int      // of scrypt, a power of two; 0 is keys.WorkFactor
}

// Run makes the identity, or brings it back, and prints its recipient.
func (c *Keygen) Run(t *terminal.Terminal) error {
	if len(c.Restore) > 0 {
		if c.Output == "" || c.Paper != "" || c.Classic {
			return terminal.Hint(terminal.Usage(errors.New("--restore goes with -o alone")), "tipbox keygen --restore PHOTO -o FILE")
		}
		return restoreIdentity(t, c.Output, c.Restore)
	}
	label, err := pasted.Name(c.Label)
	if err != nil {
		return terminal.Usage(fmt.Errorf("--label %w", err))
	}
	c.Label = label
	if c.Output != "" { // before anyone thinks up a passphrase; the hint is how to go on with it
		if _, err := os.Lstat(c.Output); err == nil {
			return identityTaken(c.Output)
		}
	}
	if c.Paper != "" {
		if !strings.EqualFold(filepath.Ext(c.Paper), ".pdf") {
			return terminal.Hint(terminal.Usage(fmt.Errorf("--paper %q: expected a name that ends in .pdf", c.Paper)),
				"bản sao trên giấy là tệp PDF / the paper backup is a PDF file: --paper ban-sao.pdf")
		}
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
		text, err := MakeIdentity(t, c.Output, c.Classic, c.PassphraseFile, c.WorkFactor)
		if err != nil {
			return err
		}
		if recipient, err = keys.ParseRecipient(text); err != nil {
			return err
		}
		t.Say(`Cất tệp khóa %[1]s
trên USB, bản in khóa dự phòng (--paper) trong két, mật khẩu trong đầu. Ai
có mật khẩu cùng tệp hoặc bản in thì đọc được mọi tin; mất tệp thì dùng bản
in, quên mật khẩu thì phải làm khóa mới.
Keep the key file %[1]s
on a USB stick, its paper backup (--paper) in a safe, the passphrase in your
head. The passphrase with the file or the paper opens every tip; a lost file
comes back from the paper, a forgotten passphrase never.`, c.Output)
	}
	if c.Paper != "" {
		if err := writePaper(t, c.Paper, path, c.Label, recipient); err != nil {
			return err
		}
	}
	if c.Label != "" {
		if _, err := fmt.Fprintln(t.Out, "#", strings.Join(strings.Fields(c.Label), " ")); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintln(t.Out, recipient); err != nil {
		return err
	}
	// Last: on a terminal a post-quantum recipient fills the window.
	t.Say(`
Vân tay khóa, đọc qua điện thoại để đối chiếu /
fingerprint, to compare over the telephone:
  %s`, recipient.Fingerprint())
	return nil
}

func identityTaken(path string) error {
	return terminal.Hint(fmt.Errorf("%s: đã có tệp này / the file exists", path),
		"đặt tên khác: khóa cũ không bao giờ bị ghi đè", "give another name: no identity is ever overwritten",
		"khóa này tạo rồi; ghi lại tệp để gửi đi / to write the file to be sent again: tipbox keygen --show "+path+" --label \"Họ tên\" > gui.txt")
}

// MakeIdentity writes a new identity, locked with a passphrase, to a file that
// must not exist, and returns its recipient. A workFactor of 0 is keys.WorkFactor.
func MakeIdentity(t *terminal.Terminal, path string, classic bool, passphraseFile string, workFactor int) (recipient string, err error) {
	passphrase, err := t.NewPassphrase(passphraseFile, "Mật khẩu mới, nên là 5 từ không dấu / new passphrase, best 5 plain words\n(gõ không hiện chữ / nothing shows as you type): ")
	if err != nil {
		return "", err
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
	if err := durable.WriteNew(path, locked); errors.Is(err, fs.ErrExist) {
		return "", identityTaken(path)
	} else if err != nil {
		return "", fmt.Errorf("writing the identity: %w", err)
	}
	return id.Recipient().String(), nil
}

// unlock reads an identity file, asking for its passphrase if it has one.
func unlock(t *terminal.Terminal, path, passphraseFile string) (*keys.Identities, error) {
	o := keys.UnlockOptions{
		Passphrase: func() (string, error) {
			p, err := t.Passphrase(passphraseFile, fmt.Sprintf("Mật khẩu của %s (gõ không hiện chữ) / passphrase: ", path))
			if err == nil {
				t.Working("đang mở khóa / unlocking")
			}
			return p, err
		},
		Say: t.Say,
	}
	var ids *keys.Identities
	for try := 1; ; try++ {
		var err error
		ids, err = keys.ReadIdentities(path, o)
		t.Done()
		if errors.Is(err, keys.ErrWrongPassphrase) && passphraseFile == "" && try < terminal.Tries {
			t.Say("Sai mật khẩu, xin gõ lại / wrong passphrase, once more")
			continue
		}
		if err != nil {
			return nil, Advise(err)
		}
		break
	}
	if !ids.Locked() {
		t.Warn("%s: tệp khóa không có mật khẩu, ai lấy được tệp là đọc được tin / the identity has no passphrase", path)
	}
	return ids, nil
}
