//go:build unix

package durable

import (
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives path the owner and group of the file that old describes, as
// far as we may: a group that could read it can go on to.
func keepOwner(path string, old fs.FileInfo) {
	stat, ok := old.Sys().(*syscall.Stat_t)
	if !ok {
		return
	}
	if os.Chown(path, int(stat.Uid), int(stat.Gid)) != nil {
		_ = os.Chown(path, -1, int(stat.Gid))
	}
}
