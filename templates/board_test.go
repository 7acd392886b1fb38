package templates

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// TestMarkdown: what is drawn of a notice, and that nothing else becomes markup.
func TestMarkdown(t *testing.T) {
	for source, want := range map[string]string{
		"# Đề\n\n## Mục\n\nHai\ndòng.":        "<h2>Đề</h2><h3>Mục</h3><p>Hai dòng.</p>",
		"- **một**\n- *hai*\n\n1. ba":         "<ul><li><strong>một</strong></li><li><em>hai</em></li></ul><ol><li>ba</li></ol>",
		"Xem [trang này](https://a.vn/b).":    "<p>Xem trang này (https://a.vn/b).</p>",
		"[x](javascript:alert(1))":            "<p>x (javascript:alert(1))</p>",
		"<https://a.vn>":                      "<p>https://a.vn</p>",
		"![ảnh](https://a.vn/a.png)":          "<p>ảnh</p>",
		"a <b onclick=x>đậm</b> &amp; &lt;":   "<p>a &lt;b onclick=x&gt;đậm&lt;/b&gt; &amp; &lt;</p>",
		"<script>alert(1)</script>":           "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
		"<!-- ghi chú -->":                    "<p>&lt;!-- ghi chú --&gt;</p>",
		"> lời\n\n---":                        "<blockquote><p>lời</p></blockquote><hr>",
		"```\n<i>\n```":                       "<p class=\"said\">&lt;i&gt;\n</p>",
		`5 \* 3 &#8805; 15`:                   "<p>5 * 3 ≥ 15</p>",
		`\&lt; &amp;lt; &#38;lt; &#92;* &; &`: "<p>&amp;lt; &amp;lt; &amp;lt; \\* &amp;; &amp;</p>",
		"dòng  \nmới":                         "<p>dòng<br>mới</p>",
	} {
		var b strings.Builder
		for _, n := range markdown([]byte(source)) {
			if err := n.Render(&b); err != nil {
				t.Fatal(err)
			}
		}
		if got := strings.ReplaceAll(b.String(), "\n</p>", "</p>"); got != strings.ReplaceAll(want, "\n</p>", "</p>") {
			t.Errorf("%q:\n%s\nwant\n%s", source, got, want)
		}
	}
}

// TestHostileNotice: of whatever a notice holds no element, attribute or address of
// another kind comes into the page.
func TestHostileNotice(t *testing.T) {
	for _, text := range hostile {
		for _, source := range []string{text, "# " + text, "- " + text, "[" + text + "](" + text + ")", "![" + text + "](" + text + " \"" + text + "\")", "<" + text + ">", "    " + text} {
			var b strings.Builder
			for _, n := range markdown([]byte(source)) {
				if err := n.Render(&b); err != nil {
					t.Fatal(err)
				}
			}
			for z := html.NewTokenizer(strings.NewReader(b.String())); ; {
				kind := z.Next()
				if kind == html.ErrorToken {
					break
				}
				tok := z.Token()
				if kind == html.CommentToken || kind == html.StartTagToken && (!strings.Contains(" h2 h3 p ul ol li blockquote hr em strong br ", " "+tok.Data+" ") || len(tok.Attr) > 0 && tok.Attr[0] != (html.Attribute{Key: "class", Val: "said"})) {
					t.Errorf("%q draws %v", source, tok)
				}
			}
		}
	}
}

// TestNoticeReadsAsWritten: nothing in it turns letters round or is not seen.
func TestNoticeReadsAsWritten(t *testing.T) {
	for _, source := range []string{"K7Q-2PX\u202eaX\u200b\ufeff", "`K7Q-2PX&#x202e;`", "# K7Q-2PX&#x202e;", "[K7Q-2PX](x\u2066y)", "    K7Q-2PX\u2067"} {
		var b strings.Builder
		for _, n := range markdown([]byte(source)) {
			if err := n.Render(&b); err != nil {
				t.Fatal(err)
			}
		}
		if got := b.String(); !strings.Contains(got, "K7Q-2PX") || strings.ContainsAny(got, "\u202e\u2066\u2067\u200b\ufeff") {
			t.Errorf("%q draws %q", source, got)
		}
	}
}
