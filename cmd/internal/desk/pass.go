package desk

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/book"
	"tipbox/crypto/keys"
	"tipbox/crypto/open"
	"tipbox/crypto/plaintext"
	"tipbox/crypto/seal"
	"tipbox/intake"
	"tipbox/intake/durable"
	"tipbox/intake/photo"
	"tipbox/templates/browser"
)

// Pass is tipbox pass: what it is given.
type Pass struct {
	Identity       []string // identity files, at least one
	PassphraseFile string   // "" to ask for it
	Addresses      string   // a tipbox.toml, a desk with an address book, or a recipients file
	To             string   // the unit's id
	From           string   // the id of the unit that passes it on, "" for the tip's own
	Note           string   // to the other unit, may be ""
	Mask           []string // words that are left out of the text
	Photos         []int    // that go along, from 1; nil for all
	NoPhotos       bool
	Reply          bool     // the other unit can answer the sender
	Book           BookFile // the unit's book, in which it is entered; its Path is "" for none
	Output         string   // the folder to write into
	Sealed         string   // the tip, or the mail that it came in
}

// Run seals the tip again, to another unit, and prints the mail to send it with.
func (c *Pass) Run(t *terminal.Terminal) error {
	if c.NoPhotos && c.Photos != nil {
		return terminal.Usage(errors.New("--photos and --no-photos exclude each other"))
	}
	units, err := c.addresses(t)
	if err != nil {
		return err
	}
	to := units.unit(c.To)
	if to == nil {
		return terminal.Hint(terminal.Usage(fmt.Errorf("--to %q: không có đơn vị này trong %s / no such unit there", c.To, c.Addresses)), "có / there are: "+strings.Join(units.ids(), ", "))
	}
	recipients, err := to.keysOf()
	if err != nil {
		return terminal.Hint(fmt.Errorf("%s: danh bạ không có khóa của đơn vị này / the address book has no key of this unit", c.To),
			"xin đơn vị đó tệp khóa công khai, rồi / ask them for their recipients file, then: tipbox pass -c FILE --to "+c.To)
	}
	ids, err := c.unlock(t)
	if err != nil {
		return err
	}
	if err := c.Book.ready(t, ids); err != nil {
		return err
	}
	o, err := c.open(ids)
	if err != nil {
		return err
	}
	tip, ref := o.Tip, o.ref
	unmet, err := c.unmet(t, ids, recipients)
	if err != nil {
		return err
	}
	passed, err := c.redacted(t, tip, ref)
	if err != nil {
		return err
	}
	p := plaintext.Passed{By: c.from(tip), On: time.Now().Format(time.DateOnly), Note: c.Note}
	switch p.By {
	case "":
		return terminal.Usage(errors.New("tin này đã được chuyển một lần: thêm --from MÃ-ĐƠN-VỊ-MÌNH / the tip was passed on before: say with --from who passes it on now"))
	case c.To:
		return terminal.Usage(fmt.Errorf("--to %q: đó là chính đơn vị đang chuyển / that is the unit that passes it on", c.To))
	}
	sealed, err := seal.New(recipients).Pass(passed, p)
	switch {
	case errors.Is(err, plaintext.ErrLongNote):
		return terminal.Usage(fmt.Errorf("--note: lời nhắn dài quá, nhiều nhất %d ký tự / %w", plaintext.MaxNoteRunes, err))
	case errors.Is(err, intake.ErrTooLarge):
		return terminal.Hint(fmt.Errorf("tin quá lớn / %w", err), "chuyển ít ảnh hơn / pass on fewer photos: --photos 1")
	case err != nil:
		return fmt.Errorf("sealing: %w", err)
	}
	path := filepath.Join(c.Output, ref+"-chuyen.age")
	if err := durable.WriteNew(path, sealed); errors.Is(err, fs.ErrExist) {
		return terminal.Hint(fmt.Errorf("%s: đã có tệp này / the file exists", path), "gửi tệp đó, hoặc đổi tên nó rồi làm lại / send that one, or rename it and try again")
	} else if err != nil {
		return fmt.Errorf("writing the sealed tip: %w", err)
	}
	c.show(t, passed, p, ref)
	t.Say("%s: đã niêm phong cho / sealed to %s (%s)", path, to.title(), to.ID)
	for _, r := range recipients.All() {
		t.Say("  vân tay khóa / fingerprint: %s", r.Fingerprint())
	}
	if c.Book.Path == "" {
		t.Say("Lần đầu gửi cho đơn vị này: gọi điện đối chiếu vân tay TRƯỚC khi gửi. / The first time: compare the fingerprint by telephone BEFORE you send it.")
	}
	if _, err := fmt.Fprint(t.Out, passMail(units, to, p.By, ref)); err != nil {
		return err
	}
	return c.Book.passedOn(t, ids, o, to.ID, len(c.Mask) > 0 || len(passed.Photos) < len(tip.Photos), unmet)
}

// addresses finds the units, in whatever knows them.
func (c *Pass) addresses(t *terminal.Terminal) (*addressBook, error) {
	b, err := os.ReadFile(c.Addresses)
	if err != nil {
		return nil, terminal.Hint(terminal.Usage(fmt.Errorf("reading the address book: %w", err)),
			"name with -c what knows the unit: a tipbox.toml, a desk made with one (doc-tin.html), or the unit's recipients file")
	}
	switch {
	case bytes.HasPrefix(b, []byte("<!DOCTYPE html>")):
		units, err := inPage(b)
		if err != nil {
			return nil, terminal.Hint(fmt.Errorf("%s: %w", c.Addresses, err), "tipbox reader -c tipbox.toml -o doc-tin.html makes one that has")
		}
		return units, nil
	case strings.EqualFold(filepath.Ext(c.Addresses), ".toml"):
		return configured(t, c.Addresses, time.Now())
	}
	recipients, err := keys.ReadRecipients(c.Addresses)
	if err != nil {
		return nil, Advise(err)
	}
	return &addressBook{Units: []addressUnit{{ID: c.To, Recipients: recipients.Strings()}}}, nil
}

func (b *addressBook) ids() (ids []string) {
	for _, u := range b.Units {
		ids = append(ids, u.ID)
	}
	return ids
}

func (c *Pass) unlock(t *terminal.Terminal) (*keys.Identities, error) {
	if err := (&Open{Sealed: []string{c.Sealed}}).nothingThere(); err != nil { // before anyone types a passphrase
		return nil, err
	}
	return unlockAll(t, c.Identity, c.PassphraseFile)
}

// unmet returns the fingerprints of the other unit's recipients that the book has not
// met, and wants each of them among those that were compared by telephone.
func (c *Pass) unmet(t *terminal.Terminal, ids *keys.Identities, recipients *keys.Recipients) (unmet []book.Met, err error) {
	if c.Book.Path == "" {
		return nil, nil
	}
	b, err := c.Book.Read(t, ids)
	if err != nil {
		return nil, err
	}
	known := b.Whole().Met
	for _, r := range recipients.All() {
		if m := (book.Met{Unit: c.To, Recipient: r.Fingerprint()}); !slices.Contains(known, m) {
			unmet = append(unmet, m)
		}
	}
	for _, m := range unmet {
		if !slices.ContainsFunc(c.Book.Met, func(s string) bool { return strings.ReplaceAll(s, " ", "") == strings.ReplaceAll(m.Recipient, " ", "") }) {
			return nil, terminal.Hint(fmt.Errorf("%s: sổ chưa gặp khóa này của đơn vị đó, nên chưa ghi gì / the book has not met this key of the unit: nothing was written: %s", c.To, m.Recipient),
				fmt.Sprintf("gọi cho họ bằng số đã biết, so từng số; khớp thì thêm / call them, compare the digits, then add: --met %q", m.Recipient))
		}
	}
	return unmet, nil
}

// open opens the one tip there is, and names it.
func (c *Pass) open(ids *keys.Identities) (*opened, error) {
	var found *opened
	for src, err := range open.Sources(c.Sealed) {
		if err != nil {
			return nil, Advise(fmt.Errorf("%s: %w", open.VisibleLine(src.Name), err))
		}
		if found != nil {
			return nil, terminal.Hint(fmt.Errorf("%s: có nhiều tin trong đó / more than one tip is in there", c.Sealed), "lưu riêng tệp .age của tin cần chuyển / save the .age of the one tip alone")
		}
		tip, sealed, err := src.Open(ids)
		if err != nil {
			return nil, Advise(fmt.Errorf("%s: %w", open.VisibleLine(src.Name), err))
		}
		o := newOpened(tip, src, sha256.Sum256(sealed))
		found = &o
	}
	switch {
	case found == nil:
		return nil, Advise(fmt.Errorf("%s: %w", c.Sealed, errNothing))
	case found.Is(plaintext.ErrNotTip), found.Is(plaintext.ErrNotText):
		return nil, fmt.Errorf("%s: đây không phải tin của hòm thư, không chuyển được / it is not a tip and cannot be passed on", c.Sealed)
	}
	return found, nil
}

// from is who passes the tip on. Whose desk a tip that was passed on lies on, it does
// not say.
func (c *Pass) from(tip *plaintext.Tip) string {
	if c.From == "" && tip.Passed == nil {
		return tip.Unit
	}
	return c.From
}

// redacted returns the tip as it will be sealed.
func (c *Pass) redacted(t *terminal.Terminal, tip *plaintext.Tip, ref string) (*intake.Tip, error) {
	out := &intake.Tip{
		Unit: tip.Unit, Site: tip.Site, SiteName: tip.SiteName, Mailbox: tip.Mailbox, Urgent: tip.Urgent, Lang: tip.Lang,
		Message: norm.NFC.String(tip.Text),
	}
	if id := intake.ID(ref); id.Valid() {
		out.ID = id
	}
	if c.Reply {
		out.Reply = tip.Reply
	}
	for _, words := range c.Mask {
		text, n := mask(out.Message, words)
		if n == 0 {
			return nil, terminal.Hint(fmt.Errorf("--mask %q: không có trong tin, nên chưa ghi gì / it does not stand in the tip: nothing was written", words), "chép đúng các chữ trong tin / copy the words as they stand in the tip")
		}
		out.Message = text
		t.Say("--mask %q: che %d chỗ / masked %s", words, n, terminal.Counted(n, "time"))
	}
	photos, err := c.photos(len(tip.Photos))
	if err != nil {
		return nil, err
	}
	const noteRoom = 4*plaintext.MaxNoteRunes + 256
	cleaner := photo.New(photo.Options{})
	for _, n := range photos {
		clean, err := cleaner.Clean(context.Background(), tip.Photos[n-1], plaintext.PhotoRoom(len(photos))-noteRoom)
		if err != nil {
			t.Warn("ảnh %d: không đọc được, không chuyển / photo %[1]d cannot be read and is left out: %v", n, err)
			continue
		}
		out.Photos = append(out.Photos, clean)
	}
	return out, nil
}

// photos returns the numbers, from 1, of those that go along.
func (c *Pass) photos(have int) (all []int, err error) {
	switch {
	case c.NoPhotos:
		return nil, nil
	case c.Photos == nil:
		for i := range have {
			all = append(all, i+1)
		}
		return all, nil
	}
	for _, n := range c.Photos {
		if n < 1 || n > have {
			return nil, terminal.Usage(fmt.Errorf("--photos %d: tin có %d ảnh / the tip has %s", n, have, terminal.Counted(have, "photo")))
		}
	}
	all = slices.Clone(c.Photos)
	slices.Sort(all)
	return slices.Compact(all), nil
}

// masked takes the place of words that are left out: it does not tell how long they
// were.
const masked = "█████"

// mask masks the words wherever they stand, in capitals or not, over line ends too,
// and says how often they did.
func mask(text, words string) (string, int) {
	fields := strings.Fields(norm.NFC.String(words))
	if len(fields) == 0 {
		return text, 0
	}
	for i, word := range fields {
		fields[i] = regexp.QuoteMeta(word)
	}
	pattern := regexp.MustCompile(`(?i)` + strings.Join(fields, `[\s\p{Z}]+`))
	return pattern.ReplaceAllLiteralString(text, masked), len(pattern.FindAllStringIndex(text, -1))
}

// show prints exactly what was sealed, for a last look.
func (c *Pass) show(t *terminal.Terminal, tip *intake.Tip, p plaintext.Passed, ref string) {
	o := opened{
		Tip: &plaintext.Tip{Unit: tip.Unit, Site: tip.Site, SiteName: tip.SiteName, Mailbox: tip.Mailbox, Urgent: tip.Urgent, Text: tip.Message, Passed: &p},
		ref: ref, source: c.Sealed, photos: len(tip.Photos),
	}
	if o.photos > 0 {
		o.files = []string{fmt.Sprintf("%d", o.photos)}
	}
	_ = printTip(t.Err, &o, columns)
}

// passMail is the mail with which the unit itself sends the sealed tip.
func passMail(units *addressBook, to *addressUnit, by, ref string) string {
	from := by
	if u := units.unit(by); u != nil {
		from = u.title()
	}
	text := strings.NewReplacer("{to}", open.VisibleLine(to.title()), "{from}", open.VisibleLine(from), "{id}", ref).Replace(browser.PassLetter)
	return fmt.Sprintf("To: %s\nSubject: [Hòm thư] Chuyển tin %s\n\n%s", open.VisibleLine(strings.Join(to.Mail, ", ")), ref, text)
}
