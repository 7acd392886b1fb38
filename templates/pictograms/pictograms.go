// Package pictograms holds the drawings of the posters and the page, in one hand:
// silhouettes and round strokes in black, and in white what is cut out of them.
package pictograms

import (
	"embed"
	"encoding/xml"
	"fmt"
)

//go:embed *.svg
var files embed.FS

// Side is the square that pictograms are drawn in: x and y from 0 to Side.
const Side = 48

// Part is a piece of a drawing: an area, or a line with round ends and corners.
// Later parts lie over earlier ones.
type Part struct {
	Path  string  // SVG path data
	Width float64 // of the line; 0 for an area
	Paper bool    // in the colour of what lies below, not in the pictogram's own
}

// Parts returns a pictogram's drawing. It panics on a name there is none of.
func Parts(name string) []Part {
	data, err := files.ReadFile(name + ".svg")
	var svg struct {
		Paths []struct {
			D      string  `xml:"d,attr"`
			Fill   string  `xml:"fill,attr"`
			Stroke string  `xml:"stroke,attr"`
			Width  float64 `xml:"stroke-width,attr"`
		} `xml:"path"`
	}
	if err == nil {
		err = xml.Unmarshal(data, &svg)
	}
	if err != nil {
		panic(fmt.Sprintf("no pictogram %q: %v", name, err))
	}
	var parts []Part
	for _, p := range svg.Paths {
		parts = append(parts, Part{p.D, p.Width, p.Fill == "#fff" || p.Stroke == "#fff"})
	}
	return parts
}
