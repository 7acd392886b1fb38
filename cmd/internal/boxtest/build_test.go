//go:build unix

package boxtest

import (
	"testing"

	"tipbox/intake/waittest"
)

// TestBinaries builds all that the proofs drive, which takes minutes on a machine
// that has compiled nothing yet: make test does it first, so that it is on no
// proof's time.
func TestBinaries(t *testing.T) {
	for _, path := range []string{Binary(t), HandedOut(t, ""), HandedOut(t, "desk")} {
		if out, err := waittest.Command(t, path, "--version").CombinedOutput(); err != nil || len(out) == 0 {
			t.Errorf("%s --version: %v\n%s", path, err, out)
		}
	}
	if out, err := waittest.Command(t, Leaky(t)).CombinedOutput(); err == nil {
		t.Errorf("leaky without arguments:\n%s", out)
	}
}
