package tally

import "time"

// zone is Vietnam's, in which weeks begin, as those of the units' books do.
var zone = time.FixedZone("", 7*60*60)

// Monday returns the midnight in Vietnam with which the ISO week of t begins.
func Monday(t time.Time) time.Time {
	t = t.In(zone)
	return time.Date(t.Year(), t.Month(), t.Day()-(int(t.Weekday())+6)%7, 0, 0, 0, 0, zone)
}

// name is the Monday's date: 2026-11-23.
func name(monday time.Time) string { return monday.Format(time.DateOnly) }
