package box

import (
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/terminal"
	"tipbox/intake/durable"
	"tipbox/intake/pasted"
)

const secretSize = 32

// LoadSecrets reads the service's secrets, a line each, and makes one where there is
// no file. Form tokens, tips' ids and reply passes hang on them: the first line makes
// them, those of the others are still good.
func LoadSecrets(path string) ([][]byte, error) {
	text, err := pasted.File(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := newSecret(path); err != nil {
			return nil, err
		}
		text, err = pasted.File(path) // it may be another server's
	}
	if err != nil && !errors.As(err, new(*pasted.EncodingError)) {
		return nil, terminal.Hint(fmt.Errorf("reading the secret: %w", err), cmp.Or(config.MayRead(err), "secret_file must name a file that tipbox serve can read"))
	}
	var all [][]byte
	for line := range strings.SplitSeq(pasted.Trim(text), "\n") {
		if line = pasted.Trim(line); line == "" && len(all) > 0 {
			continue
		}
		secret, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(secret) < secretSize {
			return nil, terminal.Hint(fmt.Errorf("secret file %s is damaged: expected %d random bytes in base64 on each line", path, secretSize),
				"delete it and start again: forms open at this moment will then ask for one more tap, and officers take the reply pass from a new mail")
		}
		all = append(all, secret)
	}
	return all, nil
}

// newSecret makes the file, unless another server that shares it has by now.
func newSecret(path string) error {
	secret := make([]byte, secretSize)
	_, _ = rand.Read(secret) // never fails
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("making the secret's directory: %w", err)
	}
	text := base64.StdEncoding.EncodeToString(secret) + "\n"
	if err := durable.WriteFirst(path, []byte(text)); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("writing the secret: %w", err)
	}
	return nil
}
