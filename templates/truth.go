package templates

import (
	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

func (t *Truth) draw(p *Pages) g.Node {
	l := t.Locale
	return p.sheet(&t.Page, l.Truth+" · "+l.Box, line("name", l.Box),
		h.Main(h.Class("in"),
			done(l.TruthSent, para(l.TruthArrived), para(l.ThanksOpen), para(l.ThanksNoReply), para(l.TruthUnsent), t.call(l.Call)),
			traces(l, t.Host),
			h.H2(g.Text(l.Truth)),
			h.Ul(items(l.TruthKept, l.TruthWords, l.TruthPhoto, l.TruthSeen, fill(l.TruthZalo, "address", t.Host), l.TruthNetwork,
				l.TruthPhone, l.TruthTyping)),
			t.replies(),
		),
	)
}

// done heads a page that a sender sees once a tip is safe.
func done(title string, says ...g.Node) g.Node {
	return h.Div(h.Class("done"),
		drawing("0 0 48 48", g.El("circle", g.Attr("cx", "24"), g.Attr("cy", "24"), g.Attr("r", "22")), outline("M13 25l8 8 15-17")),
		h.H1(g.Text(title)),
		g.Group(says),
	)
}

// traces says how to clear what a browser keeps of the host.
func traces(l *Locale, host string) g.Node {
	return g.Group{
		h.H2(g.Text(l.Traces)),
		h.Ol(items(fill(l.TracesHistory, "host", host), l.TracesPhotos, l.TracesZalo, l.TracesClose)),
	}
}
