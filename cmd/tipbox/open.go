package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tipbox/crypto/keys"
	"tipbox/crypto/open"
	"tipbox/crypto/plaintext"
	"tipbox/intake"
)

type openCmd struct {
	identity       []string
	output         string
	register       string
	passphraseFile string
	sealed         []string
}

func newOpenCommand(t *terminal) *cobra.Command {
	var c openCmd
	cmd := &cobra.Command{
		Use:   "open -i FILE SEALED...",
		Short: "Mở tin / open sealed tips",
		Long: `Mở tin bằng tệp khóa, in ra nội dung, tin khẩn trước.
Open sealed tips with an identity and print them, the urgent ones first.

Arguments:
  SEALED...   Tệp .age, thư .eml, hoặc thư mục / sealed tips (.age), mails
              (.eml), mailboxes (mbox, Maildir) or folders of them`,
		Example: `  tipbox open -i khoa TB-7K2M-9QXF.age
  tipbox open -i khoa -o tin --register so-tin.csv THU-MUC-TAI-VE`,
		Args:    arguments("SEALED..."),
		PreRunE: needFlag("identity"),
		RunE: func(_ *cobra.Command, args []string) error {
			c.sealed = args
			return c.run(t)
		},
	}
	f := cmd.Flags()
	f.StringArrayVarP(&c.identity, "identity", "i", nil, "identity `FILE`, as tipbox keygen -o writes it; may be given several times")
	f.StringVarP(&c.output, "output", "o", "", "write each tip, text and photos, into a folder of its own in `DIR`")
	f.StringVar(&c.register, "register", "", "enter each tip in the register `FILE.csv`, once")
	f.StringVar(&c.passphraseFile, "passphrase-file", "", "read the passphrase from the first line of `FILE`")
	return cmd
}

// opened is a tip and what became of it on this machine, without its photos,
// so that a thousand tips fit into memory.
type opened struct {
	*plaintext.Tip
	ref    string // the tip's id, or one made from its sealed bytes
	named  bool   // it is the tip's id
	source string
	cut    int      // characters of the text left out
	photos int      // attached
	files  []string // photos written
}

// maxShown is how many characters of a text are kept, as in the reader. A tip's
// has at most 4,000, a place and a time; what is no tip may have four million.
const maxShown = 20_000

func (c *openCmd) run(t *terminal) error {
	if c.register != "" && !strings.EqualFold(filepath.Ext(c.register), ".csv") {
		return hint(usage(fmt.Errorf("--register %q: expected a name that ends in .csv", c.register)),
			"sổ là tệp CSV, mở được bằng Excel / the register is a CSV file, which Excel opens: --register so-tin.csv")
	}
	if err := c.nothingThere(); err != nil { // before anyone types a passphrase
		return err
	}
	ids, err := c.identities(t)
	if err != nil {
		return err
	}
	ctx, stop := untilSignal()
	tips, failures := c.open(ctx, t, ids)
	stop()
	// A stable sort keeps the order given within the urgent and the others.
	slices.SortStableFunc(tips, func(a, b opened) int {
		switch {
		case a.Urgent == b.Urgent:
			return 0
		case a.Urgent:
			return -1
		}
		return 1
	})
	for _, tip := range tips {
		if err := printTip(t.out, &tip); err != nil {
			return fmt.Errorf("printing a tip: %w", err)
		}
	}
	if len(tips) > 0 && c.output+c.register != "" {
		defer t.say("Những gì vừa ghi ra (%s) KHÔNG còn niêm phong: cất kỹ, xong việc thì xóa. / What was written is no longer sealed: lock it away, delete it when done.",
			strings.Join(slices.DeleteFunc([]string{c.output, c.register}, func(s string) bool { return s == "" }), ", "))
	}
	if c.register != "" && len(tips) > 0 {
		added, err := addToRegister(c.register, tips)
		if err != nil {
			return err
		}
		for _, tip := range added {
			if !tip.named {
				t.warn("%s: tên tệp không có mã TB-…, vào sổ bằng mã tạm %s; giữ nguyên tên tệp như trong thư, kẻo một tin vào sổ hai lần / "+
					"its name has no TB-… id; keep the name as it is in the mail, or one tip is entered twice", open.VisibleLine(tip.source), tip.ref)
			}
		}
		t.say("%s: ghi thêm %d tin / %s entered", c.register, len(added), counted(len(added), "tip"))
	}
	switch {
	case len(failures) == 1 && len(tips) == 0:
		return failures[0]
	case len(failures) > 0:
		for _, err := range failures {
			t.fail(err)
		}
		t.say("%d tin mở được, %d lỗi / %d opened, %d failed", len(tips), len(failures), len(tips), len(failures))
		return errSilent
	case len(tips) == 0:
		return advise(fmt.Errorf("%s: %w", strings.Join(c.sealed, ", "), errNothing))
	}
	return nil
}

var (
	errNothing = errors.New("không có tin nào ở đó / no sealed tip is in there")
	errStopped = errors.New("bị ngắt, các tin còn lại chưa mở / interrupted, what is left was not opened")
)

// nothingThere returns what is wrong where none of the paths exists. One that
// does may hold a tip, which the others must not hide.
func (c *openCmd) nothingThere() error {
	var missing []error
	for _, path := range c.sealed {
		_, err := os.Stat(path)
		if err == nil {
			return nil
		}
		missing = append(missing, advise(fmt.Errorf("%s: %w", open.VisibleLine(path), err)))
	}
	return errors.Join(missing...)
}

// identities unlocks the identities, as many of them as it can, at least one.
func (c *openCmd) identities(t *terminal) (*keys.Identities, error) {
	var all []*keys.Identities
	var locked []error
	for _, path := range c.identity {
		ids, err := unlock(t, path, c.passphraseFile)
		if err != nil {
			locked = append(locked, err)
			continue
		}
		all = append(all, ids)
	}
	if len(all) == 0 {
		return nil, errors.Join(locked...)
	}
	for _, err := range locked {
		t.warn("bỏ qua khóa này / going on without this one: %v", err)
	}
	return keys.Join(all...), nil
}

// open opens everything there is, so that one bad file does not hide a tip. Where
// ctx ends, it does so between two tips: no half of one is left behind in clear.
func (c *openCmd) open(ctx context.Context, t *terminal, ids *keys.Identities) (tips []opened, failures []error) {
	defer t.done()
	seen := make(map[[sha256.Size]byte]bool)
	for src, err := range open.Sources(c.sealed...) {
		if ctx.Err() != nil {
			return tips, append(failures, errStopped)
		}
		t.step("đang mở / opening", len(tips)+1, 0)
		if err == nil {
			sum := sha256.Sum256(src.Sealed)
			if seen[sum] { // the mail and its attachment, or a mail sent twice
				continue
			}
			seen[sum] = true
			var tip *plaintext.Tip
			if tip, err = open.Open(src.Sealed, ids); err == nil {
				o := newOpened(tip, src, sum)
				if err = c.write(t, &o); err == nil {
					o.Photos = nil
					tips = append(tips, o)
				}
			}
		}
		if err != nil {
			failures = append(failures, advise(fmt.Errorf("%s: %w", open.VisibleLine(src.Name), err)))
		}
	}
	return tips, failures
}

// newOpened names the tip. What the server wrote outside of it, the name of the
// mail's attachment, goes before what stands in it, which anyone can have
// sealed: so nobody can pass off a tip as another that is in the register.
func newOpened(tip *plaintext.Tip, src open.Source, sum [sha256.Size]byte) opened {
	o := opened{Tip: tip, source: src.Name, photos: len(tip.Photos)}
	if runes := []rune(tip.Text); len(runes) > maxShown {
		tip.Text, o.cut = string(runes[:maxShown]), len(runes)-maxShown
	}
	for _, s := range []*string{&tip.Unit, &tip.Site, &tip.SiteName, (*string)(&tip.Mailbox), &tip.Lang} {
		*s = open.Short(*s)
	}
	if src.ID != "" && tip.ID != "" && src.ID != tip.ID {
		tip.Warnings = append(tip.Warnings, open.ErrOtherID)
	}
	for _, id := range []intake.ID{src.ID, tip.ID} {
		if o.ref == "" {
			o.ref = string(id)
		}
	}
	if o.named = o.ref != ""; !o.named {
		o.ref = fmt.Sprintf("X-%X", sum[:4])
	}
	return o
}
