package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// namespace keeps what the key signs here from being taken for anything else that it
// may sign (ssh-keygen(1), -n).
const namespace = "tipbox-release"

// sign signs SHA256SUMS, which names all the rest, with an SSH key: a file, or the
// public half of one that an agent or a token holds.
func sign(out, key string) error {
	sums := filepath.Join(out, "SHA256SUMS")
	if err := os.RemoveAll(sums + ".sig"); err != nil { // ssh-keygen would ask
		return err
	}
	if err := command(nil, "ssh-keygen", "-Y", "sign", "-n", namespace, "-f", key, sums); err != nil {
		return fmt.Errorf("signing: %w", err)
	}
	return nil
}
