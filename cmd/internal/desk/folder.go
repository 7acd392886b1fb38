package desk

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/lockedfile"

	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/open"
	"tipbox/intake/durable"
)

var warnPhoto = map[error]string{
	open.ErrNotPhoto:    "không phải ảnh JPEG, không lưu / not a JPEG image, not saved",
	open.ErrPhotoTooBig: "ảnh quá nhiều điểm ảnh, không lưu / too many pixels, not saved",
}

// write writes the tip into a folder of its own, where one was asked for: made
// aside and renamed, so that a folder that is there is whole, and under a lock, so
// that two officers' commands do not clear away each other's. All names are ours.
func (c *Open) write(t *terminal.Terminal, o *opened) (err error) {
	if c.Output == "" {
		return nil
	}
	if err := os.MkdirAll(c.Output, 0o700); err != nil {
		return fmt.Errorf("making the tips' folder: %w", err)
	}
	release, err := lockedfile.MutexAt(filepath.Join(c.Output, ".lock")).Lock()
	if err != nil {
		return fmt.Errorf("locking the tips' folder: %w", err)
	}
	defer release()
	dir := filepath.Join(c.Output, o.ref)
	if _, err := os.Lstat(dir); err == nil {
		if !o.known {
			t.Done()
			t.Warn("%s: đã có, giữ nguyên / exists already and stays as it is", dir)
		}
		o.files = []string{dir}
		return nil
	}
	aside := dir + ".part"
	if err := errors.Join(os.RemoveAll(aside), os.Mkdir(aside, 0o700)); err != nil {
		return fmt.Errorf("making the tip's folder: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(aside)
		}
	}()
	var names []string
	for i, photo := range o.Photos {
		name := fmt.Sprintf("anh-%d.jpg", i+1)
		clean, err := open.CleanPhoto(photo)
		if text, bad := warnPhoto[err]; bad {
			t.Done()
			t.Warn("%s %s: %s", o.ref, name, text)
			continue
		} else if err != nil {
			return fmt.Errorf("encoding a photo: %w", err)
		}
		if err := durable.WriteNew(filepath.Join(aside, name), clean); err != nil {
			return fmt.Errorf("writing a photo: %w", err)
		}
		names = append(names, name)
		o.files = append(o.files, filepath.Join(dir, name))
	}
	if o.files == nil && o.photos > 0 {
		o.files = []string{"không lưu được ảnh nào / none could be saved"}
		names = o.files
	}
	beside := *o
	beside.files = names // the folder may go elsewhere
	var text bytes.Buffer
	if err := printTip(&text, &beside, columns); err != nil {
		return err
	}
	if err := durable.WriteNew(filepath.Join(aside, "tin.txt"), notepad(text.String())); err != nil {
		return fmt.Errorf("writing the tip's text: %w", err)
	}
	if err := durable.Rename(aside, dir); err != nil {
		return fmt.Errorf("writing the tip's folder: %w", err)
	}
	return nil
}

// notepad returns text as Notepad on an old Windows shows it right.
func notepad(text string) []byte {
	return []byte("\ufeff" + strings.ReplaceAll(text, "\n", "\r\n"))
}
