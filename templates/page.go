package templates

import (
	"fmt"
	"regexp"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"tipbox/templates/pictograms"
)

// sheet is what all pages have, around the heading and what is below it.
func (p *Pages) sheet(v *Page, title string, heading g.Node, body ...g.Node) g.Node {
	return v.styled(p.style, title, heading, body...)
}

// styled is sheet in a style.
func (v *Page) styled(style embedded, title string, heading g.Node, body ...g.Node) g.Node {
	return h.Doctype(h.HTML(h.Lang(v.Locale.Tag), h.Dir(v.Locale.Dir),
		h.Head(
			h.Meta(h.Charset("utf-8")),
			h.Meta(h.Name("viewport"), h.Content("width=device-width,initial-scale=1")),
			h.Meta(h.Name("color-scheme"), h.Content("light dark")),
			h.Meta(h.Name("format-detection"), h.Content("telephone=no")),
			h.Link(h.Rel("icon"), h.Href("data:,")),
			h.StyleEl(asIs(style)),
			h.TitleEl(g.Text(title)),
		),
		h.Body(
			h.Header(h.Div(h.Class("in"), v.switcher(), line("unit", v.Unit), heading)),
			g.Group(body),
		),
	))
}

// embedded is the text of a file in this binary.
type embedded string

// asIs is the one place where text becomes markup without being escaped. What
// comes from a request, from the configuration or from a locale may never get
// here: it is no markup, and it has no business in a style or a script.
func asIs(file embedded) g.Node {
	return g.Raw(string(file)) //nolint:forbidigo // our own file
}

// switcher leads to the page in its other languages.
func (v *Page) switcher() g.Node {
	if len(v.Languages) < 2 {
		return nil
	}
	return h.Nav(h.Aria("label", v.Locale.Choose), g.Map(v.Languages, func(to Link) g.Node {
		if to.Current {
			return nil
		}
		return h.A(h.Lang(to.Tag), g.Attr("hreflang", to.Tag), h.Href(ours(to.Href)), g.Text(to.Name))
	}))
}

// truth leads to the page that says how far secrecy goes. It is a form, and no
// link: in its history Chromium notes that a page was reached by a form, as that
// one is by those who have sent. Its button may stand elsewhere.
func (v *Page) truth(button ...g.Node) g.Node {
	if v.Truth == "" {
		return nil
	}
	return g.Group{v.leading("k", v.Truth, button...), v.replies(), v.board()}
}

// replies leads to the page on which they are read, likewise.
func (v *Page) replies() g.Node {
	if v.Replies == "" {
		return nil
	}
	return v.leading("to-replies", v.Replies, h.Button(h.Class("truth"), g.Text(v.Locale.RepliesMore)))
}

// board leads to what the unit tells its village.
func (v *Page) board() g.Node {
	if v.Board == "" {
		return nil
	}
	return v.leading("to-board", v.Board, h.Button(h.Class("truth"), g.Text(v.Locale.BoardTitle)))
}

// leading is the form of a button that leads elsewhere.
func (v *Page) leading(id, path string, button ...g.Node) g.Node {
	return h.Form(h.ID(id), h.Action(ours(path)), h.AutoComplete("off"),
		h.Input(h.Type("hidden"), h.Name("l"), h.Value(v.Locale.Tag)),
		g.Group(button))
}

// truthButton leads there. It does not say its type, by which the scripts know Send.
func (v *Page) truthButton() g.Node {
	if v.Truth == "" {
		return nil
	}
	return h.Button(h.Class("truth"), g.Attr("form", "k"), g.Text(v.Locale.TruthMore))
}

// line is a short paragraph, or nothing where there is nothing to say.
func line(class, text string) g.Node {
	if text == "" {
		return nil
	}
	return h.P(h.Class(class), g.Text(text))
}

// para is a paragraph.
func para(text string) g.Node { return h.P(g.Text(text)) }

// given is what somebody typed, in a textarea: browsers drop its first line feed.
func given(text string) g.Node { return g.Text("\n" + text) }

// call says whom to call, after a text that says when.
func (v *Page) call(when string) g.Node { return calling(when, v.Phone, v.Locale.Unit) }

// calling is the same with a number, "" for none, of whoever has it.
func calling(when, phone, whose string) g.Node {
	numbers := g.Group{tel("113")}
	if phone != "" {
		numbers = append(numbers, g.Text(" "), tel(phone, h.Aria("label", whose+" "+phone)))
	}
	return h.P(h.Class("call"), g.Text(when+" "), h.Span(numbers))
}

func tel(number string, more ...g.Node) g.Node {
	return h.A(h.Href("tel:"+dial(number)), g.Group(more), icon("call"), g.Text(number))
}

// dial returns the number of a tel: link (RFC 3966) for a number as people write it.
func dial(phone string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, phone)
}

// ourPath is a path with or without a query, in the characters of RFC 3986. It
// does not begin with //, which leads to another host, nor is there a \, which
// browsers take for /.
var ourPath = regexp.MustCompile(`^/([\w.~!$&'()*+,;=:@%?-][\w.~!$&'()*+,;=:@%?/-]*)?$`)

// ours returns the path if it leads to a page of ours, else "#", which leads
// nowhere. Escaping alone does not keep javascript: and //elsewhere out of a link.
func ours(path string) string {
	if !ourPath.MatchString(path) {
		return "#"
	}
	return path
}

// icon is a pictogram, hidden from screen readers: the words stand beside it.
func icon(name string) g.Node {
	var shapes g.Group
	for _, part := range pictograms.Parts(name) {
		switch {
		case part.Paper: // what is cut out is not missed so small, on a ground that changes
		case part.Width > 0:
			shapes = append(shapes, g.El("path", g.Attr("d", part.Path), g.Attr("stroke-width", fmt.Sprint(part.Width))))
		default:
			shapes = append(shapes, outline(part.Path))
		}
	}
	return drawing(fmt.Sprintf("0 0 %d %[1]d", pictograms.Side), shapes...)
}

func drawing(box string, shapes ...g.Node) g.Node {
	return g.El("svg", g.Attr("viewBox", box), h.Aria("hidden", "true"), g.Attr("focusable", "false"), g.Group(shapes))
}

func outline(d string) g.Node { return g.El("path", g.Attr("d", d)) }
