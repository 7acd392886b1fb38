package paper

import (
	"fmt"
	"io"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/text/unicode/norm"

	"tipbox/qr"
	"tipbox/templates/fonts"
)

// Sheet is what stands on a sheet of paper.
type Sheet struct {
	Locked      []byte    // the identity file without armor
	Label       string    // whose key it is, may be ""
	Fingerprint string    // of the key
	Kind        string    // of the key
	Day         time.Time // on which the sheet is made
}

// Lengths in millimetres, sizes of type in points.
const (
	pageWidth, pageHeight = 210, 297
	margin                = 15.0
	inner                 = pageWidth - 2*margin
	codeSide              = 84.0 // with the quiet zone
	lineHeight            = 4.7
)

type rgb struct{ r, g, b int }

var (
	ink    = rgb{28, 32, 36}
	pale   = rgb{92, 98, 104}
	accent = rgb{122, 24, 28}
	tint   = rgb{250, 243, 238}
	white  = rgb{255, 255, 255}
)

// WritePDF writes the sheet as a PDF in A4, Vietnamese first. The same sheet
// gives the same picture. It returns ErrTooLarge.
func (s *Sheet) WritePDF(w io.Writer) error {
	lines, err := split(s.Locked)
	if err != nil {
		return err
	}
	p := newPage(s)
	p.head(s)
	p.advice()
	if err := p.codes(lines); err != nil {
		return err
	}
	p.lines(lines)
	p.foot()
	if err := p.Output(w); err != nil {
		return fmt.Errorf("making the PDF: %w", err)
	}
	return nil
}

// page is the PDF and how far down it is filled.
type page struct {
	*fpdf.Fpdf
	y    float64
	kind string // of the key, told at the foot: it says nothing to an officer
}

func newPage(s *Sheet) *page {
	d := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: pageWidth, Ht: pageHeight}})
	d.SetCatalogSort(true)
	d.SetCreationDate(s.Day)
	d.SetModificationDate(s.Day)
	d.SetProducer("tipbox", true)
	d.SetTitle("Bản sao tệp khóa trên giấy", true)
	d.SetLang("vi")
	d.SetAutoPageBreak(false, 0)
	d.SetMargins(margin, margin, margin)
	d.SetCellMargin(0)
	d.AddUTF8FontFromBytes("sans", "", fonts.Load(false)[0].Data)
	d.AddUTF8FontFromBytes("sans", "B", fonts.Load(true)[0].Data)
	d.AddPage()
	return &page{Fpdf: d, kind: s.Kind}
}

func (p *page) font(style string, size float64, c rgb) {
	p.SetFont("sans", style, size)
	p.SetTextColor(c.r, c.g, c.b)
}

// put writes one line with its baseline at y.
func (p *page) put(x, y float64, text string) { p.Text(x, y, norm.NFC.String(text)) }

// fit is put for words of any length: they get smaller where they have to.
func (p *page) fit(x, y, width, size float64, style, text string, c rgb) {
	for p.font(style, size, c); p.GetStringWidth(norm.NFC.String(text)) > width && size > 5; {
		size -= 0.25
		p.font(style, size, c)
	}
	p.put(x, y, text)
}

// paragraph writes wrapped text from y down and returns where it ends.
func (p *page) paragraph(x, y, width, leading float64, text string) float64 {
	p.SetXY(x, y)
	p.MultiCell(width, leading, norm.NFC.String(text), "", "L", false)
	return p.GetY()
}

func (p *page) box(x, y, w, h float64, c rgb) {
	p.SetFillColor(c.r, c.g, c.b)
	p.Rect(x, y, w, h, "F")
}

func (p *page) head(s *Sheet) {
	p.box(0, 0, pageWidth, 27, accent)
	p.font("B", 22, white)
	p.put(margin, 13, "Bản sao tệp khóa hòm thư")
	p.font("", 9.5, white)
	p.put(margin, 20.5, "Ai có tờ này và mật khẩu là đọc được mọi tin: không để chung một chỗ, không photocopy.")
	p.font("", 7.5, white)
	p.put(margin, 24.6, "Paper backup of a key file. Who has this sheet and the passphrase reads every tip: keep them apart, make no copies.")

	label := s.Label
	if label == "" {
		label = "…………………………………………"
	}
	column := func(x, width float64, vi, en, value string) {
		p.font("", 7.5, pale)
		p.put(x, 33.5, vi+" / "+en)
		p.fit(x, 39.5, width, 12, "B", value, ink)
	}
	column(margin, 66, "Khóa của", "key of", label)
	column(margin+70, 70, "Vân tay khóa", "fingerprint", s.Fingerprint)
	column(margin+144, 36, "Lập ngày", "made", s.Day.Format("02/01/2006"))
	p.y = 44
}

// advice writes the three cards: what this is, where to keep it, how to use it.
func (p *page) advice() {
	cards := []struct {
		width        float64
		vi, body, en string
	}{
		{46, "Tờ này là gì",
			"Tệp khóa để mở tin, đã khóa bằng mật khẩu, in ra giấy. Dùng khi mất hoặc hỏng máy tính, USB giữ tệp khóa.",
			"The key file that opens tips, locked with its passphrase. For the day the PC or USB stick that holds it is lost or broken."},
		{46, "Cất ở đâu",
			"Trong phong bì dán kín, trong két. Mật khẩu nhớ trong đầu, không viết lên tờ này: quên mật khẩu thì tờ này vô dụng.",
			"In a sealed envelope, in a safe. Keep the passphrase in your head, never on this sheet: without it the sheet is useless."},
		{80, "Khi cần khôi phục",
			"1. Chụp rõ cả tờ, chép ảnh sang máy bằng dây cáp, không gửi qua Zalo hay thư.\n2. Mở doc-tin.html, bấm “Chìa khóa”, “Khôi phục từ giấy”, chọn ảnh. Hoặc: tipbox keygen --restore ANH.jpg -o khoa-moi\n3. Xong thì xóa ảnh. Mật khẩu vẫn như cũ.",
			"Photograph or scan the sheet, copy it over by cable, never by chat or mail; doc-tin.html: Keys, Restore from paper; or tipbox keygen --restore PHOTO -o FILE; delete the picture."},
	}
	const height, pad = 43.0, 3.0
	x := margin
	for _, c := range cards {
		width := c.width
		p.box(x, p.y, width, height, tint)
		p.box(x, p.y, width, 0.8, accent)
		p.font("B", 11, accent)
		p.put(x+pad, p.y+6.8, c.vi)
		p.font("", 8.8, ink)
		end := p.paragraph(x+pad, p.y+9, width-2*pad, 4.1, c.body)
		p.font("", 6.8, pale)
		p.paragraph(x+pad, end+1, width-2*pad, 3, c.en)
		x += width + 4
	}
	p.y += height + 4
}

// codes draws the QR codes, two a row.
func (p *page) codes(lines [][]byte) error {
	list := codes(len(lines))
	for i, c := range list {
		symbol, err := qr.New(c.text(lines))
		if err != nil {
			return err
		}
		x := margin + float64(i%2)*(inner-codeSide)
		p.symbol(x, p.y, codeSide, symbol)
		p.font("B", 10, ink)
		p.put(x+1, p.y+codeSide+4.6, fmt.Sprintf("Mã %d/%d", i+1, len(list)))
		p.font("", 7.5, pale)
		p.put(x+18, p.y+codeSide+4.6, fmt.Sprintf("dòng / lines %02d–%02d", c.first, c.last))
		if i%2 == 1 || i == len(list)-1 {
			p.y += codeSide + 9
		}
	}
	return nil
}

// symbol fills the dark modules as one path, so that no viewer shows hairlines
// between them.
func (p *page) symbol(x, y, side float64, s *qr.Symbol) {
	p.SetDrawColor(205, 200, 195)
	p.SetLineWidth(0.2)
	p.Rect(x, y, side, side, "D")
	module := side / float64(s.Size()+2*qr.QuietZone)
	at := func(c qr.Point) (float64, float64) {
		return x + float64(c.X+qr.QuietZone)*module, y + float64(c.Y+qr.QuietZone)*module
	}
	for _, polygon := range s.Outline() {
		for i, corner := range polygon {
			if px, py := at(corner); i == 0 {
				p.MoveTo(px, py)
			} else {
				p.LineTo(px, py)
			}
		}
		p.ClosePath()
	}
	p.SetFillColor(0, 0, 0)
	p.DrawPath("F")
}

// lines writes what is to be typed where no code can be read, on a page of its
// own where this one has no room.
func (p *page) lines(lines [][]byte) {
	if need := 18 + float64(len(lines))*lineHeight + footHeight; p.y+need > pageHeight {
		p.foot()
		p.AddPage()
		p.y = margin
	}
	p.font("B", 11, accent)
	p.put(margin, p.y+4, "Nếu không quét được mã nào: gõ các dòng của mã đó")
	p.font("", 8, ink)
	end := p.paragraph(margin, p.y+5.6, inner, 3.7, "Tắt bộ gõ tiếng Việt, gõ từng dòng kể cả số dòng: vào trang “Khôi phục từ giấy”, hoặc vào Notepad, lưu thành TEP.txt, thêm --restore TEP.txt vào lệnh trên. "+
		"Chỉ có chữ A–Z và số 2–7; gõ sai dòng nào, máy báo dòng đó.")
	p.font("", 6.8, pale)
	p.y = p.paragraph(margin, end+0.3, inner, 3, "If a code cannot be read, type its lines, numbers included, into a text file and add --restore FILE.txt. Only A–Z and 2–7; a mistyped line is told by its number.") + 1.5
	const labelWidth = 17.0
	step := (inner - labelWidth) / (lineSize*8/5/groupSize + 1)
	for i, line := range lines {
		if i%2 == 0 {
			p.box(margin, p.y, inner, lineHeight, tint)
		}
		label, groups := typed(i+1, len(lines), line)
		base := p.y + lineHeight*0.76
		p.font("", 9, pale)
		p.put(margin+1.5, base, label)
		for j, g := range groups {
			if p.font("B", 10.5, ink); j == len(groups)-1 {
				p.font("", 10.5, accent) // the check
			}
			for k, letter := range g { // in cells of their own: no letter is lost among its neighbours
				cell := step * 0.76 / groupSize
				x := margin + labelWidth + float64(j)*step + float64(k)*cell
				p.put(x+(cell-p.GetStringWidth(string(letter)))/2, base, string(letter))
			}
		}
		p.y += lineHeight
	}
}

// rescue are the steps that need no tipbox, for whoever finds the sheet in ten
// years: a shell, coreutils and age.
var rescue = fmt.Sprintf("s=$(tr -dc A-Z2-7 <sheet.txt); while [ $((${#s} %% 8)) -ne 0 ]; do s=$s=; done; echo $s | base32 -d | head -c -%d >key.age; age -d key.age", sumSize)

// footHeight is what the foot takes of a page.
const footHeight = 15

func (p *page) foot() {
	const size, leading = 6.2, 2.7
	y := pageHeight - 7 - 2*leading
	p.font("", size, pale)
	p.put(margin, y, "Without tipbox: type the lines, without their numbers and last groups, into sheet.txt (or what the codes say after the last colon); then in a shell:")
	p.fit(margin, y+leading, inner, 7, "", rescue, ink)
	p.font("", size, pale)
	p.put(margin, y+2*leading, "Base32 (RFC 4648), its = signs added; the last "+fmt.Sprint(sumSize)+
		" bytes are a checksum; the rest is a file of age-encryption.org/v1 that holds the key. Format "+codePrefix+", "+p.kind+".")
}
