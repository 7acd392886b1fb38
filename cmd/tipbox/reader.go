package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"tipbox/templates/browser"
)

type readerCmd struct {
	output string
	check  string
}

func newReaderCommand(t *terminal) *cobra.Command {
	var c readerCmd
	cmd := &cobra.Command{
		Use:   "reader (-o FILE.html | --check FILE)",
		Short: "Trang mở tin không cần mạng / write the offline reader, or check one",
		Long: `Ghi ra trang mở tin không cần mạng, hoặc kiểm tra một bản sao của trang đó.
Write the offline reader, or check a copy of it.

The reader is one HTML file that opens sealed tips in Chrome, Edge or Firefox,
on a PC without network or installation. It carries no key and no secret: copy
it to a USB stick, and check the copies.`,
		Example: `  tipbox reader -o doc-tin.html
  tipbox reader --check doc-tin.html`,
		Args:    arguments(),
		PreRunE: needFlag("output", "check"),
		RunE:    func(*cobra.Command, []string) error { return c.run(t) },
	}
	f := cmd.Flags()
	f.StringVarP(&c.output, "output", "o", "", "write the reader to `FILE.html` and print its SHA-256")
	f.StringVar(&c.check, "check", "", "confirm that `FILE` is what -o writes, byte by byte")
	return cmd
}

func (c *readerCmd) run(t *terminal) error {
	file := browser.Reader(version)
	if c.check != "" {
		return checkReader(t, c.check, file)
	}
	if !strings.EqualFold(filepath.Ext(c.output), ".html") { // what is there is replaced: an identity must not be
		return hint(usage(fmt.Errorf("--output %q: expected a name that ends in .html", c.output)),
			"trang mở tin là tệp HTML, bấm đúp để mở / the reader is an HTML file, to be double-clicked: -o doc-tin.html")
	}
	if err := replaceFile(c.output, file, 0o644); err != nil {
		return fmt.Errorf("writing the reader: %w", err)
	}
	printSum(t, file, c.output)
	t.say("Bản đọc tin đã sẵn sàng: mở bằng Chrome, Edge hoặc Firefox. / The reader is ready: open it with Chrome, Edge or Firefox.")
	return nil
}

// printSum prints what sha256sum prints, so that either can check the other.
func printSum(t *terminal, file []byte, path string) {
	fmt.Fprintf(t.out, "%x  %s\n", sha256.Sum256(file), path)
}

var readerVersion = regexp.MustCompile(`^<!DOCTYPE html><html lang="vi" data-version="([^"]{1,64})">`)

func checkReader(t *terminal, path string, want []byte) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("reading the copy: %w", err)
	}
	defer f.Close()
	got, err := io.ReadAll(io.LimitReader(f, int64(4*len(want)))) // enough to tell, whatever it is
	if err != nil {
		return fmt.Errorf("reading the copy: %w", err)
	}
	if bytes.Equal(got, want) {
		printSum(t, got, path)
		t.say("%s nguyên vẹn, đúng bản tipbox %s ghi ra. / It is unaltered: exactly what tipbox %[2]s writes.", path, version)
		return nil
	}
	again := "ghi bản mới / write a new one: tipbox reader -o FILE.html"
	m := readerVersion.FindSubmatch(got)
	switch {
	case m == nil:
		return hint(fmt.Errorf("%s không phải trang mở tin / it is not an offline reader", path), again)
	case string(m[1]) != version:
		return hint(fmt.Errorf("%s là bản %s, chương trình này là bản %s nên không kiểm tra được / another version, which this tipbox cannot check", path, m[1], version),
			"kiểm tra bằng tipbox đúng bản đó / check it with the tipbox of that version", again)
	}
	return hint(fmt.Errorf("%s ĐÃ BỊ SỬA / was altered: it differs from what tipbox %s writes from byte %d on", path, version, firstDifference(got, want)+1),
		"đừng mở tin bằng tệp này, giữ lại để kiểm tra / do not open tips with it, keep it to be looked at", again)
}

func firstDifference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}
