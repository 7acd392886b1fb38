//go:build linux && torture

package packages

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/waittest"
)

// TestTortureContainer builds the container and runs it as docs/installing.md says.
func TestTortureContainer(t *testing.T) {
	boxtest.NeedRoot(t, "to run a container")
	podman := boxtest.Need(t, "podman")
	root, err := boxtest.Root()
	if err != nil {
		t.Fatal(err)
	}
	run := func(name string, args ...string) string {
		t.Helper()
		cmd := waittest.Command(t, name, args...)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(cmd.Args, " "), err, out)
		}
		return strings.TrimSpace(string(out))
	}
	image := run(filepath.Join(root, ".ci", "container"), handOut(t, "v0.0.0-torture"))
	t.Cleanup(func() { _ = waittest.Command(t, podman, "rmi", "--force", image).Run() })
	if check := run(podman, "image", "inspect", "--format", "{{.HealthCheck.Test}} {{.User}}", image); check != "[CMD /usr/bin/tipbox health -c /etc/tipbox/tipbox.toml] 10001:10001" {
		t.Errorf("it is asked for its health, and runs as: %s", check)
	}
	files := run("sh", "-c", `set -e; c=$("$1" create "$2"); "$1" export "$c" | tar -t; "$1" rm "$c" >/dev/null`, "sh", podman, image)
	for file := range strings.Lines(files) {
		if strings.Contains(file, "bin/") && file != "usr/bin/\n" && file != "usr/bin/tipbox\n" {
			t.Errorf("there is a program besides ours: %s", file)
		}
	}

	mails := boxtest.MailServer(t, nil)
	officer, flags := boxtest.Recruit(t)
	addr := boxtest.FreeAddr(t)
	config := boxtest.Init(t, mails, boxtest.Wide, append(flags, "--base-url", "http://"+addr, "--listen", addr, "--data-dir", "/var/lib/tipbox")...)
	boxtest.Rewrite(t, config, `"127.0.0.1:0"`, `"`+boxtest.FreeAddr(t)+`"`)
	etc, data := filepath.Dir(config), t.TempDir()
	ca, err := os.ReadFile(mails.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	boxtest.Rewrite(t, config, mails.CAFile, "ca.pem")
	if err := os.WriteFile(filepath.Join(etc, "ca.pem"), ca, 0o600); err != nil {
		t.Fatal(err)
	}
	run("chgrp", "-R", "10001", etc)
	run("chmod", "-R", "g=rX", etc)
	run("chown", "10001:10001", data)
	// This machine may have no systemd to time health checks, and cgroups that crun does
	// not know: it is asked below, and runc runs it.
	const name = "tipbox-torture"
	start := []string{
		"--runtime", "runc", "run", "--detach", "--name", name, "--network", "host", "--read-only", "--cap-drop", "all", "--no-healthcheck",
		"--security-opt", "no-new-privileges", "--ulimit", "core=0", "--ulimit", "nofile=16384:16384", "--ulimit", "nproc=1000:1000",
		"--memory", "1536m", "--memory-swap", "1536m",
		"--volume", etc + ":/etc/tipbox:ro",
	}
	t.Cleanup(func() { _ = waittest.Command(t, podman, "rm", "--force", name).Run() })
	run(podman, append(start, image)...)
	run(podman, "wait", name)
	if said, err := waittest.Command(t, podman, "logs", name).CombinedOutput(); err != nil || !strings.Contains(string(said), "a container wants a volume there") {
		t.Errorf("without a disk of ours it says %v\n%s", err, said)
	}
	run(podman, "rm", name)
	run(podman, append(start, "--volume", data+":/var/lib/tipbox", image)...)
	waittest.Until(t, "the box in the container is well", func() bool {
		return waittest.Command(t, podman, "exec", name, "/usr/bin/tipbox", "health", "-c", "/etc/tipbox/tipbox.toml").Run() == nil
	})
	v := boxtest.NewVillager(t, "http://"+addr+"/t/ncs01")
	if answer, err := v.Write(t.Context(), boxtest.Report("Tin từ thùng.")); err != nil || !answer.Taken() {
		t.Fatalf("not thanked: %v, %v", answer, err)
	}
	officer.Want(mails.Wait(1), []string{"Tin từ thùng."}, 1)
	if out, err := waittest.Command(t, podman, "exec", name, "/bin/sh", "-c", "true").CombinedOutput(); err == nil {
		t.Errorf("there is a shell: %s", out)
	}
	run(podman, "kill", "--signal", "HUP", name)
	run(podman, "stop", name)
	if code := run(podman, "inspect", "--format", "{{.State.ExitCode}}", name); code != "0" {
		t.Errorf("it ends with %s", code)
	}
}
