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
