package config

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// positions maps a key such as units[0].sites[2].code to where it stands.
type positions struct {
	data    []byte
	offsets map[string]int
}

// of returns the line of the key, or of the nearest table around it that
// stands in the file, or 0.
func (p positions) of(key string) int {
	for key != "" {
		if offset, ok := p.offsets[key]; ok {
			return 1 + bytes.Count(p.data[:offset], []byte("\n"))
		}
		key = key[:max(0, strings.LastIndexAny(key, ".["))]
	}
	return 0
}

// keyLines walks a file that has been decoded once, so it is known to be TOML.
func keyLines(data []byte) positions {
	p := positions{data, make(map[string]int)}
	var parser unstable.Parser
	parser.Reset(data)
	table, counts := "", make(map[string]int)
	for parser.NextExpression() {
		e := parser.Expression()
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = ""
			for key := e.Key(); key.Next(); {
				n := key.Node()
				table = join(table, string(n.Data))
				if e.Kind == unstable.ArrayTable && key.IsLast() {
					counts[table]++
				}
				if n := counts[table]; n > 0 { // below an array of tables: its last element
					table = fmt.Sprintf("%s[%d]", table, n-1)
				}
				p.offsets[table] = int(n.Raw.Offset)
			}
		case unstable.KeyValue:
			p.keyValue(table, e)
		}
	}
	return p
}

func (p positions) keyValue(table string, e *unstable.Node) {
	name, offset := table, 0
	for key := e.Key(); key.Next(); {
		name = join(name, string(key.Node().Data))
		offset = int(key.Node().Raw.Offset)
	}
	p.value(name, offset, e.Value())
}

func (p positions) value(name string, offset int, v *unstable.Node) {
	p.offsets[name] = offset
	children := v.Children()
	for i := 0; children.Next(); i++ {
		switch child := children.Node(); {
		case v.Kind == unstable.InlineTable:
			p.keyValue(name, child)
		case v.Kind == unstable.Array && child.Raw.Length > 0:
			p.value(fmt.Sprintf("%s[%d]", name, i), int(child.Raw.Offset), child)
		case v.Kind == unstable.Array:
			p.value(fmt.Sprintf("%s[%d]", name, i), offset, child)
		}
	}
}

func join(table, key string) string {
	if table == "" {
		return key
	}
	return table + "." + key
}
