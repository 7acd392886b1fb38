package main

import (
	"strings"
	"testing"
)

// countSpool returns how many tips tipbox spool list shows.
func countSpool(t testing.TB, config string) int {
	t.Helper()
	lines := strings.Count(tipbox(t, "spool", "list", "-c", config), "\n")
	return max(0, lines-1) // under a heading, if there are any
}
