package spool

import (
	"fmt"
	"syscall"
)

// Volatile reports whether what is in dir is gone with the power: whether it is on
// a tmpfs or ramfs.
func Volatile(dir string) (bool, error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return false, fmt.Errorf("asking for the file system: %w", err)
	}
	const tmpfs, ramfs = 0x01021994, 0x858458f6                      // statfs(2)
	return uint32(st.Type) == tmpfs || uint32(st.Type) == ramfs, nil //nolint:gosec // magic numbers have 32 bits
}
