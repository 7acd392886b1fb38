package book

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// canonical writes a value as JavaScript's JSON.stringify does: in the order of its
// fields, without blanks, only quotes, backslashes and control characters escaped.
func canonical(v any) string {
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	if err := out.Encode(v); err != nil {
		panic(fmt.Sprintf("encoding %T: %v", v, err)) // it has no field that could fail
	}
	return string(bare(bytes.TrimSuffix(b.Bytes(), []byte("\n"))))
}

// bare undoes the escapes that Go writes and JavaScript does not: the two line
// separators, and what takes the place of bytes that are no UTF-8.
func bare(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' {
			out = append(out, b[i])
			continue
		}
		if i+6 <= len(b) {
			switch string(b[i : i+6]) {
			case `\u2028`, `\u2029`, `\ufffd`:
				var s string
				_ = json.Unmarshal([]byte(`"`+string(b[i:i+6])+`"`), &s)
				out = append(out, s...)
				i += 5
				continue
			}
		}
		out = append(out, b[i], b[i+1])
		i++
	}
	return out
}
