package unitkeys

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/keys"
	"tipbox/crypto/open"
	"tipbox/intake/pasted"
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
		if !strings.HasPrefix(pasted.Line(s), "age1") {
			return rec, terminal.Hint(fmt.Errorf("%q: %w, nor a file of that name", s, err),
				"kiểm tra lại tên tệp; một khóa công khai bắt đầu bằng age1", "check the file's name; a recipient begins with age1")
		}
		return rec, terminal.Hint(fmt.Errorf("%.24q: %w, nor a file of that name", s, err), // the whole has up to 1,959 characters
			"khóa công khai bị cắt cụt hoặc gõ sai: chép lại cả dòng age1… mà tipbox keygen in ra",
			"it is cut off or mistyped: copy the whole line age1… that tipbox keygen printed")
	}
	rs, err := ReadFile(s)
	switch {
	case err != nil:
		return rec, err
	case rs.Len() != 1:
		return rec, fmt.Errorf("%s has %d recipients: expected one", s, rs.Len())
	}
	return rs.All()[0], nil
}

// ReadFile reads the recipients from a file that a person was sent, or from the
// letter that they stand in.
func ReadFile(path string) (*keys.Recipients, error) {
	rs, err := keys.ReadLetter(path)
	if err != nil {
		switch _, locked := keys.ReadLocked(path); {
		case locked == nil: // as tipbox keygen -o writes it
			return nil, secretGiven(keys.ErrSecretKey)
		case errors.Is(locked, keys.ErrSealedFile):
			err = fmt.Errorf("%s: %w", path, keys.ErrSealedFile)
		case errors.Is(err, keys.ErrSecretKey):
			return nil, secretGiven(err)
		}
		return nil, readable(err)
	}
	return rs, nil
}

// readable says what to do about a recipients file that cannot be read.
func readable(err error) error {
	var encoding *pasted.EncodingError
	switch {
	case errors.Is(err, keys.ErrSealedFile), errors.Is(err, keys.ErrCut), errors.Is(err, keys.ErrChanged), errors.Is(err, keys.ErrMalformed), errors.As(err, &encoding):
		return terminal.Hint(err,
			"xin chủ khóa gửi chính tệp mà tipbox keygen đã ghi, kèm vào thư như một tệp đính kèm, đừng dán vào thư",
			"ask the key's owner for the file itself that tipbox keygen printed, as an attachment, not pasted into a letter")
	case errors.Is(err, keys.ErrNoRecipients):
		return terminal.Hint(err, "tệp không có dòng nào bắt đầu bằng age1", "no line of the file begins with age1: it is what tipbox keygen prints")
	}
	return err
}

// label returns the name of a key's owner: the one that was given, or its own.
func (c *Keys) label(r keys.Recipient) (string, error) {
	if c.Label == "" {
		return OwnLabel(r)
	}
	label, err := pasted.Name(c.Label)
	if err != nil {
		return "", terminal.Usage(fmt.Errorf("--label %w", err))
	}
	return label, nil
}

// OwnLabel returns the recipient's label, if it is what it looks like: it came by
// mail, and is what the key will be known by.
func OwnLabel(r keys.Recipient) (string, error) {
	label, err := pasted.Name(r.Label)
	if err != nil {
		return "", terminal.Hint(fmt.Errorf("tên chủ khóa trong tệp có ký tự lạ / the owner's name above the recipient: %w", err),
			`ghi lại họ tên: tipbox keys add … --label "Họ tên", hoặc sửa dòng # trong tệp`,
			`give the name yourself: tipbox keys add … --label "NAME", or mend the line with # in the file`)
	}
	return label, nil
}

// sameLabel compares as a person would who reads both.
func sameLabel(a, b string) bool {
	plain := func(s string) string {
		s, _ = pasted.Name(pasted.Line(s)) // what is odd in it stays
		return s
	}
	return strings.EqualFold(plain(a), plain(b))
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
