package templates

import (
	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

func (t *Thanks) draw(p *Pages) g.Node {
	l := t.Locale
	var call g.Node
	if t.Delivery == "urgent" {
		call = t.call(l.Call)
	}
	return p.sheet(&t.Page, l.Thanks+" · "+l.Box, line("name", l.Box),
		h.Main(h.Class("in"),
			h.Div(h.Class("done"),
				drawing("0 0 48 48", g.El("circle", g.Attr("cx", "24"), g.Attr("cy", "24"), g.Attr("r", "22")), outline("M13 25l8 8 15-17")),
				h.H1(g.Text(l.Thanks)),
				para(t.text()),
				para(l.ThanksOpen),
				para(l.ThanksNoReply),
				call,
			),
			h.H2(g.Text(l.Traces)),
			h.Ol(items(l.TracesClose, fill(l.TracesHistory, "host", t.Host), l.TracesPhotos)),
			button(t.Again, l.Another),
		),
	)
}

// button is a link that looks like one.
func button(path, text string) g.Node {
	return h.A(h.Class("button"), h.Href(ours(path)), g.Text(text))
}
