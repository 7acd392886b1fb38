package config

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var rewrite = flag.Bool("write", false, "write docs/configuration.md anew")

const referencePage = "../../../docs/configuration.md"

// TestReference holds docs/configuration.md to the comments and the defaults of the
// code, from which make docs writes it.
func TestReference(t *testing.T) {
	r := &reference{t: t, structs: make(map[string]*ast.StructType), docs: make(map[string]string), at: make(map[string][]string)}
	r.read()
	page := r.page()
	if *rewrite {
		if err := os.WriteFile(referencePage, page, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(referencePage)
	if err != nil || !bytes.Equal(got, page) {
		t.Errorf("docs/configuration.md does not say what file.go says (%v): make docs", err)
	}
}

// reference is what is known of the file's tables.
type reference struct {
	t       *testing.T
	structs map[string]*ast.StructType // by name
	docs    map[string]string          // of named structs
	tables  []table
	at      map[string][]string // where a named struct stands, as headings
}

// table is one section.
type table struct {
	heading, name, doc string // name: of a struct that stands in more than one place
	rows               []string
}

func (r *reference) read() {
	f, err := parser.ParseFile(token.NewFileSet(), "file.go", nil, parser.ParseComments)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, s := range g.Specs {
			if spec, ok := s.(*ast.TypeSpec); ok {
				if st, ok := spec.Type.(*ast.StructType); ok {
					r.structs[spec.Name.Name] = st
					r.docs[spec.Name.Name] = strings.Join(strings.Fields(g.Doc.Text()), " ")
				}
			}
		}
	}
	r.walk(table{heading: "At the top"}, "", r.structs["file"], reflect.ValueOf(defaults()))
}

// walk notes the keys of a struct, and then those of what stands in it.
func (r *reference) walk(tab table, key string, st *ast.StructType, v reflect.Value) {
	type below struct {
		tab table
		key string
		st  *ast.StructType
		v   reflect.Value
	}
	var deeper []below
	for _, f := range st.Fields.List {
		tag, err := strconv.Unquote(f.Tag.Value)
		if err != nil {
			r.t.Fatal(err)
		}
		name := reflect.StructTag(tag).Get("toml")
		full := strings.TrimPrefix(key+"."+name, ".")
		doc := strings.Join(strings.Fields(f.Doc.Text()+" "+f.Comment.Text()), " ")
		if doc == "" {
			r.t.Errorf("%s has no comment in file.go: say there what it means, then make docs", full)
		}
		var value reflect.Value // the key's default; none below a list
		if v.IsValid() {
			value = v.FieldByName(f.Names[0].Name)
		}
		named, anonymous, list := element(f.Type)
		sub := below{key: full, st: anonymous, v: value, tab: table{heading: "`[" + full + "]`", doc: doc}}
		if list {
			sub.tab.heading = "`[[" + full + "]]`"
		}
		if st, ok := r.structs[named]; ok && named != "limit" {
			sub.st, sub.tab.name = st, named
			if r.docs[named] != "" {
				sub.tab.doc = r.docs[named]
			}
		}
		if value.Kind() == reflect.Pointer || list {
			sub.v = reflect.Value{}
		}
		switch {
		case sub.st == nil:
			tab.rows = append(tab.rows, row(name, value, doc))
			continue
		case sub.tab.name != "" && r.at[named] == nil:
			deeper = append(deeper, sub)
		case sub.tab.name == "":
			deeper = append(deeper, sub)
			continue // its section says what it is
		}
		r.at[named] = append(r.at[named], sub.tab.heading)
		if key != "" { // a table of units.sites is told of among the unit's keys
			tab.rows = append(tab.rows, row(name, reflect.Value{}, doc+" See below."))
		}
	}
	r.tables = append(r.tables, tab)
	for _, b := range deeper {
		r.walk(b.tab, b.key, b.st, b.v)
	}
}

// element returns what a field's type is made of.
func element(t ast.Expr) (named string, anonymous *ast.StructType, list bool) {
	switch t := t.(type) {
	case *ast.Ident:
		return t.Name, nil, false
	case *ast.StarExpr:
		named, anonymous, _ = element(t.X)
		return named, anonymous, false
	case *ast.ArrayType:
		named, anonymous, _ = element(t.Elt)
		return named, anonymous, true
	case *ast.StructType:
		return "", t, false
	}
	return "", nil, false
}

// row is a line of a table: the key, what it is where it is left out, and what it means.
func row(name string, value reflect.Value, doc string) string {
	doc, absent, _ := strings.Cut(doc, "Default: ")
	absent = strings.TrimSuffix(absent, ".")
	if value.IsValid() && value.Kind() != reflect.Pointer && !value.IsZero() {
		absent = "`" + written(value) + "`"
	}
	return fmt.Sprintf("| `%s` | %s | %s |", name, absent, strings.TrimSpace(doc))
}

// written is a value as TOML has it.
func written(v reflect.Value) string {
	var parts []string
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			parts = append(parts, written(v.Index(i)))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case reflect.Struct:
		for f, value := range v.Fields() {
			parts = append(parts, f.Tag.Get("toml")+" = "+written(value))
		}
		return "{ " + strings.Join(parts, ", ") + " }"
	case reflect.String:
		return tomlString(v.String())
	}
	return fmt.Sprint(v.Interface())
}

func (r *reference) page() []byte {
	var b bytes.Buffer
	b.WriteString(`# tipbox.toml, key by key

<!-- Written by make docs from cmd/internal/config/file.go: change it there. -->

How the file is read, and what is refused, is in [operating.md](operating.md#tipboxtoml). A
key that is left out has its default; one without a default is not set. Paths are relative
to the file.
`)
	for _, tab := range r.tables {
		heading := tab.heading
		if all := r.at[tab.name]; len(all) > 1 {
			slices.Sort(all)
			heading = strings.Join(all, ", ")
		}
		fmt.Fprintf(&b, "\n## %s\n\n", heading)
		if tab.doc != "" {
			b.WriteString(tab.doc + "\n\n")
		}
		b.WriteString("| key | default | meaning |\n|---|---|---|\n" + strings.Join(tab.rows, "\n") + "\n")
	}
	return b.Bytes()
}
