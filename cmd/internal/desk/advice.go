// Package desk is what an officer does with keys and tips: identities made, put
// on paper and brought back, tips opened, entered in the book and counted.
package desk

import (
	"errors"
	"fmt"
	"io/fs"

	"tipbox/cmd/internal/terminal"
	"tipbox/cmd/internal/unread"
	"tipbox/crypto/book"
	"tipbox/crypto/counts"
	"tipbox/crypto/keys"
	"tipbox/crypto/open"
	"tipbox/crypto/unwrap"
	"tipbox/qr/paper"
	"tipbox/qr/scan"
)

// advice is what an officer reads where keys and tips go wrong: the sentence in
// Vietnamese, which stands before the English one, and what to do. The first
// entry that matches counts.
var advice = []struct {
	err  error
	text string
	hint []string
}{
	{keys.ErrWrongPassphrase, "sai mật khẩu", []string{
		"gõ lại, chú ý phím Caps Lock và bộ gõ tiếng Việt",
		"type it again, mind Caps Lock and the Vietnamese input method"}},
	{keys.ErrRecipientsFile, "đây là tệp khóa công khai, không mở tin được", []string{
		"chọn tệp khóa mà tipbox keygen -o đã ghi",
		"choose the identity file that tipbox keygen -o wrote"}},
	{keys.ErrSealedFile, "đây là tin đã niêm phong, không phải tệp khóa", []string{
		"chọn tệp khóa; muốn mở tin này: tipbox open -i TỆP-KHÓA TỆP-TIN",
		"choose the identity file; to open this tip: tipbox open -i IDENTITY SEALED"}},
	{keys.ErrDamaged, "tệp khóa bị hỏng hoặc bị cắt cụt", []string{
		"dùng bản sao lưu của tệp khóa",
		"use the backup copy of the identity file"}},
	{keys.ErrNotIdentity, "đây không phải tệp khóa", []string{
		"chọn tệp khóa mà tipbox keygen -o đã ghi",
		"choose the identity file that tipbox keygen -o wrote"}},
	{book.ErrNoMatch, "sổ niêm phong cho khóa khác", []string{
		"dùng khóa cũ hơn (thêm -i), hoặc nhờ đồng chí mở được sổ thêm khóa này bằng --recipients",
		"use an older identity with another -i, or have somebody who opens the book add this key with --recipients"}},
	{book.ErrDamaged, "sổ bị hỏng hoặc bị cắt cụt; không ghi gì đè lên", []string{
		"chép tệp này ra chỗ khác, rồi dùng bản trước, so-tin.cu.age, hoặc sổ của đồng chí khác",
		"put this file aside and use the copy before it, so-tin.cu.age, or another officer's book"}},
	{book.ErrNotBook, "tệp này không phải sổ tin; không ghi gì đè lên", []string{
		"chọn tệp so-tin.age; sổ CSV cũ thì nhập bằng: tipbox book import -i KHÓA so-tin.age SO-CU.csv",
		"choose so-tin.age; old CSV registers come in with: tipbox book import -i FILE so-tin.age OLD.csv"}},
	{book.ErrUnit, "mã đơn vị viết sai", []string{
		"thêm --unit MÃ-ĐƠN-VỊ, chữ thường không dấu như trong tipbox.toml: --unit na-co-sa",
		"add --unit ID, in small letters as in tipbox.toml"}},
	{book.ErrNotVouched, "khóa này không xác nhận được sổ", []string{
		"khóa nằm trong thiết bị thì không xác nhận được: thêm một khóa thường của đơn vị bằng -i",
		"a key that a device holds cannot vouch: give an ordinary identity of the unit as well, with another -i"}},
	{book.ErrNewer, "sổ do bản tipbox mới hơn ghi", []string{
		"dùng bản tipbox mới hơn", "use a newer tipbox"}},
	{book.ErrTooLarge, "tệp quá lớn, không thể là sổ tin", []string{
		"chọn tệp so-tin.age", "choose so-tin.age"}},
	{book.ErrOtherUnit, "đây là sổ của đơn vị khác; không gộp", []string{
		"chỉ gộp các bản sao của một sổ", "only copies of one book are merged"}},
	{book.ErrOtherBook, "đây là một sổ khác, hoặc sổ giả: khóa của sổ không giống; không gộp", []string{
		"hỏi đồng chí gửi sổ này: hai bên phải dùng chung một sổ ngay từ đầu, chép từ một tệp",
		"ask who has sent it: both must have begun from one file"}},
	{counts.ErrNotCounts, "đây không phải tệp số liệu", []string{
		"chọn tệp so-lieu-….age mà đơn vị gửi lên", "choose a so-lieu-….age that a unit has sent"}},
	{counts.ErrNoMatch, "tệp số liệu niêm phong cho khóa khác", []string{
		"thử khóa khác; có thể dùng nhiều -i", "try another identity; -i may be given several times"}},
	{counts.ErrDamaged, "tệp số liệu bị hỏng hoặc có chỗ không đúng", []string{
		"nhờ đơn vị làm lại tệp", "have the unit make it again"}},
	{counts.ErrNewer, "tệp số liệu của bản tipbox mới hơn", []string{
		"dùng bản tipbox mới hơn", "use a newer tipbox"}},
	{counts.ErrFuture, "tệp số liệu ghi ngày trong tương lai", []string{
		"xem lại đồng hồ máy này và máy của đơn vị gửi", "look at the clocks of this PC and of the unit's"}},
	{open.ErrNoMatch, "tin này niêm phong cho khóa khác", []string{
		"thử khóa cũ hoặc khóa của đồng chí khác; có thể dùng nhiều -i. Nếu không khóa nào mở được: có thể là tin của đơn vị khác, hoặc tệp rác, vì ai cũng gửi được một tệp như vậy",
		"try an older identity or a colleague's; -i may be given several times. What no key opens may be another unit's tip, or junk: anyone can send such a file"}},
	{open.ErrTruncated, "tệp bị cắt cụt, tải về chưa hết", []string{
		"tải lại tệp từ hộp thư",
		"download the file from the mailbox again"}},
	{open.ErrCorrupted, "tệp bị hỏng hoặc đã bị sửa", []string{
		"tải lại tệp từ hộp thư; nếu vẫn lỗi, báo người quản trị hòm thư",
		"download the file again; if it stays damaged, tell whoever runs the tip box"}},
	{open.ErrLocked, "tệp khóa bằng mật khẩu: có lẽ là tệp khóa, không phải tin", []string{
		"đặt tệp khóa sau -i, tệp tin ở cuối",
		"the identity file goes after -i, the tip last"}},
	{open.ErrTooLarge, "tệp quá lớn, không thể là một tin", []string{
		"chọn tệp TB-….age đính kèm trong thư",
		"choose the TB-….age that was attached to the mail"}},
	{unwrap.ErrEmpty, "tệp rỗng, tải về chưa xong", []string{
		"tải lại tệp từ hộp thư",
		"download the file from the mailbox again"}},
	{unwrap.ErrZipLocked, "đây là tệp nén zip có mật khẩu", []string{
		"giải nén bằng mật khẩu của nó, rồi mở tệp TB-….age hoặc thư bên trong",
		"unpack it with its password, then open the TB-….age or the mails in it"}},
	{unwrap.ErrArchive, "đây là tệp nén (rar, 7z, gz…), tipbox không giải nén được", []string{
		"giải nén trước, rồi mở tệp TB-….age hoặc thư bên trong",
		"unpack it first, then open the TB-….age or the mails in it"}},
	{unwrap.ErrEncrypted, "thư này mã hóa cho một người (S/MIME)", []string{
		"mở thư trong chương trình thư của người nhận, lưu tệp đính kèm TB-….age rồi mở tệp đó",
		"open the mail in its recipient's mail program, save the attachment TB-….age and open that"}},
	{unwrap.ErrPGP, "thư này mã hóa hoặc ký bằng PGP", []string{
		"mở thư bằng chương trình có khóa PGP (như Thunderbird), lưu tệp đính kèm TB-….age rồi mở tệp đó",
		"open the mail in a program that has the PGP key (such as Thunderbird), save the attachment TB-….age and open that"}},
	{unwrap.ErrYEnc, "tệp đính kèm trong thư viết theo kiểu yEnc", []string{
		"mở thư bằng chương trình đọc được yEnc, lưu tệp đính kèm TB-….age; hoặc nhờ gửi lại: tipbox spool resend MÃ-TIN",
		"save the attachment with a program that reads yEnc, or have it sent again: tipbox spool resend ID"}},
	{unwrap.ErrPartial, "đây chỉ là một mảnh của thư bị chia nhỏ", []string{
		"trong chương trình thư, ghép các mảnh lại thành một thư, hoặc nhờ gửi lại: tipbox spool resend MÃ-TIN",
		"let the mail program join the pieces, or have it sent again: tipbox spool resend ID"}},
	{unwrap.ErrNewAge, "tệp niêm phong theo định dạng age mới hơn", []string{
		"dùng bản tipbox mới hơn",
		"use a newer tipbox"}},
	{unwrap.ErrZip, "tệp nén zip này không có tin nào bên trong", []string{
		"chọn tệp TB-….age hoặc thư .eml",
		"choose a TB-….age file or an .eml mail"}},
	{unwrap.ErrWebPage, "đây là một trang web đã lưu", []string{
		"trong hộp thư, bấm tải tệp đính kèm TB-….age, đừng lưu cả trang",
		"download the attachment TB-….age from the mail; do not save the page"}},
	{unwrap.ErrOutlook, "đây là tệp của Outlook (.msg, .pst)", []string{
		"mở thư trong Outlook, lưu tệp đính kèm TB-….age rồi mở tệp đó",
		"open the mail in Outlook, save its attachment TB-….age and open that"}},
	{unwrap.ErrIdentity, "đây là tệp khóa, không phải tin", []string{
		"đặt tệp khóa sau -i, tệp tin ở cuối; đừng gửi tệp khóa cho ai",
		"the identity file goes after -i, the tip last; send the identity to nobody"}},
	{unwrap.ErrRecipients, "đây là tệp khóa công khai, không phải tin", []string{
		"chọn tệp TB-….age đính kèm trong thư",
		"choose the TB-….age that was attached to the mail"}},
	{unwrap.ErrNoTip, "thư này không kèm tin nào", []string{
		"chọn thư có tệp đính kèm TB-….age",
		"choose a mail that has an attachment TB-….age"}},
	{unwrap.ErrOurs, "đây là tệp do tipbox open ghi ra (sổ tin hoặc tin đã mở)", []string{
		"chọn tệp TB-….age hoặc thư .eml",
		"choose a TB-….age file or an .eml mail"}},
	{open.ErrNotFile, "đây là liên kết hoặc thiết bị, không phải tệp", []string{
		"chép tệp thật vào thư mục rồi mở lại",
		"copy the file itself into the folder and open it again"}},
	{unwrap.ErrNotSealed, "đây không phải tin đã niêm phong, cũng không phải thư", []string{
		"chọn tệp TB-….age hoặc thư .eml",
		"choose a TB-….age file or an .eml mail"}},
	{keys.ErrNotLocked, "tệp khóa không có mật khẩu, không được in ra giấy", []string{
		"khóa tệp bằng mật khẩu trước: age -p -a -o KHOA-MOI KHOA-CU",
		"lock it with a passphrase first: age -p -a -o NEW OLD"}},
	{paper.ErrTooLarge, "tệp khóa quá lớn, không in lên một tờ giấy được", []string{
		"mỗi tệp chỉ nên có một khóa", "keep one key in a file"}},
	{paper.ErrNoCode, "không đọc được mã nào trong ảnh", []string{
		"chụp lại thẳng, đủ sáng, thấy rõ cả hai mã; hoặc gõ các dòng chữ vào một tệp .txt rồi thêm --restore TEP.txt",
		"take the picture again, straight and bright, or type the lines into a text file and add --restore FILE.txt"}},
	{paper.ErrNoLine, "tệp chữ này không có dòng nào của tờ sao khóa", []string{
		"gõ từng dòng kể cả số dòng, ví dụ: 01/17 ABCD EFGH …",
		"type the lines with their numbers, such as: 01/17 ABCD EFGH …"}},
	{paper.ErrVietnamese, "gõ sai các dòng sau, có chữ mang dấu", []string{
		"tắt bộ gõ tiếng Việt rồi gõ lại các dòng đó",
		"switch the Vietnamese input method off and type these lines again"}},
	{paper.ErrTwoSheets, "ảnh và chữ là của hai tờ khác nhau", []string{
		"chỉ đưa ảnh và chữ của một tờ", "give pictures and text of one sheet only"}},
	{paper.ErrWrongSum, "mã kiểm tra của tờ không khớp, có lẽ lẫn hai tờ", []string{
		"chỉ đưa ảnh và chữ của một tờ, rồi thử lại", "give pictures and text of one sheet only, and try again"}},
	{scan.ErrEmptyPDF, "tệp PDF này không có trang quét nào", []string{
		"in ra rồi chụp hoặc quét thành ảnh JPEG, PNG; hoặc chép các dòng chữ trong đó vào một tệp .txt",
		"print it and photograph or scan the page, or copy its lines of letters into a text file"}},
	{scan.ErrTooBig, "ảnh quá lớn", []string{
		"quét lại ở 300 dpi", "scan again at 300 dpi"}},
	{scan.ErrDamaged, "ảnh hỏng, không đọc được gì", []string{
		"chép lại ảnh bằng dây cáp, hoặc chụp lại", "copy the picture again by cable, or take it again"}},
	{scan.ErrNotPicture, "tệp này không phải ảnh cũng không phải chữ", []string{
		"lưu ảnh dạng JPEG hoặc PNG", "save the picture as JPEG or PNG"}},
	{fs.ErrNotExist, "không tìm thấy tệp", []string{
		"kiểm tra lại tên và thư mục",
		"check the name and the folder"}},
}

// Advise returns err with its sentence in Vietnamese before it and what to do
// as hints, where there is advice for it.
func Advise(err error) error {
	var plugin *keys.PluginError
	if errors.As(err, &plugin) && plugin.Missing {
		return terminal.Hint(fmt.Errorf("thiếu chương trình của khóa / %w", err),
			fmt.Sprintf("cài age-plugin-%s rồi thử lại", plugin.Name),
			fmt.Sprintf("install age-plugin-%s so that it is found in PATH", plugin.Name))
	}
	var unsupported *scan.UnsupportedError
	if errors.As(err, &unsupported) {
		w := unread.Of(unsupported.Kind)
		return terminal.Hint(fmt.Errorf("%s / %w", w.What, err), w.Do, w.DoEn)
	}
	var bounce *unwrap.BounceError
	if errors.As(err, &bounce) {
		return terminal.Hint(fmt.Errorf("máy chủ thư báo không giao được thư, và đã bỏ tin ra khỏi thư báo / %w", err),
			"tin còn ở máy chủ hòm thư vài ngày; nhờ người quản trị gửi lại ngay: tipbox spool resend "+string(bounce.ID),
			"the box keeps the tip for some days: have whoever runs it send it again now: tipbox spool resend "+string(bounce.ID))
	}
	var typo *paper.TypoError
	if errors.As(err, &typo) && !errors.Is(err, paper.ErrVietnamese) {
		return terminal.Hint(fmt.Errorf("gõ sai / %w", err),
			"so lại từng chữ của các dòng đó với tờ giấy, cả nhóm cuối", "compare these lines with the sheet letter by letter, the last group too")
	}
	var missing *paper.MissingError
	if errors.As(err, &missing) {
		return terminal.Hint(fmt.Errorf("chưa đọc đủ tờ giấy / %w", err),
			"thêm ảnh rõ hơn bằng một --restore nữa, hoặc gõ các dòng đó vào một tệp .txt rồi thêm --restore TEP.txt",
			"add a clearer picture with one more --restore, or type these lines into a text file and add --restore FILE.txt")
	}
	for _, a := range advice {
		if errors.Is(err, a.err) {
			return terminal.Hint(fmt.Errorf("%s / %w", a.text, err), a.hint...)
		}
	}
	return err
}
