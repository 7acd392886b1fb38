//go:build unix

package check

import (
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"tipbox/cmd/internal/config"
)

// checkReadable finds, for root who can read everything, what the user cannot read that
// tipbox serve runs as: the one that data_dir belongs to.
func checkReadable(cfg *config.Config) (all []Finding) {
	info, err := os.Stat(cfg.DataDir)
	if err != nil || os.Geteuid() != 0 {
		return nil
	}
	owner := info.Sys().(*syscall.Stat_t)
	if owner.Uid == 0 {
		return nil
	}
	who := reader{name: fmt.Sprint(owner.Uid), group: fmt.Sprint(owner.Gid), uid: owner.Uid, gids: []uint32{owner.Gid}}
	if g, err := user.LookupGroupId(who.group); err == nil {
		who.group = g.Name
	}
	if u, err := user.LookupId(who.name); err == nil {
		who.name = u.Username
		groups, _ := u.GroupIds()
		for _, g := range groups {
			if n, err := strconv.ParseUint(g, 10, 32); err == nil {
				who.gids = append(who.gids, uint32(n))
			}
		}
	}
	files := slices.Concat([]string{cfg.Path}, cfg.Included, cfg.RecipientsFiles, cfg.SitesFiles, cfg.BoardFiles, cfg.TokenFiles(),
		[]string{cfg.SecretFile, cfg.SMTP.PasswordFile, cfg.SMTP.CAFile, cfg.HTTP.TLSCert, cfg.HTTP.TLSKey, cfg.LocaleDir})
	if r := cfg.Redis; r != nil {
		files = append(files, r.PasswordFile, r.StorePasswordFile, r.CAFile)
	}
	slices.Sort(files)
	for _, path := range slices.Compact(files) {
		if path == "" {
			continue
		}
		if closed := strings.Join(who.closed(path), " "); closed != "" {
			all = append(all, problem("access", fmt.Sprintf("%s: the user %s, as whom tipbox serve runs, cannot read it", path, who.name),
				fmt.Sprintf("chgrp %s %s && chmod g+rX %[2]s", who.group, closed)))
		}
	}
	return all
}

// reader is a user with their groups.
type reader struct {
	name, group string
	uid         uint32
	gids        []uint32
}

// closed returns what keeps the user from reading the file by its modes: the file, and
// folders on the way to it, the outermost first. What is not there is told elsewhere.
func (r reader) closed(path string) (all []string) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil
	}
	const read, enter = 4, 1
	for at, want := path, fs.FileMode(read); ; at, want = filepath.Dir(at), enter {
		info, err := os.Stat(at)
		if err != nil {
			return nil
		}
		if info.IsDir() {
			want |= enter
		}
		stat := info.Sys().(*syscall.Stat_t)
		mode := info.Mode().Perm()
		switch {
		case stat.Uid == r.uid:
			mode >>= 6
		case slices.Contains(r.gids, stat.Gid):
			mode >>= 3
		}
		if mode&want != want {
			all = append([]string{at}, all...)
		}
		if at == filepath.Dir(at) {
			return all
		}
	}
}
