package qr

// Point is a corner between modules, counted in modules from the top left.
type Point struct{ X, Y int }

var (
	right = Point{1, 0}
	down  = Point{0, 1}
	left  = Point{-1, 0}
	up    = Point{0, -1}
)

// Outline returns the dark area as closed polygons to be filled as one path by
// either winding rule. Drawn module by module, viewers and printers show hairlines
// between neighbours; one outline cannot.
func (s *Symbol) Outline() [][]Point {
	// Every border between dark and light is one step with the dark on its right hand.
	// Where two dark modules touch at a corner two steps leave the same point.
	steps := make(map[Point][]Point)
	var starts []Point
	step := func(from, dir Point) {
		if len(steps[from]) == 0 {
			starts = append(starts, from)
		}
		steps[from] = append(steps[from], dir)
	}
	for y := range s.size {
		for x := range s.size {
			if !s.Dark(x, y) {
				continue
			}
			if !s.Dark(x, y-1) {
				step(Point{x, y}, right)
			}
			if !s.Dark(x+1, y) {
				step(Point{x + 1, y}, down)
			}
			if !s.Dark(x, y+1) {
				step(Point{x + 1, y + 1}, left)
			}
			if !s.Dark(x-1, y) {
				step(Point{x, y + 1}, up)
			}
		}
	}
	var polygons [][]Point
	for _, start := range starts {
		for len(steps[start]) > 0 {
			polygons = append(polygons, trace(steps, start))
		}
	}
	return polygons
}

// trace follows the steps from start until they come back to it, uses them up,
// and returns the corners.
func trace(steps map[Point][]Point, start Point) []Point {
	var corners []Point
	at, dir := start, Point{}
	for first := dir; ; {
		next := take(steps, at, dir)
		if next != dir {
			corners = append(corners, at)
		}
		if first == (Point{}) {
			first = next
		}
		at, dir = Point{at.X + next.X, at.Y + next.Y}, next
		if at == start {
			if dir == first { // start lies within an edge
				corners = corners[1:]
			}
			return corners
		}
	}
}

// take removes and returns a step that leaves at; where two do, the right turn,
// which keeps modules that touch only at a corner apart.
func take(steps map[Point][]Point, at, dir Point) Point {
	out := steps[at]
	i := 0
	if len(out) == 2 && out[1] == (Point{-dir.Y, dir.X}) {
		i = 1
	}
	next := out[i]
	steps[at] = append(out[:i:i], out[i+1:]...)
	return next
}
