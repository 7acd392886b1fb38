package reply

import (
	"fmt"
	"time"
)

// weekOf names the ISO week of t, in UTC: 2027-W09.
func weekOf(t time.Time) string {
	year, week := t.UTC().ISOWeek()
	return fmt.Sprintf("%d-W%02d", year, week)
}

// weekEnd returns when a week is over, or false for what is no week.
func weekEnd(week string) (time.Time, bool) {
	var year, n int
	if _, err := fmt.Sscanf(week, "%d-W%d", &year, &n); err != nil {
		return time.Time{}, false
	}
	// January 4th is in the first week (ISO 8601).
	fourth := time.Date(year, 1, 4, 0, 0, 0, 0, time.UTC)
	monday := fourth.AddDate(0, 0, -(int(fourth.Weekday())+6)%7+7*(n-1))
	return monday.AddDate(0, 0, 7), weekOf(monday) == week
}

// weeks returns the weeks in which a reply that waits now may end, the one of a reply
// that is left now first.
func weeks(now time.Time) []string {
	last := now.Add(Life)
	all := []string{weekOf(last)}
	for t := now; t.Before(last); t = t.AddDate(0, 0, 7) {
		if w := weekOf(t); w != all[0] {
			all = append(all, w)
		}
	}
	return all
}
