package desk

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/book"
	"tipbox/crypto/keys"
	"tipbox/crypto/open"
)

var (
	errOtherCheck = errors.New("the characters are not those of this book")
	errUnmet      = errors.New("a recipient whose fingerprint nobody has compared")
	errOwnAbsent  = errors.New("none of your keys is among them")
)

// trust has the identity vouch for the book, where it has not, once another officer
// has read out the characters that stand for its key.
func (f *BookFile) trust(t *terminal.Terminal, b *book.Book, ids *keys.Identities) error {
	trust := b.Trust(ids)
	switch trust {
	case book.Vouched:
		return nil
	case book.CannotVouch:
		return terminal.Hint(fmt.Errorf("khóa nằm trong thiết bị không xác nhận được sổ: chỉ xem / %w: a plugin's key cannot", book.ErrNotVouched),
			"thêm một khóa thường của đơn vị bằng -i / give an ordinary identity as well, with another -i")
	case book.Forged:
		t.Warn("ĐÂY KHÔNG PHẢI sổ mà khóa của đồng chí đã xác nhận: rất có thể là sổ giả / this is not the book that your identity vouched for: most likely it is forged")
	}
	told := f.Vouch
	if told == "" {
		if t.Person == nil {
			return terminal.Hint(fmt.Errorf("khóa này chưa xác nhận sổ %s, nên không ghi vào / %w", open.VisibleLine(f.Path), book.ErrNotVouched),
				"gọi điện cho đồng chí đang giữ sổ: tipbox book show của đồng chí ấy hiện 8 ký tự; chạy lại với --vouch 8-KÝ-TỰ",
				"telephone an officer who keeps the book: their tipbox book show has 8 characters; run this again with --vouch CHARACTERS")
		}
		t.Say(`Khóa này chưa xác nhận sổ: ai cũng có thể làm ra một tệp như vậy.
Gọi điện cho đồng chí đang giữ sổ, hỏi 8 ký tự mà sổ của đồng chí ấy hiện ra.
This identity has not vouched for the book, and anyone can make such a file. Ask
an officer who keeps it, by telephone, for the 8 characters that theirs shows.`)
		fmt.Fprint(t.Err, "8 ký tự / characters: ")
		line, err := t.Person.ReadString('\n')
		if err != nil {
			return fmt.Errorf("reading the characters: %w", err)
		}
		told = line
	}
	if plainCheck(told) != plainCheck(b.Check()) {
		return terminal.Hint(fmt.Errorf("8 ký tự không khớp, không ghi gì vào sổ / %w", errOtherCheck),
			"nghe lại từng ký tự; nếu vẫn khác: đây không phải sổ của đơn vị, lấy bản khác",
			"listen again; if they differ still this is not the unit's book: take another copy")
	}
	return b.Vouch(ids)
}

// plainCheck is how characters that were told are compared.
func plainCheck(s string) string {
	return strings.NewReplacer("-", "", " ", "", "\r", "", "\n", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(s))
}

// share has the book sealed to the recipients of the file from now on, where one was
// given, and a new one at least to the officer's own.
func (f *BookFile) share(t *terminal.Terminal, b *book.Book, ids *keys.Identities) error {
	whole := b.Whole()
	var list, alike []string // the officer's own, and those that can be in one file
	for _, own := range ids.Recipients() {
		list = append(list, own.String())
		if own.Kind() == ids.Recipients()[0].Kind() {
			alike = append(alike, own.String())
		}
	}
	switch {
	case f.Recipients != "":
		rs, err := keys.ReadRecipients(f.Recipients)
		if err != nil {
			return Advise(err)
		}
		if !slices.ContainsFunc(list, func(own string) bool { return slices.Contains(rs.Strings(), own) }) {
			return terminal.Hint(fmt.Errorf("trong %s không có khóa của đồng chí / %w", f.Recipients, errOwnAbsent),
				"dùng tệp khóa công khai mới nhất của đơn vị / take the unit's newest recipients file")
		}
		if err := f.meet(t, b, rs, whole.Met, append(list, whole.Recipients...)); err != nil {
			return err
		}
		list = rs.Strings()
	case len(whole.Recipients) > 0:
		return nil
	default:
		list = alike
		t.Say("Sổ mới chỉ niêm phong cho khóa của đồng chí. Để đồng chí khác cùng mở: thêm --recipients TỆP-KHÓA-CÔNG-KHAI-CỦA-ĐƠN-VỊ / " +
			"the new book is sealed to your key alone; for others to open it, add --recipients FILE")
	}
	if !slices.Equal(list, whole.Recipients) {
		b.Append("", f.officer(), time.Now(), book.Recipients{List: list})
	}
	return nil
}

// meet has the fingerprints of the recipients that neither the officer nor the book
// knows compared.
func (f *BookFile) meet(t *terminal.Terminal, b *book.Book, rs *keys.Recipients, met []book.Met, known []string) error {
	digits := func(s string) string { return strings.ReplaceAll(s, " ", "") }
	for _, r := range rs.All() {
		m := book.Met{Unit: b.Unit, Recipient: r.Fingerprint()}
		if slices.Contains(known, r.String()) || slices.Contains(met, m) {
			continue
		}
		told := slices.ContainsFunc(f.Met, func(s string) bool { return digits(s) == digits(m.Recipient) })
		if !told && t.Person != nil {
			t.Say("Sổ sẽ mở được bằng khóa của %s\n  %s\nGọi điện so 24 chữ số này với người có khóa. Gõ đúng nếu khớp.\n"+
				"The book will open to this key: compare its digits by telephone, and type yes if they are the same.", open.VisibleLine(r.Label), m.Recipient)
			fmt.Fprint(t.Err, "> ")
			line, err := t.Person.ReadString('\n')
			if err != nil {
				return fmt.Errorf("reading the answer: %w", err)
			}
			word := norm.NFC.String(strings.ToLower(strings.TrimSpace(line)))
			told = slices.Contains([]string{"đúng", "dung", "yes"}, word)
		}
		if !told {
			return terminal.Hint(fmt.Errorf("khóa của %s chưa được so qua điện thoại / %w: %s", open.VisibleLine(r.Label), errUnmet, m.Recipient),
				fmt.Sprintf("so 24 chữ số với người có khóa, rồi thêm --met %q", m.Recipient),
				"compare the digits with the key's owner by telephone, then add --met")
		}
		b.Append("", f.officer(), time.Now(), m)
	}
	return nil
}
