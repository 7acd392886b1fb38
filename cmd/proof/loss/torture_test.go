//go:build torture

package loss

import "testing"

// TestTortureKill: 100 kills under load, zero lost.
func TestTortureKill(t *testing.T) { killUnderLoad(t, 100) }
