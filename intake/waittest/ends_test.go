package waittest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// endless are calls that may never return, and what a test calls instead.
var endless = map[string]string{
	"exec.Command":       "waittest.Command, or exec.CommandContext for a server",
	"net.Dial":           "waittest.Dial",
	"http.Get":           "waittest.Client",
	"http.Post":          "waittest.Client",
	"http.DefaultClient": "waittest.Client",
	"http.Client":        "waittest.Client",
}

// TestEnds holds that no test waits without an end: whatever it asks of another
// process or machine has a limit, and what it receives from a channel comes from
// a select, from waittest, or in a synctest bubble, where a deadlock ends by itself.
func TestEnds(t *testing.T) {
	files := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "waittest") {
			return fs.SkipDir
		}
		helps := strings.HasSuffix(filepath.Dir(path), "test") && filepath.Ext(path) == ".go"
		if d.IsDir() || !helps && !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		files++
		return look(t, path)
	})
	if err != nil || files < 100 {
		t.Fatal(files, "files looked at: ", err)
	}
}

func look(t *testing.T, path string) error {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
	if err != nil {
		return err
	}
	said := make(map[int]bool) // lines of which a comment says that they end
	for _, group := range file.Comments {
		for _, c := range group.List {
			if strings.Contains(c.Text, "in a bubble") || strings.Contains(c.Text, "it ends") {
				said[set.Position(c.Pos()).Line] = true
			}
		}
	}
	ast.PreorderStack(file, nil, func(n ast.Node, above []ast.Node) bool {
		at := set.Position(n.Pos())
		if bubble(n) {
			return false
		}
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && endless[x.Name+"."+n.Sel.Name] != "" && !said[at.Line] {
				if !limited(above[len(above)-1]) {
					t.Errorf("%s: %s.%s: use %s", at, x.Name, n.Sel.Name, endless[x.Name+"."+n.Sel.Name])
				}
			}
		case *ast.UnaryExpr:
			if n.Op == token.ARROW && !selected(append(above, n)) && !said[at.Line] {
				t.Errorf("%s: a channel is received from without an end: use waittest.For, or say that it is in a bubble, or why it ends", at)
			}
		}
		return true
	})
	return nil
}

// limited reports whether what stands around http.Client is only a type, or a
// client that has a limit.
func limited(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.StarExpr:
		return true
	case *ast.CompositeLit:
		return slices.ContainsFunc(n.Elts, func(e ast.Expr) bool {
			kv, ok := e.(*ast.KeyValueExpr)
			if !ok {
				return false
			}
			key, ok := kv.Key.(*ast.Ident)
			return ok && key.Name == "Timeout"
		})
	}
	return false
}

// selected reports whether the last of the nodes is what a select waits for.
func selected(path []ast.Node) bool {
	i := slices.IndexFunc(path, func(n ast.Node) bool {
		c, ok := n.(*ast.CommClause)
		return ok && c.Comm != nil && c.Comm.Pos() <= path[len(path)-1].Pos() && path[len(path)-1].End() <= c.Comm.End()
	})
	return i >= 0
}

// bubble reports whether a call runs its function in a synctest bubble.
func bubble(n ast.Node) bool {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return false
	}
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name == "inBubble"
	case *ast.SelectorExpr:
		x, ok := f.X.(*ast.Ident)
		return ok && x.Name == "synctest" && f.Sel.Name == "Test"
	}
	return false
}
