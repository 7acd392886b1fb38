package unitkeys

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/keys"
	"tipbox/crypto/open"
)

// readRecipient reads a recipient as it was typed or from the file of that name.
func readRecipient(s string) (keys.Recipient, error) {
	rec, err := keys.ParseRecipient(s)
	if err == nil {
		return rec, nil
	}
	if _, statErr := os.Stat(s); statErr != nil {
		if errors.Is(err, keys.ErrSecretKey) {
			return rec, secretGiven(err)
		}
		if !strings.HasPrefix(s, "age1") {
			return rec, terminal.Hint(fmt.Errorf("%q: %w, nor a file of that name", s, err),
				"kiểm tra lại tên tệp; một khóa công khai bắt đầu bằng age1", "check the file's name; a recipient begins with age1")
		}
		return rec, terminal.Hint(fmt.Errorf("%.24q: %w, nor a file of that name", s, err), // the whole has up to 1,959 characters
			"khóa công khai bị cắt cụt hoặc gõ sai: chép lại cả dòng age1… mà tipbox keygen in ra",
			"it is cut off or mistyped: copy the whole line age1… that tipbox keygen printed")
	}
	rs, err := keys.ReadRecipients(s)
	if _, locked := keys.ReadLocked(s); locked == nil {
		err = keys.ErrSecretKey // as tipbox keygen -o writes it
	}
	switch {
	case errors.Is(err, keys.ErrSecretKey):
		return rec, secretGiven(err)
	case err != nil:
		return rec, err
	case rs.Len() != 1:
		return rec, fmt.Errorf("%s has %d recipients: expected one", s, rs.Len())
	}
	return rs.All()[0], nil
}

func secretGiven(err error) error {
	return terminal.Hint(fmt.Errorf("đây là tệp khóa, không được đưa cho ai / %w", err),
		"dùng khóa công khai mà tipbox keygen in ra; tệp khóa này chỉ để trên máy của chủ khóa, ở máy khác thì xóa đi",
		"give the recipient that tipbox keygen printed; make a new key if this one went through other hands; on any computer but its owner's, delete it")
}

func labelOf(r keys.Recipient) string {
	if r.Label == "" {
		return "(không ghi tên / no label)"
	}
	return open.VisibleLine(r.Label) // came by mail
}
