// Package unitkeys sees to the recipients files: the keys that a unit's tips are
// sealed to.
package unitkeys

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"

	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/desk"
	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/keys"
	"tipbox/intake/durable"
	"tipbox/intake/pasted"
)

// Keys is what tipbox keys is given.
type Keys struct {
	Config    string // the tipbox.toml, which may not be valid yet
	Oversight bool   // the keys of the unit's oversight instead of its own
	Unit      string // its id
	Recipient string // as it was typed
	Label     string // the recipient's owner; "" for what the file says
	DryRun    bool   // change nothing
}

// recipientsFile is where a unit's keys are.
type recipientsFile struct{ unit, path string }

// files returns the recipients file of the unit, or those of all units. The
// configuration is not valid before each unit has its first key.
func (c *Keys) files(all bool) (*config.Draft, []recipientsFile, error) {
	draft, err := config.ReadDraft(c.Config)
	if err != nil {
		return nil, nil, terminal.Usage(desk.Advise(err))
	}
	var files []recipientsFile
	var ids []string
	key := "recipients_file"
	for _, u := range draft.Units() {
		ids = append(ids, u.ID)
		if !all && u.ID != c.Unit {
			continue
		}
		path := u.RecipientsFile
		if c.Oversight {
			path, key = u.OversightFile, "oversight_file"
		}
		switch {
		case path == "" && !all:
			return nil, nil, terminal.Usage(fmt.Errorf("%s: unit %q has no %s", c.Config, c.Unit, key))
		case path == "":
			continue
		}
		files = append(files, recipientsFile{u.ID, path})
	}
	switch {
	case len(files) > 0:
		return draft, files, nil
	case !all:
		return nil, nil, terminal.Hint(terminal.Usage(fmt.Errorf("%s: no unit %q", c.Config, c.Unit)), "its units are: "+strings.Join(ids, ", "))
	}
	return nil, nil, terminal.Usage(fmt.Errorf("%s: no unit has %s", c.Config, key))
}

// edit is a change to one recipients file.
type edit struct {
	*keys.File
	path    string
	draft   *config.Draft
	release func()
}

// edit reads the one file that add and retire are about, and keeps another add or
// Retire from it until release.
func (c *Keys) edit() (*edit, error) {
	draft, files, err := c.files(false)
	if err != nil {
		return nil, err
	}
	e := &edit{path: files[0].path, draft: draft, release: func() {}}
	if !c.DryRun {
		if e.release, err = lockedfile.MutexAt(e.path + ".lock").Lock(); err != nil {
			return nil, fmt.Errorf("locking the recipients file: %w", err)
		}
	}
	if e.File, err = keys.EditRecipients(e.path); err != nil {
		e.release()
		return nil, readable(err)
	}
	return e, nil
}

// List prints the keys, those of all units without Unit.
func (c *Keys) List(t *terminal.Terminal) error {
	all := c.Unit == ""
	_, files, err := c.files(all)
	if err != nil {
		return err
	}
	for _, file := range files {
		f, err := keys.EditRecipients(file.path)
		if err != nil {
			return readable(err)
		}
		unit := ""
		if all {
			unit = file.unit + "  "
		}
		for _, r := range f.All() {
			if _, err := fmt.Fprintf(t.Out, "%s%s  %-12s  %s\n", unit, r.Fingerprint(), r.Kind(), labelOf(r)); err != nil {
				return err
			}
		}
		for _, g := range f.Retired() {
			if _, err := fmt.Fprintf(t.Out, "%s%s  %-12s  %s (thôi dùng / retired %s)\n", unit, g.Fingerprint(), g.Kind(), labelOf(g.Recipient), g.Day); err != nil {
				return err
			}
		}
		if len(f.All()) == 0 {
			t.Warn("%s: chưa có khóa nào / no key yet", file.unit)
		}
	}
	return nil
}

// Add adds the recipient to the unit's file.
func (c *Keys) Add(t *terminal.Terminal) error {
	e, err := c.edit()
	if err != nil {
		return err
	}
	defer e.release()
	rec, err := readRecipient(c.Recipient)
	if err != nil {
		return err
	}
	if rec.Label, err = c.label(rec); err != nil {
		return err
	}
	switch err := e.Add(rec); {
	case errors.Is(err, keys.ErrMixedKinds):
		return terminal.Hint(fmt.Errorf("khóa khác loại / %w: the unit's are %s, this one is %s", err, e.All()[0].Kind(), rec.Kind()),
			"tạo khóa cùng loại: tipbox keygen, thêm --classic nếu đơn vị dùng loại classic",
			"make a key of the unit's kind: tipbox keygen, with --classic where the unit's are classic")
	case err != nil:
		return fmt.Errorf("adding %s: %w", rec.Fingerprint(), err)
	}
	t.Say("Thêm / adding: %s  %s", rec.Fingerprint(), labelOf(rec))
	t.Say("Trước khi dùng, gọi điện cho chủ khóa đọc từng nhóm số / before it counts, compare the digits with its owner over the telephone.")
	return e.finish(t, nil, c.DryRun)
}

// Retire takes the recipient out of the unit's file.
func (c *Keys) Retire(t *terminal.Terminal) error {
	e, err := c.edit()
	if err != nil {
		return err
	}
	defer e.release()
	rec, err := c.find(e.File)
	if err != nil {
		return err
	}
	if err := e.Retire(rec, time.Now()); errors.Is(err, keys.ErrNoRecipients) {
		return terminal.Hint(errors.New("đây là khóa cuối cùng / this is the unit's last key: nobody could open its tips"),
			"thêm khóa mới trước: tipbox keys add", "add the new key first: tipbox keys add")
	} else if err != nil {
		return err
	}
	t.Say("Thôi dùng / retiring: %s  %s", rec.Fingerprint(), labelOf(rec))
	return e.finish(t, &rec, c.DryRun)
}

// minDigits is how much of a fingerprint names a key: with less, "1" could be
// meant as the first of the list.
const minDigits = 4

// find returns the one recipient of the file that is meant.
func (c *Keys) find(f *keys.File) (keys.Recipient, error) {
	digits := strings.ReplaceAll(pasted.Line(c.Recipient), " ", "")
	given, givenErr := readRecipient(c.Recipient)
	var found []keys.Recipient
	for _, have := range f.All() {
		if len(digits) >= minDigits && strings.HasPrefix(strings.ReplaceAll(have.Fingerprint(), " ", ""), digits) ||
			have.Label != "" && sameLabel(have.Label, c.Recipient) ||
			givenErr == nil && have.String() == given.String() {
			found = append(found, have)
		}
	}
	if len(found) != 1 {
		return keys.Recipient{}, terminal.Hint(fmt.Errorf("%q: %d khóa của đơn vị khớp / keys of the unit match", c.Recipient, len(found)),
			fmt.Sprintf("gõ ít nhất %d chữ số đầu của vân tay, xem ở: tipbox keys list", minDigits),
			fmt.Sprintf("give at least the first %d digits of the fingerprint, which tipbox keys list shows", minDigits))
	}
	return found[0], nil
}

// finish says who can open what, and writes the file but for a dry run: never one
// with which tipbox serve would not start.
func (e *edit) finish(t *terminal.Terminal, retired *keys.Recipient, dry bool) error {
	if err := e.draft.Breaks(map[string][]byte{e.path: e.Bytes()}); err != nil {
		return terminal.Hint(fmt.Errorf("chưa thay đổi gì: tipbox serve sẽ không chạy được / nothing was changed: tipbox serve would not start any more:\n%w", err),
			"mỗi khóa chỉ thuộc đơn vị hoặc cấp giám sát, không thuộc cả hai; dùng khóa khác",
			"a key is the unit's or its oversight's, never both: give another one")
	}
	t.Say("")
	t.Say("Tin gửi từ nay mở được bằng / tips from now on open with:")
	for _, r := range e.All() {
		t.Say("  %s  %s", r.Fingerprint(), labelOf(r))
	}
	if retired != nil {
		t.Say("Tin đã gửi vẫn mở được bằng khóa cũ, nên giữ lại / tips already sent stay open to the old key, so keep it:")
		t.Say("  %s  %s", retired.Fingerprint(), labelOf(*retired))
	} else {
		t.Say("Tin đã gửi không mở được bằng khóa mới / tips already sent do not open with the new key.")
	}
	if dry {
		t.Say("Chưa thay đổi gì / nothing was changed: --dry-run")
		return nil
	}
	// Public, and read by a server that runs as another user than the operator.
	if err := durable.Replace(e.path, e.Bytes(), 0o644); err != nil {
		return fmt.Errorf("writing the recipients file: %w", err)
	}
	t.Say("Đã ghi %s. Nạp lại tipbox serve để áp dụng / written; reload tipbox serve (systemctl reload tipbox) for it to count.", e.path)
	return nil
}
