//go:build flood

package flood

import "testing"

// TestFloodForHours is all of it.
func TestFloodForHours(t *testing.T) { report(t, floods(1), 6) }
