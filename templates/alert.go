package templates

import (
	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

// Alert is the page behind an alert's link, with the one button by which an officer
// says "I know". It is the same for every alert, and speaks like our mails to
// officers: Vietnamese, then English, whatever languages villagers are offered.
type Alert struct {
	Action string // path that the button posts to
	Done   bool   // it was pressed
}

// officers is the language of the page.
var officers = &Page{Locale: &Locale{Tag: "vi", Dir: "ltr"}}

// Lang returns the language of the page.
func (*Alert) Lang() string { return officers.Locale.Tag }

// Private reports false: nobody types anything.
func (*Alert) Private() bool { return false }

func (a *Alert) draw(p *Pages) g.Node {
	english := func(text string) g.Node { return h.P(h.Lang("en"), h.Class("hint"), g.Text(text)) }
	const name = "Hòm thư"
	if a.Done {
		return p.sheet(officers, "Đã ghi · "+name, line("name", name), h.Main(h.Class("in"),
			done("Đã ghi: có người biết",
				para("Hòm thư thôi gọi. Xin mở hộp thư điện tử của đơn vị: tin nằm trong thư có chữ KHẨN."),
				english("Noted: the tip box stops calling. Please open the unit’s mail: the tip is in a message marked KHẨN.")),
		))
	}
	return p.sheet(officers, "Tin KHẨN · "+name, line("name", name), h.Main(h.Class("in"),
		h.H1(g.Text("Hòm thư có tin KHẨN")),
		para("Anh/chị mở hộp thư điện tử của đơn vị ngay bây giờ thì bấm nút này. Chưa ai bấm thì hòm thư còn gọi, rồi gọi người khác."),
		english("The tip box has an URGENT tip. Press the button when you are opening the unit’s mail now. Until someone does, it goes on calling, and then calls others."),
		h.Form(h.Class("field"), h.Method("post"), h.Action(ours(a.Action)), h.AutoComplete("off"),
			h.Button(h.Type("submit"), h.Span(g.Text("Tôi đã biết "), h.Span(h.Lang("en"), g.Text("/ I know"))))),
		h.P(h.Class("hint"), g.Text("Lời gọi có chữ THỬ thì không có tin nào: chỉ là thử chuông.")),
	))
}
