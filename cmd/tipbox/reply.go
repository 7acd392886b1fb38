package main

import (
	"github.com/spf13/cobra"

	"tipbox/cmd/internal/desk"
	"tipbox/cmd/internal/terminal"
)

func newReplyCommand(t *terminal.Terminal) *cobra.Command {
	var c desk.Reply
	cmd := &cobra.Command{
		Use:   "reply -i FILE SEALED...",
		Short: "Trả lời người gửi tin / write to the sender",
		Long: `Viết cho người gửi tin: chỉ người có mã 20 chữ số mở được.
Write to the senders of tips: only who has the code of 20 digits can read it.

The reply is shown as the sender will read it. Without -o and --post that is
all. With -o it is added to a file that the page URL/o of the box takes; with
--post it is posted, and kept in a file until it has been taken. Posting a file
again makes no second reply.

Arguments:
  SEALED   Tệp .age, thư .eml, thư mục, hoặc tệp trả lời đã lưu / sealed tips,
           mails, folders of them, or a file of replies that was saved`,
		Example: `  tipbox reply -i khoa --answer more --text 'Xe màu gì?' TB-7K2M-9QXF.age
  tipbox reply -i khoa --answer received -o tra-loi.tipbox-replies tin-moi
  tipbox reply --post https://tip.example.vn tra-loi.tipbox-replies`,
		Args: arguments("SEALED..."),
		RunE: func(cmd *cobra.Command, args []string) error {
			c.Sealed = args
			if c.Post == "" {
				if err := needFlag("identity")(cmd, args); err != nil {
					return err
				}
			}
			return c.Run(t)
		},
	}
	f := cmd.Flags()
	f.StringArrayVarP(&c.Identity, "identity", "i", nil, "identity `FILE`, as tipbox keygen -o writes it; may be given several times")
	f.StringVar(&c.Answer, "answer", "", "a stock `ANSWER`, which the sender reads in their own language: received, checking, more, done, passed, cannot")
	f.StringVar(&c.Text, "text", "", "what to write, \\n for a new line; at most 3,000 bytes, about 2,000 letters")
	f.StringVar(&c.TextFile, "text-file", "", "read that from `FILE`")
	f.IntVar(&c.Number, "number", 0, "the `N`th reply to this sender: orders those of one day")
	f.StringVar(&c.Pass, "pass", "", "the unit's reply `PASS`, if no mail of the box is among SEALED")
	f.StringVarP(&c.Output, "output", "o", "", "add the reply to `FILE`")
	f.StringVar(&c.Post, "post", "", "post to the box at `URL`, as posters carry it")
	notedFlags(f, &c.Book)
	f.StringVar(&c.PassphraseFile, "passphrase-file", "", "read the passphrase from the first line of `FILE`")
	return cmd
}
