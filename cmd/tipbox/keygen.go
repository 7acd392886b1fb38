package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tipbox/crypto/keys"
)

type keygenCmd struct {
	output         string
	show           string
	restore        []string
	paper          string
	classic        bool
	label          string
	passphraseFile string
	workFactor     int
}

func newKeygenCommand(t *terminal) *cobra.Command {
	var c keygenCmd
	cmd := &cobra.Command{
		Use:   "keygen (-o FILE | --show FILE)",
		Short: "Tạo tệp khóa / make an identity, locked with a passphrase",
		Long: `Tạo tệp khóa có mật khẩu, và in ra khóa công khai để gửi cho người quản trị.
Make an identity, locked with a passphrase, and print its recipient, which goes
to whoever runs the box. The identity itself stays with the officer.`,
		Example: `  tipbox keygen -o khoa --label "Giàng A Páo" --paper ban-sao.pdf > gui.txt
  tipbox keygen --show khoa
  tipbox keygen --restore anh.jpg -o khoa-moi`,
		Args:    arguments(),
		PreRunE: needFlag("output", "show"),
		RunE:    func(*cobra.Command, []string) error { return c.run(t) },
	}
	f := cmd.Flags()
	f.StringVarP(&c.output, "output", "o", "", "write the identity to `FILE`, which must not exist")
	f.StringVar(&c.show, "show", "", "print the recipient of the identity in `FILE`, made before")
	f.StringVar(&c.label, "label", "", "the `NAME` of its owner: a comment above the recipient, and on the paper backup")
	f.StringVar(&c.paper, "paper", "", "write a paper backup of the identity to `FILE.pdf`")
	f.StringArrayVar(&c.restore, "restore", nil, "with -o, make none but bring one back from its paper backup: `FILE` is a photo, scan or its typed lines; may be given several times")
	f.BoolVar(&c.classic, "classic", false, "make a classic X25519 key, which age older than 1.3 can use; all keys of a unit must be of one kind")
	f.StringVar(&c.passphraseFile, "passphrase-file", "", "read the passphrase from the first line of `FILE`")
	f.IntVar(&c.workFactor, "work-factor", 0, "scrypt work factor `N`, a power of two")
	_ = f.MarkHidden("work-factor") // it exists
	return cmd
}

func (c *keygenCmd) run(t *terminal) error {
	if len(c.restore) > 0 {
		if c.output == "" || c.paper != "" || c.classic {
			return hint(usage(errors.New("--restore goes with -o alone")), "tipbox keygen --restore PHOTO -o FILE")
		}
		return restoreIdentity(t, c.output, c.restore)
	}
	if c.output != "" { // first: the hint is how to go on with a key that is there
		if _, err := os.Lstat(c.output); err == nil {
			return identityTaken(c.output)
		}
	}
	if c.paper != "" {
		if !strings.EqualFold(filepath.Ext(c.paper), ".pdf") {
			return hint(usage(fmt.Errorf("--paper %q: expected a name that ends in .pdf", c.paper)),
				"bản sao trên giấy là tệp PDF / the paper backup is a PDF file: --paper ban-sao.pdf")
		}
		if _, err := os.Lstat(c.paper); err == nil { // before anyone thinks up a passphrase
			return paperTaken(c.paper)
		}
	}
	path := c.output
	var recipient keys.Recipient
	if c.show != "" {
		path = c.show
		ids, err := unlock(t, c.show, c.passphraseFile)
		if err != nil {
			return err
		}
		if len(ids.Recipients()) == 0 {
			return errors.New("the identity belongs to a plugin: ask the plugin's own program for its recipient")
		}
		recipient = ids.Recipients()[0]
	} else {
		text, err := makeIdentity(t, c.output, c.classic, c.passphraseFile, c.workFactor)
		if err != nil {
			return err
		}
		if recipient, err = keys.ParseRecipient(text); err != nil {
			return err
		}
		t.say(`Cất tệp khóa %[1]s
trên USB, tờ giấy sao (--paper) trong két, mật khẩu trong đầu. Ai có mật khẩu
cùng tệp hoặc tờ giấy thì đọc được mọi tin; mất tệp thì dùng tờ giấy, quên mật
khẩu thì phải làm khóa mới.
Keep the key file %[1]s
on a USB stick, its paper backup (--paper) in a safe, the passphrase in your
head. The passphrase with the file or the paper opens every tip; a lost file
comes back from the paper, a forgotten passphrase never.`, c.output)
	}
	if c.paper != "" {
		if err := writePaper(t, c.paper, path, c.label, recipient); err != nil {
			return err
		}
	}
	if c.label != "" {
		if _, err := fmt.Fprintln(t.out, "#", strings.Join(strings.Fields(c.label), " ")); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintln(t.out, recipient); err != nil {
		return err
	}
	// Last: on a terminal a post-quantum recipient fills the window.
	t.say(`
Vân tay khóa, đọc qua điện thoại để đối chiếu /
fingerprint, to compare over the telephone:
  %s`, recipient.Fingerprint())
	return nil
}

func identityTaken(path string) error {
	return hint(fmt.Errorf("%s: đã có tệp này / the file exists", path),
		"đặt tên khác: khóa cũ không bao giờ bị ghi đè", "give another name: no identity is ever overwritten",
		"khóa này tạo rồi; ghi lại tệp để gửi đi / to write the file to be sent again: tipbox keygen --show "+path+" --label \"Họ tên\" > gui.txt")
}

// makeIdentity writes a new identity, locked with a passphrase, to a file that
// must not exist, and returns its recipient. A workFactor of 0 is keys.WorkFactor.
func makeIdentity(t *terminal, path string, classic bool, passphraseFile string, workFactor int) (recipient string, err error) {
	if _, err := os.Lstat(path); err == nil { // before anyone thinks up a passphrase
		return "", identityTaken(path)
	}
	passphrase, err := t.newPassphrase(passphraseFile, "Mật khẩu mới, nên là 5 từ không dấu / new passphrase, best 5 plain words\n(gõ không hiện chữ / nothing shows as you type): ")
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
	if err := keys.WriteNew(path, locked); errors.Is(err, fs.ErrExist) {
		return "", identityTaken(path)
	} else if err != nil {
		return "", fmt.Errorf("writing the identity: %w", err)
	}
	return id.Recipient().String(), nil
}

// unlock reads an identity file, asking for its passphrase if it has one.
func unlock(t *terminal, path, passphraseFile string) (*keys.Identities, error) {
	o := keys.UnlockOptions{
		Passphrase: func() (string, error) {
			p, err := t.passphrase(passphraseFile, fmt.Sprintf("Mật khẩu của %s (gõ không hiện chữ) / passphrase: ", path))
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
