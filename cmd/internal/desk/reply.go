package desk

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/keys"
	"tipbox/crypto/open"
	"tipbox/crypto/plaintext"
	"tipbox/crypto/receipt"
	"tipbox/intake/durable"
	"tipbox/intake/pasted"
)

// Reply is tipbox reply: what it is given.
type Reply struct {
	Identity       []string
	PassphraseFile string
	Answer         string // a stock answer, "" for none
	Text           string
	TextFile       string // "" for none
	Number         int    // of the reply in its conversation, 0 where it was not counted
	Pass           string // "" where a mail among Sealed has it
	Output         string // the outbox to add to, "" for none
	Post           string // base URL of the box to post to, "" for none
	Book           BookFile
	Sealed         []string
}

// stockAnswers are what the officer and the sender read of a stock answer: the words
// of the sender's page.
var stockAnswers = map[receipt.Answer]string{
	receipt.Received: "Đơn vị đã nhận được tin. / The unit has received the tip.",
	receipt.Checking: "Đơn vị đang xác minh. / The unit is checking.",
	receipt.More:     "Xin bà con cho biết thêm: ở đâu, lúc nào? / Please tell more: where, and when?",
	receipt.Done:     "Đã kiểm tra xong. Cảm ơn bà con. / Checked. Thank you.",
	receipt.Passed:   "Tin đã được chuyển tới nơi có trách nhiệm giải quyết. / The tip was passed on to those responsible.",
	receipt.Cannot:   "Việc này đơn vị không giải quyết được. / The unit cannot handle this.",
}

// Run seals a reply to each tip's sender, shows it, and adds it to an outbox or posts
// it. An outbox among the arguments is posted as it is: its replies may go again.
func (c *Reply) Run(t *terminal.Terminal) error {
	if c.Post != "" && !canPost {
		return terminal.Hint(terminal.Usage(errors.New("bản tipbox-desk không nối mạng / tipbox-desk does not speak to the network")),
			"lưu bằng -o TỆP, rồi gửi tệp ở ĐỊA-CHỈ/o / save with -o FILE, and post that at URL/o")
	}
	if len(c.Sealed) == 1 {
		if b, err := os.ReadFile(c.Sealed[0]); err == nil {
			if box, err := receipt.ParseOutbox(b); err == nil {
				return c.again(t, box)
			}
		}
	}
	reply, err := c.reply()
	if err != nil {
		return err
	}
	box, err := c.outbox()
	if err != nil {
		return err
	}
	ids, answered, err := c.seal(t, reply, box)
	if err != nil {
		return err
	}
	if c.Output == "" && c.Post == "" {
		t.Say("Chưa gửi: thêm -o TỆP để lưu, hoặc --post ĐỊA-CHỈ để gửi. / Not sent: add -o FILE to save it, or --post URL to post it.")
		return nil
	}
	if box.Pass == "" {
		return terminal.Hint(terminal.Usage(errors.New("thiếu mã trả lời của đơn vị / the unit's reply pass is missing")),
			"chép từ thư báo tin: dòng “Mã trả lời” / copy it from a mail of the box, the line \"Reply pass\": --pass XXXX-XXXX-XXXX-XXXX")
	}
	path, err := c.save(box)
	if err != nil {
		return err
	}
	// Before it is posted, as the desk does: what is saved can be posted later, from
	// another PC, and nobody would note it then.
	noted := c.Book.replied(t, ids, answered, reply.Answer)
	if c.Post == "" {
		t.Say("%s: %d câu trả lời / replies: %[2]d. Gửi ở / post it at %[3]s/o, hoặc / or: tipbox reply --post %[3]s %[1]s", path, len(box.Replies), box.BaseURL)
		return noted
	}
	return errors.Join(c.post(t, box, path), noted)
}

// reply is what is written, without the tip.
func (c *Reply) reply() (*receipt.Reply, error) {
	text := c.Text
	if c.TextFile != "" {
		read, err := pasted.File(c.TextFile)
		if err != nil {
			return nil, terminal.Hint(fmt.Errorf("reading --text-file: %w", err), "lưu thành tệp .txt UTF-8 / save it as a .txt in UTF-8")
		}
		text = read
	}
	r := &receipt.Reply{
		Unit: "x", Site: "x", Answer: receipt.Answer(c.Answer), On: time.Now().Format(time.DateOnly), Number: c.Number,
		Text: strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), `\n`, "\n"),
	}
	if c.Answer != "" && !slices.Contains(receipt.Answers, r.Answer) {
		var names []string
		for _, a := range receipt.Answers {
			names = append(names, string(a))
		}
		return nil, terminal.Usage(fmt.Errorf("--answer %q: expected one of %s", c.Answer, strings.Join(names, ", ")))
	}
	var long *receipt.TextLengthError
	switch _, err := r.Plaintext(); { // before anyone types a passphrase
	case errors.Is(err, receipt.ErrEmpty):
		return nil, terminal.Hint(terminal.Usage(fmt.Errorf("chưa viết gì / %w", err)), "--text 'LỜI NHẮN' hoặc / or --answer received|checking|more|done|passed|cannot")
	case errors.As(err, &long):
		return nil, terminal.Hint(terminal.Usage(fmt.Errorf("lời nhắn dài quá / %w", err)), "viết ngắn lại, chừng 2.000 chữ cái là vừa / about 2,000 letters of Vietnamese fit")
	case err != nil:
		return nil, terminal.Usage(err)
	}
	return r, nil
}

// outbox is what the replies are added to: what was saved before, or a new one.
func (c *Reply) outbox() (*receipt.Outbox, error) {
	box := &receipt.Outbox{}
	if c.Output != "" {
		switch b, err := os.ReadFile(c.Output); {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, fmt.Errorf("reading the replies that were saved before: %w", err)
		default:
			if box, err = receipt.ParseOutbox(b); err != nil {
				return nil, terminal.Hint(fmt.Errorf("%s: %w", c.Output, err), "nothing was written over; give another name with -o")
			}
		}
	}
	box.Pass = cmp.Or(c.Pass, passIn(c.Sealed), box.Pass)
	return box, nil
}

// passLine is the reply pass in a mail, in any coding that leaves ASCII as it is.
var passLine = regexp.MustCompile(`Reply pass (\d{4}-[12]): ([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})`)

// passIn returns the newest reply pass in the mails, or "".
func passIn(paths []string) string {
	half, pass := "", ""
	for _, path := range paths {
		b, _ := os.ReadFile(path) // what cannot be read is told by who opens it
		for _, m := range passLine.FindAllSubmatch(b, -1) {
			if string(m[1]) >= half {
				half, pass = string(m[1]), string(m[2])
			}
		}
	}
	return pass
}

// seal seals the reply to each tip's sender, and shows it as the sender will read it.
// It returns the tips that are answered so.
func (c *Reply) seal(t *terminal.Terminal, reply *receipt.Reply, box *receipt.Outbox) (*keys.Identities, []opened, error) {
	if err := (&Open{Sealed: c.Sealed}).nothingThere(); err != nil {
		return nil, nil, err
	}
	ids, err := unlockAll(t, c.Identity, c.PassphraseFile)
	if err != nil {
		return nil, nil, err
	}
	if err := c.Book.ready(t, ids); err != nil {
		return nil, nil, err
	}
	var failed []error
	var answered []opened
	for src, err := range open.Sources(c.Sealed...) {
		if src.Aside {
			continue
		}
		var tip *plaintext.Tip
		var sealed []byte
		if err == nil {
			tip, sealed, err = src.Open(ids)
		}
		if err == nil {
			err = c.answer(t, reply, tip, open.VisibleLine(src.Name), box)
		}
		if err != nil {
			failed = append(failed, Advise(fmt.Errorf("%s: %w", open.VisibleLine(src.Name), err)))
			continue
		}
		answered = append(answered, newOpened(tip, src, sha256.Sum256(sealed)))
	}
	switch {
	case len(answered) == 0 && len(failed) == 0:
		return nil, nil, Advise(fmt.Errorf("%s: %w", strings.Join(c.Sealed, ", "), errNothing))
	case len(answered) == 0:
		return nil, nil, errors.Join(failed...)
	}
	for _, err := range failed {
		t.Fail(err)
	}
	return ids, answered, nil
}

// answer seals the reply to one tip's sender.
func (c *Reply) answer(t *terminal.Terminal, reply *receipt.Reply, tip *plaintext.Tip, name string, box *receipt.Outbox) error {
	to, err := open.Answerable(tip)
	if err != nil {
		return err
	}
	if c.Post != "" && to.At != c.Post {
		return fmt.Errorf("trả lời tin này được đọc ở nơi khác / replies to this tip are read elsewhere: %s", open.VisibleLine(to.At))
	}
	if box.BaseURL != "" && to.At != box.BaseURL {
		return fmt.Errorf("tệp trả lời là của %s, tin này của / the file is of another box than this tip: %s", box.BaseURL, open.VisibleLine(to.At))
	}
	own := *reply
	own.Unit, own.Site = tip.Unit, tip.Site
	sealed, err := own.Seal(to.Recipient)
	if err != nil {
		return fmt.Errorf("niêm phong / sealing: %w", err)
	}
	box.BaseURL = to.At
	box.Replies = append(box.Replies, receipt.Outgoing{Lookup: to.Lookup.String(), Sealed: sealed})
	fmt.Fprintf(t.Out, "═══ %s → %s ═══\n%s\n", name, open.VisibleLine(receipt.ShowTag(to.Tag)), own.On)
	for _, text := range []string{stockAnswers[own.Answer], open.Visible(own.Text)} {
		if text != "" {
			fmt.Fprintln(t.Out, text)
		}
	}
	fmt.Fprintln(t.Out)
	return nil
}

// save saves the outbox and returns where. What is posted was saved before: whatever
// happens, the same bytes can go again, and are one reply.
func (c *Reply) save(box *receipt.Outbox) (path string, err error) {
	path = cmp.Or(c.Output, "tra-loi-"+time.Now().Format(time.DateOnly)+".tipbox-replies")
	b, err := box.Bytes()
	if err != nil {
		return "", err
	}
	if c.Output == "" {
		err = durable.WriteNew(path, b)
	} else {
		err = durable.Replace(path, b, 0o600)
	}
	if errors.Is(err, fs.ErrExist) {
		return "", terminal.Hint(fmt.Errorf("%s: đã có tệp này, chưa gửi / the file exists, it was not posted", path), "tipbox reply --post "+c.Post+" "+path)
	} else if err != nil {
		return "", fmt.Errorf("saving the replies: %w", err)
	}
	return path, nil
}

// again posts an outbox that was saved.
func (c *Reply) again(t *terminal.Terminal, box *receipt.Outbox) error {
	if c.Post == "" {
		return terminal.Hint(terminal.Usage(errors.New("đây là tệp trả lời đã lưu / this is a file of replies")), "gửi nó / post it: tipbox reply --post "+box.BaseURL+" "+c.Sealed[0])
	}
	if box.BaseURL != c.Post {
		return terminal.Usage(fmt.Errorf("tệp này là của / this file is of %s", open.VisibleLine(box.BaseURL)))
	}
	return c.post(t, box, c.Sealed[0])
}

func (c *Reply) post(t *terminal.Terminal, box *receipt.Outbox, path string) error {
	ctx, stop := terminal.UntilSignal()
	defer stop()
	left, err := postAll(ctx, t, box)
	taken := len(box.Replies) - len(left)
	if taken > 0 {
		t.Say("đã gửi / posted: %d", taken)
	}
	if len(left) == 0 {
		if err := os.Remove(path); err != nil {
			t.Warn("%s: gửi xong rồi, xóa được / it was posted and can be deleted: %v", path, err)
		}
		return nil
	}
	return terminal.Hint(fmt.Errorf("còn %d chưa gửi / %w", len(left), err), "vẫn còn trong / still in "+path+"; gửi lại không thành hai / posting it again makes no second reply: tipbox reply --post "+c.Post+" "+path)
}

// postAll posts the replies one by one and returns those that were not taken, and why.
func postAll(ctx context.Context, t *terminal.Terminal, box *receipt.Outbox) (left []receipt.Outgoing, why error) {
	defer t.Done()
	for i, r := range box.Replies {
		t.Step("đang gửi / posting", i+1, len(box.Replies))
		if err := postOne(ctx, box, r); err != nil {
			left, why = append(left, r), err
			if errors.Is(err, errPassRefused) || errors.Is(err, errNotReached) {
				return append(left, box.Replies[i+1:]...), err
			}
		}
	}
	return left, why
}
