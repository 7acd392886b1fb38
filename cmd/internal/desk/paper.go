package desk

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/keys"
	"tipbox/intake/durable"
	"tipbox/qr/paper"
)

// writePaper writes the sheet of paper that the identity can be restored from.
func writePaper(t *terminal.Terminal, path, identity, label string, recipient keys.Recipient) error {
	locked, err := keys.ReadLocked(identity)
	if err != nil {
		return Advise(err)
	}
	var pdf bytes.Buffer
	sheet := paper.Sheet{
		Locked: locked, Label: label, Fingerprint: recipient.Fingerprint(), Kind: recipient.Kind(), Day: time.Now(),
	}
	if err := sheet.WritePDF(&pdf); err != nil {
		return Advise(err)
	}
	if err := durable.WriteNew(path, pdf.Bytes()); errors.Is(err, fs.ErrExist) {
		return paperTaken(path)
	} else if err != nil {
		return fmt.Errorf("writing the backup sheet: %w", err)
	}
	t.Say(`Bản sao trên giấy / the paper backup: %s
In ra, cất trong két, xóa tệp này. Thử ngay một lần, chụp tờ giấy rồi:
Print it, put it in a safe, delete this file. Try at once, from a photo of it:
  tipbox keygen --restore ANH.jpg -o thu`, path)
	return nil
}

func paperTaken(path string) error {
	return terminal.Hint(fmt.Errorf("%s: đã có tệp này / the file exists", path), "đặt tên khác", "give another name")
}

// restoreIdentity writes the identity that photos, scans or typed lines of a
// backup sheet hold to a file that must not exist.
func restoreIdentity(t *terminal.Terminal, path string, sheets []string) error {
	if _, err := os.Lstat(path); err == nil {
		return identityTaken(path)
	}
	var reading paper.Reading
	var unread []error // it may be that the others suffice
	for _, name := range sheets {
		if err := readSheet(t, &reading, name); err != nil {
			unread = append(unread, Advise(fmt.Errorf("%s: %w", name, err)))
		}
	}
	locked, err := reading.Locked()
	if err != nil && unread != nil {
		return unread[0]
	}
	if err != nil {
		return Advise(fmt.Errorf("restoring the identity: %w", err))
	}
	for _, err := range unread {
		t.Warn("không dùng đến / not needed: %v", err)
	}
	armored, err := keys.Armor(locked)
	if err != nil {
		return Advise(fmt.Errorf("restoring the identity: %w", err))
	}
	if err := durable.WriteNew(path, armored); errors.Is(err, fs.ErrExist) {
		return identityTaken(path)
	} else if err != nil {
		return fmt.Errorf("writing the identity: %w", err)
	}
	t.Say(`Đã khôi phục tệp khóa / the identity is back: %[1]s
Mật khẩu vẫn là mật khẩu cũ. Thử và đối chiếu vân tay với tờ giấy:
Its passphrase is the old one. Try it, and compare the sheet's fingerprint:
  tipbox keygen --show %[1]s`, path)
	return nil
}

func readSheet(t *terminal.Terminal, reading *paper.Reading, name string) error {
	file, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	// Windows' editors write UTF-16 or a byte order mark as they please.
	if text, _, err := transform.Bytes(unicode.BOMOverride(transform.Nop), file); err == nil && utf8.Valid(text) && !bytes.HasPrefix(text, []byte("%PDF-")) {
		return reading.AddText(string(text))
	}
	t.Working("đang đọc " + name + " / reading")
	defer t.Done()
	return reading.AddFile(file)
}
