package setup

import (
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
)

// dataDir is where a box whose configuration is in dir keeps its tips: beside it, but
// for one in /etc, where the service may write nothing (deploy/tipbox.service).
func dataDir(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil && strings.HasPrefix(abs, "/etc/") {
		return "/var/lib/tipbox"
	}
	return "data"
}

// serviceGroup returns the group of deploy/tipbox.service, where there is one and we may
// give files to it.
func serviceGroup() (gid int, found bool) {
	if os.Geteuid() != 0 {
		return 0, false
	}
	group, err := user.LookupGroup("tipbox")
	if err != nil {
		return 0, false
	}
	gid, err = strconv.Atoi(group.Gid)
	return gid, err == nil
}

// share has a group read what was made, and what root puts there later. An identity is
// nobody's but its officer's.
func (c *Init) share(gid int) error {
	dir, err := os.OpenRoot(c.Dir)
	if err != nil {
		return err
	}
	defer dir.Close() //nolint:errcheck // only read through
	return fs.WalkDir(dir.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) == ".identity" {
			return err
		}
		mode := fs.FileMode(0o640)
		if d.IsDir() {
			mode = fs.ModeSetgid | 0o750
		}
		if err := dir.Chown(path, -1, gid); err != nil {
			return err
		}
		return dir.Chmod(path, mode)
	})
}
