package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tipbox/intake/waittest"
)

// TestSign signs with a key made for it, and has what docs/installing.md names say
// whether it is good.
func TestSign(t *testing.T) {
	dir := t.TempDir()
	key, sums, signers := filepath.Join(dir, "release"), filepath.Join(dir, "SHA256SUMS"), filepath.Join(dir, "allowed_signers")
	run := func(name string, args ...string) {
		t.Helper()
		if out, err := waittest.Command(t, name, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "releases@tipbox", "-f", key)
	public, err := os.ReadFile(key + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	write(signers, `releases@tipbox namespaces="tipbox-release" `+string(public))
	write(sums, strings.Repeat("0", 64)+"  doc-tin.html\n")
	for range 2 { // as after a second make dist
		if err := sign(dir, key); err != nil {
			t.Fatal(err)
		}
	}
	verify := func() (string, error) {
		cmd := waittest.Command(t, "ssh-keygen", "-Y", "verify", "-f", signers, "-I", "releases@tipbox", "-n", "tipbox-release", "-s", sums+".sig")
		f, err := os.Open(sums)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		cmd.Stdin = f
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := verify(); err != nil || !strings.HasPrefix(out, `Good "tipbox-release" signature for releases@tipbox`) {
		t.Errorf("%v: %s", err, out)
	}
	write(sums, strings.Repeat("1", 64)+"  doc-tin.html\n")
	if out, err := verify(); err == nil {
		t.Errorf("other sums are taken for signed: %s", out)
	}
	page, err := os.ReadFile("../../docs/installing.md")
	if err != nil || !strings.Contains(string(page), "ssh-keygen -Y verify -f allowed_signers -I releases@tipbox -n "+namespace+" -s SHA256SUMS.sig < SHA256SUMS\n") {
		t.Errorf("the page says another way to verify: %v", err)
	}
	if err := sign(dir, filepath.Join(dir, "none")); err == nil {
		t.Error("signed without a key")
	}
}

// TestDebVersion holds that dpkg takes each version for newer than the one before it.
func TestDebVersion(t *testing.T) {
	before := ""
	for _, c := range []struct {
		described, want string
		epoch           int64
	}{
		{"dev", "0~20200913122640.dev", 1600000000},
		{"8b4b1bb-dirty", "0~20260921141320.8b4b1bb.dirty", 1790000000},
		{"v0.9.0", "0.9.0", 1800000000},
		{"v0.9.0-3-gab12cde", "0.9.0+3.ab12cde", 1800000001},
		{"v0.9.0-12-gab12cde-dirty", "0.9.0+12.ab12cde.dirty", 1800000002},
		{"v0.10.0", "0.10.0", 1700000000},
	} {
		got := debVersion(c.described, c.epoch)
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.described, got, c.want)
		}
		if before != "" {
			if out, err := waittest.Command(t, "dpkg", "--compare-versions", got, "gt", before).CombinedOutput(); err != nil {
				t.Errorf("%s is not newer than %s: %v %s", got, before, err, out)
			}
		}
		before = got
	}
}
