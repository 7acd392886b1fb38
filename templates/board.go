package templates

import (
	"bytes"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

// Board is what a unit tells its village: notices, and whom to call.
type Board struct {
	Page
	Notices [][]byte // Markdown
}

// Private reports false: the page is the same for all.
func (*Board) Private() bool { return false }

func (b *Board) draw(p *Pages) g.Node {
	l := b.Locale
	return b.styled(p.told, l.BoardTitle+" · "+b.Unit, h.H1(g.Text(l.BoardTitle)),
		h.Main(h.Class("in"),
			g.Map(b.Notices, func(notice []byte) g.Node { return h.Article(markdown(notice)...) }),
			b.call(l.Call),
			b.truth(b.truthButton()),
		),
	)
}

// markdown draws a text that is CommonMark (https://spec.commonmark.org). Nothing of it
// becomes markup but what is drawn here: HTML shows as text, a link as its words and its
// address, for a page without links leads nobody astray; of a picture its words stay.
func markdown(source []byte) []g.Node {
	// Not goldmark.DefaultParser: the linker would keep its HTML, too.
	p := parser.NewParser(parser.WithBlockParsers(parser.DefaultBlockParsers()...), parser.WithInlineParsers(parser.DefaultInlineParsers()...),
		parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...))
	return (&notice{source}).children(p.Parse(text.NewReader(source)))
}

type notice struct{ source []byte }

func (n *notice) children(parent ast.Node) (nodes []g.Node) {
	for c := parent.FirstChild(); c != nil; c = c.NextSibling() {
		nodes = append(nodes, n.node(c))
	}
	return nodes
}

func (n *notice) node(node ast.Node) g.Node {
	inside := n.children(node)
	switch v := node.(type) {
	case *ast.Heading:
		if v.Level == 1 {
			return h.H2(inside...)
		}
		return h.H3(inside...)
	case *ast.Paragraph:
		return h.P(inside...)
	case *ast.List:
		if v.IsOrdered() {
			return h.Ol(inside...)
		}
		return h.Ul(inside...)
	case *ast.ListItem:
		return h.Li(inside...)
	case *ast.Blockquote:
		return h.BlockQuote(inside...)
	case *ast.ThematicBreak:
		return h.Hr()
	case *ast.Emphasis:
		if v.Level == 1 {
			return h.Em(inside...)
		}
		return h.Strong(inside...)
	case *ast.Link:
		return g.Group(append(inside, shown(" ("+string(v.Destination)+")")))
	case *ast.AutoLink:
		return shown(string(v.Label(n.source)))
	case *ast.Text:
		switch line := shown(plain(v.Value(n.source))); {
		case v.HardLineBreak():
			return g.Group{line, h.Br()}
		case v.SoftLineBreak():
			return g.Group{line, g.Text(" ")}
		default:
			return line
		}
	case *ast.String:
		return shown(string(v.Value))
	case *ast.RawHTML:
		return shown(string(v.Segments.Value(n.source)))
	case *ast.HTMLBlock:
		lines := v.Lines().Value(n.source)
		if v.HasClosure() {
			lines = append(bytes.Clone(lines), v.ClosureLine.Value(n.source)...)
		}
		return h.P(shown(string(lines)))
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		return h.P(h.Class("said"), shown(string(v.Lines().Value(n.source))))
	}
	return g.Group(inside)
}

// shown is the text without what nobody sees and what turns its letters round: a line
// with a tag must not read as another than was written.
func shown(text string) g.Node {
	return g.Text(strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Bidi_Control, unicode.Cf) {
			return -1
		}
		return r
	}, text))
}

// longestEntity is how many bytes an entity has at most: &CounterClockwiseContourIntegral;
const longestEntity = 33

// plain resolves what stands for another character, \* and &amp;, each once: what comes
// of one is not read again.
func plain(b []byte) string {
	var out []byte
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] == '\\' && i+1 < len(b) && util.IsPunct(b[i+1]):
			i++
		case b[i] == '&':
			if n := bytes.IndexByte(b[i:min(len(b), i+longestEntity)], ';') + 1; n > 0 {
				if entity := b[i : i+n]; !bytes.Equal(resolved(entity), entity) {
					out = append(out, resolved(entity)...)
					i += n - 1
					continue
				}
			}
		}
		out = append(out, b[i])
	}
	return string(out)
}

// resolved returns the character that an entity stands for, what is none as it is.
func resolved(entity []byte) []byte {
	if bytes.HasPrefix(entity, []byte("&#")) {
		return util.ResolveNumericReferences(entity)
	}
	return util.ResolveEntityNames(entity)
}
