package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"regexp"

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
	if err := writeReader(c.output, file); err != nil {
		return fmt.Errorf("writing the reader: %w", err)
	}
	printSum(t, file, c.output)
	t.say("Bản đọc tin đã sẵn sàng: mở bằng Chrome, Edge hoặc Firefox. / The reader is ready: open it with Chrome, Edge or Firefox.")
	return nil
}

// writeReader puts the file at path in one step: there is never half a reader.
func writeReader(path string, file []byte) error {
	partial := path + ".partial"
	if err := os.WriteFile(partial, file, 0o644); err != nil { //nolint:gosec // it holds no secret and is for others to read
		_ = os.Remove(partial)
		return err
	}
	if err := os.Rename(partial, path); err != nil {
		_ = os.Remove(partial)
		return err
	}
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
		t.say("%s is unaltered: exactly what tipbox %s writes", path, version)
		return nil
	}
	again := "write a new one with: tipbox reader -o FILE.html"
	m := readerVersion.FindSubmatch(got)
	switch {
	case m == nil:
		return hint(fmt.Errorf("%s is not an offline reader", path), again)
	case string(m[1]) != version:
		return hint(fmt.Errorf("%s says it is of version %s, this tipbox is %s: it cannot be checked", path, m[1], version),
			"check it with the tipbox of that version, or "+again)
	}
	return hint(fmt.Errorf("%s was altered: it differs from what tipbox %s writes from byte %d on", path, version, firstDifference(got, want)+1),
		"do not open tips with it and keep it to be looked at", again)
}

func firstDifference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}
