package desk

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"tipbox/cmd/internal/terminal"
	"tipbox/intake/durable"
	"tipbox/templates/browser"
)

// Reader is tipbox reader: what it is given.
type Reader struct {
	Output  string // the file to write, "" where one is checked
	Config  string // the tipbox.toml that the address book is made of, "" for none
	Check   string // the file to check
	Version string // of this tipbox
}

// maxAddressBook bounds an address book: a thousand units of three officers are 6 MB.
const maxAddressBook = 32 << 20

// Run writes the offline reader, or checks a copy of it.
func (c *Reader) Run(t *terminal.Terminal) error {
	file := browser.Reader(c.Version)
	if c.Check != "" {
		return c.check(t, file)
	}
	if !strings.EqualFold(filepath.Ext(c.Output), ".html") { // what is there is replaced: an identity must not be
		return terminal.Hint(terminal.Usage(fmt.Errorf("--output %q: expected a name that ends in .html", c.Output)),
			"trang mở tin là tệp HTML, bấm đúp để mở / the reader is an HTML file, to be double-clicked: -o doc-tin.html")
	}
	if c.Config != "" {
		book, err := configured(t, c.Config, time.Now())
		if err != nil {
			return err
		}
		text, err := json.Marshal(book)
		if err != nil {
			return fmt.Errorf("writing the address book: %w", err)
		}
		if len(text) > maxAddressBook {
			return fmt.Errorf("the address book has %d bytes, which is more than %d", len(text), maxAddressBook)
		}
		file = browser.WithAddressBook(file, text)
	}
	if err := durable.Replace(c.Output, file, 0o644); err != nil {
		return fmt.Errorf("writing the reader: %w", err)
	}
	printSum(t, file, c.Output)
	t.Say("Bàn làm việc đã sẵn sàng: mở bằng Chrome, Edge hoặc Firefox. Trên Windows, so tổng kiểm tra bằng: certutil -hashfile %s SHA256 / "+
		"The desk is ready: open it with Chrome, Edge or Firefox. On Windows certutil prints the same sum.", filepath.Base(c.Output))
	return nil
}

// printSum prints what sha256sum prints, so that either can check the other.
func printSum(t *terminal.Terminal, file []byte, path string) {
	fmt.Fprintf(t.Out, "%x  %s\n", sha256.Sum256(file), path)
}

var readerVersion = regexp.MustCompile(`^<!DOCTYPE html><html lang="vi"(?: translate="no")? data-version="([^"]{1,64})">`)

func (c *Reader) check(t *terminal.Terminal, want []byte) error {
	path := c.Check
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("reading the copy: %w", err)
	}
	defer f.Close()
	got, err := io.ReadAll(io.LimitReader(f, int64(4*len(want)+maxAddressBook))) // enough to tell, whatever it is
	if err != nil {
		return fmt.Errorf("reading the copy: %w", err)
	}
	plain, text := browser.TakeAddressBook(got)
	if bytes.Equal(plain, want) {
		printSum(t, got, path)
		if len(text) == 0 {
			t.Say("%s nguyên vẹn, đúng bản tipbox %s ghi ra. / It is unaltered: exactly what tipbox %[2]s writes.", path, c.Version)
			return nil
		}
		t.Say("%s: trang nguyên vẹn, đúng bản tipbox %s ghi ra, cộng thêm một danh bạ. / The page is unaltered, exactly what tipbox %[2]s writes, with an address book added.", path, c.Version)
		book, err := inPage(got)
		if err != nil {
			return terminal.Hint(fmt.Errorf("%s: danh bạ trong trang bị hỏng / %w", path, err), "làm bản mới / write a new one: tipbox reader -c tipbox.toml -o FILE.html")
		}
		book.print(t)
		return nil
	}
	got = plain
	again := "ghi bản mới / write a new one: tipbox reader -o FILE.html"
	m := readerVersion.FindSubmatch(got)
	switch {
	case m == nil:
		return terminal.Hint(fmt.Errorf("%s không phải trang mở tin / it is not an offline reader", path), again)
	case string(m[1]) != c.Version:
		return terminal.Hint(fmt.Errorf("%s là bản %s, chương trình này là bản %s nên không kiểm tra được / another version, which this tipbox cannot check", path, m[1], c.Version),
			"kiểm tra bằng tipbox đúng bản đó / check it with the tipbox of that version", again)
	}
	return terminal.Hint(fmt.Errorf("%s ĐÃ BỊ SỬA / was altered: it differs from what tipbox %s writes from byte %d on", path, c.Version, firstDifference(got, want)+1),
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
