//go:build unix && torture

package servers

import "testing"

// TestTortureChange is TestChangeWithoutAnOutage for a minute.
func TestTortureChange(t *testing.T) { changeWithoutAnOutage(t, 20, 5, 500) }

// TestTortureServers is TestSeveralServers with more of everything, a dead server's
// spool adopted by another one, and its forms waited for as long as it takes.
func TestTortureServers(t *testing.T) {
	p := newProvince(t)
	p.firstStarts()
	for range 2 {
		p.limitsHold(3)
	}
	p.wrongSecret()
	p.partitioned(500)
	p.killed(500, true)
	p.masterDies(500)
	p.end()
}
