package table_test

import (
	"testing"

	"tipbox/cmd/internal/table"
)

func TestInert(t *testing.T) {
	for cell, want := range map[string]string{
		"": "", "tin": "tin", "=1+1": "'=1+1", "+84": "'+84", "-1": "'-1", "@x": "'@x", "＝1": "'＝1", "\tx": "'\tx", "1=1": "1=1",
		"Chào;=cmd|'/c calc'!A1;": "Chào;'=cmd|'/c calc'!A1;", `a," =1`: `a," '=1`, "a\t=1": "a\t'=1",
	} {
		if got := table.Inert([]string{cell})[0]; got != want {
			t.Errorf("%q: %q, want %q", cell, got, want)
		}
	}
}
