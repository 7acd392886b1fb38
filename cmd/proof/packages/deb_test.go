//go:build linux && torture

package packages

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/deliver/smtp/smtptest"
	"tipbox/intake/waittest"
)

// box is one that is installed on a machine.
type box struct {
	*machine
	officer *boxtest.Officer
	mails   *smtptest.Server
	form    string // address
	admin   string // address
	debs    map[string]string
}

// TestTorturePackage does with the Debian package what an operator does, by the words of
// docs/installing.md.
func TestTorturePackage(t *testing.T) {
	b := &box{machine: boot(t), mails: boxtest.MailServer(t, nil), form: boxtest.FreeAddr(t), admin: boxtest.FreeAddr(t), debs: make(map[string]string)}
	for _, version := range []string{"v0.1.0", "v0.2.0"} {
		name := fmt.Sprintf("tipbox_%s_%s.deb", version, runtime.GOARCH)
		deb, err := os.ReadFile(filepath.Join(handOut(t, version), name))
		if err != nil {
			t.Fatal(err)
		}
		b.debs[version] = "/root/" + name
		b.write(b.debs[version], string(deb))
	}
	b.install("v0.1.0")
	if out := b.try("systemctl", "is-active", "tipbox.socket", "tipbox.service"); strings.Contains(out, "\nactive") || strings.HasPrefix(out, "active") {
		t.Errorf("it serves before it is told to:\n%s", out)
	}
	b.setUp()
	b.isHardened()
	sent := b.upgradeUnderLoad()
	b.officer.Want(b.mails.Wait(len(sent)), sent, 1)
	b.remove()
}

// install runs what apt runs, and returns what it says.
func (b *box) install(version string) string {
	b.t.Helper()
	return b.run("dpkg", "--install", b.debs[version])
}

// setUp is what stands after the installation in docs/installing.md.
func (b *box) setUp() {
	b.t.Helper()
	var flags []string
	b.officer, flags = boxtest.Recruit(b.t)
	recipients, err := os.ReadFile(flags[1])
	if err != nil {
		b.t.Fatal(err)
	}
	b.write("/root/gui-quan-tri.txt", string(recipients))
	b.run("tipbox", "init", "/etc/tipbox", "--recipients", "/root/gui-quan-tri.txt", "--base-url", "http://"+b.form, "--listen", b.form,
		"--unit-id", "na-co-sa", "--unit-name", "Đồn Biên phòng Na Cô Sa", "--site-code", "ncs01", "--site-name", "Nhà văn hóa",
		"--mail", "truc-ban@na-co-sa.example", "--smtp-host", b.mails.Host, "--smtp-port", fmt.Sprint(b.mails.Port), "--smtp-user", "tip", "--from", "hom-thu@na-co-sa.example")
	b.run("sh", "-c", "echo mat-khau | install -m 640 /dev/stdin /etc/tipbox/secrets/smtp")
	ca, err := os.ReadFile(b.mails.CAFile)
	if err != nil {
		b.t.Fatal(err)
	}
	b.run("sh", "-c", "echo '"+string(ca)+"' > /etc/tipbox/ca.pem")
	b.edit(`"127.0.0.1:9090"`, `"`+b.admin+`"`)
	b.edit("[smtp]\n", boxtest.Wide+"[smtp]\nca_file = \"ca.pem\"\n")
	b.write("/etc/systemd/system/tipbox.socket.d/port.conf", "[Socket]\nListenStream=\nListenStream="+b.form+"\n")
	b.run("systemctl", "daemon-reload")
	b.run("systemctl", "enable", "--now", "tipbox.socket", "tipbox")
	b.run("runuser", "-u", "tipbox", "--", "tipbox", "health", "-c", "/etc/tipbox/tipbox.toml")
	if out := b.run("runuser", "-u", "tipbox", "--", "tipbox", "check", "-c", "/etc/tipbox/tipbox.toml"); strings.Contains(out, "problem") {
		b.t.Errorf("check:\n%s", out)
	}
	b.run("systemctl", "reload", "tipbox")
}

// edit puts one text in the place of another in tipbox.toml, as an editor does: the file
// stays whose it is.
func (b *box) edit(old, with string) {
	b.t.Helper()
	path := b.path("/etc/tipbox/tipbox.toml")
	boxtest.Rewrite(b.t, path, old, with)
	if out := b.run("stat", "-c", "%a %U:%G", "/etc/tipbox/tipbox.toml"); out != "640 root:tipbox\n" {
		b.t.Errorf("tipbox.toml is %s", out)
	}
}

// isHardened holds that what the unit promises is so for the process that serves, and
// not only written there.
func (b *box) isHardened() {
	b.t.Helper()
	pid := strings.TrimSpace(b.run("systemctl", "show", "-P", "MainPID", "tipbox"))
	status := b.run("cat", "/proc/"+pid+"/status")
	for _, line := range []string{"NoNewPrivs:\t1", "Seccomp:\t2", "CapBnd:\t0000000000000000", "CapEff:\t0000000000000000"} {
		if !strings.Contains(status, line+"\n") {
			b.t.Errorf("the process has not %s:\n%s", line, status)
		}
	}
	if users := b.run("cat", "/proc/"+pid+"/uid_map"); strings.Contains(users, "4294967295") {
		b.t.Errorf("it sees all users:\n%s", users)
	}
	if limits := b.run("cat", "/proc/"+pid+"/limits"); !regexp.MustCompile(`Max core file size +0 +0 `).MatchString(limits) {
		b.t.Errorf("it may dump core:\n%s", limits)
	}
	mounts := b.run("cat", "/proc/"+pid+"/mounts")
	for path, want := range map[string]string{"/": "ro", "/var/lib/tipbox": "rw", "/tmp": "rw", "/etc": "ro"} {
		at := regexp.MustCompile(`(?m)^\S+ (\S+) \S+ (\w\w)[, ]`)
		got, longest := "", -1
		for _, m := range at.FindAllStringSubmatch(mounts, -1) {
			if dir := strings.TrimSuffix(m[1], "/") + "/"; strings.HasPrefix(path+"/", dir) && len(dir) >= longest {
				got, longest = m[2], len(dir)
			}
		}
		if got != want {
			b.t.Errorf("%s is mounted %s, want %s:\n%s", path, got, want, mounts)
		}
	}
	b.run("systemd-analyze", "security", "--no-pager", "--threshold=11", "tipbox.service")
}

// upgradeUnderLoad posts without a break through an upgrade, a downgrade, and an upgrade
// that does not take the configuration, and returns what was thanked for.
func (b *box) upgradeUnderLoad() (thanked []string) {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.t.Context())
	defer cancel()
	var mu sync.Mutex
	var posting sync.WaitGroup
	for i := range 4 {
		posting.Go(func() {
			v := &boxtest.Villager{URL: "http://" + b.form + "/t/ncs01", Line: &http.Transport{DisableKeepAlives: true}}
			for n := 0; ctx.Err() == nil; n++ {
				text := fmt.Sprintf("Tin %d của người %d.", n, i)
				f := boxtest.Report(text)
				if n%10 == 0 {
					f = boxtest.Report(text, boxtest.Photograph(b.t, uint64(n), 640, 480))
				}
				answer, err := v.Write(b.t.Context(), f)
				if err != nil || !answer.Taken() {
					b.t.Errorf("not thanked: %v, %v", answer, err)
					return
				}
				mu.Lock()
				thanked = append(thanked, text)
				mu.Unlock()
			}
		})
	}
	posted := func(version string) {
		b.t.Helper()
		sent := func() int {
			mu.Lock()
			defer mu.Unlock()
			return len(thanked)
		}
		before := sent()
		waittest.Until(b.t, "more tips are sent", func() bool { return b.t.Failed() || sent() >= before+20 })
		if got := b.version(); got != version {
			b.t.Errorf("%s serves, want %s", got, version)
		}
	}
	posted("v0.1.0")
	b.install("v0.2.0")
	posted("v0.2.0")
	b.install("v0.1.0")
	posted("v0.1.0")
	b.edit("[smtp]\n", "[newer]\nkey = 1\n[smtp]\n")
	if out := b.install("v0.2.0"); !strings.Contains(out, "what ran before runs on") {
		b.t.Errorf("a version that would not start: the package says\n%s", out)
	}
	posted("v0.1.0")
	b.edit("[newer]\nkey = 1\n[smtp]\n", "[smtp]\n")
	b.run("systemctl", "restart", "tipbox")
	posted("v0.2.0")
	cancel()
	posting.Wait()
	b.t.Logf("%d tips sent through two upgrades, a downgrade and one that was not to be", len(thanked))
	return thanked
}

var built = regexp.MustCompile(`tipbox_build_info\{version="([^"]*)"\}`)

// version asks what serves which version it is.
func (b *box) version() string {
	b.t.Helper()
	resp, err := waittest.Client(nil).Get("http://" + b.admin + "/metrics")
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	m := built.FindSubmatch(text)
	if err != nil || m == nil {
		b.t.Fatalf("no version: %v\n%s", err, text)
	}
	return string(m[1])
}

// remove removes and purges while a tip waits, and again once it is where it belongs.
func (b *box) remove() {
	b.t.Helper()
	const last = "Tin cuối cùng."
	addr := fmt.Sprintf("%s:%d", b.mails.Host, b.mails.Port)
	b.mails.Close()
	v := boxtest.NewVillager(b.t, "http://"+b.form+"/t/ncs01")
	if answer, err := v.Write(b.t.Context(), boxtest.Report(last)); err != nil || !answer.Taken() {
		b.t.Fatalf("not thanked: %v, %v", answer, err)
	}
	waits := func() bool {
		tips, err := filepath.Glob(b.path("/var/lib/tipbox/spool/new/*.tip"))
		return err == nil && len(tips) == 1
	}
	if !waits() {
		b.t.Fatal("the tip does not wait")
	}
	b.run("dpkg", "--remove", "tipbox")
	if c, err := waittest.Dial("tcp", b.form); err == nil {
		c.Close()
		b.t.Error("it still serves")
	}
	if !waits() || !b.has("/etc/tipbox/tipbox.toml") || b.has("/usr/bin/tipbox") {
		b.t.Error("a removal took the tip, or left the program")
	}
	b.install("v0.2.0") // it was enabled, and is again
	b.run("runuser", "-u", "tipbox", "--", "tipbox", "health", "-c", "/etc/tipbox/tipbox.toml")
	if out := b.run("dpkg", "--purge", "tipbox"); !strings.Contains(out, "are kept, sealed, in /var/lib/tipbox/spool") {
		b.t.Errorf("a purge while a tip waits says\n%s", out)
	}
	if !waits() || !b.has("/etc/tipbox/tipbox.toml") {
		b.t.Fatal("a purge took the tip, or what it takes to deliver it")
	}
	b.mails = smtptest.Start(b.t, smtptest.Options{Username: "tip", Password: "mat-khau", Address: addr})
	b.install("v0.1.0")
	b.run("systemctl", "enable", "--now", "tipbox.socket", "tipbox")
	b.officer.Want(b.mails.Wait(1), []string{last}, 1)
	waittest.Until(b.t, "nothing waits", func() bool { return !waits() })
	b.write("/etc/tipbox/keys/na-co-sa.identity", "a secret key")
	if out := b.run("dpkg", "--purge", "tipbox"); !strings.Contains(out, "is a secret key") || !b.has("/etc/tipbox/keys/na-co-sa.identity") {
		b.t.Errorf("a purge beside a secret key says\n%s", out)
	}
	if err := os.Remove(b.path("/etc/tipbox/keys/na-co-sa.identity")); err != nil {
		b.t.Fatal(err)
	}
	b.install("v0.1.0")
	b.run("dpkg", "--purge", "tipbox")
	for _, gone := range []string{"/etc/tipbox", "/var/lib/tipbox", "/usr/bin/tipbox", "/usr/share/doc/tipbox", "/etc/systemd/system/multi-user.target.wants/tipbox.service"} {
		if b.has(gone) {
			b.t.Errorf("a purge leaves %s", gone)
		}
	}
}
