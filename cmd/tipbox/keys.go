package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"tipbox/crypto/keys"
)

type keysCmd struct {
	Config    string `short:"c" default:"tipbox.toml" placeholder:"FILE" help:"The configuration, tipbox.toml if not given."`
	Oversight bool   `help:"The recipients of the unit's oversight instead of its own."`

	List   keysListCmd   `cmd:"" help:"Who can open the unit's tips, with fingerprints to compare over the telephone."`
	Add    keysAddCmd    `cmd:"" help:"Let one more key open the tips that come from now on."`
	Retire keysRetireCmd `cmd:"" help:"Seal no more tips to a key. Those that came stay open to it."`
}

type keysListCmd struct {
	Unit string `arg:"" help:"Unit id."`
}

type keysAddCmd struct {
	Unit      string `arg:"" help:"Unit id."`
	Recipient string `arg:"" help:"The recipient, or the file that tipbox keygen printed it into."`
	Label     string `placeholder:"NAME" help:"Whose key it is, instead of the file's comment."`
	DryRun    bool   `short:"n" help:"Say who could open what, and change nothing."`
}

type keysRetireCmd struct {
	Unit      string `arg:"" help:"Unit id."`
	Recipient string `arg:"" help:"Its fingerprint or the beginning of it, its label, the recipient, or the file it is in."`
	DryRun    bool   `short:"n" help:"Say who could open what, and change nothing."`
}

// path returns the unit's recipients file. It reads no more of the
// configuration, which is not valid before the unit has its first key.
func (c *keysCmd) path(unit string) (string, error) {
	b, err := os.ReadFile(c.Config)
	if err != nil {
		return "", usage(advise(fmt.Errorf("reading the configuration: %w", err)))
	}
	var file struct {
		Units []struct {
			ID             string `toml:"id"`
			RecipientsFile string `toml:"recipients_file"`
			OversightFile  string `toml:"oversight_file"`
		} `toml:"units"`
	}
	if err := toml.Unmarshal(b, &file); err != nil {
		return "", hint(usage(fmt.Errorf("%s: %w", c.Config, err)), "tipbox check -c "+c.Config+" says what is wrong with it")
	}
	var ids []string
	for _, u := range file.Units {
		ids = append(ids, u.ID)
		if u.ID != unit {
			continue
		}
		path := u.RecipientsFile
		if c.Oversight {
			path = u.OversightFile
		}
		if path == "" {
			return "", usage(fmt.Errorf("%s: unit %q has no such recipients file", c.Config, unit))
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(c.Config), filepath.FromSlash(path))
		}
		return path, nil
	}
	return "", hint(usage(fmt.Errorf("%s: no unit %q", c.Config, unit)), "its units are: "+strings.Join(ids, ", "))
}

func (c *keysCmd) edit(unit string) (*keys.File, string, error) {
	path, err := c.path(unit)
	if err != nil {
		return nil, "", err
	}
	f, err := keys.EditRecipients(path)
	return f, path, err
}

// Run prints the keys as data.
func (l *keysListCmd) Run(t *terminal, c *keysCmd) error {
	f, _, err := c.edit(l.Unit)
	if err != nil {
		return err
	}
	for _, r := range f.All() {
		if _, err := fmt.Fprintf(t.out, "%s  %-12s  %s\n", r.Fingerprint(), r.Kind(), labelOf(r)); err != nil {
			return err
		}
	}
	for _, g := range f.Retired() {
		if _, err := fmt.Fprintf(t.out, "%s  %-12s  %s (thôi dùng / retired %s)\n", g.Fingerprint(), g.Kind(), labelOf(g.Recipient), g.Day); err != nil {
			return err
		}
	}
	return nil
}

// Run adds a recipient.
func (a *keysAddCmd) Run(t *terminal, c *keysCmd) error {
	f, path, err := c.edit(a.Unit)
	if err != nil {
		return err
	}
	rec, err := readRecipient(a.Recipient)
	if err != nil {
		return err
	}
	if a.Label != "" {
		rec.Label = a.Label
	}
	switch err := f.Add(rec); {
	case errors.Is(err, keys.ErrMixedKinds):
		return hint(fmt.Errorf("khóa khác loại / %w: the unit's are %s, this one is %s", err, f.All()[0].Kind(), rec.Kind()),
			"tạo khóa cùng loại: tipbox keygen, thêm --classic nếu đơn vị dùng loại classic",
			"make a key of the unit's kind: tipbox keygen, with --classic where the unit's are classic")
	case err != nil:
		return fmt.Errorf("adding %s: %w", rec.Fingerprint(), err)
	}
	t.say("Thêm / adding: %s  %s", rec.Fingerprint(), labelOf(rec))
	t.say("Trước khi dùng, gọi điện cho chủ khóa đọc từng nhóm số / before it counts, compare the digits with its owner over the telephone.")
	return finish(t, f, path, nil, a.DryRun)
}

// Run retires a recipient.
func (r *keysRetireCmd) Run(t *terminal, c *keysCmd) error {
	f, path, err := c.edit(r.Unit)
	if err != nil {
		return err
	}
	rec, err := r.find(f)
	if err != nil {
		return err
	}
	if err := f.Retire(rec, time.Now()); errors.Is(err, keys.ErrNoRecipients) {
		return hint(errors.New("đây là khóa cuối cùng / this is the unit's last key: nobody could open its tips"),
			"thêm khóa mới trước: tipbox keys add", "add the new key first: tipbox keys add")
	} else if err != nil {
		return err
	}
	t.say("Thôi dùng / retiring: %s  %s", rec.Fingerprint(), labelOf(rec))
	return finish(t, f, path, &rec, r.DryRun)
}

// find returns the one recipient of the file that is meant.
func (r *keysRetireCmd) find(f *keys.File) (keys.Recipient, error) {
	digits := strings.ReplaceAll(r.Recipient, " ", "")
	given, givenErr := readRecipient(r.Recipient)
	var found []keys.Recipient
	for _, have := range f.All() {
		if len(digits) >= 4 && strings.HasPrefix(strings.ReplaceAll(have.Fingerprint(), " ", ""), digits) ||
			have.Label != "" && strings.EqualFold(have.Label, r.Recipient) ||
			givenErr == nil && have.String() == given.String() {
			found = append(found, have)
		}
	}
	if len(found) != 1 {
		return keys.Recipient{}, hint(fmt.Errorf("%q: %d khóa của đơn vị khớp / keys of the unit match", r.Recipient, len(found)),
			"xem vân tay từng khóa: tipbox keys list", "tipbox keys list shows each key's fingerprint")
	}
	return found[0], nil
}

// finish says who can open what, and writes the file but for a dry run.
func finish(t *terminal, f *keys.File, path string, retired *keys.Recipient, dry bool) error {
	t.say("")
	t.say("Tin gửi từ nay mở được bằng / tips from now on open with:")
	for _, r := range f.All() {
		t.say("  %s  %s", r.Fingerprint(), labelOf(r))
	}
	if retired != nil {
		t.say("Tin đã gửi vẫn mở được bằng khóa cũ, nên giữ lại / tips already sent stay open to the old key, so keep it:")
		t.say("  %s  %s", retired.Fingerprint(), labelOf(*retired))
	} else {
		t.say("Tin đã gửi không mở được bằng khóa mới / tips already sent do not open with the new key.")
	}
	if dry {
		t.say("Chưa thay đổi gì / nothing was changed: --dry-run")
		return nil
	}
	// Public, and read by a server that runs as another user than the operator.
	if err := replaceFile(path, f.Bytes(), 0o644); err != nil {
		return fmt.Errorf("writing the recipients file: %w", err)
	}
	t.say("Đã ghi %s. Khởi động lại tipbox serve để áp dụng / written; restart tipbox serve for it to count.", path)
	return nil
}

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
		return rec, hint(fmt.Errorf("%w, nor a file of that name", err), "một khóa công khai bắt đầu bằng age1", "a recipient begins with age1")
	}
	rs, err := keys.ReadRecipients(s)
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
	return hint(fmt.Errorf("đây là khóa riêng, không được đưa cho ai / %w", err),
		"dùng khóa công khai mà tipbox keygen in ra", "give the recipient that tipbox keygen printed; make a new key if this one went through other hands")
}

func labelOf(r keys.Recipient) string {
	if r.Label == "" {
		return "(không ghi tên / no label)"
	}
	return r.Label
}
