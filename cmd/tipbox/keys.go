package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
	"github.com/rogpeppe/go-internal/lockedfile"
	"github.com/spf13/cobra"

	"tipbox/crypto/keys"
)

type keysCmd struct {
	config    string
	oversight bool
	unit      string
	recipient string // as it was typed
	label     string
	dryRun    bool
}

func newKeysCommand(t *terminal) *cobra.Command {
	var c keysCmd
	cmd := parent(t, &cobra.Command{
		Use:   "keys COMMAND",
		Short: "Add, retire and list the keys that a unit's tips are sealed to",
	})
	configFlag(cmd.PersistentFlags(), &c.config)
	cmd.PersistentFlags().BoolVar(&c.oversight, "oversight", false, "the keys of the unit's oversight instead of its own")

	runs := func(run func(*terminal) error) func(*cobra.Command, []string) error {
		return func(_ *cobra.Command, args []string) error {
			args = append(args, "", "")
			c.unit, c.recipient = args[0], args[1]
			return run(t)
		}
	}
	list := &cobra.Command{
		Use:   "list [UNIT]",
		Short: "Who can open a unit's tips, or each unit's, with fingerprints",
		Long: `Who can open a unit's tips, with fingerprints to compare over the telephone.
Without UNIT it is all units, each line with its unit first.

Arguments:
  UNIT   the unit's id`,
		Args: arguments("[UNIT]"),
		RunE: runs(c.list),
	}
	add := &cobra.Command{
		Use:   "add UNIT RECIPIENT",
		Short: "Let one more key open the tips that come from now on",
		Long: `Let one more key open the tips that come from now on.

Arguments:
  UNIT        the unit's id
  RECIPIENT   the recipient, age1…, or the file that has what keygen printed`,
		Example: `  tipbox keys add na-co-sa gui.txt --dry-run`,
		Args:    arguments("UNIT", "RECIPIENT"),
		RunE:    runs(c.add),
	}
	add.Flags().StringVar(&c.label, "label", "", "the `NAME` of its owner, instead of the file's comment")
	retire := &cobra.Command{
		Use:   "retire UNIT RECIPIENT",
		Short: "Seal no more tips to a key; those that came stay open to it",
		Long: `Seal no more tips to a key. Those that came stay open to it.

Arguments:
  UNIT        the unit's id
  RECIPIENT   its fingerprint or the first 4 digits or more of it, its label,
              the recipient, age1…, or the file it is in`,
		Example: `  tipbox keys retire na-co-sa "Giàng A Páo"`,
		Args:    arguments("UNIT", "RECIPIENT"),
		RunE:    runs(c.retire),
	}
	for _, sub := range []*cobra.Command{add, retire} {
		sub.Flags().BoolVarP(&c.dryRun, "dry-run", "n", false, "say who could open what, and change nothing")
	}
	cmd.AddCommand(list, add, retire)
	return cmd
}

// recipientsFile is where a unit's keys are.
type recipientsFile struct{ unit, path string }

// files returns the recipients file of the unit, or those of all units. It reads
// no more of the configuration, which is not valid before each unit has its
// first key.
func (c *keysCmd) files(all bool) ([]recipientsFile, error) {
	b, err := os.ReadFile(c.config)
	if err != nil {
		return nil, usage(advise(fmt.Errorf("reading the configuration: %w", err)))
	}
	var config struct {
		Units []struct {
			ID             string `toml:"id"`
			RecipientsFile string `toml:"recipients_file"`
			OversightFile  string `toml:"oversight_file"`
		} `toml:"units"`
	}
	if err := toml.Unmarshal(b, &config); err != nil {
		return nil, hint(usage(fmt.Errorf("%s: %w", c.config, err)), "tipbox check -c "+c.config+" says what is wrong with it")
	}
	var files []recipientsFile
	var ids []string
	key := "recipients_file"
	for _, u := range config.Units {
		ids = append(ids, u.ID)
		if !all && u.ID != c.unit {
			continue
		}
		path := u.RecipientsFile
		if c.oversight {
			path, key = u.OversightFile, "oversight_file"
		}
		switch {
		case path == "" && !all:
			return nil, usage(fmt.Errorf("%s: unit %q has no %s", c.config, c.unit, key))
		case path == "":
			continue
		case !filepath.IsAbs(path):
			path = filepath.Join(filepath.Dir(c.config), filepath.FromSlash(path))
		}
		files = append(files, recipientsFile{u.ID, path})
	}
	switch {
	case len(files) > 0:
		return files, nil
	case !all:
		return nil, hint(usage(fmt.Errorf("%s: no unit %q", c.config, c.unit)), "its units are: "+strings.Join(ids, ", "))
	}
	return nil, usage(fmt.Errorf("%s: no unit has %s", c.config, key))
}

// edit reads the one file that add and retire are about, and keeps another add or
// retire from it until release.
func (c *keysCmd) edit() (f *keys.File, path string, release func(), err error) {
	files, err := c.files(false)
	if err != nil {
		return nil, "", nil, err
	}
	path, release = files[0].path, func() {}
	if !c.dryRun {
		if release, err = lockedfile.MutexAt(path + ".lock").Lock(); err != nil {
			return nil, "", nil, fmt.Errorf("locking the recipients file: %w", err)
		}
	}
	if f, err = keys.EditRecipients(path); err != nil {
		release()
	}
	return f, path, release, err
}

// list prints the keys as data.
func (c *keysCmd) list(t *terminal) error {
	all := c.unit == ""
	files, err := c.files(all)
	if err != nil {
		return err
	}
	for _, file := range files {
		f, err := keys.EditRecipients(file.path)
		if err != nil {
			return err
		}
		unit := ""
		if all {
			unit = file.unit + "  "
		}
		for _, r := range f.All() {
			if _, err := fmt.Fprintf(t.out, "%s%s  %-12s  %s\n", unit, r.Fingerprint(), r.Kind(), labelOf(r)); err != nil {
				return err
			}
		}
		for _, g := range f.Retired() {
			if _, err := fmt.Fprintf(t.out, "%s%s  %-12s  %s (thôi dùng / retired %s)\n", unit, g.Fingerprint(), g.Kind(), labelOf(g.Recipient), g.Day); err != nil {
				return err
			}
		}
		if len(f.All()) == 0 {
			t.warn("%s: chưa có khóa nào / no key yet", file.unit)
		}
	}
	return nil
}

// add adds a recipient.
func (c *keysCmd) add(t *terminal) error {
	f, path, release, err := c.edit()
	if err != nil {
		return err
	}
	defer release()
	rec, err := readRecipient(c.recipient)
	if err != nil {
		return err
	}
	if c.label != "" {
		rec.Label = c.label
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
	return finish(t, f, path, nil, c.dryRun)
}

// retire retires a recipient.
func (c *keysCmd) retire(t *terminal) error {
	f, path, release, err := c.edit()
	if err != nil {
		return err
	}
	defer release()
	rec, err := c.find(f)
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
	return finish(t, f, path, &rec, c.dryRun)
}

// minDigits is how much of a fingerprint names a key: with less, "1" could be
// meant as the first of the list.
const minDigits = 4

// find returns the one recipient of the file that is meant.
func (c *keysCmd) find(f *keys.File) (keys.Recipient, error) {
	digits := strings.ReplaceAll(c.recipient, " ", "")
	given, givenErr := readRecipient(c.recipient)
	var found []keys.Recipient
	for _, have := range f.All() {
		if len(digits) >= minDigits && strings.HasPrefix(strings.ReplaceAll(have.Fingerprint(), " ", ""), digits) ||
			have.Label != "" && strings.EqualFold(have.Label, c.recipient) ||
			givenErr == nil && have.String() == given.String() {
			found = append(found, have)
		}
	}
	if len(found) != 1 {
		return keys.Recipient{}, hint(fmt.Errorf("%q: %d khóa của đơn vị khớp / keys of the unit match", c.recipient, len(found)),
			fmt.Sprintf("gõ ít nhất %d chữ số đầu của vân tay, xem ở: tipbox keys list", minDigits),
			fmt.Sprintf("give at least the first %d digits of the fingerprint, which tipbox keys list shows", minDigits))
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
