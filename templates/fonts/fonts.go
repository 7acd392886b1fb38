// Package fonts holds the typefaces of the posters: subsets of Noto Sans under
// the SIL Open Font License, whose texts stand beside the files. subset.sh
// makes the files again.
package fonts

import (
	"embed"
	"fmt"
)

//go:embed *.ttf
var files embed.FS

// The order in which a character's font is looked for. Tai Viet has one weight.
var (
	regular = []string{"NotoSans-Regular", "NotoSansLao-Regular", "NotoSansKhmer-Regular", "NotoSansTaiViet-Regular"}
	bold    = []string{"NotoSans-Bold", "NotoSansLao-Bold", "NotoSansKhmer-Bold", "NotoSansTaiViet-Regular"}
)

// Font is one embedded TrueType font.
type Font struct {
	Name string // the file's name without its ending
	Data []byte
}

// Load returns the fonts of a weight: the first covers the Latin alphabets, each
// further one another script.
func Load(isBold bool) []Font {
	names := regular
	if isBold {
		names = bold
	}
	list := make([]Font, len(names))
	for i, name := range names {
		data, err := files.ReadFile(name + ".ttf")
		if err != nil {
			panic(fmt.Sprintf("embedded font %s: %v", name, err)) // go:embed has put it there
		}
		list[i] = Font{name, data}
	}
	return list
}
