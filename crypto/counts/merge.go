package counts

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"tipbox/crypto/book"
)

// Merge puts together what files of several units, or several of one, say: one Counts a
// unit, in the order of their ids. Of one week the newest file counts: more of its tips
// are handled by then. The same file twice is once. Disputed are the units of which a
// newer file has fewer tips in some week than an older one: no honest book loses any.
func Merge(files []*Counts) (units []*Counts, disputed []string) {
	files = slices.Clone(files)
	slices.SortStableFunc(files, func(a, b *Counts) int {
		x, _ := book.ParseTime(a.Made)
		y, _ := book.ParseTime(b.Made)
		return cmp.Or(x.Compare(y), strings.Compare(a.Made, b.Made))
	})
	byUnit := make(map[string]map[string]Week)
	made := make(map[string]string)
	odd := make(map[string]bool)
	for _, c := range files {
		weeks := byUnit[c.Unit]
		if weeks == nil {
			weeks = make(map[string]Week)
			byUnit[c.Unit] = weeks
		}
		for _, w := range c.Weeks {
			if have, again := weeks[w.Week]; again && w.Tips+w.Duplicates < have.Tips+have.Duplicates {
				odd[c.Unit] = true
			}
			weeks[w.Week] = w
		}
		made[c.Unit] = c.Made
	}
	for _, unit := range slices.Sorted(maps.Keys(byUnit)) {
		c := &Counts{Kind: kind, V: version, Unit: unit, Made: made[unit]}
		for _, week := range slices.Sorted(maps.Keys(byUnit[unit])) {
			c.Weeks = append(c.Weeks, byUnit[unit][week])
		}
		units = append(units, c)
	}
	return units, slices.Sorted(maps.Keys(odd))
}

// Total adds up the weeks under a name.
func Total(name string, weeks []Week) Week {
	sum := newWeek(name)
	for _, w := range weeks {
		sum.Tips += w.Tips
		sum.Duplicates += w.Duplicates
		sum.Urgent += w.Urgent
		sum.Passed += w.Passed
		sum.Answered += w.Answered
		sum.Results.Arrests += w.Results.Arrests
		sum.Results.Seizures += w.Results.Seizures
		sum.Results.Fines += w.Results.Fines
		sum.Results.Helped += w.Results.Helped
		for _, m := range [][2]map[string]int{
			{sum.Boxes, w.Boxes}, {sum.Sites, w.Sites}, {sum.Kinds, w.Kinds},
			{sum.States, w.States}, {sum.Outcomes, w.Outcomes}, {sum.Handling, w.Handling},
		} {
			for name, n := range m[1] {
				m[0][name] += n
			}
		}
	}
	return sum
}

// ByWeek adds up the units' weeks, the oldest first.
func ByWeek(units []*Counts) []Week {
	of := make(map[string][]Week)
	for _, c := range units {
		for _, w := range c.Weeks {
			of[w.Week] = append(of[w.Week], w)
		}
	}
	var all []Week
	for _, week := range slices.Sorted(maps.Keys(of)) {
		all = append(all, Total(week, of[week]))
	}
	return all
}
