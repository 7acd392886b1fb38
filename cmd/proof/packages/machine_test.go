//go:build linux && torture

package packages

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/waittest"
)

// machineLimit is how long making one may take, whose packages come over the network.
const machineLimit = 10 * time.Minute

// machine is a Debian of its own, booted by its own systemd in systemd-nspawn, on this
// machine's network.
type machine struct {
	t    *testing.T
	root string
	init string // pid of its systemd, seen from here
}

// boot makes a Debian with nothing but systemd, and starts it.
func boot(t *testing.T) *machine {
	t.Helper()
	boxtest.NeedRoot(t, "to boot a Debian")
	m := &machine{t: t, root: filepath.Join(t.TempDir(), "root")}
	make := waittest.Slow(t, machineLimit, boxtest.Need(t, "mmdebstrap"), "--quiet", "--variant=minbase", "--include=systemd-sysv,dbus,ca-certificates", "bookworm", m.root)
	if out, err := make.CombinedOutput(); err != nil {
		t.Fatalf("making a Debian: %v\n%s", err, out)
	}
	// Not of this machine's systemd, which may not run: --keep-unit, --register=no.
	cmd := exec.CommandContext(t.Context(), boxtest.Need(t, "systemd-nspawn"), "--quiet", "--boot", "--directory", m.root,
		"--keep-unit", "--register=no", "--link-journal=no", "--resolv-conf=off", "--console=pipe")
	said := new(boxtest.Output)
	cmd.Stdout, cmd.Stderr = said, said
	waittest.Tie(cmd, syscall.SIGKILL)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // and with it all that it runs
		_ = cmd.Wait()
	})
	children := fmt.Sprintf("/proc/%d/task/%[1]d/children", cmd.Process.Pid)
	waittest.Until(t, "the machine boots", func() bool {
		list, _ := os.ReadFile(children)
		for _, pid := range strings.Fields(string(list)) {
			if name, _ := os.ReadFile("/proc/" + pid + "/comm"); strings.TrimSpace(string(name)) == "systemd" {
				m.init = pid
			}
		}
		return m.init != "" && slices.Contains([]string{"running", "degraded"}, strings.TrimSpace(m.try("systemctl", "is-system-running")))
	})
	return m
}

func (m *machine) command(args ...string) *exec.Cmd {
	inside := []string{"-t", m.init, "-m", "-u", "-i", "-p", "-n", "-C", "-r", "-w", "--", "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive"}
	return waittest.Command(m.t, "nsenter", append(inside, args...)...)
}

// try runs a command in the machine, and returns what it prints however it ends.
func (m *machine) try(args ...string) string {
	out, _ := m.command(args...).CombinedOutput()
	return string(out)
}

// run is try for a command that must end well.
func (m *machine) run(args ...string) string {
	m.t.Helper()
	out, err := m.command(args...).CombinedOutput()
	if err != nil {
		m.t.Fatalf("%s: %v\n%s\n%s", strings.Join(args, " "), err, out, m.try("journalctl", "--no-pager", "-n", "20", "-u", "tipbox"))
	}
	return string(out)
}

// path is a file of the machine, seen from here.
func (m *machine) path(name string) string { return filepath.Join(m.root, name) }

// write makes a file in the machine, and the directories to it.
func (m *machine) write(name, text string) {
	m.t.Helper()
	if err := os.MkdirAll(filepath.Dir(m.path(name)), 0o755); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(m.path(name), []byte(text), 0o640); err != nil {
		m.t.Fatal(err)
	}
}

// has reports whether the machine has a file.
func (m *machine) has(name string) bool {
	_, err := os.Lstat(m.path(name))
	return err == nil
}

// handOut has .ci/dist make the Debian package of a version, as make deb does, and
// returns the directory that it is in.
func handOut(t *testing.T, version string) string {
	t.Helper()
	root, err := boxtest.Root()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd := waittest.Slow(t, machineLimit, "go", "run", "./.ci/dist", "-o", dir, "-version", version, "-deb", runtime.GOARCH)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}
