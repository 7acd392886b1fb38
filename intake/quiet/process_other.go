//go:build !unix

package quiet

// Windows writes no dumps of its own accord; serve runs there only for a try.
func noDumps() error { return nil }

func noTraces() error { return nil }
