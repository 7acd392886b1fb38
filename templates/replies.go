package templates

import (
	"strconv"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

// Replies is the page on which a sender reads what a unit answers: it asks for the
// code, and where no script runs shows the replies.
type Replies struct {
	Page
	At           string // base URL that codes are derived with
	Script, Data string // paths of the script and of what it says; "" for none
	Host         string // as the browser's history shows it

	Typed   string // the code as it was typed, given back
	Problem string // key of what is wrong with it: problem_KEY in the locales
	Later   bool   // nothing could be read for now

	Looked  bool
	Deleted bool // just now
	Code    string
	Tag     string // beside which the unit's board has a short answer
	Shown   []Reply
	Names   string // of what is shown, for deleting it
	WriteTo string // code of the site to write to again; "" for none
}

// Reply is what a unit answered.
type Reply struct {
	Day    string
	Answer string // key of a stock answer: answer_KEY in the locales
	Text   string
}

// Private reports whether the page shows what somebody typed, or is to read.
func (r *Replies) Private() bool { return r.Looked || r.Typed != "" }

func (r *Replies) draw(p *Pages) g.Node {
	l := r.Locale
	var body g.Node
	if r.Looked {
		body = r.conversation()
	} else {
		body = g.Group{para(l.RepliesText), r.ask()}
	}
	var script g.Node
	if r.Script != "" {
		script = h.Script(h.Src(ours(r.Script)), h.Data("keys", ours(r.Data)), h.Defer())
	}
	return p.sheet(&r.Page, l.Replies+" · "+l.Box, line("name", l.Box),
		h.Main(h.Class("in"), h.H1(g.Text(l.Replies)), body, r.truth(r.truthButton())),
		script,
	)
}

// ask is where the code is typed. Nothing of it may be kept by a browser.
func (r *Replies) ask() g.Node {
	l := r.Locale
	class, wrong := "field", g.Node(nil)
	described := h.Aria("describedby", "code-hint")
	if r.Problem != "" {
		class, wrong = "field bad", h.P(h.Class("err"), h.ID("code-bad"), h.Role("alert"), g.Text(l.Problem(r.Problem)))
		described = g.Group{h.Aria("invalid", "true"), h.Aria("describedby", "code-bad code-hint")}
	}
	if r.Later {
		wrong = h.P(h.Class("err"), h.Role("alert"), g.Text(l.ReadLater))
	}
	return h.Form(h.ID("r"), h.Method("post"), h.Action(ours(r.action())), h.EncType("multipart/form-data"), h.AutoComplete("off"), h.Data("at", r.At),
		unkept(),
		h.Div(h.Data("field", "code"), h.Class(class),
			h.Label(h.Class("head"), h.For("code"), g.Text(l.RepliesCode)),
			h.P(h.Class("hint"), h.ID("code-hint"), g.Text(l.RepliesCodeHint)), wrong,
			h.Input(h.Type("text"), h.ID("code"), h.Name("code"), h.Class("digits"), h.Value(r.Typed), h.Required(),
				g.Attr("inputmode", "numeric"), unsaved(), unspelled(), described)),
		h.Button(h.Type("submit"), g.Text(l.RepliesOpen)),
	)
}

func (r *Replies) action() string {
	if !r.Chosen {
		return "/r"
	}
	return "/r?l=" + r.Locale.Tag
}

// conversation shows what was answered, and what can be done with it.
func (r *Replies) conversation() g.Node {
	l := r.Locale
	var says, again, del g.Node
	switch {
	case r.Deleted:
		says = h.P(h.Role("status"), g.Text(l.ReadDeleted))
	case len(r.Shown) == 0:
		says = para(l.ReadNone)
	}
	if r.WriteTo != "" {
		again = h.Button(h.Name("again"), h.Value(r.WriteTo), icon("pen"), g.Text(l.WriteAgain))
	}
	if r.Names != "" {
		del = h.Button(h.Class("truth"), h.Name("delete"), h.Value(r.Names), g.Text(l.ReadDelete))
	}
	return g.Group{
		says,
		h.Div(untranslated(), g.Map(r.Shown, func(reply Reply) g.Node {
			// What an officer wrote is text: no markup, no link, in its own direction.
			return h.Article(h.H2(g.Text(reply.Day)), g.If(reply.Answer != "", para(l.texts["answer_"+reply.Answer])),
				g.If(reply.Text != "", h.P(h.Class("said"), h.Dir("auto"), g.Text(reply.Text))))
		})),
		h.P(g.Text(l.ReplyTag+" "), h.B(h.Class("tag"), untranslated(), g.Text(r.Tag))),
		h.Form(h.Method("post"), h.Action(ours(r.action())), h.EncType("multipart/form-data"), h.AutoComplete("off"),
			unkept(),
			h.Input(h.Type("hidden"), h.Name("code"), h.Value(r.Code)),
			again, del),
		traces(l, r.Host),
	}
}

// untranslated keeps a browser that translates from sending what stands there away.
func untranslated() g.Node { return g.Attr("translate", "no") }

// Outbox is the page on which officers post the replies that their desk has saved.
type Outbox struct {
	Page
	At           string // base URL of the box
	Script, Data string // paths of the script and of what it says; "" for none

	Posted bool
	Taken  int
	Wrong  []string // sentences
}

// Private reports false: replies are sealed.
func (*Outbox) Private() bool { return false }

func (o *Outbox) draw(p *Pages) g.Node {
	l := o.Locale
	var script, came g.Node
	if o.Script != "" {
		script = h.Script(h.Src(ours(o.Script)), h.Data("keys", ours(o.Data)), h.Defer())
	}
	if o.Posted {
		says := g.Group{}
		if o.Taken > 0 {
			says = append(says, para(l.Counted("outbox_done", o.Taken)))
		}
		for _, text := range o.Wrong {
			says = append(says, line("err", text))
		}
		came = h.Div(h.Role("alert"), h.TabIndex("-1"), h.AutoFocus(), says)
	}
	return p.sheet(&o.Page, l.Leave+" · "+l.Box, line("name", l.Box),
		h.Main(h.Class("in"), h.H1(g.Text(l.Leave)), came, para(l.LeaveText),
			h.Form(h.ID("o"), h.Method("post"), h.Action("/o?l="+l.Tag), h.EncType("multipart/form-data"), h.AutoComplete("off"), h.Data("at", o.At),
				h.Div(h.Data("field", "outbox"), h.Class("field"), h.Label(h.Class("head"), h.For("outbox"), g.Text(l.LeaveFile)),
					h.Input(h.Type("file"), h.ID("outbox"), h.Name("outbox"), h.Accept(".tipbox-replies"), h.Required())),
				h.Button(h.Type("submit"), icon("send"), g.Text(l.LeaveSend)),
			)),
		script,
	)
}

// Counted returns the sentence with the key about n of something.
func (l *Locale) Counted(key string, n int) string { return fill(l.texts[key], "n", strconv.Itoa(n)) }

// Sentence returns the sentence with the key about an address.
func (l *Locale) Sentence(key, address string) string { return fill(l.texts[key], "address", address) }
