package main

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// nfpm packs. It is run as the linter is, and so no dependency of the module.
const nfpm = "github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2"

// pack makes Debian packages of the server's binaries, as deploy/deb/nfpm.yaml says,
// and the licences that go into them. All that is in a package has the time of the sources.
func pack(out, version string, epoch int64, archs ...string) error {
	licences := filepath.Join(out, "licences.txt")
	if err := writeLicences(licences, serverBinary(out, version, archs[0])); err != nil {
		return err
	}
	for _, arch := range archs {
		env := []string{
			"ARCH=" + arch, "VERSION=" + debVersion(version, epoch), "SOURCE_DATE_EPOCH=" + strconv.FormatInt(epoch, 10),
			"BINARY=" + serverBinary(out, version, arch), "LICENCES=" + licences,
		}
		deb := filepath.Join(out, fmt.Sprintf("tipbox_%s_%s.deb", version, arch))
		if err := command(env, "go", "run", nfpm, "package", "--config", "deploy/deb/nfpm.yaml", "--packager", "deb", "--target", deb); err != nil {
			return err
		}
		fmt.Println(deb)
	}
	return nil
}

// serverBinary is the path of what servers run on Linux.
func serverBinary(out, version, arch string) string {
	return filepath.Join(out, fmt.Sprintf("tipbox-%s-linux-%s", version, arch))
}

// described takes apart what git describe says: tag, commits since, and the rest.
var described = regexp.MustCompile(`^v?(\d[^-]*)(?:-(\d+)-g)?(.*)$`)

// debVersion says a version so that dpkg sorts it (deb-version(7)): a release, what
// came after it, and what has no release yet, by its time, before all of them.
func debVersion(version string, epoch int64) string {
	m := described.FindStringSubmatch(version)
	if m == nil || !strings.Contains(m[1], ".") { // a commit alone may begin with a digit
		return "0~" + time.Unix(epoch, 0).UTC().Format("20060102150405") + "." + odd.ReplaceAllString(version, ".")
	}
	v := m[1]
	if m[2] != "" {
		v += "+" + m[2] + "."
	}
	return v + odd.ReplaceAllString(m[3], ".")
}

// odd is what may not stand in a Debian version, or means something there.
var odd = regexp.MustCompile(`[^A-Za-z0-9.+~]+`)
