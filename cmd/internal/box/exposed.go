package box

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/terminal"
	"tipbox/intake/spool"
)

// Exposed is a file or directory that others than its owner can do too much with.
type Exposed struct {
	Path string
	Text string // what they can do, and why that is bad
	Hint string // the command that mends it
}

const (
	othersWrite = 0o002
	othersRead  = 0o004
)

// FindExposed looks at the permissions of what a box hangs on. Whoever can write
// a recipients file, or the configuration that names it, reads every tip from then
// on; whoever reads the secret can tell a tip's id from its text.
func FindExposed(cfg *config.Config) (all []Exposed) {
	if runtime.GOOS == "windows" { // its permissions are not in the mode
		return nil
	}
	look := func(path string, bits fs.FileMode, what, mend string) {
		if path == "" {
			return
		}
		info, err := os.Stat(path)
		if err != nil || info.IsDir() && info.Mode()&fs.ModeSticky != 0 { // as /tmp is: what is in it is its owner's
			return
		}
		if info.Mode().Perm()&bits != 0 {
			all = append(all, Exposed{path, fmt.Sprintf("%s (%04o): %s", path, info.Mode().Perm(), what), mend + " " + path})
		}
	}
	const anyoneWrites, anyoneReads = "anyone on this machine can change it", "anyone on this machine can read it"
	look(cfg.DataDir, othersWrite, "anyone on this machine can take tips out of it", "chmod 700")
	look(cfg.Spool.Mirror, othersWrite, "anyone on this machine can take tips out of it", "chmod 700")
	look(cfg.Path, othersWrite, anyoneWrites+", and with it who can open the tips", "chmod o-w")
	seen := map[string]bool{filepath.Dir(cfg.Path): true}
	look(filepath.Dir(cfg.Path), othersWrite, anyoneWrites+", and with it the configuration", "chmod o-w")
	for _, path := range cfg.RecipientsFiles {
		look(path, othersWrite, anyoneWrites+", and with it who can open the tips", "chmod o-w")
		if dir := filepath.Dir(path); !seen[dir] {
			seen[dir] = true
			look(dir, othersWrite, anyoneWrites+", and with it who can open the tips", "chmod o-w")
		}
	}
	look(cfg.LocaleDir, othersWrite, anyoneWrites+", and with it what the page says", "chmod o-w")
	secrets := append(cfg.TokenFiles(), cfg.SecretFile, cfg.SMTP.PasswordFile, cfg.HTTP.TLSKey)
	if cfg.Redis != nil {
		secrets = append(secrets, cfg.Redis.PasswordFile)
	}
	for _, path := range secrets {
		look(path, othersRead|othersWrite, anyoneReads, "chmod o=")
	}
	return all
}

// NotInMemory refuses a data_dir on a file system that is gone with the power,
// where nothing that was acknowledged would be safe.
func NotInMemory(dataDir string) error {
	for dir := dataDir; ; dir = filepath.Dir(dir) {
		volatile, err := spool.Volatile(dir)
		if errors.Is(err, fs.ErrNotExist) && dir != filepath.Dir(dir) {
			continue // it is made there
		}
		if err != nil || !volatile {
			return nil //nolint:nilerr // what cannot be asked is not refused
		}
		return terminal.Hint(terminal.Usage(fmt.Errorf("data_dir %s is in memory (tmpfs): every tip would be gone with the power", dataDir)),
			"set data_dir to a directory on a disk, such as /var/lib/tipbox")
	}
}
