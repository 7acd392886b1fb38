package templates

import (
	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

func (f *Form) draw(p *Pages) g.Node {
	l, title := f.Locale, f.Locale.Box
	above := f.welcome
	if f.refused() {
		title = l.NotSent + " · " + title
		above = f.refusal
	}
	return p.sheet(&f.Page, title,
		g.Group{h.H1(g.Text(l.Box)), line("site", f.Site)},
		h.Main(h.Class("in"), above(), f.tip(), f.truth()),
		f.scripts(p.early),
	)
}

// welcome is what stands above a fresh form.
func (f *Form) welcome() g.Node {
	l := f.Locale
	var spoken, zalo g.Node
	if f.Spoken != "" {
		spoken = h.P(h.Class("spoken"),
			h.Span(h.ID("spoken"), g.Text(l.Listen)),
			h.Audio(h.Controls(), h.Preload("none"), h.Src(ours(f.Spoken)), h.Aria("labelledby", "spoken")))
	}
	if f.Zalo {
		zalo = line("zalo", l.Zalo)
	}
	return g.Group{spoken, h.P(h.Class("promise"), icon("noface"), h.Span(g.Text(l.Promise))), f.call(l.Call), zalo}
}

// refusal says why the form is given back, and what to do. It takes the focus, so
// that a screen reader begins there.
func (f *Form) refusal() g.Node {
	l := f.Locale
	says := g.Group{h.H2(g.Text(l.NotSent))}
	if f.Notice != "" {
		says = append(says, para(f.noticeText()))
	}
	if len(f.Problems) > 0 {
		says = append(says, para(l.Mend), h.Ul(g.Map(f.Problems, func(p Problem) g.Node {
			return h.Li(h.A(h.Href("#"+p.Field), g.Text(l.Problem(p.Key))))
		})))
	}
	switch {
	case f.MessageCut:
		says = append(says, para(l.TextCut))
	case f.Message != "":
		says = append(says, para(l.TextKept))
	}
	if f.PhotosLost {
		says = append(says, para(l.PhotosAgain))
	}
	class, call := "alert", l.CannotWait
	if f.Notice == Stale { // nothing is wrong but the page's age, and there is nothing to wait for
		class, call = "alert calm", l.Call
	}
	if f.Notice != "" {
		says = append(says, f.call(call))
	}
	return h.Div(h.Class(class), h.Role("alert"), h.TabIndex("-1"), h.AutoFocus(), says)
}

// call names whom to call: of a tip about the unit itself not the unit.
func (f *Form) call(when string) g.Node {
	if f.Oversight && f.To == "oversight" {
		return f.Other.call(&f.Page, when)
	}
	return f.Page.call(when)
}

// tip is what is filled in and sent.
func (f *Form) tip() g.Node {
	l := f.Locale
	var site, to g.Node
	if f.Script != "" {
		site = g.Group{h.Data("site", f.Code), h.Data("site-name", f.SiteName)}
	}
	if f.Oversight {
		ways := f.ways("to", f.audiences())
		if f.Other != nil && f.Other.Phone != "" { // whom the script, too, names to those who choose it
			ways = append(ways, h.P(h.Class("call"), g.Text(l.CallOversight+" "), h.Span(tel(f.Other.Phone))))
		}
		to = f.oneOf("to", l.ToLegend, ways)
	}
	return h.Form(h.ID("tip"), h.Method("post"), h.Action(ours(f.Action)), h.EncType("multipart/form-data"),
		g.Attr("accept-charset", "utf-8"), h.AutoComplete("off"), h.Data("sending", l.Sending), site,
		h.Input(h.Type("hidden"), h.Name("token"), h.Value(f.Token)),
		unkept(),
		f.oneOf("mailbox", l.MailboxLegend, f.cards()),
		f.field("message", h.Label(h.Class("head"), h.For("message"), g.Text(l.MessageLabel)), l.MessageHint,
			h.Textarea(h.ID("message"), h.Name("message"), h.Rows("6"), h.Required(), unsaved(), unspelled(), f.described("message"), given(f.Message))),
		f.more(),
		to,
		f.oneOf("delivery", l.DeliveryLegend, f.ways("delivery", f.deliveries())),
		f.reply(),
		f.photo(), // last: where the line breaks in one, all that was written and chosen has come
		f.kept(),
		h.Button(h.Type("submit"), icon("send"), g.Text(l.Send)),
	)
}

// unkept keeps Chromium from writing what was posted to the disk where the answer is
// no redirect but the form given back: it would keep it for its next start, but not
// from a form that holds a password. So there is one, of a single letter, that is
// never sent, seen, reached, read aloud or offered to be remembered.
func unkept() g.Node {
	return h.Input(h.Type("password"), h.Value("x"), h.Disabled(), g.Attr("hidden"), h.AutoComplete("one-time-code"))
}

// more is place and time, folded away.
func (f *Form) more() g.Node {
	l := f.Locale
	return h.Details(g.If(f.moreOpen(), g.Attr("open")),
		h.Summary(g.Text(l.More)),
		f.short("place", l.PlaceLabel, l.PlaceHint, f.Place),
		f.short("time", l.TimeLabel, l.TimeHint, f.Time))
}

// short is a box of one line. It is no input: there the keyboard's Enter would
// send the tip, before its photos, its receiver and its delivery are chosen.
func (f *Form) short(name, label, hint, typed string) g.Node {
	return f.field(name, h.Label(h.For(name), g.Text(label)), hint,
		h.Textarea(h.ID(name), h.Name(name), h.Rows("1"), unsaved(), unspelled(), f.described(name), given(typed)))
}

// unsaved keeps what is typed from the session that Firefox writes to the disk every
// few seconds. It asks the box itself, and not its form.
func unsaved() g.Node { return h.AutoComplete("off") }

// unspelled keeps what is typed from the browsers that have its spelling checked
// by a server of their maker.
func unspelled() g.Node { return g.Attr("spellcheck", "false") }

// reply is a code to be copied before the tip is sent, for where no script runs: one
// that does takes it away and shows another once the tip is safe. The box and the
// label stand beside the code, for the style shows it once the box is ticked.
func (f *Form) reply() g.Node {
	if f.Receipt == "" {
		return nil
	}
	l := f.Locale
	return h.FieldSet(h.Data("field", "reply"), h.Class("way"),
		h.Input(h.Type("checkbox"), h.ID("reply"), h.Name("reply"), h.Value("yes"), unsaved(), h.Aria("describedby", "reply-hint"), g.If(f.WantsReply, h.Checked())),
		h.Label(h.Class("box"), h.For("reply"), h.Span(h.B(g.Text(l.ReplyTick)), h.Small(h.ID("reply-hint"), g.Text(l.ReplyTickHint)))),
		h.Div(h.Class("ticked"),
			h.P(h.Class("digits"), h.Span(g.Text(f.ReceiptRows[0])), h.Span(g.Text(f.ReceiptRows[1]))),
			para(l.ReplyCopy), para(l.ReplyLost), line("hint", l.ReplyTickKnown)),
		h.Input(h.Type("hidden"), h.Name("code"), h.Value(f.Receipt)),
	)
}

func (f *Form) photo() g.Node {
	l := f.Locale
	var again g.Node
	if f.PhotosLost {
		again = line("err", l.PhotosAgain)
	}
	return f.field("photo", h.Label(h.Class("head"), h.For("photo"), g.Text(l.PhotoLabel)), l.PhotoHint,
		again,
		// Our own words lie on the browser's button, which speaks the phone's language.
		h.Div(h.Class("pick"),
			h.Input(h.Type("file"), h.ID("photo"), h.Name("photo"), h.Accept("image/*"), h.Multiple(), f.described("photo")),
			h.Span(h.Aria("hidden", "true"), icon("camera"), g.Text(l.PhotoPick))))
}

// kept is what is protected and what is not, folded away.
func (f *Form) kept() g.Node {
	l := f.Locale
	return h.Details(
		h.Summary(g.Text(l.Truth)),
		h.Ul(items(l.TruthKept, l.TruthWords, l.TruthPhoto, l.TruthSeen, fill(l.TruthZalo, "address", f.Address), l.TruthNetwork, l.TruthPhone)),
		f.truthButton()) // far from Send: what comes of it begins with thanks
}

func items(texts ...string) g.Node {
	return g.Map(texts, func(text string) g.Node { return h.Li(g.Text(text)) })
}

// scripts are those of a form that seals on the phone.
func (f *Form) scripts(early embedded) g.Node {
	if f.Script == "" {
		return nil
	}
	return g.Group{
		h.Script(asIs(early)),
		h.Script(h.Src(ours(f.Script)), h.Data("keys", ours(f.Keys)), h.Defer()),
	}
}

// field is a box to type into, below its label, its hint and what is wrong with it.
func (f *Form) field(name string, label g.Node, hint string, box ...g.Node) g.Node {
	class := "field"
	if f.problemOf(name) != "" {
		class = "field bad"
	}
	return h.Div(h.Data("field", name), h.Class(class),
		label, h.P(h.Class("hint"), h.ID(name+"-hint"), g.Text(hint)), f.mistake(name), g.Group(box))
}

// described tells a screen reader what stands above a box.
func (f *Form) described(name string) g.Node {
	if f.problemOf(name) == "" {
		return h.Aria("describedby", name+"-hint")
	}
	return g.Group{h.Aria("invalid", "true"), h.Aria("describedby", name+"-bad "+name+"-hint")}
}

// oneOf is several ways below what they are about.
func (f *Form) oneOf(name, legend string, ways g.Group) g.Node {
	var wrong g.Node
	if f.problemOf(name) != "" {
		wrong = g.Group{h.Class("bad"), h.Aria("describedby", name+"-bad")}
	}
	return h.FieldSet(h.Data("field", name), wrong, h.Legend(g.Text(legend)), f.mistake(name), ways)
}

func (f *Form) mistake(name string) g.Node {
	text := f.problemOf(name)
	if text == "" {
		return nil
	}
	return h.P(h.Class("err"), h.ID(name+"-bad"), g.Text(text))
}

// cards are the three mailboxes.
func (f *Form) cards() (cards g.Group) {
	for i, m := range f.mailboxes() {
		cards = append(cards, h.Label(h.Class("card"),
			radio("mailbox", m.value, i, true, f.Mailbox == m.value),
			h.Span(h.Class("box"), icon(m.icon), words(m.title, m.eg))))
	}
	return cards
}

func (f *Form) ways(name string, choices []choice) (ways g.Group) {
	for i, c := range choices {
		ways = append(ways, h.Label(h.Class("way"),
			radio(name, c.value, i, false, c.chosen),
			h.Span(h.Class("box"), words(c.title, c.hint))))
	}
	return ways
}

// radio is the button of choice i. The first has the name as its id, which the
// list of mistakes leads to.
func radio(name, value string, i int, required, chosen bool) g.Node {
	return h.Input(h.Type("radio"), h.Name(name), h.Value(value),
		g.If(required, h.Required()), g.If(i == 0, h.ID(name)), g.If(chosen, h.Checked()))
}

func words(title, more string) g.Node {
	return h.Span(h.B(g.Text(title)), g.If(more != "", h.Small(g.Text(more))))
}
