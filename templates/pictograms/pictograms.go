// Package pictograms holds the drawings of the posters: Material Symbols, rounded
// and filled, weight 400, by Google under the Apache License 2.0, whose text
// stands beside them, unchanged from the npm package @material-symbols/svg-400 0.48.
package pictograms

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed *.svg
var files embed.FS

// Side is the square that a pictogram's path is drawn in: x from 0 to Side, y from -Side to 0.
const Side = 960

// Path returns the SVG path data of a pictogram. It panics on a name there is none of.
func Path(name string) string {
	svg, err := files.ReadFile(name + ".svg")
	if err != nil {
		panic(fmt.Sprintf("no pictogram %q", name))
	}
	_, rest, _ := strings.Cut(string(svg), ` d="`)
	path, _, _ := strings.Cut(rest, `"`)
	return path
}
