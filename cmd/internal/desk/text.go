package desk

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"tipbox/crypto/open"
	"tipbox/crypto/plaintext"
	"tipbox/crypto/receipt"
	"tipbox/crypto/unwrap"
)

// warnings is what an officer reads about a tip that is not quite as it should be.
var warnings = map[error]string{
	plaintext.ErrNotTip:     "niêm phong cho khóa này nhưng không phải tin của hòm thư; nội dung như sau / sealed to this key but not a tip; this is its text",
	plaintext.ErrNotText:    "niêm phong cho khóa này nhưng không phải tin và không phải chữ; không hiện / sealed to this key but neither a tip nor text; not shown",
	plaintext.ErrNewer:      "tin do phiên bản tipbox mới hơn niêm phong; hãy cập nhật / sealed by a newer tipbox; update this one",
	plaintext.ErrIncomplete: "có phần của tin không đọc được / a part of the tip cannot be read",
	plaintext.ErrOtherPart:  "tin có tệp đính kèm lạ, đã bỏ qua / an attachment that tips do not have was left out",
	open.ErrOtherID:         "mã trong tin khác mã ở tên tệp; dùng mã ở tên tệp / the id in the tip is not that of the file's name, which counts",
}

// printTip prints the tip for a person, Vietnamese first, in lines of so many
// columns. Every string of the tip goes through open.Visible, for a terminal obeys
// control characters, and its text is marked.
func printTip(w io.Writer, o *opened, columns int) error {
	var b strings.Builder
	title := "═══ " + o.ref + " "
	if o.Urgent {
		title += "═══ KHẨN / URGENT "
	}
	fmt.Fprintln(&b, title+strings.Repeat("═", max(3, columns-len([]rune(title)))))
	const indent = 21
	row := func(vi, en, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%-10s %-9s %s\n", vi, en, value)
		}
	}
	theirs := func(vi, en, value string) { row(vi, en, markedValue(value, indent, columns)) }
	theirs("Hòm thư", "Box", mailboxTitle(o.Tip))
	theirs("Nơi dán", "Site", siteTitle(o.Tip))
	theirs("Đơn vị", "Unit", o.Unit)
	theirs("Trả lời", "Reply", replyTitle(o.Tip))
	if p := o.Passed; p != nil { // whoever seals can write it
		row("Chuyển", "Passed on", strings.TrimSpace("tự nhận là chuyển từ / it claims to come from "+p.By+" "+p.On))
		theirs("Lời nhắn", "Note", p.Note)
	}
	if !o.date.IsZero() {
		row("Nhận lúc", "Received", o.date.In(vietnam).Format("15:04 02/01/2006"))
	}
	if o.photos > 0 {
		photos := fmt.Sprintf("%d (thêm -o THƯ-MỤC để lưu / add -o DIR to save them)", o.photos)
		if o.files != nil {
			photos = strings.Join(o.files, "\n"+strings.Repeat(" ", indent))
		}
		row("Ảnh", "Photos", photos)
	}
	theirs("Tệp", "File", o.source)
	for _, warning := range o.Warnings {
		row("CHÚ Ý", "WARNING", warningText(warning))
	}
	if o.apart {
		row("CHÚ Ý", "WARNING", "có một tin khác cùng mã này; đây là tin riêng / another tip has the same id; this is one of its own")
	}
	for _, id := range o.others {
		row("CHÚ Ý", "WARNING", fmt.Sprintf("đúng tệp niêm phong này còn đến dưới mã %s: có người gửi lại tệp cũ, đây là một tin / "+
			"the very same sealed file came as %[1]s too: somebody sent an old file again, this is one tip", id))
	}
	fmt.Fprintf(&b, "\n%s\n", marked(o.Text, columns))
	if o.cut > 0 {
		fmt.Fprintf(&b, "… còn %d ký tự nữa không hiện ở đây / %[1]d more characters are not shown\n\n", o.cut)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// replyTitle says that the sender keeps a code, and its tag where the tip has it.
func replyTitle(tip *plaintext.Tip) string {
	switch {
	case tip.Reply.Recipient != "":
		return "được / possible: tipbox reply; " + open.VisibleLine(receipt.ShowTag(unwrap.Short(tip.Reply.Tag)))
	case tip.Reply.Code != "":
		return "được / possible: tipbox reply"
	}
	return ""
}

func warningText(warning error) string {
	for known, text := range warnings {
		if errors.Is(warning, known) {
			return text
		}
	}
	return warning.Error()
}

func mailboxTitle(tip *plaintext.Tip) string {
	if title := tip.Mailbox.Title(); title != "" {
		return title
	}
	return open.VisibleLine(string(tip.Mailbox))
}

func siteTitle(tip *plaintext.Tip) string {
	name, code := open.VisibleLine(tip.SiteName), open.VisibleLine(tip.Site)
	switch {
	case name == "":
		return code
	case code == "":
		return name
	}
	return name + " (" + code + ")"
}
