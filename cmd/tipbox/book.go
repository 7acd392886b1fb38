package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tipbox/cmd/internal/desk"
	"tipbox/cmd/internal/terminal"
)

func newBookCommand(t *terminal.Terminal) *cobra.Command {
	var c desk.Book
	cmd := parent(t, &cobra.Command{
		Use:   "book COMMAND",
		Short: "Sổ tin của đơn vị / the unit's book of tips, sealed at rest",
	})
	identityFlags(cmd.PersistentFlags(), &c.Identity, &c.PassphraseFile)
	sub := func(use, short, long, example string, run func(*terminal.Terminal) error) *cobra.Command {
		several := []string{"so-tin.age"}
		if use == "merge" || use == "import" {
			several = append(several, "FILE...")
		}
		line := use + " -i FILE"
		for _, name := range several {
			line += " " + name
		}
		return &cobra.Command{
			Use: line, Short: short, Long: long, Example: example,
			Args: arguments(several...), PreRunE: needFlag("identity"),
			RunE: func(_ *cobra.Command, args []string) error {
				c.File.Path, c.Files = args[0], args[1:]
				return run(t)
			},
		}
	}
	show := sub("show", "Xem sổ / list the tips, urgent and due first", `Xem sổ: tin khẩn và tin sắp đến hạn trước.
List the tips of the book, the urgent ones and those that are due first. Lines
with a bar before them are the sender's.

Arguments:
  so-tin.age   the book`,
		`  tipbox book show -i khoa so-tin.age`, c.Show)
	show.Flags().BoolVar(&c.All, "all", false, "show what is over as well")
	export := sub("export", "Xuất bảng CSV cho Excel / the book as a table, for Excel", `Xuất sổ thành bảng CSV, KHÔNG còn niêm phong.
Write the book as CSV, with the columns of a register of reports. The table is
no longer sealed.

Arguments:
  so-tin.age   the book`,
		`  tipbox book export -i khoa so-tin.age -o so-tin.csv`, c.Export)
	export.Flags().StringVarP(&c.Output, "output", "o", "", "write the table to `FILE.csv`, not to stdout")
	merge := sub("merge", "Gộp bản sao khác của sổ / take other copies of the book in", `Gộp các bản sao của sổ: của đồng chí khác, ở máy khác.
Take in what other copies of the book have: another officer's, another PC's.
Nothing is lost, nothing stands twice; done again it changes nothing.

Arguments:
  so-tin.age   the book
  FILE...      other copies of it`,
		`  tipbox book merge -i khoa so-tin.age E:\so-tin.age`, c.Merge)
	imports := sub("import", "Nhập sổ CSV cũ / take registers of earlier releases in", `Nhập sổ CSV của các bản tipbox trước vào sổ.
Take CSV registers of earlier releases into the book, as they were written or as
Excel has saved them. Done again it changes nothing.

Arguments:
  so-tin.age   the book; it is made where there is none
  FILE...      registers, .csv or Excel's "Unicode Text"`,
		`  tipbox book import -i khoa so-tin.age so-tin.csv`, c.Import)
	board := sub("board", "In bảng trả lời / the answers for the unit's board, as tra-loi.md", `In các câu trả lời trên bảng của đơn vị: tra-loi.md, để trong board_dir.
Print the short public answers, sorted by tag: tra-loi.md, for the unit's
board_dir. Answers are put on the board in doc-tin.html. It should change once a
week at most; before that it wants a reason, which the book keeps.

Arguments:
  so-tin.age   the book`,
		`  tipbox book board -i khoa so-tin.age > board/na-co-sa/tra-loi.md`, c.Board)
	board.Flags().StringVar(&c.Why, "why", "", "write it out before its week is over, for this `REASON`")
	board.Flags().StringVar(&c.File.By, "by", "", "the officer's `NAME` in the book; default: the name on this PC")
	for _, cmd := range []*cobra.Command{merge, imports} {
		bookFlags(cmd.Flags(), &c.File)
	}
	imports.Flags().StringVar(&c.File.Unit, "unit", "", "the `ID` of the unit that a new book is of; default: what most rows say")
	cmd.AddCommand(show, export, merge, imports, board)
	return cmd
}

// identityFlags are those of a command that opens what is sealed.
func identityFlags(f *pflag.FlagSet, identity *[]string, passphraseFile *string) {
	f.StringArrayVarP(identity, "identity", "i", nil, "identity `FILE`, as tipbox keygen -o writes it; may be given several times")
	f.StringVar(passphraseFile, "passphrase-file", "", "read the passphrase from the first line of `FILE`")
}

// notedFlags are those of a command that notes in a book what it has done with a tip.
func notedFlags(f *pflag.FlagSet, b *desk.BookFile) {
	f.StringVar(&b.Path, "book", "", "note it in the book `FILE.age`")
	f.StringVar(&b.By, "officer", "", "the officer's `NAME` in the book; default: the name on this PC")
}

// bookFlags are those of a command that writes in a book.
func bookFlags(f *pflag.FlagSet, b *desk.BookFile) {
	f.StringVar(&b.Vouch, "vouch", "", "trust the book: the `CHARACTERS` that its other officer's tipbox book show has, told by telephone")
	f.StringVar(&b.By, "by", "", "the officer's `NAME` in the book; default: the name on this PC")
	f.StringVar(&b.Recipients, "recipients", "", "seal the book to the unit's recipients in `FILE` from now on")
	f.StringArrayVar(&b.Met, "met", nil, "a `FINGERPRINT` of --recipients that was compared by telephone; may be given several times")
}
