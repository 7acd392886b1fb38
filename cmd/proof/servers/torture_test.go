//go:build unix && torture

package servers

import "testing"

// TestTortureChange is TestChangeWithoutAnOutage for a minute.
func TestTortureChange(t *testing.T) { changeWithoutAnOutage(t, 20, 5, 500) }
