//go:build unix

// Package packages proves what is handed out on the machines it is for: the Debian
// package in a Debian that boots, the container, the hook that brings certificates.
package packages

import (
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/waittest"
)

// TestCertbotHook runs deploy/certbot-hook.sh on a directory as certbot keeps it: names
// that lead to a root's own files. What comes of it another group may read.
func TestCertbotHook(t *testing.T) {
	t.Parallel()
	boxtest.NeedRoot(t, "to give files to a group")
	live, to := t.TempDir(), filepath.Join(t.TempDir(), "tls")
	const group = "nogroup"
	found, err := user.LookupGroup(group)
	if err != nil {
		t.Fatal(err)
	}
	gid, err := strconv.Atoi(found.Gid)
	if err != nil {
		t.Fatal(err)
	}
	for _, round := range []string{"first", "renewed"} {
		for _, name := range []string{"privkey", "fullchain"} {
			archived := filepath.Join(live, name+"-"+round+".pem")
			if err := os.WriteFile(archived, []byte(round+" "+name), 0o600); err != nil {
				t.Fatal(err)
			}
			link := filepath.Join(live, name+".pem")
			_ = os.Remove(link) // of the first round
			if err := os.Symlink(archived, link); err != nil {
				t.Fatal(err)
			}
		}
		cmd := waittest.Command(t, "../../../deploy/certbot-hook.sh")
		cmd.Env = append(os.Environ(), "RENEWED_LINEAGE="+live, "TIPBOX_GROUP="+group, "TIPBOX_TLS="+to)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		for _, name := range []string{"privkey", "fullchain"} {
			path := filepath.Join(to, name+".pem")
			text, err := os.ReadFile(path)
			if err != nil || string(text) != round+" "+name {
				t.Errorf("%s: %q, %v", round, text, err)
			}
			info, err := os.Lstat(path)
			if err != nil {
				t.Fatal(err)
			}
			if owner := info.Sys().(*syscall.Stat_t); info.Mode() != 0o640 || owner.Uid != 0 || int(owner.Gid) != gid {
				t.Errorf("%s: %v of %d:%d", path, info.Mode(), owner.Uid, owner.Gid)
			}
		}
		if entries, err := os.ReadDir(to); err != nil || len(entries) != 2 {
			t.Errorf("left over: %v, %v", entries, err)
		}
	}
	if out, err := waittest.Command(t, "../../../deploy/certbot-hook.sh").CombinedOutput(); err == nil {
		t.Errorf("without certbot it copies something: %s", out)
	}
}
