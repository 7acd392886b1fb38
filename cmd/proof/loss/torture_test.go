//go:build torture

package loss

import "testing"

// TestTortureKill: 100 kills under load, zero lost.
func TestTortureKill(t *testing.T) { killUnderLoad(t, 100) }

// TestTortureMirror: 10 servers in a row killed under load, their disks gone, zero lost.
func TestTortureMirror(t *testing.T) { takeOver(t, 10, 8, 100) }
