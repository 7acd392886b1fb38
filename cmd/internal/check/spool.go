package check

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"tipbox/cmd/internal/box"
	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/terminal"
	"tipbox/intake/spool"
)

// checkDisk tries whether data_dir can be written. It leaves nothing there and
// never makes it: what root makes, tipbox serve could not write into.
func checkDisk(cfg *config.Config) []Finding {
	if err := box.NotInMemory(cfg.DataDir); err != nil {
		return []Finding{problem("disk", err.Error(), terminal.Hints(err)[0])}
	}
	switch _, err := os.Stat(cfg.DataDir); {
	case errors.Is(err, fs.ErrNotExist):
		return []Finding{{Part: "disk", Text: cfg.DataDir + " is not there yet: tipbox serve or systemd makes it"}}
	case err != nil:
		return []Finding{problem("disk", err.Error(), box.DiskOwner)}
	}
	if err := tryWriting(cfg.DataDir); err != nil {
		return []Finding{problem("disk", "cannot write: "+err.Error(), box.DiskOwner)}
	}
	f := Finding{Part: "disk", Text: cfg.DataDir + " can be written"}
	if os.Geteuid() == 0 {
		f.Text += " by root, who can write everywhere: run check as the user that tipbox serve runs as"
	}
	switch free, err := spool.Free(cfg.DataDir); {
	case err != nil:
		f.Text, f.Hint = "asking for free space: "+err.Error(), "is data_dir on a local disk?"
	case free < cfg.Spool.MinFree:
		f.Text = fmt.Sprintf("%d MiB are free, and spool.min_free wants %d MiB: no tip is taken", free>>20, cfg.Spool.MinFree>>20)
		f.Hint = "make room on the disk"
	}
	return []Finding{f}
}

// checkMirror looks at the second disk: that it is one, is there, and takes tips.
// It leaves nothing there, and never makes it.
func checkMirror(cfg *config.Config) []Finding {
	dir := cfg.Spool.Mirror
	if dir == "" {
		return nil
	}
	switch _, err := os.Stat(dir); {
	case errors.Is(err, fs.ErrNotExist):
		return []Finding{problem("mirror", dir+" is not there", "mount its disk; if it is new: install -d -m 700 -o tipbox -g tipbox "+dir)}
	case err != nil:
		return []Finding{problem("mirror", err.Error(), mirrorOwner)}
	}
	if volatile, err := spool.Volatile(dir); err == nil && volatile {
		return []Finding{problem("mirror", dir+" is in memory (tmpfs): what is there is gone with the power", "set spool.mirror to a directory on another disk")}
	}
	its := filepath.Join(cfg.DataDir, "spool")
	switch spool.OwnMirror(its, dir) {
	case spool.Unmarked:
		return []Finding{problem("mirror", dir+" has no mirror.json: this spool's mirror is not there", "mount its disk; for a new one delete "+filepath.Join(its, "mirror.json"))}
	case spool.Foreign:
		return []Finding{problem("mirror", dir+" is the mirror of another spool", "mount the right disk; if that server is dead: tipbox spool adopt "+dir+", then delete "+filepath.Join(its, "mirror.json"))}
	}
	if err := tryWriting(dir); err != nil {
		return []Finding{problem("mirror", "cannot write: "+err.Error(), mirrorOwner)}
	}
	f := Finding{Part: "mirror", Text: dir + " can be written"}
	if same, err := spool.SameDisk(cfg.DataDir, dir); err == nil && same {
		f.Text = dir + " is on the same file system as data_dir: where that disk dies, both are gone"
		f.Hint, f.Warning = "mount another disk there, or take spool.mirror out", true
	}
	if free, err := spool.Free(dir); err == nil && free < cfg.Spool.MinFree {
		f = problem("mirror", fmt.Sprintf("%d MiB are free on its disk, less than spool.min_free: soon nothing is mirrored any more", free>>20), "make room there")
	}
	return []Finding{f}
}

// mirrorOwner is the hint where the mirror cannot be written.
const mirrorOwner = "spool.mirror must belong to the user that tipbox serve runs as, and stand in ReadWritePaths= of tipbox.service"

// checkExposed finds what others on this machine could read or change.
func checkExposed(cfg *config.Config) (all []Finding) {
	for _, f := range box.FindExposed(cfg) {
		all = append(all, problem("access", f.Text, f.Hint))
	}
	return all
}

// tryWriting does what the spool does, down to the disk, with a file that has
// lost its name before anything is in it.
func tryWriting(dir string) error {
	probe := filepath.Join(dir, ".check")
	f, err := os.OpenFile(probe, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer os.Remove(probe) //nolint:errcheck // where an open file cannot be removed
	_ = os.Remove(probe)
	_, err = f.WriteString("tipbox\n")
	return errors.Join(err, f.Sync(), f.Close())
}

// checkSpool finds what waits for a person: tips that were refused, damaged
// files, and tips that the configuration has no unit for any more.
func checkSpool(cfg *config.Config) (all []Finding) {
	dir := filepath.Join(cfg.DataDir, "spool")
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil // not served yet
	}
	var items []spool.Item
	control, err := spool.OpenControl(dir)
	if err == nil {
		defer control.Close()
		items, err = control.List()
	}
	if err != nil {
		return []Finding{problem("spool", err.Error(), "run tipbox check as the user that tipbox serve runs as")}
	}
	held, odd := 0, 0
	for _, item := range items {
		if item.Problem != nil {
			odd++
			continue
		}
		if item.Held {
			held++
		}
		if _, ok := cfg.Directory.Receiver(item.Unit, item.Audience); !ok {
			all = append(all, problem("spool", fmt.Sprintf("%s waits for unit %q, which has no address for it", item.ID, item.Unit),
				"put the unit back into the configuration until its tips are delivered"))
		}
	}
	if held > 0 {
		all = append(all, problem("spool", fmt.Sprintf("%d held: refused for good by the mail server (tried once a day), or held by hand", held),
			"tipbox spool list names what is held; mend the address, then tipbox spool release ID"))
	}
	if odd > 0 {
		all = append(all, problem("spool", fmt.Sprintf("%d damaged, of a newer tipbox, or no tips at all", odd),
			"tipbox spool list names these files, and tipbox never deletes one: look at them, and at the disk"))
	}
	return append(all, Finding{Part: "spool", Text: fmt.Sprintf("%d waiting", len(items)-held-odd)})
}
