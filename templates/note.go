package templates

import (
	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

func (n *Note) draw(p *Pages) g.Node {
	l := n.Locale
	var code, open, back g.Node
	if n.asksCode() {
		code = n.codeBox()
	}
	if n.Open != "" {
		open = button(n.Open, l.OpenForm)
	}
	if n.Given != "" {
		back = h.Div(h.Class("field"),
			h.Label(h.Class("head"), h.For("given"), g.Text(l.GivenBack)),
			h.Textarea(h.ID("given"), h.Rows("6"), h.ReadOnly(), unsaved(), unspelled(), given(n.Given)))
	}
	return p.sheet(&n.Page, n.title()+" · "+l.Box, line("name", l.Box),
		h.Main(h.Class("in"),
			h.H1(g.Text(n.title())),
			para(n.text()),
			n.others(),
			code, open, back,
			n.call(l.CannotWait),
			n.truth(n.truthButton()),
		),
	)
}

// others leads to what is open in the place of what was asked for.
func (n *Note) others() g.Node {
	if len(n.Others) == 0 {
		return nil
	}
	return g.Group{line("head", n.Locale.WithdrawnOthers), h.Ul(h.Class("others"), g.Map(n.Others, func(p Place) g.Node {
		return h.Li(h.A(h.Href(ours(p.Path)), g.Text(p.Name)))
	}))}
}

// codeBox is where a site's code is typed.
func (n *Note) codeBox() g.Node {
	l := n.Locale
	var lang g.Node
	if n.Chosen {
		lang = h.Input(h.Type("hidden"), h.Name("l"), h.Value(l.Tag))
	}
	return h.Form(h.Action("/t"), h.AutoComplete("off"), h.Class("code"),
		h.Label(h.For("code"), g.Text(l.CodeLabel)),
		h.P(
			h.Input(h.Type("text"), h.ID("code"), h.Name("code"), h.Value(n.Code), g.Attr("autocapitalize", "none"), unsaved(), unspelled()),
			h.Button(h.Type("submit"), g.Text(l.CodeOpen)),
		),
		lang,
	)
}
