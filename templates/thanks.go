package templates

import (
	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

func (t *Thanks) draw(p *Pages) g.Node {
	l := t.Locale
	var call g.Node
	switch {
	case t.Delivery != "urgent":
	case t.Oversight:
		call = t.Other.call(&t.Page, l.Call)
	default:
		call = t.call(l.Call)
	}
	return p.sheet(&t.Page, l.Thanks+" · "+l.Box, line("name", l.Box),
		h.Main(h.Class("in"),
			done(l.Thanks, para(t.text()), para(l.ThanksOpen), para(l.ThanksNoReply), call),
			traces(l, t.Host),
			h.P(h.Class("again"), h.A(h.Href(ours(t.Again)), g.Text(l.Another))),
			t.truth(t.truthButton()),
		),
	)
}

// button is a link that looks like one.
func button(path, text string) g.Node {
	return h.A(h.Class("button"), h.Href(ours(path)), g.Text(text))
}
