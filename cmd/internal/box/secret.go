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

	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/terminal"
	"tipbox/intake/durable"
	"tipbox/intake/pasted"
)

const secretSize = 32

// LoadSecret reads the service's secret, which form tokens and tips' ids hang
// on, and makes it where there is none.
func LoadSecret(path string) ([]byte, error) {
	text, err := pasted.File(path)
	if errors.Is(err, fs.ErrNotExist) {
		return newSecret(path)
	}
	if err != nil && !errors.As(err, new(*pasted.EncodingError)) {
		return nil, terminal.Hint(fmt.Errorf("reading the secret: %w", err), cmp.Or(config.MayRead(err), "secret_file must name a file that tipbox serve can read"))
	}
	secret, err := base64.StdEncoding.DecodeString(pasted.Trim(text))
	if err != nil || len(secret) < secretSize {
		return nil, terminal.Hint(fmt.Errorf("secret file %s is damaged: expected %d random bytes in base64", path, secretSize),
			"delete it and start again: forms open at this moment will then ask for one more tap, nothing else changes")
	}
	return secret, nil
}

func newSecret(path string) ([]byte, error) {
	secret := make([]byte, secretSize)
	_, _ = rand.Read(secret) // never fails
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("making the secret's directory: %w", err)
	}
	text := base64.StdEncoding.EncodeToString(secret) + "\n"
	if err := durable.Replace(path, []byte(text), 0o600); err != nil {
		return nil, fmt.Errorf("writing the secret: %w", err)
	}
	return secret, nil
}
