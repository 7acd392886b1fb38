package desk

import (
	"errors"
	"fmt"
	"time"

	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/book"
)

// Board prints the answers for the unit's board, and notes in the book that it did:
// they change once a week at most, or for a reason.
func (c *Book) Board(t *terminal.Terminal) error {
	ids, err := unlockAll(t, c.Identity, c.PassphraseFile)
	if err != nil {
		return err
	}
	var text string
	err = c.File.Update(t, ids, func(b *book.Book) error {
		now := time.Now()
		notice, last := b.Notice(now), b.Whole().Published
		if text, err = notice.Markdown(); err != nil {
			return terminal.Hint(fmt.Errorf("bảng dài quá / %w", err), "bỏ bớt câu trả lời cũ khỏi bảng, trong doc-tin.html / take old answers off the board, in doc-tin.html")
		}
		if err := notice.Ready(last, now); c.Why == "" && errors.Is(err, book.ErrTooSoon) {
			return terminal.Hint(fmt.Errorf("bảng đã đổi lúc %s, chưa đủ một tuần / %w", hour(last.At), err),
				"đợi đủ tuần, kẻo ai hay xem bảng đoán được đơn vị trả lời ai, hôm nào; hoặc nói vì sao / wait, or whoever looks often can tell whom was answered when; or say why: --why 'LÝ DO'")
		}
		if last.Sum != notice.Sum && (last.At != "" || len(notice.Rows) > 0) {
			b.Append("", c.File.officer(), now, book.Publish{Sum: notice.Sum, Why: c.Why})
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(t.Out, text)
	return err
}
